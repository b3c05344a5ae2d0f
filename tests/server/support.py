"""Starting canond on a free loopback port and talking to it byte by byte."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

CANOND = os.environ.get("CANOND", "build/debug/canond/canond")
STUB = os.environ.get("CANOND_STUB", "")
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A sanitizer makes everything slower.
PATIENCE = float(os.environ.get("CANOND_PATIENCE", "1"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def clean_environment():
    """What canond may see of ours: a stray setting must not change a test."""
    names = {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH",
             "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}
    return {k: v for k, v in os.environ.items() if k in names}


class Server:
    """A canond process. Use it in a with statement.

    It is waited for until it serves pages: until then all but the probes is
    answered 503.
    """

    def __init__(self, program=None, folder=None, wait="/", before=None,
                 **settings):
        self.before = before  # runs in the process, before canond does
        self.program = program or CANOND
        self.folder = folder or tempfile.mkdtemp(prefix="canond-test-")
        self.port = int(settings.pop("PORT", 0)) or free_port()
        self.wait = wait
        self.settings = {"PORT": str(self.port),
                         "DATABASE_URL": f"sqlite:{self.folder}/canon.db"}
        self.settings.update({k: str(v) for k, v in settings.items()})
        self.options = {}  # for subprocess.Popen
        self.log = []
        self.process = None
        self.reader = None

    def start(self):
        environment = clean_environment()
        environment.update(self.settings)
        self.process = subprocess.Popen(
            [self.program], env=environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace",
            preexec_fn=self.before, **self.options)
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        if self.wait:
            self.wait_for(self.wait)
        return self

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def wait_for(self, path, status=200, seconds=20):
        end = time.monotonic() + seconds * PATIENCE
        answer = None
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.reader.join(5)
                raise AssertionError("canond ended: " + "\n".join(self.log))
            with contextlib.suppress(OSError, AssertionError):
                answer = self.get(path)
                if answer.status == status:
                    return answer
            time.sleep(0.01)
        raise AssertionError(f"{path} is not {status}: {answer} "
                             + "\n".join(self.log))

    def stop(self, number=signal.SIGTERM, seconds=30):
        """End it; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("canond did not stop") from None
        self.reader.join(5)
        self.process.stderr.close()
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.stop()
        report = [line for line in self.log
                  if "Sanitizer" in line or "runtime error" in line]
        if report:
            raise AssertionError("\n".join(self.log))

    def connect(self, timeout=20):
        return Connection(self.port, timeout * PATIENCE)

    def send(self, data, timeout=20):
        """Send raw bytes on a connection of their own, read one answer."""
        with self.connect(timeout) as c:
            c.send(data)
            return c.answer(head=data.startswith(b"HEAD "))

    def get(self, path, timeout=20):
        return self.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         f"Connection: close\r\n\r\n".encode(), timeout)

    def post(self, path, value, headers=""):
        body = json.dumps(value).encode()
        return self.send(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Type: application/json\r\n{headers}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            .encode() + body)

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


class Answer:
    def __init__(self, status, headers, body, version):
        self.status = status
        self.headers = headers
        self.body = body
        self.version = version

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r}>"


class Connection:
    """A socket that reads answers as strictly as a proxy would."""

    def __init__(self, port, timeout):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.rest += data
        return bool(data)

    def closed(self):
        """True when the server has closed without another byte."""
        return not self.rest and not self.more()

    def until(self, mark):
        while mark not in self.rest:
            if not self.more():
                raise AssertionError(f"cut short: {self.rest[:300]!r}")
        part, self.rest = self.rest.split(mark, 1)
        return part

    def exactly(self, count):
        while len(self.rest) < count:
            if not self.more():
                raise AssertionError(f"{len(self.rest)} of {count} bytes")
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    def head(self):
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            if name.lower() in headers:
                raise AssertionError(f"{name} stands twice")
            headers[name.lower()] = value
        return version, int(status), headers

    def answer(self, head=False):
        version, status, headers = self.head()
        while status == 100:
            version, status, headers = self.head()
        if head or status in (204, 304):
            body = b""
        elif "content-length" in headers:
            body = self.exactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            body = b"".join(self.chunks())
        else:
            while self.more():
                pass
            body, self.rest = self.rest, b""
        return Answer(status, headers, body, version)

    def chunks(self):
        while True:
            size = int(self.until(b"\r\n"), 16)
            data = self.exactly(size)
            if self.exactly(2) != b"\r\n":
                raise AssertionError("a chunk has no end")
            if not size:
                return
            yield data


def run(arguments=(), seconds=30, program=None, before=None, **settings):
    """Run canond to its end: exit status, what it printed, what it said."""
    environment = clean_environment()
    environment["DATABASE_URL"] = "sqlite::memory:"
    environment.update({k: str(v) for k, v in settings.items()})
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program or CANOND, *arguments], cwd=folder,
                              env=environment, capture_output=True, text=True,
                              timeout=seconds * PATIENCE, check=False,
                              preexec_fn=before)
    return done.returncode, done.stdout, done.stderr


def write_specs(folder, repository, count, word="first"):
    """Spec documents of a folder repository, each with its own text."""
    where = os.path.join(folder, repository, "docs", "specs")
    os.makedirs(where, exist_ok=True)
    for i in range(count):
        with open(os.path.join(where, f"s{i:04}.md"), "w",
                  encoding="utf-8") as f:
            f.write(f"---\ntitle: {word} {i}\nstatus: approved\n---\n\n"
                    f"# {word} {i}\n\n## 1. Goal\n\n{word} goal\n\n"
                    "### Acceptance Criteria\n\n- [ ] one\n- [x] two\n")


def titles(server, org="acme"):
    """Of all specs in the index, sorted."""
    answer = server.get(f"/app/{org}/api/dashboard")
    if answer.status != 200:
        raise AssertionError(answer)
    return sorted(spec["title"] for repo in answer.json()["repos_with_specs"]
                  for spec in repo["specs"])


def wait_until(condition, seconds=30, what="it"):
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen in time")


def eventually(check, seconds=20, pause=0.02):
    """Wait until check returns something true; returns that."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {value!r}")
        time.sleep(pause)


def check_sqlite(path, check="integrity_check"):
    """What SQLite finds wrong with a file that nobody has open. Newer ones ask
    full-text tables as well, whose words only Canon can cut; then it is all
    other tables, among them those that the full-text index is made of."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            rows = db.execute(f"PRAGMA {check}").fetchall()
        except sqlite3.OperationalError as error:
            if "no such tokenizer" not in str(error):
                raise
            rows = []
            for (table,) in db.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                    " AND sql NOT LIKE 'CREATE VIRTUAL%'").fetchall():
                rows += db.execute(f"PRAGMA {check}({table})").fetchall()
        rows += db.execute("PRAGMA foreign_key_check").fetchall()
    assert rows, "nothing was checked"
    return [row for row in rows if row != ("ok",)]


def spec_text(title, done, total, filler=0):
    """A spec with one section of criteria, done of which are ticked."""
    lines = ["---", f"title: {title}", "status: in_progress",
             "owner: Test", "team: core", "---", "", f"# {title}", "",
             "## 1. Rules", "", "### Acceptance Criteria", ""]
    lines += [f"- [{'x' if i < done else ' '}] Rule {i} holds"
              for i in range(total)]
    lines += ["", *["Some more words about it."] * filler, ""]
    return "\n".join(lines)


def write_file(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def git(folder, *arguments):
    """Run git, free of the user's configuration; returns what it printed."""
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null",
                       GIT_CONFIG_NOSYSTEM="1")
    for who in ("AUTHOR", "COMMITTER"):
        environment[f"GIT_{who}_NAME"] = "Test"
        environment[f"GIT_{who}_EMAIL"] = "test@example.com"
    done = subprocess.run(["git", "-C", folder, *arguments], env=environment,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError((arguments, done.stdout, done.stderr))
    return done.stdout


def make_repository(folder, files):
    """A git repository with a work tree and one commit on main."""
    os.makedirs(folder)
    git(folder, "init", "-q", "-b", "main")
    for name, text in files.items():
        write_file(os.path.join(folder, name), text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")


needs_stub = unittest.skipUnless(STUB, "CANOND_STUB names no program")
needs_git = unittest.skipIf(os.environ.get("CANOND_GIT") == "OFF",
                            "this build reads no git repositories")
