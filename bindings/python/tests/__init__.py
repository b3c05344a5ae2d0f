"""Tests of the binding. Without CANON_LIBRARY they take a build of this tree."""

import os
import pathlib

_ROOT = pathlib.Path(__file__).resolve().parents[3]

if not os.environ.get("CANON_LIBRARY"):
    for _build in ("debug", "release"):
        _library = _ROOT / "build" / _build / "libcanon" / "libcanon.so"
        if _library.exists():
            os.environ["CANON_LIBRARY"] = str(_library)
            break
