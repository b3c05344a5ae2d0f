"""The declarations are those of the headers and of the library."""

import ctypes
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from canon import _ffi

from .support import needs

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Declarations(unittest.TestCase):
    def test_are_what_the_headers_say(self) -> None:
        sys.path.insert(0, str(ROOT))
        import declare

        written = (ROOT / "canon" / "_ffi.py").read_text(encoding="utf-8")
        self.assertEqual(written, declare.generate(), "run declare.py again")

    @unittest.skipUnless(shutil.which("nm"), "nm is not installed")
    def test_cover_every_exported_symbol(self) -> None:
        out = subprocess.run(
            ["nm", "-D", "--defined-only", _ffi.lib._name],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        exported = set(re.findall(r" T (\w+)", out))
        declared = {name for name, _, _ in _ffi.FUNCTIONS}
        self.assertTrue(exported)
        self.assertEqual(exported - declared, set())
        self.assertEqual({n for n in exported if not n.startswith("canon_")}, set())

    @needs("canon_dispatch", "canon_auth_identify", "canon_github_remove")
    def test_name_nothing_that_the_library_lacks(self) -> None:
        lacking = [n for n, _, _ in _ffi.FUNCTIONS if not hasattr(_ffi.lib, n)]
        self.assertEqual(lacking, [])

    def test_structs_are_as_large_as_in_c(self) -> None:
        for struct in _ffi.STRUCTS:
            with self.subTest(struct=struct.__name__):
                size = _ffi.lib.canon_sizeof(struct.__name__.encode())
                self.assertEqual(ctypes.sizeof(struct), size)

    def test_an_unknown_struct_has_no_size(self) -> None:
        self.assertEqual(_ffi.lib.canon_sizeof(b"canon_nothing"), 0)


if __name__ == "__main__":
    unittest.main()
