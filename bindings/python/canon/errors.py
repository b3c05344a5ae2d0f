"""One exception class per code of the library."""

from typing import Dict, Type

from . import _ffi


class Error(Exception):
    """A failure of the library; str() of it is the reason."""

    code = 0
    reason = ""  # a word for programs, given by functions of canon.auth

    @property
    def name(self) -> str:
        """The name of the code, such as "ENOTFOUND"."""
        return str(_ffi.lib.canon_code_name(self.code).decode())


class InvalidError(Error):
    """Invalid argument or malformed input."""


class OutOfMemoryError(Error):
    """Out of memory."""


class NotFoundError(Error):
    """No such object."""


class ConflictError(Error):
    """The object exists, or changed meanwhile."""


class AmbiguousError(Error):
    """More than one object fits."""


class TooBigError(Error):
    """Input exceeds a limit."""


class DeniedError(Error):
    """Not permitted."""


class AuthError(Error):
    """Not authenticated."""


class LimitError(Error):
    """Too many requests."""


class BusyError(Error):
    """Busy or not reachable; trying again may help."""


class StoreError(Error):
    """The database failed."""


class FileError(Error):
    """Reading or writing a file failed."""


class RemoteError(Error):
    """Another service failed."""


class CanceledError(Error):
    """Canceled."""


class UnsupportedError(Error):
    """Not supported here."""


class VersionError(Error):
    """Made by a newer version."""


CLASSES: Dict[str, Type[Error]] = {
    "EINVAL": InvalidError,
    "ENOMEM": OutOfMemoryError,
    "ENOTFOUND": NotFoundError,
    "ECONFLICT": ConflictError,
    "EAMBIGUOUS": AmbiguousError,
    "ETOOBIG": TooBigError,
    "EDENIED": DeniedError,
    "EAUTH": AuthError,
    "ELIMIT": LimitError,
    "EBUSY": BusyError,
    "ESTORE": StoreError,
    "EIO": FileError,
    "EREMOTE": RemoteError,
    "ECANCELED": CanceledError,
    "EUNSUPPORTED": UnsupportedError,
    "EVERSION": VersionError,
}

for _name, _class in CLASSES.items():
    _class.code = _ffi.CODES[_name]


def error_of(code: int, text: str = "") -> Error:
    """The exception of a code; its class tells the codes apart."""
    name = _ffi.lib.canon_code_name(code).decode()
    error = CLASSES.get(name, Error)(text or _ffi.lib.canon_code_text(code).decode())
    error.code = code
    return error


def check(code: int, record: "_ffi.canon_error") -> None:
    """Raise what a record says when the code is a failure."""
    if code != 0:
        raise error_of(code, record.text.decode("utf-8", "replace"))
