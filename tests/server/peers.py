"""The other ends of a login: a provider, GitHub, and somebody who visits."""

import http.cookiejar
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support import PATIENCE, TESTS

PEERS = os.environ.get("CANON_PEERS", os.path.join(TESTS, "peers"))
NODE = shutil.which("node")


def why_not():
    """Why there are no peers; None when there are."""
    if not NODE:
        return "there is no node"
    new = subprocess.run(
        [NODE, "-e", "const [a, b] = process.versions.node.split('.')"
         ".map(Number); process.exit(a > 20 || (a === 20 && b >= 19)? 0 : 1)"],
        check=False)
    if new.returncode:
        return "node is older than 20.19"
    if not os.path.isdir(os.path.join(PEERS, "node_modules")):
        return f"no packages in {PEERS}: tests/run.sh installs them"
    return None


class Peer:
    """A peer process. It ends with its standard input, so never later than
    the test."""

    def __init__(self, name, *options, ca=None):
        self.process = subprocess.Popen(
            [NODE, os.path.join(PEERS, f"{name}.mjs"), "--exit-with-stdin",
             *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.context = ssl.create_default_context(cafile=ca) if ca else None
        line = self.process.stdout.readline()
        while line and not line.startswith("ready "):
            line = self.process.stdout.readline()
        if not line:
            status = self.process.wait(30)
            self.process.stdout.close()
            self.process.stdin.close()
            if status == 3:
                raise unittest.SkipTest(f"{name} lacks what it needs")
            raise AssertionError(f"{name} ended with {status}")
        self.url = line.split()[2].rstrip("/")

    def control(self, path, value=None, method=None):
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(
            f"{self.url}/__control{path}", data, method=method,
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.context,
                                    timeout=30 * PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def requests(self, path, method="GET"):
        query = urllib.parse.urlencode({"path": path, "method": method,
                                        "limit": 10000})
        return self.control(f"/requests?{query}")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30 * PATIENCE)
        self.process.stdout.close()


class Certificates:
    """Of an authority that nobody else knows."""

    def __init__(self):
        if not shutil.which("openssl"):
            raise unittest.SkipTest("there is no openssl for certificates")
        self.folder = tempfile.mkdtemp(prefix="canon-certs-")
        made = subprocess.run(
            [NODE, os.path.join(PEERS, "certs.mjs"), self.folder],
            capture_output=True, text=True, check=True)
        paths = json.loads(made.stdout)
        self.ca = paths["ca"]
        self.server = ("--tls-cert", paths["cert"], "--tls-key", paths["key"])

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Answer:
    def __init__(self, status, url, headers, body):
        self.status = status
        self.url = url  # after all redirects
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.url} {self.body[:300]!r}>"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Visitor:
    """A browser without pictures: cookies, redirects, and the headers with
    which browsers tell where a request comes from. With a key or a token it
    is a program, which has none of these."""

    def __init__(self, server, ca=None, bearer=None):
        self.headers = {"Authorization": f"Bearer {bearer}"} if bearer else {
            "Sec-Fetch-Site": "same-origin",
            "Origin": f"http://127.0.0.1:{server.port}"}
        self.base = f"http://127.0.0.1:{server.port}"
        self.cookies = http.cookiejar.CookieJar()
        self.context = ssl.create_default_context(cafile=ca)

    def ask(self, path, value=None, method=None, headers=None, stay=False):
        """One request; stay: show a redirect and do not follow it."""
        handlers = [urllib.request.HTTPCookieProcessor(self.cookies),
                    urllib.request.HTTPSHandler(context=self.context)]
        if stay:
            handlers.append(_Stay())
        data = None if value is None else json.dumps(value).encode()
        all_headers = dict(self.headers)
        if value is not None:
            all_headers["Content-Type"] = "application/json"
        all_headers.update(headers or {})
        url = path if "://" in path else self.base + path
        request = urllib.request.Request(url, data, all_headers,
                                         method=method)
        opener = urllib.request.build_opener(*handlers)
        try:
            with opener.open(request, timeout=30 * PATIENCE) as answer:
                return Answer(answer.status, answer.url, answer.headers,
                              answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.url, error.headers,
                              error.read())

    def cookie(self, name):
        """The value of a cookie; None when it is not there."""
        for cookie in self.cookies:
            if cookie.name == name:
                return cookie.value
        return None

    def set_cookie(self, name, value):
        """As if the browser had kept it."""
        for cookie in self.cookies:
            if cookie.name == name:
                cookie.value = value
                return
        raise AssertionError(f"there is no cookie {name}")

