import unittest

import canon
from canon import errors

MAPPING = """
ticket_systems:
  a: {system: jira, project: PAY}
  b: {system: linear}
routing:
  - {match: {tags: [open]}, target: b}
  - {match: {path: "docs/**"}, target: a}
"""


class Config(unittest.TestCase):
    def test_without_a_file_has_defaults(self) -> None:
        config = canon.Config()
        self.assertEqual(config.diagnostics, [])
        self.assertEqual(config.json()["specs"]["doc_paths"], ["docs/specs/*.md"])

    def test_reports_what_is_wrong_and_reads_the_rest(self) -> None:
        config = canon.Config("team: payments\ncolour: red\n")
        self.assertEqual(config.json()["team"], "payments")
        (diagnostic,) = config.diagnostics
        self.assertEqual(diagnostic["code"], "config.unknown_key")
        self.assertEqual(diagnostic["line"], 2)

    def test_routes(self) -> None:
        config = canon.Config(MAPPING)
        self.assertEqual(config.route("docs/a.md"), "a")
        self.assertEqual(config.route("docs/a.md", tags=["x", "open"]), "b")
        self.assertIsNone(config.route("a.md"))

    def test_lies_on_top_of_an_organisation(self) -> None:
        config = canon.Config("ticket_systems: {a: {project: MINE}}")
        merged = config.on_top_of(canon.Config(MAPPING))
        systems = merged.json()["ticket_mapping"]["ticket_systems"]
        self.assertEqual(systems["a"]["project"], "MINE")
        self.assertEqual(systems["b"]["system"], "linear")

    def test_refuses_a_file_that_is_too_long(self) -> None:
        with self.assertRaises(errors.TooBigError):
            canon.Config("#" * (256 * 1024 + 1))
