"""Canon keeps product specifications true: the binding of libcanon.

Engine and Connection are the index and the REST API, Spec one document, Config
one CANON.yaml, canon.auth who is calling. Failures are subclasses of Error.
"""

from . import auth
from .config import Config
from .connection import Connection, IndexReport, Repo
from .engine import (
    Engine,
    Event,
    Hooks,
    HttpRequest,
    HttpResponse,
    LogEvent,
    version,
)
from .errors import Error
from .http import Caller, Response
from .spec import (
    Counts,
    Criterion,
    Finding,
    Merge,
    MergePart,
    Section,
    Spec,
    classify,
    merge,
    render,
    template,
)

__all__ = [
    "Caller",
    "Config",
    "Connection",
    "Counts",
    "Criterion",
    "Engine",
    "Error",
    "Event",
    "Finding",
    "Hooks",
    "HttpRequest",
    "HttpResponse",
    "IndexReport",
    "LogEvent",
    "Merge",
    "MergePart",
    "Repo",
    "Response",
    "Section",
    "Spec",
    "auth",
    "classify",
    "merge",
    "render",
    "template",
    "version",
]
