"""Text and JSON on their way between Python and the library."""

import ctypes
import json
from typing import Any, List, Optional, Sequence, Union

from . import _ffi

Text = Union[str, bytes]


def encode(text: Optional[Text]) -> Optional[bytes]:
    """UTF-8; None stays None. A text with U+0000 would be cut, so it is refused."""
    if text is None:
        return None
    data = text.encode("utf-8") if isinstance(text, str) else bytes(text)
    if b"\0" in data:
        raise ValueError("text holds U+0000")
    return data


def raw(text: Text) -> bytes:
    """The bytes of a text that is given with its length."""
    return text.encode("utf-8") if isinstance(text, str) else bytes(text)


def decode(data: Optional[bytes]) -> Optional[str]:
    """Text that the library gave; None stays None."""
    return None if data is None else data.decode("utf-8", "replace")


def array(texts: Sequence[Text]) -> Any:
    """A C array of texts."""
    return (ctypes.c_char_p * max(1, len(texts)))(*[encode(t) for t in texts])


def texts(items: Any, count: int) -> List[str]:
    """Copies of the texts of a C array."""
    return [items[i].decode("utf-8", "replace") for i in range(count)]


class Buffer:
    """A canon_buf that is freed at the end of a with-block."""

    def __init__(self) -> None:
        self.buf = _ffi.canon_buf()

    def __enter__(self) -> "Buffer":
        return self

    def __exit__(self, *_: object) -> None:
        _ffi.lib.canon_buf_free(ctypes.byref(self.buf))

    @property
    def ref(self) -> Any:
        return ctypes.byref(self.buf)

    @property
    def data(self) -> bytes:
        return ctypes.string_at(self.buf.data, self.buf.len) if self.buf.len else b""

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.data)
