"""parse and lint: what needs no database."""

import json
import os
import shutil
import subprocess
import unittest

from program import EXAMPLES, FAILED, NO, USAGE, Case
from support import git, needs_git, write_file

REFUNDS = os.path.join(EXAMPLES, "payments", "docs", "specs", "refunds.md")
BAD = "---\nstatus: nonsense\n---\n\n# No title\n\n## 1. A\n"


class Parse(Case):
    def test_a_file_and_standard_input_are_the_same(self):
        with open(REFUNDS, encoding="utf-8") as f:
            text = f.read()
        one = self.good("parse", REFUNDS).json()
        self.assertEqual(one["frontmatter"]["title"], "Refunds")
        self.assertEqual(one["file_path"], REFUNDS)
        for words in (["parse"], ["parse", "-"]):
            other = self.good(*words, stdin=text).json()
            self.assertEqual(other["file_path"], "")
            self.assertEqual(other["sections"], one["sections"])

    def test_nothing_in_a_document_makes_it_fail(self):
        for text in ("", "\0", "---\n: [\n", "# x" * 5000):
            self.good("parse", stdin=text)

    def test_a_file_that_is_not_there_is_named(self):
        self.bad(FAILED, "no.md: No such file", "parse", "no.md")
        self.bad(FAILED, "Is a directory", "parse", ".")

    def test_a_document_that_is_too_long_is_refused(self):
        done = self.canon("parse", stdin="x" * (1 << 20) + "y")
        self.assertEqual(done.status, FAILED)
        self.assertTrue(done.err.startswith("canon: "), done)


class Lint(Case):
    def repository(self, *names):
        for name in names or ["docs/specs/a.md"]:
            write_file(self.path(name), BAD)

    def test_a_folder_is_checked_by_its_configuration(self):
        self.repository("docs/specs/a.md", "design/b.md")
        done = self.canon("lint")
        self.assertEqual(done.status, NO, done)
        self.assertRegex(done.out, r"docs/specs/a.md:\d+: error: .* \[")
        self.assertNotIn("design/b.md", done.out)
        self.assertIn("1 specs: ", done.err)
        write_file(self.path("CANON.yaml"),
                   "specs:\n  doc_paths: ['design/*.md']\n  wrong: 1\n")
        done = self.canon("lint", self.folder)
        self.assertIn(f"{self.folder}/design/b.md:", done.out)
        self.assertIn(f"{self.folder}/CANON.yaml:3: ", done.out)
        self.assertNotIn("docs/specs/a.md", done.out)

    def test_the_examples_have_no_errors(self):
        done = self.good("lint", *(os.path.join(EXAMPLES, name)
                                   for name in ("payments", "platform")))
        self.assertRegex(done.err, r"\d\d specs: 0 errors")
        self.good("lint", "--quiet", os.path.join(EXAMPLES, "payments"))

    def test_json_says_the_same(self):
        self.repository()
        report = self.canon("lint", "--json").json()
        self.assertEqual(report["specs"], 1)
        self.assertGreater(report["errors"], 0)
        found = report["findings"]
        self.assertEqual(len(found), report["errors"] + report["warnings"]
                         + report["notes"])
        self.assertEqual({f["file"] for f in found}, {"docs/specs/a.md"})
        self.assertEqual(set(found[0]),
                         {"file", "line", "severity", "rule", "message"})

    def test_sarif_says_the_same(self):
        self.repository()
        lines = self.canon("lint").out.splitlines()
        sarif = self.canon("lint", "--sarif").json()
        self.assertEqual(sarif["version"], "2.1.0")
        results = sarif["runs"][0]["results"]
        self.assertEqual(len(results), len(lines))
        for result in results:
            self.assertIn(result["level"], ("error", "warning", "note"))
            place = result["locations"][0]["physicalLocation"]
            self.assertEqual(place["artifactLocation"]["uri"],
                             "docs/specs/a.md")
            self.assertGreater(place["region"]["startLine"], 0)

    def test_strict_makes_warnings_errors(self):
        platform = os.path.join(EXAMPLES, "platform")
        self.assertGreater(self.good("lint", "--json", platform)
                           .json()["warnings"], 0)
        report = self.canon("lint", "--strict", "--json", platform)
        self.assertEqual(report.status, NO)
        self.assertEqual(report.json()["warnings"], 0)

    def test_single_files_and_standard_input(self):
        self.good("lint", REFUNDS)
        done = self.canon("lint", "-", stdin=BAD)
        self.assertEqual(done.status, NO)
        self.assertIn("standard input:", done.out)
        self.bad(FAILED, "no.md: No such file", "lint", "no.md")

    def test_a_folder_without_specs_is_told_of(self):
        self.bad(NO, "no specs found; they lie below docs/specs", "lint",
                 "--quiet")

    def test_a_spec_that_is_too_long_is_an_error(self):
        write_file(self.path("docs/specs/long.md"), "x" * (1 << 20) + "y")
        done = self.canon("lint")
        self.assertEqual(done.status, NO)
        self.assertIn("docs/specs/long.md:0: error: ", done.out)

    @needs_git
    @unittest.skipUnless(shutil.which("git"), "there is no git")
    def test_the_work_tree_counts_and_a_bare_repository_has_commits(self):
        self.repository()
        git(self.folder, "init", "-q", "-b", "main")
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", "one")
        bare = self.folder + ".git"
        subprocess.run(["git", "clone", "-q", "--bare", self.folder, bare],
                       check=True)
        self.addCleanup(shutil.rmtree, bare)
        shutil.copy(REFUNDS, self.path("docs/specs/a.md"))
        self.assertEqual(self.canon("lint").status, 0)
        done = self.canon("lint", bare)
        self.assertEqual(done.status, NO, done)
        self.assertIn(f"{bare}/docs/specs/a.md:", done.out)

    def test_control_characters_do_not_reach_the_terminal(self):
        write_file(self.path("docs/specs/a.md"),
                   "---\ntitle: x\nstatus: \"\\e[2Jq\\x9b\"\n---\n\n# x\n"
                   "\n## 1. \033[2J\n\n### Acceptance Criteria\n")
        done = self.canon("lint")
        self.assertNotIn("\033", done.out)
        json.loads(self.canon("lint", "--json").out)

    def test_only_one_form_at_a_time(self):
        self.bad(USAGE, "--json or --sarif", "lint", "--json", "--sarif")


if __name__ == "__main__":
    unittest.main()
