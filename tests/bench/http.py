#!/usr/bin/env python3
"""Figures of canond as a process: F9, F10, F12, F13, F15, A2.

  http.py --canond FILE [--corpus DIR] [--rounds N] [FIGURE ...]

Without figures all are measured. F13 and F15 need --corpus, which corpus.py
has made. F9 needs nginx and wrk, F10 wrk and CANON_TEST_POSTGRESQL, A2 wrk
and the program canon of the same build; the Python
packages of the stand-in are put into build/bench-venv. A server has the last
core of the machine for itself, those who ask it the first one.
"""
import argparse
import asyncio
import base64
import contextlib
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# in place of this folder, whose http is not the one of the library
sys.path[0] = os.path.join(HERE, "..", "server")
import support  # noqa: E402

FIGURES = ("F9", "F10", "F12", "F13", "F15", "A2")
ORG = "bench"
CORES = sorted(os.sched_getaffinity(0))
DOCUMENTS = 500  # of the index that F10 asks
IDLE, SLOW_BODIES, SLOW_HEADERS = 1000, 300, 300
LOAD_SECONDS, SETTLING_SECONDS, PATIENCE = 15, 5, 5
PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "asyncpg")


class Skipped(Exception):
    """A figure cannot be measured here; the text is one word."""


def note(text):
    print(text, file=sys.stderr, flush=True)


class Table:
    def __init__(self):
        self.missed = False

    def add(self, figure, what, value, unit, bar=None, goal=None):
        """bar and goal are (sign, number), or None."""
        met = not bar or (value >= bar[1] if bar[0] == ">=" else
                          value <= bar[1])
        bar, goal = (f"{x[0]}{x[1]}{unit}" if x else "-" for x in (bar, goal))
        number = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
        # never rounded to the bar that was missed
        if not met and f">={number}{unit}" == bar:
            number = f"{value:.2f}"
        print(figure, what, number + unit, bar, goal, "ok" if met else "MISSED",
              flush=True)
        self.missed |= not met

    def skip(self, figure, reason):
        print(figure, "-", reason, "-", "-", "SKIPPED", flush=True)


@contextlib.contextmanager
def on_core(core):
    """What is started meanwhile stays on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Canond(support.Server):
    """canond on the servers' core, without a log of requests."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, LOG_LEVEL="warning", **settings)

    def get(self, path, timeout=20):
        return self.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         "Connection: close\r\n\r\n".encode(), timeout)

    def start(self):
        with on_core(CORES[-1]):
            return super().start()

    def memory_mib(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as f:
            kb = re.search(field + r":\s+(\d+)", f.read()).group(1)
        return int(kb) / 1024

    def wait_until_indexed(self, count, seconds=600):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.get(f"/app/{ORG}/api/coverage")
            if answer.status == 200 and \
                    answer.json()["summary"]["total_specs"] >= count:
                time.sleep(1)
                return
            time.sleep(0.25)
        raise AssertionError(f"{count} documents are not indexed in {seconds} s")


@contextlib.contextmanager
def process(command, port, folder, **environment):
    """A server that is not canond, on the servers' core."""
    with on_core(CORES[-1]):
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                                  stdout=sys.stderr,
                                  env={**os.environ, **environment})
    try:
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                support.Connection(port, 1).socket.close()
                break
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{command[0]} does not listen")
            time.sleep(0.05)
        yield server
    finally:
        server.terminate()
        server.wait(30)


def needs(program):
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        raise Skipped(f"no-{program}")
    return found


def wrk(port, path, seconds, script=None, header=None):
    """Requests a second with 32 clients."""
    command = [needs("wrk"), "-t1", "-c32", f"-d{seconds}s"]
    if header:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    with on_core(CORES[0]):
        done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"],
                              capture_output=True, text=True, check=True,
                              timeout=seconds + 30)
    bad = re.search(r"Non-2xx.*|Socket errors.*", done.stdout)
    if bad:
        raise AssertionError(f"{path}: {bad.group()}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    if not rate:
        raise AssertionError(f"{path}: no answer in {seconds} s")
    return rate


def interleaved(rounds, measures):
    """Results of each of the functions; one round before is thrown away."""
    results = {name: [] for name in measures}
    for i in range(-1, rounds):
        for name, measure in measures.items():
            value = measure()
            if i >= 0:
                results[name].append(value)
    for name, values in results.items():
        note(f"  {name}: {statistics.median(values):.0f}/s "
             f"({min(values):.0f} to {max(values):.0f})")
    return results


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))


# F9

def nginx_configuration(folder, port):
    with open(os.path.join(folder, "page.json"), "w") as f:
        f.write(json.dumps({"text": "x" * 1012}))
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as f:
        f.write(("user root;\n" if os.getuid() == 0 else "") + f"""
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  default_type application/json;
  client_body_temp_path {folder}/b;
  proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}; }}
}}
""")
    return path


def health(table, options):
    nginx, port = needs("nginx"), support.free_port()
    with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder, \
            process([nginx, "-e", f"{folder}/error.log", "-c",
                     nginx_configuration(folder, port)], port, folder), \
            Canond(options.canond, folder=folder) as canond:
        found = interleaved(options.rounds, {
            "canond": lambda: wrk(canond.port, "/healthz", options.seconds),
            "nginx": lambda: wrk(port, "/page.json", options.seconds)})
    table.add("F9", "healthz-to-nginx",
              100 * ratio(found["canond"], found["nginx"]), "%", (">=", 70),
              (">=", 100))


# F10

def standin_python():
    folder = os.path.join(ROOT, "build", "bench-venv")
    python = os.path.join(folder, "bin", "python")
    check = [python, "-c", "import " + ", ".join(PACKAGES)]
    with contextlib.suppress(OSError):
        if subprocess.run(check, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    for command in ([sys.executable, "-m", "venv", folder],
                    [python, "-m", "pip", "install", "-q", *PACKAGES]):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if subprocess.run(command, stdout=sys.stderr,
                              timeout=300).returncode == 0:
                continue
        raise Skipped("no-python-packages")
    return python


@contextlib.contextmanager
def database():
    """The URL of a new PostgreSQL database."""
    server = os.environ.get("CANON_TEST_POSTGRESQL")
    if not server:
        raise Skipped("no-server")
    name = f"canon_bench_{os.getpid()}"

    def tell(statement):
        subprocess.run([needs("psql"), "-q", "-X", server, "-c", statement],
                       check=True, stdout=sys.stderr)

    tell(f"CREATE DATABASE {name}")
    try:
        # not urlunsplit, which drops the empty host
        parts = urllib.parse.urlsplit(server)
        yield (f"{parts.scheme}://{parts.netloc}/{name}"
               + (f"?{parts.query}" if parts.query else ""))
    finally:
        tell(f"DROP DATABASE {name} WITH (FORCE)")


def make_corpus(folder, documents):
    subprocess.run([sys.executable, os.path.join(HERE, "corpus.py"), "make",
                    folder, "--docs", str(documents), "--clean"], check=True,
                   stdout=sys.stderr)
    return folder


def document_paths(corpus):
    with open(os.path.join(corpus, "docs.jsonl")) as f:
        return [f"/app/{ORG}/api/specs/{ORG}/{json.loads(line)['path']}"
                for line in f]


def document_script(folder, paths):
    """All documents in turn."""
    name = os.path.join(folder, "documents.lua")
    with open(name, "w") as f:
        f.write("local at, requests = 0, {}\nlocal paths = {\n"
                + "".join(f"  {json.dumps(p)},\n" for p in paths) + """}
function init()
  for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
""")
    return name


def compare_pages(options, servers, paths, script):
    """The ratio of each page and database to the stand-in."""
    pages = {"document": (paths[0], script),
             "dashboard": (f"/app/{ORG}/api/dashboard", None),
             "coverage": (f"/app/{ORG}/api/coverage", None)}
    ratios = {"sqlite": {}, "postgresql": {}}
    for page, (path, lua) in pages.items():
        note(f"{page}:")
        found = interleaved(options.rounds, {
            name: (lambda p=port: wrk(p, path, options.page_seconds, lua))
            for name, port in servers.items()})
        for name, its in ratios.items():
            its[page] = ratio(found[name], found["stand-in"])
            note(f"  {name} is {its[page]:.1f} times the stand-in")
    return ratios


def pages(table, options):
    python = standin_python()
    with database() as url, \
            tempfile.TemporaryDirectory(prefix="canon-bench-") as folder:
        shutil.copy(os.path.join(HERE, "standin.py"), folder)
        corpus = make_corpus(os.path.join(folder, "corpus"), DOCUMENTS)
        paths, port = document_paths(corpus), support.free_port()
        sources = f"{ORG}={corpus}"
        with Canond(options.canond, folder=folder,
                    CANON_SOURCES=sources) as sqlite, \
                Canond(options.canond, folder=folder, DATABASE_URL=url,
                       CANON_SOURCES=sources) as postgresql:
            sqlite.wait_until_indexed(len(paths))
            postgresql.wait_until_indexed(len(paths))
            with process([python, "-m", "uvicorn", "standin:app", "--loop",
                          "uvloop", "--http", "httptools", "--no-access-log",
                          "--log-level", "warning", "--port", str(port)],
                         port, folder, DATABASE_URL=url):
                ratios = compare_pages(
                    options, {"sqlite": sqlite.port, "stand-in": port,
                              "postgresql": postgresql.port},
                    paths, document_script(folder, paths))
    for name, bar, goal in (("sqlite", 6, 10), ("postgresql", 3, 5)):
        page = min(ratios[name], key=ratios[name].get)
        table.add("F10", f"{name}-{page}", ratios[name][page], "x",
                  (">=", bar), (">=", goal))


# F12: all come at once and do not come again when they are sent away.

async def read_to_end(reader):
    with contextlib.suppress(OSError):
        while await reader.read(65536):
            pass


async def trickle(port, start, pieces, pause):
    """A client that sends `start`, then pieces of its request slowly."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        end = asyncio.create_task(read_to_end(reader))
        try:
            writer.write(start)
            while not end.done():
                await asyncio.wait([end], timeout=pause)
                if pieces and not end.done():
                    writer.write(pieces)
        finally:
            end.cancel()
            writer.close()


async def fresh(port):
    """Seconds to an answer on a connection of its own, or None."""
    start = time.monotonic()

    async def ask():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         b"Connection: close\r\n\r\n")
            return (await reader.read(65536)).startswith(b"HTTP/1.1 200")
        finally:
            writer.close()

    with contextlib.suppress(OSError, asyncio.TimeoutError):
        if await asyncio.wait_for(ask(), PATIENCE):
            return time.monotonic() - start
    return None


async def press(port):
    """(seconds since the start, seconds to the answer) of fresh requests."""
    header = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    body = (f"POST /app/{ORG}/editor/{ORG}/x/preview HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: 100000\r\n\r\n").encode()
    kinds = ([(header + b"\r\n", b"")] * IDLE + [(body, b"{")] * SLOW_BODIES
             + [(header, b"X-More: y\r\n")] * SLOW_HEADERS)
    load = [asyncio.create_task(trickle(port, *kind, 1)) for kind in kinds]
    start, asked = time.monotonic(), []
    while time.monotonic() - start < LOAD_SECONDS:
        asked.append((time.monotonic() - start,
                      asyncio.create_task(fresh(port))))
        await asyncio.sleep(0.1)
    answers = [(at, await task) for at, task in asked]
    note(f"  {sum(not task.done() for task in load)} of {len(load)} clients "
         "still connected")
    for task in load:
        task.cancel()
    await asyncio.gather(*load, return_exceptions=True)
    return answers


def percentile99(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def load(table, options):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < 4096:
        raise Skipped("too-few-descriptors")
    with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder, \
            Canond(options.canond, folder=folder) as canond:
        with on_core(CORES[0]):
            answers = asyncio.run(press(canond.port))
        if canond.process.poll() is not None:
            raise AssertionError("canond ended")
    took = [seconds for _, seconds in answers if seconds is not None]
    # no answer counts as one after the limit
    later = [PATIENCE if seconds is None else seconds
             for at, seconds in answers if at >= SETTLING_SECONDS]
    if took:
        note(f"  {len(took)} of {len(answers)} answered, at most "
             f"{max(took) * 1000:.0f} ms")
    table.add("F12", "answered-under-load", 100 * len(took) / len(answers),
              "%", (">=", 100))
    table.add("F12", "p99-after-5s", 1000 * percentile99(later), "ms",
              goal=("<=", 100))


# F13, F15

@contextlib.contextmanager
def indexed(options):
    """Settings of an index of the corpus, which is made once."""
    if not options.corpus:
        raise Skipped("no-corpus")
    if not options.index:
        folder = options.folders.enter_context(
            tempfile.TemporaryDirectory(prefix="canon-bench-"))
        options.index = {"CANON_SOURCES": f"{ORG}={options.corpus}",
                         "folder": folder}
        with Canond(options.canond, **options.index) as canond:
            canond.wait_until_indexed(len(document_paths(options.corpus)))
            options.peak = canond.memory_mib("VmHWM")
    yield options.index


def memory(table, options):
    with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder, \
            Canond(options.canond, folder=folder) as canond:
        time.sleep(2)
        table.add("F13", "canond-idle", canond.memory_mib(), "MiB",
                  ("<=", 20), ("<=", 12))
    with indexed(options):
        table.add("F13", "canond-while-indexing", options.peak, "MiB",
                  ("<=", 250))


def start_once(options, settings, request):
    """Milliseconds from exec to the first document."""
    canond = Canond(options.canond, wait=None, **settings)
    start = time.monotonic()
    with canond:
        while time.monotonic() - start < 30:
            with contextlib.suppress(OSError, AssertionError):
                if canond.send(request, 1).status == 200:
                    return 1000 * (time.monotonic() - start)
            time.sleep(0.0005)
    raise AssertionError("no answer in 30 s: " + "\n".join(canond.log))


def starting(table, options):
    with indexed(options) as settings:
        request = (f"GET {document_paths(options.corpus)[0]} HTTP/1.1\r\n"
                   "Host: 127.0.0.1\r\nConnection: close\r\n\r\n").encode()
        took = [start_once(options, settings, request)
                for _ in range(options.rounds + 1)][1:]
    note(f"  {min(took):.1f} to {max(took):.1f} ms")
    table.add("F15", "start-to-first-document", statistics.median(took), "ms",
              ("<=", 30), ("<=", 10))


# A2

LOGIN = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_CLIENT_ID": "client",
         "AUTH0_CLIENT_SECRET": "secret", "AUTH0_AUDIENCE": "https://api",
         "PLATFORM_URL": "https://canon.example",
         "APP_SECRET_KEY": base64.b64encode(bytes(32)).decode()}


def make_key(options, url):
    """A key of the organisation, made by the program canon."""
    program = os.path.join(os.path.dirname(os.path.dirname(options.canond)),
                           "examples", "canon", "canon")
    if not os.access(program, os.X_OK):
        raise Skipped("no-canon")

    def canon(*words):
        return subprocess.run([program, *words, "--db", url], check=True,
                              stdout=subprocess.PIPE, text=True, timeout=60,
                              env=support.clean_environment()).stdout

    canon("users", "add", "bench", "--role", "admin")
    made = canon("keys", "create", "--org", ORG, "--user", "bench")
    return re.search(r"sw_[\w-]{43}", made).group()


@contextlib.contextmanager
def both_ways(options, folder, sources, url):
    """canond without and with login, on one index after the other."""
    settings = {"CANON_SOURCES": f"{ORG}={sources}"}
    count = len(document_paths(sources))
    login = os.path.join(folder, "login")
    os.makedirs(login)
    if url:
        # both on one database, which PostgreSQL can serve twice
        settings["DATABASE_URL"] = url
        key_url = url
    else:
        key_url = f"sqlite:{login}/canon.db"
    with Canond(options.canond, folder=login, **settings) as canond:
        canond.wait_until_indexed(count)
    key = make_key(options, key_url)
    local = login if url else os.path.join(folder, "local")
    os.makedirs(local, exist_ok=True)
    with Canond(options.canond, folder=local, **settings) as without, \
            Canond(options.canond, folder=login, **LOGIN, **settings) as with_:
        without.wait_until_indexed(count)
        yield without, with_, "Authorization: Bearer " + key


def compare_key(table, options, name, url, folder, corpus):
    """The greatest loss of the three pages."""
    paths = document_paths(corpus)
    pages = {"document": paths[0], "dashboard": f"/app/{ORG}/api/dashboard",
             "coverage": f"/app/{ORG}/api/coverage"}
    losses = {}
    with both_ways(options, folder, corpus, url) as (without, with_, header):
        for page, path in pages.items():
            note(f"{name}, {page}:")
            found = interleaved(options.rounds, {
                "local mode": lambda: wrk(without.port, path,
                                          options.page_seconds),
                "key": lambda: wrk(with_.port, path, options.page_seconds,
                                   header=header)})
            losses[page] = 100 * (1 - ratio(found["key"],
                                            found["local mode"]))
            note(f"  {losses[page]:.1f} % slower")
    page = max(losses, key=losses.get)
    table.add("A2", f"key-slower-{name}-{page}", max(losses[page], 0), "%",
              ("<=", 15))


def keys(table, options):
    with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder:
        corpus = make_corpus(os.path.join(folder, "corpus"), DOCUMENTS)
        compare_key(table, options, "sqlite", None,
                    os.path.join(folder, "sqlite"), corpus)
        if os.environ.get("CANON_TEST_POSTGRESQL"):
            with database() as url:
                compare_key(table, options, "postgresql", url,
                            os.path.join(folder, "postgresql"), corpus)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("--canond", required=True, type=os.path.abspath)
    p.add_argument("--corpus", type=os.path.abspath)
    p.add_argument("--rounds", type=int, default=9)
    p.add_argument("--seconds", type=int, default=3, help="of a round of F9")
    p.add_argument("--page-seconds", type=int, default=2, help="and of F10")
    p.add_argument("figures", nargs="*", metavar="FIGURE",
                   help=" ".join(FIGURES))
    options = p.parse_args()
    if not set(options.figures) <= set(FIGURES):
        p.error("figures are " + ", ".join(FIGURES))
    options.index = options.peak = None
    measures = dict(zip(FIGURES, (health, pages, load, memory, starting,
                                  keys)))
    table, failed = Table(), False
    with contextlib.ExitStack() as options.folders:
        for figure, measure in measures.items():
            if options.figures and figure not in options.figures:
                continue
            note(f"{figure}, {measure.__name__}")
            try:
                measure(table, options)
            except Skipped as reason:
                table.skip(figure, str(reason))
            except Exception as error:  # the others are measured still
                note(f"{figure} failed: {error!r:.2000}")
                failed = True
    return 2 if failed else int(table.missed)


if __name__ == "__main__":
    sys.exit(main())
