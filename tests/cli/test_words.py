"""The command line itself: help, options, and what is wrong with words."""

import re
import unittest

from program import OK, USAGE, Case, canon

COMMANDS = ["parse", "lint", "index", "coverage", "search", "keys create",
            "keys list", "keys revoke", "users list", "users add",
            "users activate", "users deactivate", "members add",
            "members remove"]


class Help(Case):
    def test_names_all_commands_and_exit_codes(self):
        for words in (["--help"], ["-h"], ["help"]):
            done = self.good(*words)
            for command in COMMANDS:
                self.assertIn(f"    {command} ", done.out)
            for status in range(5):
                self.assertRegex(done.out, rf"\n    {status}  \w")
            self.assertEqual(done.err, "")

    def test_of_a_command_explains_everything_about_it(self):
        for command in COMMANDS:
            done = self.good(*command.split(), "--help")
            self.assertEqual(done.out, self.good("help", *command.split()).out)
            self.assertEqual(done.out,
                             self.good(*command.split(), "-h", "x").out)
            for part in ("usage: canon " + command, "DESCRIPTION", "OPTIONS",
                         "EXAMPLES", "EXIT STATUS"):
                self.assertIn(part, done.out)

    def test_fits_a_terminal(self):
        for words in [[], *(c.split() for c in COMMANDS)]:
            for line in self.good(*words, "--help").out.splitlines():
                self.assertLess(len(line), 80, line)
                self.assertEqual(line, line.rstrip())

    def test_examples_use_options_that_exist(self):
        for command in COMMANDS:
            text = self.good(*command.split(), "--help").out
            examples = text.split("EXAMPLES")[1].split("\n\n")[0]
            options = text.split("\nOPTIONS\n")[1].split("EXAMPLES")[0]
            own = "\n".join(re.findall(f"canon {command} .*", examples))
            self.assertTrue(own or "canon " + command in examples)
            for option in re.findall(r" (--[a-z]+)", own):
                self.assertIn(f"    {option} ", options)

    def test_version_is_the_librarys(self):
        self.assertRegex(self.good("--version").out, r"^canon \d+\.\d+\.\d+\n$")


class Words(Case):
    def test_no_command_lists_them(self):
        done = self.bad(USAGE, "what shall be done?")
        self.assertIn("canon search ", done.err)

    def test_an_unknown_command_lists_them(self):
        done = self.bad(USAGE, "there is no command serch", "serch")
        self.assertIn("canon search ", done.err)
        self.bad(USAGE, "there is no command nothing", "help", "nothing")

    def test_an_unknown_option_is_named(self):
        self.bad(USAGE, "parse has no option --colour", "parse", "--colour")
        self.bad(USAGE, "See canon parse --help", "parse", "--db", "x")

    def test_options_want_their_values(self):
        self.bad(USAGE, "--org needs a value: NAME", "coverage", "--org")
        self.bad(USAGE, "--org needs a value", "coverage", "--org=")
        self.bad(USAGE, "--json takes no value", "coverage", "--json=yes")

    def test_numbers_are_checked(self):
        for value in ("0", "731", "ten", "1x", "9999999999999999999"):
            self.bad(USAGE, "--days must be a number from 1 to 730",
                     "coverage", "--days", value)

    def test_a_word_too_many_is_named(self):
        self.bad(USAGE, "coverage: here is one word too many", "coverage",
                 "here")

    def test_single_dashes_are_explained(self):
        self.bad(USAGE, "come after --", "search", "-draft")

    def test_options_stand_anywhere(self):
        self.bad(USAGE, "--limit must be", "search", "words", "--limit", "0",
                 "more")

    def test_a_full_disk_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            import subprocess

            from program import PROGRAM, clean_environment

            done = subprocess.run([PROGRAM, "--help"], stdout=full,
                                  stderr=subprocess.PIPE, check=False,
                                  env=clean_environment(), text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot write to standard output", done.stderr)


class Alone(unittest.TestCase):
    def test_needs_no_folder_and_no_settings(self):
        self.assertEqual(canon("--help", folder="/").status, OK)


if __name__ == "__main__":
    unittest.main()
