"""canond keeps up with its sources, and goes on after trouble around it."""

import concurrent.futures
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import postgresql
from support import (PATIENCE, Server, check_sqlite, eventually, git,
                     make_repository, needs_git, spec_text, write_file)

COVERAGE = "/app/acme/api/coverage"


def criteria(server):
    """How many criteria the index knows; None while it knows nothing."""
    try:
        answer = server.get(COVERAGE)
    except OSError:
        return None
    if answer.status != 200:
        return None
    return answer.json()["summary"]["total_ac"]


class Trouble(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="canond-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.specs = f"{self.folder}/specs"
        self.source = f"acme/specs=dir:{self.specs}"
        write_file(f"{self.specs}/docs/specs/a.md", spec_text("A", 1, 3))

    def server(self, **settings):
        settings.setdefault("CANON_SOURCES", self.source)
        return Server(folder=self.folder, **settings)

    def database(self):
        return f"{self.folder}/canon.db"


class Work(Trouble):
    def test_a_changed_file_is_found_in_a_folder(self):
        with self.server() as s:
            eventually(lambda: criteria(s) == 3)
            began = time.monotonic()
            write_file(f"{self.specs}/docs/specs/b.md", spec_text("B", 0, 4))
            eventually(lambda: criteria(s) == 7)
            self.assertLess(time.monotonic() - began, 5 * PATIENCE)
            os.unlink(f"{self.specs}/docs/specs/a.md")
            eventually(lambda: criteria(s) == 4, 5)

    @needs_git
    def test_a_commit_is_found_in_a_repository(self):
        repo = f"{self.folder}/web"
        name = "docs/specs/a.md"
        make_repository(repo, {name: spec_text("A", 1, 3)})
        with self.server(CANON_SOURCES=f"acme/web=git:{repo}") as s:
            eventually(lambda: criteria(s) == 3)
            began = time.monotonic()
            write_file(f"{repo}/{name}", spec_text("A", 1, 5))
            git(repo, "commit", "-q", "-a", "-m", "more")
            eventually(lambda: criteria(s) == 5)
            self.assertLess(time.monotonic() - began, 5 * PATIENCE)

    def test_a_source_that_is_not_there_comes_later(self):
        source = f"{self.source},acme/late=dir:{self.folder}/late"
        with self.server(CANON_SOURCES=source) as s:
            eventually(lambda: criteria(s) == 3)
            self.assertEqual(s.get("/readyz").status, 200)
            write_file(f"{self.folder}/late/docs/specs/l.md",
                       spec_text("Late", 0, 2))
            eventually(lambda: criteria(s) == 5, 60)

    def test_a_source_that_goes_away_keeps_its_index(self):
        with self.server() as s:
            eventually(lambda: criteria(s) == 3)
            os.rename(self.specs, f"{self.folder}/away")
            time.sleep(2)
            self.assertEqual(criteria(s), 3)
            self.assertEqual(s.get("/healthz").status, 200)
            os.rename(f"{self.folder}/away", self.specs)
            self.assertEqual(criteria(s), 3)

    def test_log_lines_are_json_without_queries(self):
        with self.server() as s:
            eventually(lambda: criteria(s) == 3)
            for path in ("/app/acme/api/search?q=topsecret", "/x?topsecret",
                         "/app/acme/api/coverage?days=topsecret",
                         "/%zz?topsecret"):
                s.get(path)
            s.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
                   b"Authorization: Bearer topsecret\r\n"
                   b"Cookie: canon_session=topsecret\r\n"
                   b"User-Agent: a\"b\\\xff\r\nConnection: close\r\n\r\n")
        self.assertGreater(len(s.log), 5)
        for line in s.log:
            entry = json.loads(line)
            self.assertEqual(list(entry), ["time", "level", "module",
                                           "request", "text"])
            self.assertNotIn("topsecret", line)
            self.assertNotIn("?", entry["text"])

    def test_a_second_process_on_the_file_does_not_harm(self):
        with self.server() as first:
            eventually(lambda: criteria(first) == 3)
            second = self.server()
            second.wait = "/healthz"
            with second:
                answer = second.get(COVERAGE)
                self.assertIn(answer.status, (200, 503), answer)
                answer = second.post(
                    "/app/acme/editor/acme/specs/docs/specs/n.md/save",
                    {"content": spec_text("N", 0, 1), "sha": ""})
                self.assertNotEqual(answer.status, 500, answer)
                write_file(f"{self.specs}/docs/specs/b.md",
                           spec_text("B", 0, 4))
                eventually(lambda: criteria(first) in (7, 8))
                self.assertEqual(second.get("/healthz").status, 200)
            self.assertEqual(second.process.returncode, 0)
            self.assertTrue(any("another process" in line
                                for line in second.log), second.log)
        self.assertEqual(check_sqlite(self.database()), [])

    def test_sigterm_under_load_ends_soon_and_well(self):
        for i in range(100):
            write_file(f"{self.specs}/docs/specs/s{i}.md",
                       spec_text(f"S{i}", i % 4, 4, 50))
        with self.server() as s:
            stop = threading.Event()

            def ask():
                while not stop.is_set():
                    try:
                        s.get("/app/acme/api/dashboard", 5)
                    except (OSError, AssertionError):
                        return

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for _ in range(8):
                    pool.submit(ask)
                with s.connect() as idle:
                    idle.send(b"GET /healthz HT")
                    time.sleep(0.5)
                    began = time.monotonic()
                    status = s.stop()
                    took = time.monotonic() - began
                stop.set()
            self.assertEqual(status, 0, s.log[-5:])
            self.assertLess(took, 10 * PATIENCE)


class FullDisk(Trouble):
    """The index does not fit: canond stays up and goes on afterwards."""

    def fill(self):
        for i in range(120):
            write_file(f"{self.specs}/docs/specs/s{i}.md",
                       spec_text(f"S{i}", 0, 4, 800))

    def check_alive(self, server):
        for path, good in (("/healthz", (200,)), ("/readyz", (200, 503)),
                           (COVERAGE, (200, 404, 503)),
                           ("/app/acme/api/search?q=rule", (200, 404, 503))):
            answer = server.get(path)
            self.assertIn(answer.status, good, (path, answer))

    def test_a_full_disk(self):
        disk = f"{self.folder}/disk"
        os.mkdir(disk)
        mounted = os.getuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk],
            capture_output=True, check=False).returncode == 0
        if not mounted:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=False)
        with self.server(DATABASE_URL=f"sqlite:{disk}/canon.db") as s:
            eventually(lambda: criteria(s) == 3 or None)
            self.fill()
            eventually(lambda: any("full" in line for line in s.log))
            self.check_alive(s)
            subprocess.run(["mount", "-o", "remount,size=64m", disk],
                           check=True)
            write_file(f"{self.specs}/docs/specs/more.md",
                       spec_text("More", 0, 2))
            eventually(lambda: criteria(s) == 3 + 120 * 4 + 2, 90)
        self.assertEqual(s.process.returncode, 0)

    def test_a_file_that_may_not_grow(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000000, 2000000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        server = self.server()
        server.before = limit
        server.options = {"restore_signals": False}
        with server as s:
            eventually(lambda: criteria(s) == 3)
            self.fill()
            time.sleep(3 * PATIENCE)
            self.check_alive(s)
        self.assertEqual(s.process.returncode, 0, s.log)
        with self.server() as s:
            eventually(lambda: criteria(s) == 3 + 120 * 4, 60)


@unittest.skipIf(postgresql.missing(), postgresql.missing())
class PostgreSQL(Trouble):
    def setUp(self):
        super().setUp()
        self.cluster = postgresql.Cluster()
        self.addCleanup(self.cluster.remove)

    def check_recovery(self, server, count):
        server.wait_for("/readyz", 200, 40)
        eventually(lambda: criteria(server) == count, 60)
        self.assertEqual(server.get("/healthz").status, 200)

    def test_it_goes_and_comes_back(self):
        self.cluster.start()
        with self.server(DATABASE_URL=self.cluster.url) as s:
            self.check_recovery(s, 3)
            for mode in ("fast", "immediate"):
                with self.subTest(mode):
                    self.cluster.stop(mode)
                    s.wait_for("/readyz", 503)
                    answer = s.wait_for(COVERAGE, 503)
                    self.assertIn("error", answer.json())
                    self.assertEqual(s.get("/healthz").status, 200)
                    self.cluster.start()
                    self.check_recovery(s, 3)
            write_file(f"{self.specs}/docs/specs/b.md", spec_text("B", 0, 4))
            eventually(lambda: criteria(s) == 7, 60)
        self.assertEqual(s.process.returncode, 0, s.log)

    def test_a_restart_between_requests_is_not_noticed(self):
        def together():
            with concurrent.futures.ThreadPoolExecutor(12) as pool:
                return {answer.status
                        for answer in pool.map(s.get, 24 * [COVERAGE])}

        self.cluster.start()
        with self.server(DATABASE_URL=self.cluster.url) as s:
            self.check_recovery(s, 3)
            self.assertEqual(together(), {200})
            for mode in ("fast", "immediate"):
                with self.subTest(mode):
                    self.cluster.stop(mode)
                    self.cluster.start()
                    self.assertEqual(together(), {200})

    def test_it_comes_later_than_canond(self):
        with self.server(DATABASE_URL=self.cluster.url,
                         wait="/healthz") as s:
            self.assertEqual(s.get("/readyz").status, 503)
            answer = s.get(COVERAGE)
            self.assertEqual(answer.status, 503)
            time.sleep(1)
            self.cluster.start()
            self.check_recovery(s, 3)
        self.assertEqual(s.process.returncode, 0, s.log)

    def test_canond_can_be_stopped_while_it_waits(self):
        with self.server(DATABASE_URL=self.cluster.url,
                         wait="/healthz") as s:
            began = time.monotonic()
            self.assertEqual(s.stop(), 0)
            self.assertLess(time.monotonic() - began, 10 * PATIENCE)


if __name__ == "__main__":
    unittest.main()
