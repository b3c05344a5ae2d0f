"""Running canon, and the databases it runs on."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from support import clean_environment

PROGRAM = os.environ.get("CANON_PROGRAM", "build/debug/examples/canon/canon")
POSTGRESQL = os.environ.get("CANON_TEST_POSTGRESQL", "")
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "examples", "specs")

# What the program ends with.
OK, NO, USAGE, FAILED, LATER = range(5)


class Done:
    """A program that has ended."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"<status {self.status}\n{self.out}\n{self.err}>"


def canon(*words, folder=None, stdin="", **settings):
    """Run it with nothing of ours in the environment but these settings."""
    environment = clean_environment()
    environment.update(settings)
    done = subprocess.run([PROGRAM, *map(str, words)], input=stdin, text=True,
                          cwd=folder, env=environment, capture_output=True,
                          timeout=120, check=False)
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        raise AssertionError(done.stderr)
    return Done(done.returncode, done.stdout, done.stderr)


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="canon-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def canon(self, *words, **options):
        return canon(*words, **{"folder": self.folder, **options})

    def good(self, *words, **options):
        done = self.canon(*words, **options)
        self.assertEqual(done.status, OK, (words, done))
        return done

    def bad(self, status, message, *words, **options):
        """It ends with this status, says this, and prints nothing."""
        done = self.canon(*words, **options)
        self.assertEqual(done.status, status, (words, done))
        self.assertIn(message, done.err)
        self.assertEqual(done.out, "")
        return done


class Sqlite:
    """A mix-in: a fresh SQLite file for each test."""

    def make_database(self):
        return f"sqlite:{self.path('test.db')}"


class Postgresql:
    """A mix-in: a schema of its own for each test."""

    def make_database(self):
        if not POSTGRESQL:
            self.skipTest("CANON_TEST_POSTGRESQL names no database")
        if not shutil.which("psql"):
            self.skipTest("there is no psql")
        schema = f"canon_cli_{os.getpid()}"
        self._tell(f"DROP SCHEMA IF EXISTS {schema} CASCADE; "
                   f"CREATE SCHEMA {schema}")
        self.addCleanup(self._tell, f"DROP SCHEMA {schema} CASCADE")
        sign = "&" if "?" in POSTGRESQL else "?"
        return f"{POSTGRESQL}{sign}options=-csearch_path%3D{schema}"

    def _tell(self, sql):
        subprocess.run(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-c", sql,
                        POSTGRESQL], check=True, capture_output=True)
