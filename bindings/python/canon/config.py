"""CANON.yaml: a repository's configuration."""

import ctypes
import weakref
from typing import Any, Dict, List, Optional, Sequence

from . import _ffi
from ._text import Buffer, Text, array, decode, encode, raw
from .errors import check


class Config:
    """A configuration, complete whatever the file says; None: no file."""

    def __init__(self, text: Optional[Text] = None):
        data = None if text is None else raw(text)
        handle = ctypes.c_void_p()
        error = _ffi.canon_error()
        code = _ffi.lib.canon_config_parse(
            data, len(data or b""), ctypes.byref(handle), ctypes.byref(error)
        )
        check(code, error)
        self._keep(handle)

    def _keep(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        weakref.finalize(self, _ffi.lib.canon_config_free, handle)

    def on_top_of(self, organisation: "Config") -> "Config":
        """This one on top of the organisation's ticket mapping."""
        handle = ctypes.c_void_p()
        error = _ffi.canon_error()
        code = _ffi.lib.canon_config_merge(
            organisation._handle,
            self._handle,
            ctypes.byref(handle),
            ctypes.byref(error),
        )
        check(code, error)
        merged = Config.__new__(Config)
        merged._keep(handle)
        return merged

    def json(self) -> Dict[str, Any]:
        """The configuration as the REST API returns it."""
        return dict(self._json("canon_config_json"))

    @property
    def diagnostics(self) -> List[Dict[str, Any]]:
        """What was noticed: severity, code, message, line."""
        return list(self._json("canon_config_diagnostics_json"))

    def _json(self, function: str) -> Any:
        error = _ffi.canon_error()
        with Buffer() as out:
            code = getattr(_ffi.lib, function)(
                self._handle, out.ref, ctypes.byref(error)
            )
            check(code, error)
            return out.json()

    def route(
        self,
        path: str,
        team: Optional[str] = None,
        owner: Optional[str] = None,
        tags: Sequence[str] = (),
    ) -> Optional[str]:
        """The ticket system a document goes to; None: nowhere."""
        facts = _ffi.canon_route_facts(
            path=encode(path),
            team=encode(team),
            owner=encode(owner),
            tags=array(tags),
            tag_count=len(tags),
        )
        return decode(
            _ffi.lib.canon_config_route(self._handle, ctypes.byref(facts), None)
        )
