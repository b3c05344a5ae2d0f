"""The engine: one per process, shared by all threads."""

import ctypes
import sys
import threading
import weakref
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from . import _ffi
from ._text import decode, encode
from .connection import Connection
from .errors import check
from .http import headers_of


class LogEvent(NamedTuple):
    """One line of the log."""

    level: int
    module: str
    text: str
    request: str
    time_us: int


class Event(NamedTuple):
    """Something the host may count; detail is a JSON object as text."""

    name: str
    org: str
    detail: str
    time_us: int


class HttpRequest(NamedTuple):
    """A request of the library to another service."""

    method: str
    url: str
    headers: Dict[str, str]
    body: bytes
    timeout: float


class HttpResponse(NamedTuple):
    """What the other service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Hooks(NamedTuple):
    """What the host does itself; None: the library's default.

    Hooks are called from any thread and must not call the library.
    """

    now_us: Optional[Callable[[], int]] = None
    random: Optional[Callable[[int], bytes]] = None
    log: Optional[Callable[[LogEvent], None]] = None
    event: Optional[Callable[[Event], None]] = None
    http: Optional[Callable[[HttpRequest], HttpResponse]] = None


_FIELDS = {field[0]: field[1] for field in _ffi.canon_env._fields_}


def _guard(hook: Callable[..., Any], failed: Any) -> Callable[..., Any]:
    """An exception must not get into C: it is shown, and the hook has failed."""

    def guarded(*arguments: Any) -> Any:
        try:
            return hook(*arguments)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            return failed

    return guarded


def _text(data: Optional[bytes]) -> str:
    return decode(data) or ""


def _environment(hooks: Hooks) -> "_ffi.canon_env":
    env = _ffi.canon_env(size=ctypes.sizeof(_ffi.canon_env))

    def random(_user: Any, out: int, length: int) -> int:
        data = hooks.random(length) if hooks.random else b""
        ctypes.memmove(out, data.ljust(length, b"\0"), length)
        return 0 if len(data) == length else -1

    def log(_user: Any, event: Any) -> None:
        e = event.contents
        module, text, request = map(_text, (e.module, e.text, e.request))
        if hooks.log:
            hooks.log(LogEvent(e.level, module, text, request, e.time_us))

    def emit(_user: Any, event: Any) -> None:
        e = event.contents
        name, org, detail = map(_text, (e.name, e.org, e.detail))
        if hooks.event:
            hooks.event(Event(name, org, detail, e.time_us))

    def http(_user: Any, request: Any, response: Any) -> int:
        return _exchange(hooks, request.contents, response.contents)

    if hooks.now_us:
        now_us = hooks.now_us
        env.now_us = _FIELDS["now_us"](_guard(lambda _user: now_us(), 0))
    if hooks.random:
        env.random = _FIELDS["random"](_guard(random, -1))
    if hooks.log:
        env.log = _FIELDS["log"](_guard(log, None))
    if hooks.event:
        env.event = _FIELDS["event"](_guard(emit, None))
    if hooks.http:
        failed = _ffi.CODES["EREMOTE"]
        env.http = _FIELDS["http"](_guard(http, failed))
    return env


def _exchange(hooks: Hooks, request: Any, response: Any) -> int:
    """One exchange with another service, through the host's hook."""
    body = ctypes.string_at(request.body, request.body_len) if request.body else b""
    answer = hooks.http(  # type: ignore[misc]
        HttpRequest(
            str(decode(request.method)),
            str(decode(request.url)),
            headers_of(request.headers, request.header_count),
            body,
            request.total_us / 1e6,
        )
    )
    response.status = answer.status
    if response.on_header:
        for name, value in answer.headers.items():
            response.on_header(response.header_user, encode(name), encode(value))
    if 0 < request.max_bytes < len(answer.body):
        return _ffi.CODES["ETOOBIG"]
    if answer.body and request.on_data:
        data = ctypes.create_string_buffer(answer.body, len(answer.body))
        if request.on_data(request.data_user, data, len(answer.body)):
            return _ffi.CODES["ECANCELED"]
    return 0


class Engine:
    """Settings, database and caches. Close it, or use it in a with-block."""

    def __init__(
        self,
        database_url: Optional[str] = None,
        settings: Optional[Mapping[str, str]] = None,
        hooks: Optional[Hooks] = None,
        shell_html: Optional[str] = None,
        local_mode_off: bool = False,
    ):
        shell = encode(shell_html)
        self._env = _environment(hooks or Hooks())  # its callbacks must live on
        options = _ffi.canon_options(
            size=ctypes.sizeof(_ffi.canon_options),
            database_url=encode(database_url),
            env=ctypes.pointer(self._env),
            shell_html=shell,
            shell_len=len(shell or b""),
            local_mode_off=int(local_mode_off),
        )
        handle = ctypes.c_void_p()
        error = _ffi.canon_error()
        code = _ffi.lib.canon_open(
            ctypes.byref(options), ctypes.byref(handle), ctypes.byref(error)
        )
        check(code, error)
        self._handle: Optional[ctypes.c_void_p] = handle
        self._connections: "weakref.WeakSet[Connection]" = weakref.WeakSet()
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _close, handle, self._env)
        for name, value in (settings or {}).items():
            self.set(name, value)

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C handle; ValueError after close."""
        if self._handle is None:
            raise ValueError("the engine is closed")
        return self._handle

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        error = _ffi.canon_error()
        check(function(self.handle, *arguments, ctypes.byref(error)), error)

    def set(self, name: str, value: str) -> None:
        """Change a setting; before the first connection."""
        self._call(_ffi.lib.canon_set, encode(name), encode(value))

    def setting(self, name: str) -> str:
        """The text of a setting in force. Secrets, too: do not print it."""
        return str(decode(_ffi.lib.canon_setting_text(self.handle, encode(name))))

    def migrate(self) -> None:
        """Bring the database's schema up to date."""
        self._call(_ffi.lib.canon_migrate)

    def connect(self) -> Connection:
        """A seat at the engine, for one thread at a time."""
        handle = ctypes.c_void_p()
        self._call(_ffi.lib.canon_connect, ctypes.byref(handle))
        connection = Connection(self, handle)
        with self._lock:
            self._connections.add(connection)
        return connection

    def start_workers(self, count: int = 1) -> None:
        """Start threads of the library that do background work."""
        self._call(_ffi.lib.canon_workers_start, count)

    def stop_workers(self) -> None:
        """Stop them and wait for their end."""
        _ffi.lib.canon_workers_stop(self.handle)

    def interrupt(self) -> None:
        """Make every wait end soon, with CanceledError. From any thread."""
        _ffi.lib.canon_interrupt(self.handle)

    def close(self) -> None:
        """Close all connections, stop the workers, close the engine."""
        if self._handle is None:
            return
        with self._lock:
            connections: List[Connection] = list(self._connections)
        for connection in connections:
            connection.close()
        self._handle = None
        self._finalizer()


def _close(handle: ctypes.c_void_p, _env: Any) -> None:
    """_env is named here so that the hooks live until the end."""
    if hasattr(_ffi.lib, "canon_workers_stop"):
        _ffi.lib.canon_workers_stop(handle)
    _ffi.lib.canon_close(handle)


def version() -> str:
    """The version of the library in use."""
    return str(decode(_ffi.lib.canon_version()))
