"""Requests to the REST API, as calls."""

import ctypes
import json
from typing import (
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    Union,
)

from . import _ffi
from ._text import encode

Headers = Union[Mapping[str, str], Iterable[Tuple[str, str]]]


class Caller(NamedTuple):
    """Somebody whom the host has authenticated itself."""

    sub: str
    org: Optional[str] = None
    permissions: int = _ffi.CANON_PERM_SPECS_READ
    name: Optional[str] = None
    email: Optional[str] = None


class Response(NamedTuple):
    """An answer of the REST API."""

    status: int
    headers: List[Tuple[str, str]]
    body: bytes

    def header(self, name: str) -> Optional[str]:
        """The first header of a name, letter case ignored."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)


class Request:
    """A canon_request and what it points to."""

    def __init__(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body_len: int = 0,
        remote_addr: str = "127.0.0.1",
        caller: Optional[Caller] = None,
    ):
        items = headers.items() if isinstance(headers, Mapping) else headers
        pairs = [
            _ffi.canon_header(_latin(name), _latin(value)) for name, value in items
        ]
        self._headers = (_ffi.canon_header * max(1, len(pairs)))(*pairs)
        self.struct = _ffi.canon_request(
            size=ctypes.sizeof(_ffi.canon_request),
            method=encode(method),
            target=encode(target),
            headers=self._headers,
            header_count=len(pairs),
            remote_addr=encode(remote_addr),
            body_len=body_len,
        )
        if caller:
            self._caller = _ffi.canon_caller(
                size=ctypes.sizeof(_ffi.canon_caller),
                sub=encode(caller.sub),
                email=encode(caller.email),
                name=encode(caller.name),
                org=encode(caller.org),
                permissions=caller.permissions,
            )
            self.struct.caller = ctypes.pointer(self._caller)

    @property
    def ref(self) -> Any:
        return ctypes.byref(self.struct)


def _latin(text: str) -> bytes:
    """Header fields are bytes on the wire, as WSGI has them."""
    data = text.encode("latin-1") if text.isascii() else text.encode("utf-8")
    if b"\0" in data or b"\r" in data or b"\n" in data:
        raise ValueError("a header field is one line")
    return data


def response_of(answer: "_ffi.canon_response") -> Response:
    """A copy of an answer that was collected."""
    lines = _content(answer.headers).decode("utf-8", "replace").split("\r\n")
    headers = [
        (name, value.strip())
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    ]
    return Response(answer.status, headers, _content(answer.body))


def _content(buf: "_ffi.canon_buf") -> bytes:
    return ctypes.string_at(buf.data, buf.len) if buf.len else b""


def headers_of(items: Any, count: int) -> Dict[str, str]:
    """Header fields of a C array; of equal names the last one counts."""
    return {
        items[i].name.decode("latin-1"): items[i].value.decode("latin-1")
        for i in range(count)
    }
