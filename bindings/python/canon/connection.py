"""A seat at the engine: the index, and the REST API as a call."""

import contextlib
import ctypes
import threading
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    NamedTuple,
    Optional,
)

from . import _ffi
from ._text import Buffer, decode, encode
from .errors import check, error_of
from .http import Caller, Headers, Request, Response, response_of

if TYPE_CHECKING:
    from .engine import Engine


class Repo(NamedTuple):
    """A repository of an organisation."""

    org: str
    full_name: str
    source: str


class IndexReport(NamedTuple):
    """What an index run did."""

    repos: int
    repos_failed: int
    files: int
    indexed: int
    unchanged: int
    removed: int
    errors: int
    first_error: str


class Connection:
    """Used by one thread at a time; a second one meets a RuntimeError."""

    def __init__(self, engine: "Engine", handle: ctypes.c_void_p):
        self._engine = engine  # lives at least as long
        self._handle: Optional[ctypes.c_void_p] = handle
        self._seat = threading.Lock()
        self._finalizer = weakref.finalize(self, _ffi.lib.canon_disconnect, handle)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the seat back."""
        with self._taken():
            self._handle = None
            self._finalizer()

    @contextlib.contextmanager
    def _taken(self) -> Iterator[Optional[ctypes.c_void_p]]:
        if not self._seat.acquire(blocking=False):
            raise RuntimeError("the connection is in use by another call")
        try:
            yield self._handle
        finally:
            self._seat.release()

    @contextlib.contextmanager
    def use(self) -> Iterator[ctypes.c_void_p]:
        """The C handle, for the duration of a call."""
        with self._taken() as handle:
            if handle is None:
                raise ValueError("the connection is closed")
            yield handle

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        with self.use() as handle:
            code = function(handle, *arguments)
            if code:
                check(code, _ffi.lib.canon_last_error(handle).contents)

    def _json(self, function: Callable[..., int], *arguments: Any) -> Any:
        with Buffer() as out:
            self._call(function, *arguments, out.ref)
            return out.json()

    def _result(self, module: str, compute: str, query: Any) -> Any:
        """Run a query whose result is an object with a JSON form."""
        result = ctypes.c_void_p()
        function = getattr(_ffi.lib, compute)
        self._call(function, ctypes.byref(query), ctypes.byref(result))
        try:
            error = _ffi.canon_error()
            with Buffer() as out:
                write = getattr(_ffi.lib, f"canon_{module}_json")
                check(write(result, out.ref, ctypes.byref(error)), error)
                return out.json()
        finally:
            getattr(_ffi.lib, f"canon_{module}_free")(result)

    def request(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        remote_addr: str = "127.0.0.1",
        caller: Optional[Caller] = None,
    ) -> Response:
        """Call the REST API: request("GET", "/app/acme/api/coverage").json().

        The target is as on the wire, not decoded. Failures are answers with
        their status, not exceptions.
        """
        request = Request(method, target, headers, len(body), remote_addr, caller)
        answer = _ffi.canon_response()
        try:
            with self.use() as handle:
                code = _ffi.lib.canon_dispatch_collect(
                    handle, request.ref, body, len(body), ctypes.byref(answer)
                )
            if code:
                raise error_of(code)
            return response_of(answer)
        finally:
            _ffi.lib.canon_response_free(ctypes.byref(answer))

    def ready(self) -> None:
        """Raise when the database is not reachable or its schema not current."""
        self._call(_ffi.lib.canon_ready)

    # Repositories and their index.

    def add_repo(
        self, org: str, full_name: str, source: str, description: str = ""
    ) -> None:
        """Register a repository: add_repo("acme", "acme/app", "git:/srv/app")."""
        repo = _ffi.canon_repo(
            size=ctypes.sizeof(_ffi.canon_repo),
            org=encode(org),
            full_name=encode(full_name),
            source=encode(source),
            description=encode(description),
        )
        self._call(_ffi.lib.canon_repo_add, ctypes.byref(repo))

    def remove_repo(self, org: str, full_name: str) -> None:
        """Forget a repository and all that is indexed of it."""
        self._call(_ffi.lib.canon_repo_remove, encode(org), encode(full_name))

    def repos(self, org: Optional[str] = None) -> List[Repo]:
        """The repositories of an organisation, or all."""
        found: List[Repo] = []

        def on_repo(repo: Any, _user: Any) -> int:
            r = repo.contents
            texts = (r.org, r.full_name, r.source)
            found.append(Repo(*[str(decode(text)) for text in texts]))
            return 0

        function = _ffi.lib.canon_repo_list
        self._call(function, encode(org), function.argtypes[2](on_repo), None)
        return found

    def index(
        self, org: Optional[str] = None, repo: Optional[str] = None, force: bool = False
    ) -> IndexReport:
        """Make the index equal to the sources: of a repository, or of all."""
        options = _ffi.canon_index_options(
            size=ctypes.sizeof(_ffi.canon_index_options), force=int(force)
        )
        report = _ffi.canon_index_report()
        how = [ctypes.byref(options), ctypes.byref(report)]
        if repo is None:
            self._call(_ffi.lib.canon_index_all, encode(org), *how)
        else:
            self._call(_ffi.lib.canon_index_repo, encode(org), encode(repo), *how)
        values = [getattr(report, name) for name in IndexReport._fields]
        values[-1] = str(decode(values[-1]))
        return IndexReport(*values)

    def run_jobs(self, most: int = 100) -> int:
        """Run jobs that are due, on this thread; how many there were."""
        done = ctypes.c_int()
        self._call(_ffi.lib.canon_jobs_run, most, ctypes.byref(done))
        return done.value

    # Reading the index.

    def coverage(
        self,
        org: str,
        repo: Optional[str] = None,
        team: Optional[str] = None,
        days: int = 30,
    ) -> Dict[str, Any]:
        """How much of what was specified is done."""
        query = _ffi.canon_coverage_query(
            size=ctypes.sizeof(_ffi.canon_coverage_query),
            org=encode(org),
            repo=encode(repo),
            team=encode(team),
            days=days,
        )
        return dict(self._result("coverage", "canon_coverage_compute", query))

    def tasks(
        self, org: str, status: Optional[str] = None, repo: Optional[str] = None
    ) -> List[Dict[str, Any]]:
        """Open work, or the sections of one state."""
        query = _ffi.canon_task_query(
            size=ctypes.sizeof(_ffi.canon_task_query),
            org=encode(org),
            status=encode(status),
            repo=encode(repo),
        )
        found = self._result("tasks", "canon_tasks_list", query)
        return list(found["tasks"])

    def search(
        self, org: str, q: str, limit: int = 20, offset: int = 0, **filters: str
    ) -> Dict[str, Any]:
        """Find documents; filters: team, tag, status, repo, review_status."""
        query = _ffi.canon_search_query(
            size=ctypes.sizeof(_ffi.canon_search_query),
            org=encode(org),
            q=encode(q),
            limit=limit,
            offset=offset,
            **{name: encode(value) for name, value in filters.items()},
        )
        return dict(self._result("search", "canon_search", query))

    def dashboard(self, org: str) -> Dict[str, Any]:
        """All repositories of an organisation with their documents."""
        return dict(self._json(_ffi.lib.canon_dashboard_json, encode(org)))

    def document(self, org: str, full_name: str, path: str) -> bytes:
        """The text of an indexed document, byte for byte."""
        with Buffer() as out:
            where = [encode(org), encode(full_name), encode(path)]
            self._call(_ffi.lib.canon_document_text, *where, out.ref)
            return out.data
