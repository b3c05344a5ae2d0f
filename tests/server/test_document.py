"""Every answer of canond is one that its OpenAPI document describes."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from support import (PATIENCE, TESTS, Server, clean_environment, eventually,
                     make_repository, needs_git, spec_text)

PROJECT = os.path.dirname(TESTS)
DOCUMENT = f"{PROJECT}/libcanon/docs/openapi.yaml"
PEERS = os.environ.get("CANON_PEERS", f"{PROJECT}/build/peers")


def missing():
    """Why the judge cannot work here; empty when it can."""
    node = shutil.which("node")
    if not node:
        return "no Node.js in PATH"
    text = subprocess.run([node, "--version"], capture_output=True, text=True,
                          check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", text)
    if not found or tuple(map(int, found.groups())) < (20, 19):
        return f"Node.js is older than 20.19: {text.strip()}"
    if not os.path.isdir(f"{PEERS}/node_modules"):
        return f"CANON_PEERS names no folder of installed peers: {PEERS}"
    return ""


class Judge:
    """The validating proxy in front of a server."""

    def __init__(self, server):
        environment = clean_environment()
        self.process = subprocess.Popen(
            ["node", "conform.mjs", "proxy", "--spec", DOCUMENT, "--upstream",
             f"http://127.0.0.1:{server.port}", "--exit-with-stdin"],
            cwd=PEERS, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise AssertionError(f"the proxy did not start: {line}")
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def ask(self, path, value=None, method=None, **headers):
        """Status and text of an answer."""
        data = None
        if value is not None:
            data = json.dumps(value).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, headers,
            method=method)
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request, timeout=20 * PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

    def control(self, name):
        return json.loads(self.ask(f"/__control/{name}")[1])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@unittest.skipIf(missing(), missing())
@needs_git
class Document(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="canond-test-")
        shutil.copytree(f"{PROJECT}/examples/specs", f"{cls.folder}/specs")
        make_repository(f"{cls.folder}/web",
                        {"docs/specs/a.md": spec_text("A", 1, 3)})
        cls.server = Server(
            folder=cls.folder, CANON_SOURCES=f"acme={cls.folder}/specs,"
            f"acme/web=git:{cls.folder}/web").start()
        eventually(cls.indexed)

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        shutil.rmtree(cls.folder, True)
        if status:
            raise AssertionError((status, cls.server.log))

    @classmethod
    def indexed(cls):
        answer = cls.server.get("/app/acme/api/coverage")
        return (answer.status == 200
                and len(answer.json()["breakdown_by_repo"]) == 3)

    def documents(self):
        for repo in json.loads(self.judge.ask(
                "/app/acme/api/dashboard")[1])["repos_with_specs"]:
            for spec in repo["specs"]:
                yield repo["full_name"], spec["file_path"]

    def read(self):
        ask = self.judge.ask
        for path in ("/", "/pricing", "/changelog", "/healthz", "/readyz",
                     "/nowhere", "/app/", "/app/acme/",
                     "/app/nobody/api/dashboard", "/app/acme/search?q=rule",
                     "/app/acme/welcome", "/app/acme/editor/"):
            ask(path)
            ask(path, Accept="text/html")
        for name in ("dashboard", "coverage", "coverage?days=90",
                     "coverage?team=checkout", "coverage?repo=acme/web",
                     "coverage?days=0", "coverage?days=x", "tasks", "session",
                     "welcome", "profile", "search?q=", "search?q=session",
                     'search?q=%22a+b%22+-c', "search?status=done&limit=3",
                     "search?limit=101", "search?limit=-1&offset=x",
                     "billing/ai-ops", "settings/anthropic-key",
                     "repos/acme/web", "repos/acme/nowhere",
                     "specs/acme/web/nowhere.md", "docs/acme/web/x.md"):
            ask(f"/app/acme/api/{name}")
        ask("/app/acme/api/dashboard", {}, method="POST")
        for repo, path in self.documents():
            for kind in ("specs", "docs"):
                status, _ = ask(f"/app/acme/api/{kind}/{repo}/{path}")
                self.assertIn(status, (200, 404))
            ask(f"/app/acme/specs/{repo}/{path}", Accept="text/html")

    def load(self):
        """Past the judge, who takes it for the page of a file "a.md/json"."""
        return self.server.get(
            "/app/acme/editor/acme/web/docs/specs/a.md/json").json()

    def edit(self):
        ask = self.judge.ask
        base = "/app/acme/editor/acme/web"
        text = spec_text("New", 2, 3)
        for name in ("parse", "preview"):
            self.assertEqual(ask(f"{base}/{name}", {"content": text})[0], 200)
            self.assertEqual(ask(f"{base}/{name}", {"content": 1})[0], 400)
        ask("/app/acme/editor/repos")
        ask(f"{base}/new")
        ask(f"{base}/new/template")
        change = {"content": text, "sha": self.load()["sha"]}
        for wanted in (200, 409):
            status, _ = ask(f"{base}/docs/specs/a.md/save", change)
            self.assertEqual(status, wanted)
        change = {"content": text + "\nMore.\n",
                  "sha": self.load()["sha"], "branch": "more",
                  "title": "More", "message": "more"}
        self.assertEqual(ask(f"{base}/docs/specs/a.md/save-pr", change)[0],
                         200)
        ask(f"{base}/docs/specs/a.md/save", {})

    def test_no_answer_breaks_the_document(self):
        with Judge(self.server) as self.judge:
            self.read()
            self.edit()
            violations = self.judge.control("violations")
            state = self.judge.control("state")
        self.assertEqual(violations, [])
        self.assertGreater(state["touched"], 25, state)


if __name__ == "__main__":
    unittest.main()
