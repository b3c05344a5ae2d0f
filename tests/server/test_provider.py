"""A login provider in trouble, and what canond makes of it.

The provider is a few lines of Python with a certificate of its own: it says
what each test wants, and counts how often it is asked.
"""

import base64
import contextlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from support import PATIENCE, Server, eventually, free_port, run

AUDIENCE = "https://api.canon.test"
METADATA = "/.well-known/openid-configuration"
KEYS = "/keys"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


class Material:
    """A certificate for loopback that is its own authority, and the key with
    which tokens are signed."""

    def __init__(self):
        if not shutil.which("openssl"):
            raise unittest.SkipTest("there is no openssl")
        self.folder = tempfile.mkdtemp(prefix="canon-provider-")
        self.certificate = f"{self.folder}/certificate.pem"
        self.key = f"{self.folder}/key.pem"
        self.signer = f"{self.folder}/signer.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-keyout", self.key, "-out", self.certificate,
                "-subj", "/CN=provider",
                "-addext", "subjectAltName=IP:127.0.0.1")
        openssl("genpkey", "-algorithm", "RSA", "-out", self.signer)
        line = openssl("rsa", "-in", self.signer, "-noout", "-modulus")
        modulus = bytes.fromhex(line.decode().strip().split("=")[1])
        self.jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
                    "n": base64url(modulus), "e": "AQAB"}

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def sign(self, header, claims):
        text = ".".join(base64url(json.dumps(part).encode())
                        for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", self.signer,
                            "-binary", data=text.encode())
        return f"{text}.{base64url(signature)}"


class Provider:
    """Answers as self.pages says: path to a function of the handler, or to
    something that becomes JSON."""

    def __init__(self, material, port=None):
        self.material = material
        self.port = port or free_port()
        self.issuer = f"https://127.0.0.1:{self.port}"
        self.asked = []  # paths
        self.stopping = threading.Event()
        self.server = None
        self.pages = {
            METADATA: {"issuer": self.issuer,
                       "authorization_endpoint": self.issuer + "/authorize",
                       "token_endpoint": self.issuer + "/token",
                       "jwks_uri": self.issuer + KEYS},
            KEYS: {"keys": [material.jwk]},
        }

    def start(self):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self):
                provider.asked.append(self.path)
                page = provider.pages.get(self.path)
                if callable(page):
                    page(self)
                elif page is None:
                    self.answer(404, b"")
                else:
                    self.answer(200, json.dumps(page).encode())

            def answer(self, status, body, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # clients that do not like us hang up

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.material.certificate, self.material.key)
        self.server = Listener(("127.0.0.1", self.port), Handler)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        self.stopping.set()
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def count(self, path):
        return self.asked.count(path)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.material = Material()
        cls.addClassCleanup(cls.material.remove)

    def provider(self):
        """One that runs."""
        provider = Provider(self.material).start()
        self.addCleanup(provider.stop)
        return provider

    def start(self, provider, **more):
        folder = tempfile.mkdtemp(prefix="canond-test-")
        self.addCleanup(shutil.rmtree, folder, True)
        port = free_port()
        settings = {
            "PORT": port, "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": "web", "OIDC_CLIENT_SECRET": "client-secret",
            "OIDC_AUDIENCE": AUDIENCE,
            "PLATFORM_URL": f"http://127.0.0.1:{port}",
            "APP_SECRET_KEY": base64.b64encode(os.urandom(32)).decode(),
            "CANON_CA_FILE": self.material.certificate,
            "TRUSTED_PROXIES": "127.0.0.1", "WEB_ORG": "acme"}
        settings.update(more)
        server = Server(folder=folder, wait="/readyz", **settings)
        server.start()
        self.addCleanup(server.stop)
        return server

    def token(self, provider, header=None, **claims):
        now = int(time.time())
        head = {"alg": "RS256", "kid": "one", "typ": "at+jwt"}
        body = {"iss": provider.issuer, "aud": AUDIENCE, "sub": "user|1",
                "iat": now, "exp": now + 600}
        head.update(header or {})
        body.update(claims)
        return self.material.sign(head, body)

    def ask(self, server, token, path="/app/acme/api/coverage",
            address="203.0.113.1"):
        return server.send(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"X-Forwarded-For: {address}\r\nConnection: close\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode())

    def assert_unavailable(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json()["detail"], "Auth provider unavailable")

    def assert_alive(self, server):
        self.assertEqual(server.get("/healthz").status, 200)
        self.assertEqual(server.get("/readyz").status, 200)


def html(handler):
    handler.answer(200, b"<!doctype html><title>Maintenance</title>",
                   "text/html")


def failing(handler):
    handler.answer(500, b'{"error":"server_error"}')


def redirect(handler):
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def cut(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"keys":[')
    handler.close_connection = True


class Trouble(Case):
    """Nobody is let in by mistake, nothing hangs, and it heals."""

    def test_provider_is_down_and_comes_back(self):
        provider = Provider(self.material)
        server = self.start(provider)
        token = self.token(provider)
        self.assert_unavailable(self.ask(server, token))
        self.assert_alive(server)
        login = server.get("/auth/login")
        self.assertNotIn(login.status, (200, 500), login)
        self.assertNotIn("set-cookie", login.headers)
        with provider:
            eventually(lambda: self.ask(server, token).status == 200)

    def test_provider_sends_what_is_no_key_set(self):
        texts = {
            "html": html, "failing": failing, "redirect": redirect,
            "cut": cut, "list": [], "text": "keys", "empty": {},
            "no list": {"keys": {}},
            "not utf-8": lambda h: h.answer(200, b'{"keys":["\xff"]}'),
            "nothing": lambda h: h.answer(200, b""),
            "deep": lambda h: h.answer(200, b'{"keys":' + b"[" * 100000),
        }
        for path in (KEYS, METADATA):
            for name, page in texts.items():
                with self.subTest(path=path, page=name):
                    provider = self.provider()
                    provider.pages[path] = page
                    server = self.start(provider)
                    token = self.token(provider)
                    self.assert_unavailable(self.ask(server, token))
                    self.assert_alive(server)
                    self.assertNotIn("/elsewhere", provider.asked)
                    server.stop()
                    provider.stop()
                    self.assertTrue(any("login provider" in line
                                        for line in server.log), server.log)

    def test_provider_sends_html_and_then_keys(self):
        provider = self.provider()
        good = provider.pages[KEYS]
        provider.pages[KEYS] = html
        server = self.start(provider)
        token = self.token(provider)
        self.assert_unavailable(self.ask(server, token))
        provider.pages[KEYS] = good
        eventually(lambda: self.ask(server, token).status == 200)

    def test_provider_is_slow(self):
        """Those who ask wait a few seconds, the others do not."""
        provider = self.provider()
        provider.pages[KEYS] = lambda _: provider.stopping.wait(60)
        server = self.start(provider)
        token = self.token(provider)
        answers = []
        began = time.monotonic()
        threads = [threading.Thread(
            target=lambda: answers.append(self.ask(server, token)))
            for _ in range(20)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        quick = time.monotonic()
        self.assert_alive(server)
        self.assertLess(time.monotonic() - quick, 1 * PATIENCE)
        for thread in threads:
            thread.join(60)
        self.assertLess(time.monotonic() - began, 12 * PATIENCE)
        self.assertEqual(len(answers), 20)
        for answer in answers:
            self.assert_unavailable(answer)
        self.assertEqual(provider.count(KEYS), 1)
        began = time.monotonic()
        self.assert_unavailable(self.ask(server, token))  # known by now
        self.assertLess(time.monotonic() - began, 1 * PATIENCE)

    def test_provider_accepts_and_is_silent(self):
        """Not even TLS begins."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            provider = Provider(self.material, silent.getsockname()[1])
            server = self.start(provider)
            began = time.monotonic()
            self.assert_unavailable(self.ask(server, self.token(provider)))
            self.assertLess(time.monotonic() - began, 8 * PATIENCE)

    def test_canond_stops_while_it_waits(self):
        provider = self.provider()
        provider.pages[KEYS] = lambda _: provider.stopping.wait(60)
        server = self.start(provider)
        token = self.token(provider)

        def ask():
            with contextlib.suppress(AssertionError, OSError):
                self.ask(server, token)

        thread = threading.Thread(target=ask)
        thread.start()
        eventually(lambda: provider.count(KEYS))
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 4 * PATIENCE)
        thread.join()

    def test_key_set_of_5_megabytes(self):
        provider = self.provider()
        good = provider.pages[KEYS]
        provider.pages[KEYS] = {"keys": [self.material.jwk],
                                "padding": "x" * 5000000}
        server = self.start(provider)
        token = self.token(provider)
        before = server.memory_kb()
        self.assert_unavailable(self.ask(server, token))
        self.assertLess(server.memory_kb() - before, 20000 * PATIENCE)
        provider.pages[KEYS] = good
        eventually(lambda: self.ask(server, token).status == 200)

    def test_key_set_of_1000_keys(self):
        provider = self.provider()
        good = provider.pages[KEYS]
        small = {"kty": "EC", "crv": "P-256", "x": base64url(b"x" * 32),
                 "y": base64url(b"y" * 32)}
        for filler in (self.material.jwk, small):
            provider.pages[KEYS] = {"keys": [
                {**filler, "kid": f"other {i}"} for i in range(999)]
                + [self.material.jwk]}
            server = self.start(provider)
            token = self.token(provider)
            began = time.monotonic()
            self.assert_unavailable(self.ask(server, token))
            self.assertLess(time.monotonic() - began, 3 * PATIENCE)
        provider.pages[KEYS] = good
        eventually(lambda: self.ask(server, token).status == 200)

    def test_key_set_with_unusable_keys_beside_a_good_one(self):
        provider = self.provider()
        provider.pages[KEYS] = {"keys": [
            {"kty": "oct", "kid": "one", "k": "c2VjcmV0"}, {"kty": "RSA"},
            {}, "text", None, self.material.jwk]}
        server = self.start(provider)
        self.assertEqual(self.ask(server, self.token(provider)).status, 200)

    def test_keys_that_are_known_survive_a_provider_in_trouble(self):
        provider = self.provider()
        server = self.start(provider)
        token = self.token(provider)
        self.assertEqual(self.ask(server, token).status, 200)
        provider.pages[KEYS] = html
        stranger = self.token(provider, {"kid": "new"})
        self.assertEqual(self.ask(server, stranger).status, 401)
        self.assertEqual(self.ask(server, token).status, 200)

    def test_certificate_of_a_stranger(self):
        other = Material()
        self.addCleanup(other.remove)
        provider = self.provider()
        server = self.start(provider, CANON_CA_FILE=other.certificate)
        self.assert_unavailable(self.ask(server, self.token(provider)))
        self.assertEqual(provider.asked, [])
        eventually(lambda: any("certificate" in line for line in server.log))


class Starting(unittest.TestCase):
    """canond tells at the start what it could only fail with later."""

    def test_authorities_that_cannot_be_read(self):
        status, _, said = run(CANON_CA_FILE="/no/such/file.pem")
        self.assertNotEqual(status, 0)
        self.assertIn("CANON_CA_FILE: /no/such/file.pem", said)

    def test_addresses_of_plain_http(self):
        for name in ("CANON_GITHUB_URL", "CANON_GITHUB_API_URL"):
            status, _, said = run(**{name: "http://github.example"})
            self.assertNotEqual(status, 0)
            self.assertIn(name, said)


class Clocks(Case):
    def test_clock_of_the_provider_is_an_hour_off(self):
        provider = self.provider()
        server = self.start(provider)
        now = int(time.time())
        for shift in (3600, -3600):
            token = self.token(provider, iat=now + shift, nbf=now + shift,
                               exp=now + shift + 600)
            answer = self.ask(server, token)
            self.assertEqual(answer.status, 401, answer)
            self.assertEqual(answer.json()["detail"], "Invalid access token")
            self.assertIn("invalid_token", answer.headers["www-authenticate"])

    def test_clock_of_the_provider_is_a_few_seconds_off(self):
        provider = self.provider()
        server = self.start(provider)
        now = int(time.time())
        for shift in (15, -15):
            token = self.token(provider, iat=now + shift, nbf=now + shift,
                               exp=now + shift + 10)
            self.assertEqual(self.ask(server, token).status, 200)


class Threats(Case):
    def flood(self, server, tokens, workers=20):
        """Send them as fast as possible; the statuses."""
        statuses = []
        todo = iter(enumerate(tokens))
        lock = threading.Lock()

        def work():
            with server.connect() as connection:
                while True:
                    with lock:
                        i, token = next(todo, (0, None))
                    if token is None:
                        return
                    connection.send(
                        f"GET /app/acme/api/coverage HTTP/1.1\r\n"
                        f"Host: 127.0.0.1:{server.port}\r\n"
                        f"X-Forwarded-For: 198.51.{i // 250}.{i % 250}\r\n"
                        f"Authorization: Bearer {token}\r\n\r\n".encode())
                    status = connection.answer().status
                    with lock:
                        statuses.append(status)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def test_threat_key_set_flood(self):
        """1,000 tokens with keys that do not exist: one extra look."""
        provider = self.provider()
        server = self.start(provider)
        good = self.token(provider)
        self.assertEqual(self.ask(server, good).status, 200)
        self.assertEqual(provider.count(KEYS), 1)
        head, claims, signature = good.split(".")
        tokens = []
        for i in range(1000):
            head = base64url(json.dumps(
                {"alg": "RS256", "kid": f"made up {i}"}).encode())
            tokens.append(f"{head}.{claims}.{signature}")
        began = time.monotonic()
        statuses = self.flood(server, tokens)
        self.assertLess(time.monotonic() - began, 50)  # of 60 to cool down
        self.assertEqual(statuses, [401] * 1000)
        self.assertEqual(provider.count(KEYS), 2)
        self.assertEqual(provider.count(METADATA), 1)
        self.assertEqual(self.ask(server, good).status, 200)

    def test_threat_key_set_flood_before_anything_is_known(self):
        """All at once at a server that has no keys yet: one look."""
        provider = self.provider()
        server = self.start(provider)
        good = self.token(provider)
        self.assertEqual(self.flood(server, [good] * 200), [200] * 200)
        self.assertEqual(provider.count(KEYS), 1)
        self.assertEqual(provider.count(METADATA), 1)

    def test_threat_key_set_flood_while_the_provider_is_down(self):
        """Nobody waits for somebody who was not there a moment ago."""
        provider = Provider(self.material)
        server = self.start(provider)
        good = self.token(provider)
        began = time.monotonic()
        statuses = self.flood(server, [good] * 500)
        self.assertLess(time.monotonic() - began, 20 * PATIENCE)
        self.assertEqual(statuses, [503] * 500)

    def test_threat_embedded_keys_and_addresses_of_keys(self):
        """RFC 8725 section 3.10: what a token names is not fetched."""
        provider = self.provider()
        server = self.start(provider)
        evil = provider.issuer + "/evil"
        provider.pages["/evil"] = {"keys": [{**self.material.jwk,
                                             "kid": "two"}]}
        for header in ({"jku": evil}, {"x5u": evil},
                       {"jwk": {**self.material.jwk, "kid": "two"}}):
            token = self.token(provider, {"kid": "two", **header})
            self.assertEqual(self.ask(server, token).status, 401)
        self.assertNotIn("/evil", provider.asked)

    def test_threat_metadata_that_leads_elsewhere(self):
        """Keys are asked for by https, or on this machine."""
        for change in ({"jwks_uri": "http://192.0.2.1/keys"},
                       {"jwks_uri": "file:///etc/passwd"},
                       {"jwks_uri": "https://user@127.0.0.1/keys"},
                       {"issuer": "https://127.0.0.1:1"}):
            with self.subTest(change):
                provider = self.provider()
                provider.pages[METADATA].update(change)
                server = self.start(provider)
                self.assert_unavailable(
                    self.ask(server, self.token(provider)))
                self.assertEqual(provider.count(KEYS), 0)

    def test_threat_key_id_injection(self):
        provider = self.provider()
        server = self.start(provider)
        for kid in ("../../../dev/null", "one' OR '1'='1", "one\0", "",
                    "x" * 4000, 1, None, ["one"], {"kid": "one"}):
            with self.subTest(kid=kid):
                token = self.token(provider, {"kid": kid})
                self.assertEqual(self.ask(server, token).status, 401)
        self.assertEqual(self.ask(server, self.token(provider)).status, 200)

    def test_threat_tokens_and_secrets_in_the_log(self):
        provider = self.provider()
        server = self.start(provider, LOG_LEVEL="debug")
        good = self.token(provider)
        bad = self.token(provider, exp=1)
        self.assertEqual(self.ask(server, good).status, 200)
        self.assertEqual(self.ask(server, bad).status, 401)
        secrets = [good, bad, server.settings["APP_SECRET_KEY"],
                   "client-secret", *good.split("."), *bad.split(".")]
        server.stop()
        text = "\n".join(server.log)
        for secret in secrets:
            self.assertNotIn(secret, text)


if __name__ == "__main__":
    unittest.main()
