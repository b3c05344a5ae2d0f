"""index, coverage and search, on both databases and in memory."""

import os
import unittest

from program import (EXAMPLES, FAILED, LATER, NO, USAGE, Case, Postgresql,
                     Sqlite)
from support import spec_text, write_file


class InMemory(Case):
    def test_coverage_of_a_folder(self):
        done = self.good("coverage", "--in", EXAMPLES)
        self.assertIn("local/payments", done.out)
        self.assertIn("treasury", done.out)
        self.assertTrue(done.out.splitlines()[-1].startswith("total "))
        self.assertEqual(os.listdir(self.folder), [])

    def test_coverage_as_the_rest_api_gives_it(self):
        report = self.good("coverage", "--in", EXAMPLES, "--json", "--team",
                           "treasury").json()
        self.assertIn("summary", report)

    def test_search_in_a_folder(self):
        done = self.good("search", "--in", EXAMPLES, "partial", "refund")
        self.assertIn("local/payments:docs/specs/refunds.md\n", done.out)
        self.assertIn("Refunds", done.out)
        self.assertNotIn("<mark>", done.out)
        self.assertNotIn("\033", done.out)
        self.assertRegex(done.err, r"\d+ of \d+ documents")

    def test_search_takes_filters_and_pages(self):
        words = ["search", "--in", EXAMPLES, "--json", "--limit", "2"]
        one = self.good(*words).json()
        two = self.good(*words, "--offset", "2").json()
        self.assertEqual(len(one["results"]), 2)
        self.assertEqual(one["total"], two["total"])
        self.assertNotEqual(one["results"], two["results"])
        self.assertIn("facets", one)
        only = self.good(*words, "--team", "treasury").json()
        self.assertLess(only["total"], one["total"])

    def test_nothing_found_is_a_no(self):
        done = self.canon("search", "--in", EXAMPLES, "zzzyx")
        self.assertEqual(done.status, NO)
        self.assertEqual(done.out, "")

    def test_words_may_begin_with_a_dash(self):
        words = ["search", "--in", EXAMPLES, "--json", "--", "customer"]
        self.assertLess(self.good(*words, "-refund").json()["total"],
                        self.good(*words).json()["total"])

    def test_too_many_words_are_refused(self):
        self.bad(USAGE, "too many words", "search", "--in", EXAMPLES,
                 *["word"] * 500)
        self.bad(USAGE, "500 characters", "search", "--in", EXAMPLES,
                 "w" * 501)

    def test_a_path_without_specs_is_told_of(self):
        self.bad(FAILED, "no/where: No such file", "coverage", "--in",
                 "no/where")
        self.bad(NO, "", "coverage", "--in", self.folder)

    def test_settings_do_not_count(self):
        self.good("coverage", "--in", EXAMPLES, CANON_NONSENSE="1")


class WithDatabase:
    """The tests that run on every database."""

    def setUp(self):
        super().setUp()
        self.url = self.make_database()
        self.settings = {"DATABASE_URL": self.url}

    def test_index_and_read(self):
        done = self.good("index", "--org", "acme", EXAMPLES, **self.settings)
        self.assertRegex(done.out, r"^\d\d documents in 2 repositories: \d\d")
        again = self.good("index", "--json", **self.settings).json()
        self.assertEqual(again["indexed"], 0)
        self.assertGreater(again["unchanged"], 20)
        self.assertIsNone(again["first_error"])
        forced = self.good("index", "--json", "--force", **self.settings)
        self.assertEqual(forced.json()["unchanged"], 0)
        self.assertIn("acme/payments",
                      self.good("coverage", **self.settings).out)
        self.assertIn("acme/payments:docs/specs/refunds.md",
                      self.good("search", "refund", **self.settings).out)
        found = self.good("search", "--json", "incident", "--repo",
                          "acme/platform", "--db", self.url)
        self.assertGreater(found.json()["total"], 0)

    def test_the_sources_of_the_settings(self):
        done = self.good("index", CANON_SOURCES=f"acme={EXAMPLES}",
                         **self.settings)
        self.assertIn(" in 2 repositories", done.out)
        self.good("coverage", WEB_ORG="acme", **self.settings)

    def test_one_organisation_of_several(self):
        for org in ("acme", "beta"):
            write_file(self.path(org, "docs", "specs", "a.md"),
                       spec_text(org, 1, 2))
            self.good("index", "--org", org, org, **self.settings)
        done = self.bad(USAGE, "which organisation?", "coverage",
                        **self.settings)
        self.assertIn("acme beta", done.err)
        self.assertIn("beta/beta", self.good("coverage", "--org", "beta",
                                             **self.settings).out)
        one = self.good("index", "--org", "beta", "--json", **self.settings)
        self.assertEqual(one.json()["repos"], 1)

    def test_nothing_to_index(self):
        self.bad(NO, "name a folder", "index", **self.settings)
        self.bad(USAGE, "which organisation?", "index", EXAMPLES,
                 **self.settings)

    def test_a_repository_that_is_gone_is_a_failure(self):
        write_file(self.path("one", "docs", "specs", "a.md"),
                   spec_text("One", 1, 2))
        self.good("index", "--org", "acme", "one", **self.settings)
        os.rename(self.path("one"), self.path("two"))
        done = self.canon("index", "--json", **self.settings)
        self.assertEqual(done.status, FAILED)
        self.assertEqual(done.json()["repos_failed"], 1)
        self.assertIn("1 of 1 repositories could not be indexed", done.err)
        self.assertIn("acme/one", self.good("coverage", **self.settings).out)

    def test_an_index_of_another_version_is_not_read(self):
        self.refused("coverage")

    def refused(self, *words):
        done = self.canon(*words, **self.settings)
        self.assertEqual(done.status, FAILED, done)
        self.assertIn("canon index", done.err)


class OnSqlite(WithDatabase, Sqlite, Case):
    def test_a_missing_file_is_told_of(self):
        self.bad(FAILED, "no database at", "search", "x", **self.settings)
        self.assertEqual(os.listdir(self.folder), [])
        self.bad(FAILED, "canon.db", "coverage")

    def test_another_writer_is_told_of(self):
        import fcntl

        self.good("index", "--org", "acme", EXAMPLES, **self.settings)
        with open(self.path("test.db.lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.bad(LATER, "another process writes", "index", "--org",
                     "acme", EXAMPLES, **self.settings)
            done = self.canon("index", "--force", **self.settings)
            self.assertEqual(done.status, FAILED)
            self.assertIn("another process writes", done.err)
            self.good("coverage", **self.settings)

    def test_a_wrong_address_is_told_of(self):
        self.bad(USAGE, "", "coverage", "--db", "mysql://x")

    def test_an_unknown_setting_is_refused(self):
        self.bad(USAGE, "CANON_NONSENSE", "coverage", CANON_NONSENSE="1")


class OnPostgresql(WithDatabase, Postgresql, Case):
    def test_a_server_that_is_not_there(self):
        self.bad(LATER, "", "coverage", "--db",
                 f"postgresql:///x?host={self.folder}")


if __name__ == "__main__":
    unittest.main()
