"""Finding libcanon: CANON_LIBRARY, then next to the package, then the system."""

import ctypes
import ctypes.util
import os
import pathlib
from typing import Iterator

_NAMES = ("libcanon.so", "libcanon.so.0.1", "libcanon.dylib")


def _candidates() -> Iterator[str]:
    named = os.environ.get("CANON_LIBRARY")
    if named:
        yield named
        return
    here = pathlib.Path(__file__).resolve().parent
    for name in _NAMES:
        if (here / name).exists():
            yield str(here / name)
    found = ctypes.util.find_library("canon")
    if found:
        yield found
    yield from _NAMES


def load() -> ctypes.CDLL:
    """The library; OSError names the ways to say where it is."""
    problems = []
    for candidate in _candidates():
        try:
            return ctypes.CDLL(candidate)
        except OSError as problem:
            problems.append(str(problem))
    raise OSError(
        "libcanon was not found; install it, or set CANON_LIBRARY to its path: "
        + "; ".join(problems)
    )
