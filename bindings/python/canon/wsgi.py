"""The REST API as a WSGI application."""

import ctypes
import threading
from http import HTTPStatus
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple
from urllib.parse import quote

from . import _ffi
from .connection import Connection
from .engine import Engine
from .http import Caller, Request

_PEER = {field[0]: field[1] for field in _ffi.canon_peer._fields_}

# Fields that belong to one connection; the server has its own.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


class _Exchange:
    """One request and its answer. Exceptions wait until C has returned."""

    def __init__(self, environ: Dict[str, Any], start_response: Callable[..., Any]):
        self.input = environ["wsgi.input"]
        self.left = _body_len(environ)
        self.is_head = environ["REQUEST_METHOD"] == "HEAD"
        self.start_response = start_response
        self.send: Optional[Callable[[bytes], Any]] = None
        self.problem: Optional[BaseException] = None

    def guard(self, step: Callable[..., int], failed: int) -> Callable[..., int]:
        def guarded(_user: Any, *arguments: Any) -> int:
            if self.problem:
                return failed
            try:
                return step(*arguments)
            except BaseException as problem:
                self.problem = problem
                return failed

        return guarded

    def read(self, out: int, cap: int) -> int:
        want = cap if self.left < 0 else min(cap, self.left)
        data = self.input.read(want) if want else b""
        if not data:
            return 0 if self.left <= 0 else -1
        if self.left > 0:
            self.left -= len(data)
        ctypes.memmove(out, data, len(data))
        return len(data)

    def begin(self, status: int, headers: Any, count: int, length: int) -> int:
        fields: List[Tuple[str, str]] = []
        for header in headers[:count]:
            name = header.name.decode("latin-1")
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                fields.append((name, header.value.decode("latin-1")))
        if length >= 0 and status not in (204, 304):
            fields.append(("Content-Length", str(length)))
        self.send = self.start_response(f"{status} {_reason(status)}", fields)
        return 0

    def write(self, data: int, length: int) -> int:
        if self.send and length and not self.is_head:
            self.send(ctypes.string_at(data, length))
        return 0

    def peer(self) -> "_ffi.canon_peer":
        return _ffi.canon_peer(
            read=_PEER["read"](self.guard(self.read, -1)),
            begin=_PEER["begin"](self.guard(self.begin, 1)),
            write=_PEER["write"](self.guard(self.write, 1)),
        )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _body_len(environ: Dict[str, Any]) -> int:
    """Bytes of the body; -1: not known."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        return int(length)
    return -1 if environ.get("wsgi.input_terminated") else 0


def _target(environ: Dict[str, Any]) -> str:
    """As on the wire, where the server tells; else encoded again."""
    for name in ("REQUEST_URI", "RAW_URI"):
        if str(environ.get(name, "")).startswith("/"):
            return str(environ[name])
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    encoded = quote(path.encode("latin-1"), safe="/~!$&'()*+,;=:@")
    return (encoded or "/") + (f"?{query}" if query else "")


def _headers(environ: Dict[str, Any]) -> List[Tuple[str, str]]:
    fields = [
        (name[5:].replace("_", "-").title(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            fields.append((name.replace("_", "-").title(), environ[name]))
    return fields


class App:
    """canon.wsgi.App(engine): what a WSGI server calls.

    Each thread of the server has a connection of its own. A host with a login
    of its own gives a function from the environ to a Caller.
    """

    def __init__(
        self,
        engine: Engine,
        caller: Optional[Callable[[Dict[str, Any]], Optional[Caller]]] = None,
    ):
        self._engine = engine
        self._caller = caller
        self._threads = threading.local()

    def _connection(self) -> Connection:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = self._engine.connect()
        return self._threads.connection  # type: ignore[no-any-return]

    def __call__(
        self, environ: Dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        exchange = _Exchange(environ, start_response)
        peer = exchange.peer()
        request = Request(
            environ["REQUEST_METHOD"],
            _target(environ),
            _headers(environ),
            exchange.left,
            environ.get("REMOTE_ADDR", ""),
            self._caller(environ) if self._caller else None,
        )
        with self._connection().use() as handle:
            _ffi.lib.canon_dispatch(handle, request.ref, ctypes.byref(peer))
        if exchange.problem:
            raise exchange.problem
        return []
