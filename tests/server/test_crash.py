"""canond killed at the worst moment: what the next start finds."""

import concurrent.futures
import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from support import (PATIENCE, Server, check_sqlite, eventually, git,
                     make_repository, needs_git, spec_text, write_file)

LONG = os.environ.get("CANON_LONG") == "1"
MOST_SECONDS = 600 if LONG else 45  # of one test
ROUNDS = 50 if LONG else 25


def ask(server, path):
    try:
        answer = server.get(path)
    except OSError:
        return None
    return answer.json() if answer.status == 200 else None


def without_times(value):
    """The part of an answer that does not depend on when it was indexed."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items()
                if not k.endswith("_at") and not k.endswith("_since")
                and k != "trend"}
    if isinstance(value, list):
        return [without_times(v) for v in value]
    return value


def picture(server):
    """Everything that the index says, as far as it can be compared."""
    answers = [ask(server, f"/app/acme/api/{path}") for path in
               ("coverage", "dashboard", "tasks", "search?q=&limit=100",
                "search?q=rule+holds&limit=0")]
    return None if None in answers else without_times(answers)


def kill(server):
    with contextlib.suppress(ProcessLookupError):
        server.process.send_signal(signal.SIGKILL)
    server.stop()


class Crash(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="canond-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.random = random.Random(4711)
        self.end = time.monotonic() + MOST_SECONDS * PATIENCE

    def rounds(self):
        """At most ROUNDS numbers, fewer on a slow machine."""
        for i in range(ROUNDS):
            if i >= 5 and time.monotonic() > self.end:
                return
            yield i

    def check_database(self, path):
        self.assertEqual(check_sqlite(path), [])


class Indexing(Crash):
    DOCUMENTS = 300

    def settings(self, name):
        return {"folder": self.folder,
                "DATABASE_URL": f"sqlite:{self.folder}/{name}.db",
                "CANON_SOURCES": f"acme/specs=dir:{self.folder}/specs"}

    def write(self, generation):
        """Other figures, other titles and other files each time."""
        for i in range(self.DOCUMENTS):
            path = f"{self.folder}/specs/docs/specs/s{i}.md"
            if (i + generation) % 10 == 0:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
                continue
            write_file(path, spec_text(f"Spec {i} of {generation}",
                                       (i + generation) % 5, 5, 5))

    def fresh(self, name):
        """What a new index says, and how long making it takes."""
        with Server(**self.settings(name)) as s:
            began = time.monotonic()
            expected = self.DOCUMENTS * 9 // 10

            def whole():
                value = ask(s, "/app/acme/api/coverage")
                return value and value["summary"]["total_specs"] == expected

            eventually(whole, 60)
            return picture(s), time.monotonic() - began

    def interrupt(self, name, longest):
        s = Server(wait=None, **self.settings(name)).start()
        time.sleep(self.random.uniform(0, longest))
        kill(s)

    def test_an_index_that_was_being_made_is_whole_after_the_next_start(self):
        self.write(0)
        truth, took = self.fresh("fresh")
        for i in self.rounds():
            name = f"round{i}"
            with self.subTest(round=i):
                for _ in range(self.random.choice((1, 1, 2))):
                    self.interrupt(name, took + 0.3)
                with Server(**self.settings(name)) as s:
                    eventually(lambda: picture(s) == truth, 30)
                self.check_database(f"{self.folder}/{name}.db")

    def test_an_index_that_was_being_changed_is_whole_as_well(self):
        self.write(0)
        _, took = self.fresh("kept")
        truths = {}
        for i in self.rounds():
            generation = 1 + i % 3
            with self.subTest(round=i):
                self.write(generation)
                if generation not in truths:
                    truths[generation] = self.fresh(f"fresh{generation}")[0]
                self.interrupt("kept", took + 0.3)
                with Server(**self.settings("kept")) as s:
                    eventually(lambda: picture(s) == truths[generation], 30)
                self.check_database(f"{self.folder}/kept.db")


@needs_git
class Saving(Crash):
    FILES = 4

    def setUp(self):
        super().setUp()
        self.repo = f"{self.folder}/web"
        names = [f"docs/specs/s{i}.md" for i in range(self.FILES)]
        make_repository(self.repo, {n: spec_text(n, 0, 9) for n in names})
        self.names = names
        self.saved = []  # (file, id of its content), answered with 200
        self.lock = threading.Lock()

    def go_bare(self):
        git(self.folder, "clone", "-q", "--bare", "web", "web.git")
        self.repo = f"{self.folder}/web.git"

    def server(self):
        return Server(folder=self.folder,
                      CANON_SOURCES=f"acme/web=git:{self.repo}")

    def save(self, server, name, number):
        """Load and save; true when the answer was 200."""
        base = f"/app/acme/editor/acme/web/{name}"
        file = server.get(f"{base}/json")
        if file.status != 200:
            raise AssertionError(file)
        answer = server.post(
            f"{base}/save", {"content": spec_text(f"{name} {number}",
                                                  number % 9, 9),
                             "sha": file.json()["sha"],
                             "message": f"save {number}"})
        if answer.status == 200:
            with self.lock:
                self.saved.append((name, answer.json()["sha"]))
        return answer

    def save_until_killed(self, server, name):
        number = 0
        with contextlib.suppress(OSError, AssertionError):
            while server.process.poll() is None:
                number += 1
                self.save(server, name, number)

    def check_history(self):
        """Every save that was answered is in the history of main."""
        done = subprocess.run(["git", "-C", self.repo, "fsck", "--full"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = git(self.repo, "log", "--format=", "--raw", "--no-abbrev",
                    "main").splitlines()
        history = set()
        for line in lines:
            meta, name = line.split("\t")
            history.add((name, meta.split()[3]))
        lost = [s for s in self.saved if s not in history]
        self.assertEqual(lost, [])

    def expected(self):
        """The figures of what is committed, counted without canond."""
        done = 0
        for name in self.names:
            done += git(self.repo, "show", f"main:{name}").count("- [x]")
        return {"total_specs": self.FILES, "total_ac": 9 * self.FILES,
                "done_ac": done}

    def agrees(self, server):
        value = ask(server, "/app/acme/api/coverage")
        wanted = self.expected()
        return value and all(value["summary"][k] == v
                             for k, v in wanted.items())

    def remove_locks(self):
        """What git asks its user to do after a crash."""
        for folder, _, names in os.walk(self.repo):
            for name in names:
                if name.endswith(".lock"):
                    os.unlink(os.path.join(folder, name))

    def check_rounds(self):
        for i in self.rounds():
            with self.subTest(round=i), self.server() as s:
                eventually(lambda: self.agrees(s), 30)
                # nothing that the last one left is in the way
                answer = self.save(s, self.names[i % self.FILES], i)
                self.assertEqual(answer.status, 200, answer)
                with concurrent.futures.ThreadPoolExecutor(3) as pool:
                    for name in self.names[:3]:
                        pool.submit(self.save_until_killed, s, name)
                    time.sleep(self.random.uniform(0.05, 0.5))
                    kill(s)
                self.remove_locks()
                self.check_history()
        with self.server() as s:
            eventually(lambda: self.agrees(s), 30)
        self.check_database(f"{self.folder}/canon.db")
        self.assertGreater(len(self.saved), 20)

    def test_no_save_to_a_bare_repository_is_lost(self):
        self.go_bare()
        self.check_rounds()

    def test_no_save_to_a_repository_with_a_work_tree_is_lost(self):
        self.check_rounds()


if __name__ == "__main__":
    unittest.main()
