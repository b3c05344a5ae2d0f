import unittest

from canon import _ffi, errors


class Errors(unittest.TestCase):
    def test_every_code_has_a_class(self) -> None:
        names = {name for name in _ffi.CODES if name != "OK"}
        self.assertEqual(names, set(errors.CLASSES))

    def test_a_class_knows_its_code_and_name(self) -> None:
        for name, kind in errors.CLASSES.items():
            error = errors.error_of(_ffi.CODES[name], "why")
            self.assertIs(type(error), kind)
            self.assertEqual(error.name, name)
            self.assertEqual(str(error), "why")

    def test_without_a_reason_the_code_speaks(self) -> None:
        self.assertIn("memory", str(errors.error_of(_ffi.CODES["ENOMEM"])))

    def test_a_code_of_a_newer_library_is_an_error_all_the_same(self) -> None:
        error = errors.error_of(-99)
        self.assertIs(type(error), errors.Error)
        self.assertEqual(error.code, -99)
