"""What must not be lost is not lost: crashes, and databases that fail."""

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

from support import (CANOND, PATIENCE, Server, check_sqlite, free_port,
                     needs_git, run, titles, wait_until, write_specs)

ROUNDS = int(os.environ.get("CANOND_CRASHES", "50"))


def git(folder, *arguments):
    return subprocess.run(
        ["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@x",
         *arguments], check=True, capture_output=True, text=True).stdout


def remove_locks(source):
    """What git leaves behind when it is killed while a branch moves, and what
    libcanon/docs/operation.md tells the operator to remove."""
    for folder, _, names in os.walk(os.path.join(source, ".git")):
        for name in names:
            if name.endswith(".lock"):
                os.unlink(os.path.join(folder, name))


class Crash(unittest.TestCase):
    def test_killed_while_indexing_the_next_start_is_consistent(self):
        chance = random.Random(7)
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "source")
            for i in range(ROUNDS):
                write_specs(source, "one", 40, word=f"round{i}")
                server = Server(folder=folder, wait=None,
                                CANON_SOURCES=f"acme={source}").start()
                time.sleep(chance.uniform(0.02, 0.3) * PATIENCE)
                server.stop(signal.SIGKILL)
                if i % 10 == 9 and os.path.exists(f"{folder}/canon.db"):
                    self.assertEqual(
                        check_sqlite(f"{folder}/canon.db", "quick_check"), [])
            with Server(folder=folder, CANON_SOURCES=f"acme={source}") as s:
                s.wait_for("/readyz")
                expected = sorted(f"round{ROUNDS - 1} {i}" for i in range(40))
                wait_until(lambda: titles(s) == expected, 60, "the index")
                found = s.get(f"/app/acme/api/search?q=round{ROUNDS - 1}")
                self.assertEqual(found.status, 200)
                self.assertTrue(found.json()["results"])
                gone = s.get("/app/acme/api/search?q=round0")
                self.assertEqual(gone.json()["results"], [])

    @needs_git
    def test_killed_while_saving_nothing_acknowledged_is_lost(self):
        chance = random.Random(8)
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "specs")
            write_specs(folder, "specs", 3)
            git(source, "init", "-q", "-b", "main")
            git(source, "add", "-A")
            git(source, "commit", "-q", "-m", "first")
            path = "/app/acme/editor/acme/specs/docs/specs/s0000.md"
            acknowledged = 0
            for i in range(ROUNDS):
                server = Server(folder=folder, CANON_SOURCES="acme/specs="
                                f"git:{source}").start()
                server.wait_for("/readyz")
                loaded = server.get(path + "/json")
                self.assertEqual(loaded.status, 200, loaded)
                text = loaded.json()["content"]
                if acknowledged:
                    self.assertIn(f"saved {acknowledged}\n", text)
                body = json.dumps({"content": text + f"\nsaved {i + 1}\n",
                                   "sha": loaded.json()["sha"]}).encode()
                delay = chance.uniform(0, 0.03) * PATIENCE
                with server.connect() as c:
                    c.send(f"POST {path}/save HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                           "Content-Type: application/json\r\nContent-Length: "
                           f"{len(body)}\r\n\r\n".encode() + body)
                    if i % 2:
                        time.sleep(delay)
                        server.stop(signal.SIGKILL)
                        try:
                            answer = c.answer()
                        except (AssertionError, OSError):
                            answer = None
                    else:
                        answer = c.answer()
                        server.stop(signal.SIGKILL)
                if answer is not None:
                    self.assertEqual(answer.status, 200, answer)
                    acknowledged = i + 1
                git(source, "fsck", "--strict")
                remove_locks(source)
            head = git(source, "show", "main:docs/specs/s0000.md")
            self.assertIn(f"saved {acknowledged}\n", head)


class Files(unittest.TestCase):
    def told(self, *words, before=None, program=None, **settings):
        status, _, said = run(before=before, program=program, **settings)
        self.assertEqual(status, 1, said)
        for word in words:
            self.assertIn(word, said)

    def test_a_missing_folder_is_told(self):
        self.told("/none", DATABASE_URL="sqlite:/none/x.db",
                  PORT=free_port())

    def test_a_file_that_is_no_database_is_told(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"no database at all" * 1000)
            f.flush()
            self.told("database", DATABASE_URL=f"sqlite:{f.name}",
                      PORT=free_port())

    def test_a_newer_database_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            with Server(folder=folder) as server:
                server.wait_for("/readyz")
            path = f"{folder}/canon.db"
            with sqlite3.connect(path) as db:
                names = [row[1] for row in
                         db.execute("PRAGMA table_info(schema_migrations)")]
                values = list(db.execute("SELECT * FROM schema_migrations"
                                         " ORDER BY version DESC LIMIT 1")
                              .fetchone())
                values[names.index("version")] = 999
                if "name" in names:
                    values[names.index("name")] = "from the future"
                db.execute("INSERT INTO schema_migrations VALUES ("
                           + ",".join("?" * len(values)) + ")", values)
            db.close()
            self.told("newer", DATABASE_URL=f"sqlite:{path}",
                      PORT=free_port())

    def test_a_file_that_cannot_be_written_is_told(self):
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            self.skipTest("root may write everywhere")
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/canon.db"
            with Server(folder=folder) as server:
                server.wait_for("/readyz")
            for name in os.listdir(folder):
                os.chmod(os.path.join(folder, name), 0o444)
            os.chmod(folder, 0o555)
            program = CANOND

            def nobody():
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)

            self.assertTrue(os.path.exists(path))
            server = Server(folder=folder, wait=None, program=program,
                            before=nobody if os.geteuid() == 0 else None)
            try:
                server.start()
                wait_until(lambda: any("read-only" in line and "permission"
                                       in line for line in server.log),
                           what="the message")
                server.stop()
            except PermissionError:
                self.skipTest("nobody may not run this program")
            finally:
                os.chmod(folder, 0o755)

    def test_a_full_disk_stops_nothing_but_writing(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (600000, 600000))

        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "source")
            write_specs(source, "one", 5)
            with Server(folder=folder, CANON_SOURCES=f"acme={source}") as s:
                s.wait_for("/readyz")
                wait_until(lambda: len(titles(s)) == 5)
            write_specs(source, "one", 800, word="many")
            with Server(folder=folder, before=small_files, wait=None,
                        CANON_SOURCES=f"acme={source}") as s:
                time.sleep(3 * PATIENCE)
                if s.process.poll() is None:
                    self.assertEqual(s.get("/healthz").status, 200)
                    s.stop()
                self.assertGreaterEqual(s.process.returncode, 0, s.log)
            with Server(folder=folder, CANON_SOURCES=f"acme={source}") as s:
                s.wait_for("/readyz")
                wait_until(lambda: len(titles(s)) == 800, 60)


def find_postgresql():
    base = "/usr/lib/postgresql"
    versions = sorted(os.listdir(base), key=int) if os.path.isdir(base) else []
    for version in reversed(versions):
        folder = f"{base}/{version}/bin"
        if os.path.exists(folder + "/initdb"):
            return folder
    return None


@unittest.skipUnless(find_postgresql(), "no PostgreSQL server is installed")
class PostgreSQL(unittest.TestCase):
    """A server of its own that comes and goes."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="canond-pg-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.command("initdb", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                     "--no-sync", "-U", "postgres", self.folder + "/data")
        self.addCleanup(self.database, "stop")
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"

    def command(self, name, *arguments, check=True):
        def postgres():
            os.setgroups([])
            shutil_user = __import__("pwd").getpwnam("postgres")
            os.setgid(shutil_user.pw_gid)
            os.setuid(shutil_user.pw_uid)

        subprocess.run([f"{find_postgresql()}/{name}", *arguments],
                       check=check, cwd="/tmp", stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL,
                       preexec_fn=postgres if os.geteuid() == 0 else None)

    def database(self, action):
        arguments = ["-D", self.folder + "/data", "-w"]
        if action == "start":
            arguments += ["-l", self.folder + "/log", "-o",
                          f"-k {self.folder} -c listen_addresses='' "
                          "-c fsync=off"]
        else:
            arguments += ["-m", "immediate"]
        self.command("pg_ctl", *arguments, action, check=action == "start")

    def test_it_may_come_late_go_away_and_come_back(self):
        source = os.path.join(self.folder, "source")
        os.makedirs(source, mode=0o755)
        write_specs(source, "one", 5)
        with Server(DATABASE_URL=self.url, wait="/healthz",
                    CANON_SOURCES=f"acme={source}") as server:
            self.assertEqual(server.get("/healthz").status, 200)
            self.assertEqual(server.get("/readyz").status, 503)
            self.assertEqual(server.get("/app/acme/api/dashboard").status,
                             503)
            self.database("start")
            server.wait_for("/readyz")
            wait_until(lambda: len(titles(server)) == 5)

            self.database("stop")
            server.wait_for("/readyz", 503)
            self.assertEqual(server.get("/healthz").status, 200)
            answer = server.get("/app/acme/api/dashboard")
            self.assertIn(answer.status, (500, 503))

            self.database("start")
            server.wait_for("/readyz")
            wait_until(lambda: server.get("/app/acme/api/dashboard").status
                       == 200)
            self.assertEqual(len(titles(server)), 5)
            write_specs(source, "one", 1, word="later")
            wait_until(lambda: "later 0" in titles(server), 30)

    def test_it_ends_while_the_database_is_away(self):
        server = Server(DATABASE_URL=self.url, wait="/healthz").start()
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 15 * PATIENCE)


if __name__ == "__main__":
    unittest.main()
