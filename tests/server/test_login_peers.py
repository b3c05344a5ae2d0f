"""The login against a certified OpenID provider and GitHub's stand-in.

No server of ours takes part: the library is called through its binding, over
TLS with an authority of the tests.
"""

import base64
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

from support import TESTS
from test_conform import NODE, PEERS, why_not

sys.path.insert(0, os.path.join(os.path.dirname(TESTS), "bindings", "python"))

PLATFORM = "http://127.0.0.1:3000"
POSTGRESQL = os.environ.get("CANON_TEST_POSTGRESQL", "")


class Peer:
    """A peer as a process; ends with its standard input."""

    def __init__(self, name, *options, ca=None):
        self.context = ssl.create_default_context(cafile=ca) if ca else None
        self.process = subprocess.Popen(
            [NODE, os.path.join(PEERS, name + ".mjs"), "--exit-with-stdin",
             "--port", "0", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline().split()
        self.url = line[2] if len(line) == 3 else None

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def control(self, path, body=None, method=None):
        request = urllib.request.Request(
            self.url + "/__control" + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, context=self.context) as answer:
            return json.loads(answer.read() or b"null")

    def fault(self, **fault):
        return self.control("/faults", fault)

    def count(self, path):
        return len([r for r in self.control("/requests")
                    if re.search(path, r["url"])])


class Case(unittest.TestCase):
    settings = {}
    database = ""
    peer_options = ()

    @classmethod
    def setUpClass(cls):
        reason = why_not() or not os.environ.get("CANON_LIBRARY") and \
            "no shared library to load"
        if reason:
            raise unittest.SkipTest(reason)
        import canon
        from canon import auth, errors
        cls.canon, cls.auth, cls.errors = canon, auth, errors
        cls.folder = tempfile.TemporaryDirectory()
        certs = json.loads(subprocess.run(
            [NODE, os.path.join(PEERS, "certs.mjs"), cls.folder.name],
            check=True, capture_output=True, text=True).stdout)
        cls.ca = certs["ca"]
        cls.oidc = Peer("oidc", "--tls-cert", certs["cert"],
                        "--tls-key", certs["key"], *cls.peer_options,
                        ca=cls.ca)

    @classmethod
    def tearDownClass(cls):
        cls.oidc.close()
        cls.folder.cleanup()

    def setUp(self):
        self.oidc.control("/reset", {})
        self.oidc.control("/faults", method="DELETE")
        self.oidc.control("/requests", method="DELETE")
        self.log = []
        self.shift = 0
        self.engine = self.open_engine()
        self.addCleanup(self.engine.close)
        self.conn = self.engine.connect()

    def open_engine(self, **more):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        settings = {
            "AUTH0_DOMAIN": urlsplit(self.oidc.url).netloc,
            "AUTH0_CLIENT_ID": "canon-web",
            "AUTH0_CLIENT_SECRET": "canon-web-secret-for-tests-only",
            "AUTH0_AUDIENCE": "https://api.canon.test",
            "AUTH0_DEVICE_CLIENT_ID": "canon-cli",
            "PLATFORM_URL": PLATFORM,
            "CANON_CA_FILE": self.ca,
            "APP_SECRET_KEY": base64.b64encode(bytes(range(32))).decode(),
            "LOG_LEVEL": "debug",
        }
        settings.update(self.settings)
        settings.update(more)
        settings = {k: v for k, v in settings.items() if v is not None}
        engine = self.canon.Engine(
            self.database or f"sqlite:{folder.name}/canon.db",
            settings=settings,
            hooks=self.canon.Hooks(
                now_us=lambda: time.time_ns() // 1000 + self.shift,
                log=lambda e: self.log.append(e.text)))
        self.auth.check_login(engine)
        engine.migrate()
        return engine

    def walk(self, redirect, **who):
        """A browser at the provider: what comes back."""
        end = self.oidc.control("/authorize", {"url": redirect.url, **who})
        self.assertTrue(end["location"].startswith(PLATFORM + "/auth/callback"))
        return end["params"]

    def finish(self, redirect, params, conn=None):
        known = {k: params[k] for k in ("state", "code", "error", "iss")
                 if k in params}
        return self.auth.finish_login(conn or self.conn, **known,
                                      cookie=redirect.cookie.value,
                                      device="Firefox")

    def login(self, **who):
        redirect = self.auth.begin_login(self.conn, next="/app/acme/")
        return self.finish(redirect, self.walk(redirect, **who))

    def fails(self, reason, function, *arguments, **named):
        with self.assertRaises(self.errors.Error) as caught:
            function(*arguments, **named)
        self.assertEqual(caught.exception.reason, reason, caught.exception)
        return caught.exception

    def no_secrets(self, *secrets):
        text = "\n".join(self.log)
        for secret in secrets:
            self.assertNotIn(secret, text)


class Login(Case):
    def test_code_flow_opens_a_session(self):
        login = self.login()
        self.assertEqual(login.sub, "auth0|alice")
        self.assertEqual(login.next, "/app/acme/")
        self.assertTrue(login.first)
        caller = self.auth.identify(self.conn, session=login.session.value)
        self.assertEqual(caller.email, "alice@example.com")
        self.assertEqual(caller.by, "session")
        self.assertEqual(self.login(user="auth0|bob").sub, "auth0|bob")
        self.no_secrets(login.session.value, login.refresh.value)

    def test_an_answer_counts_once(self):
        redirect = self.auth.begin_login(self.conn)
        params = self.walk(redirect)
        self.finish(redirect, params)
        self.fails("state_mismatch", self.finish, redirect, params)

    def test_a_code_needs_its_own_verifier(self):
        mine = self.auth.begin_login(self.conn)
        stolen = self.walk(self.auth.begin_login(self.conn))["code"]
        params = {**self.walk(mine), "code": stolen}
        self.fails("server_error", self.finish, mine, params)

    def test_whoever_refuses_is_told(self):
        redirect = self.auth.begin_login(self.conn)
        self.fails("access_denied", self.finish, redirect,
                   self.walk(redirect, deny=True))

    def test_trouble_with_the_provider(self):
        html = {"status": 200, "body": "<html>", "headers":
                {"content-type": "text/html"}}
        for fault in ({"status": 500}, {"status": 503}, {"drop": "before"},
                      {"drop": "mid_body"}, {"garbage": True}, html,
                      {"truncate": True}):
            redirect = self.auth.begin_login(self.conn)
            params = self.walk(redirect)
            self.oidc.fault(path="/oauth/token", **fault)
            self.fails("server_error", self.finish, redirect, params)
        self.assertEqual(self.login().sub, "auth0|alice")

    def test_a_slow_provider_is_given_up(self):
        redirect = self.auth.begin_login(self.conn)
        params = self.walk(redirect)
        self.oidc.fault(path="/oauth/token", stall_ms=30000)
        began = time.monotonic()
        self.fails("server_error", self.finish, redirect, params)
        self.assertLess(time.monotonic() - began, 12)

    def test_a_clock_one_hour_off_is_told(self):
        self.shift = 3600 * 24 * 1000000
        redirect = self.auth.begin_login(self.conn)
        self.fails("server_error", self.finish, redirect, self.walk(redirect))
        self.assertIn("expired", "\n".join(self.log))

    def test_logout_ends_here_and_there(self):
        login = self.login()
        url = self.auth.logout(self.conn, login.session.value,
                               login.refresh.value)
        self.assertIn("/v2/logout?client_id=canon-web&returnTo=", url)
        self.fails("session", self.auth.identify, self.conn,
                   session=login.session.value)
        self.fails("unknown", self.auth.refresh_tokens, self.conn,
                   login.refresh.value)

    def test_a_foreign_certificate_is_refused(self):
        engine = self.open_engine(CANON_CA_FILE=None)
        self.addCleanup(engine.close)
        redirect = self.auth.begin_login(engine.connect())
        self.fails("server_error", self.finish, redirect, self.walk(redirect),
                   engine.connect())


class Discovered(Case):
    def setUp(self):
        self.settings = {
            "AUTH0_DOMAIN": None, "AUTH0_CLIENT_ID": None,
            "AUTH0_CLIENT_SECRET": None, "AUTH0_AUDIENCE": None,
            "OIDC_ISSUER": self.oidc.url, "OIDC_CLIENT_ID": "canon-web",
            "OIDC_CLIENT_SECRET": "canon-web-secret-for-tests-only",
            "OIDC_AUDIENCE": "https://api.canon.test"}
        super().setUp()

    def test_any_provider(self):
        login = self.login()
        self.assertEqual(login.sub, "auth0|alice")
        self.auth.refresh_tokens(self.conn, login.refresh.value)
        self.assertEqual(self.oidc.count("openid-configuration"), 1)
        self.assertTrue(self.auth.logout(self.conn).startswith(self.oidc.url))


class Refresh(Case):
    def test_tokens_rotate(self):
        token = self.login().refresh.value
        for _ in range(3):
            fresh = self.auth.refresh_tokens(self.conn, token)
            self.assertNotEqual(fresh.refresh_token, token)
            token = fresh.refresh_token
        caller = self.auth.identify(self.conn, bearer=fresh.access_token)
        self.assertEqual(caller.sub, "auth0|alice")
        self.no_secrets(token, fresh.access_token)

    def test_a_used_token_ends_the_family(self):
        first = self.login().refresh.value
        second = self.auth.refresh_tokens(self.conn, first).refresh_token
        self.fails("running", self.auth.refresh_tokens, self.conn, first)
        self.shift += 11 * 1000000
        self.fails("unknown", self.auth.refresh_tokens, self.conn, first)
        self.fails("unknown", self.auth.refresh_tokens, self.conn, second)

    def test_of_a_hundred_at_once_exactly_one_succeeds(self):
        token = self.login().refresh.value
        gate = threading.Barrier(100)
        ends = []

        def run():
            conn = self.engine.connect()
            gate.wait()
            try:
                ends.append(self.auth.refresh_tokens(conn, token))
            except self.errors.Error as error:
                ends.append(error.reason)

        threads = [threading.Thread(target=run) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = [end for end in ends if not isinstance(end, str)]
        self.assertEqual(len(won), 1)
        self.assertEqual(set(ends) - set(won), {"running"})
        self.auth.refresh_tokens(self.conn, won[0].refresh_token)

    def test_the_provider_may_end_it(self):
        token = self.login().refresh.value
        self.oidc.control("/revoke-all", {})
        self.fails("refused", self.auth.refresh_tokens, self.conn, token)
        self.fails("unknown", self.auth.refresh_tokens, self.conn, token)

    def test_an_outage_changes_nothing(self):
        token = self.login().refresh.value
        for fault in ({"status": 500}, {"drop": "before"}, {"status": 429}):
            self.oidc.fault(path="/oauth/token", **fault)
            self.fails("provider", self.auth.refresh_tokens, self.conn, token)
        self.auth.refresh_tokens(self.conn, token)

    def test_revocation_reaches_the_provider(self):
        token = self.login().refresh.value
        self.auth.revoke_tokens(self.conn, token)
        self.assertEqual(self.oidc.count("/oauth/revoke"), 1)
        self.auth.revoke_tokens(self.conn, "unknown")


class Tokens(Case):
    def mint(self, **how):
        return self.oidc.control("/mint", how)["token"]

    def test_bad_ones_are_refused(self):
        self.login()
        good = self.mint(claims={"sub": "auth0|alice"})
        self.assertEqual(self.auth.identify(self.conn, bearer=good).by, "token")
        for how in ({"alg": "none"}, {"alg": "HS256"}, {"key": "other"},
                    {"expires_in": -60}, {"claims": {"aud": "https://other"}},
                    {"claims": {"iss": "https://evil.example/"}},
                    {"claims": {"exp": None}}, {"claims": {"sub": None}},
                    {"claims": {"exp": "9999999999"}},
                    {"header": {"kid": "unknown"}}, {"header": {"kid": None}},
                    {"header": {"typ": "x"}},
                    {"claims": {"nbf": 9999999999}}):
            with self.subTest(how):
                self.fails("token", self.auth.identify, self.conn,
                           bearer=self.mint(**how))
        for text in (good[:-5], good + ".x", good.replace(".", ""), "x" * 9000):
            self.fails("token", self.auth.identify, self.conn, bearer=text)

    def test_new_keys_are_found_and_old_ones_go(self):
        self.login()
        old = self.mint(claims={"sub": "auth0|alice"})
        self.oidc.control("/rotate-keys", {"drop_old": True})
        new = self.mint(claims={"sub": "auth0|alice"})
        self.auth.identify(self.conn, bearer=new)
        self.fails("token", self.auth.identify, self.conn, bearer=old)

    def test_strangers_do_not_make_us_ask(self):
        self.login()
        token = self.mint(header={"kid": "unknown"})
        before = self.oidc.count("jwks")
        for _ in range(1000):
            self.fails("token", self.auth.identify, self.conn, bearer=token)
        self.assertLessEqual(self.oidc.count("jwks") - before, 1)

    def test_keys_that_cannot_be_had(self):
        token = self.mint(claims={"sub": "auth0|alice"})
        keys = {"keys": [{"kty": "oct", "kid": str(i)} for i in range(1000)]}
        for fault in ({"status": 500}, {"drop": "before"}, {"status": 200, "json": keys},
                      {"body": " " * 5 * 1024 * 1024, "status": 200},
                      {"body": "<html>", "status": 200}):
            with self.subTest(str(fault)[:40]):
                engine = self.open_engine()
                self.addCleanup(engine.close)
                self.oidc.fault(path="jwks", **fault)
                self.fails("provider", self.auth.identify, engine.connect(),
                           bearer=token)


class Device(Case):
    def test_states(self):
        device = self.auth.begin_device(self.conn, org="acme")
        self.assertTrue(device.verification_uri_complete)
        ask = self.auth.ask_device
        self.assertEqual(ask(self.conn, device.device_code).state, "pending")
        self.assertEqual(ask(self.conn, device.device_code).state, "slow")
        self.oidc.control("/device/approve", {"user_code": device.user_code})
        time.sleep(5.1)
        poll = ask(self.conn, device.device_code)
        self.assertEqual((poll.state, poll.email, poll.refreshable),
                         ("approved", "alice@example.com", True))
        caller = self.auth.identify(self.conn, bearer=poll.tokens.access_token)
        self.assertEqual(caller.sub, "auth0|alice")
        fresh = self.auth.refresh_tokens(self.conn, poll.tokens.refresh_token)
        self.auth.revoke_tokens(self.conn, fresh.refresh_token)
        self.no_secrets(device.device_code, device.user_code,
                        poll.tokens.access_token)

    def test_denied_and_unknown(self):
        device = self.auth.begin_device(self.conn)
        self.oidc.control("/device/approve",
                          {"user_code": device.user_code, "deny": True})
        self.assertEqual(
            self.auth.ask_device(self.conn, device.device_code).state, "denied")
        self.assertEqual(self.auth.ask_device(self.conn, "unknown").state,
                         "failed")

    def test_expired(self):
        self.oidc.control("/seed", {"ttl": {"device_code": 1}})
        device = self.auth.begin_device(self.conn)
        time.sleep(2)
        self.assertIn(
            self.auth.ask_device(self.conn, device.device_code).state,
            ("expired", "failed"))


class DeviceByTheBook(Device):
    """Statuses as RFC 8628 has them."""

    peer_options = ("--device-errors", "rfc")


class GitHub(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.github = Peer("github")
        if not cls.github.url:
            cls.github.close()
            super().tearDownClass()
            raise unittest.SkipTest("GitHub's stand-in lacks its data")

    @classmethod
    def tearDownClass(cls):
        cls.github.close()
        super().tearDownClass()

    def setUp(self):
        state = self.github.control("/state")
        oauth = state["oauth"]
        client = oauth.get("client") or oauth
        self.settings = {
            "CANON_GITHUB_URL": self.github.url,
            "CANON_GITHUB_API_URL": self.github.url,
            "GITHUB_OAUTH_CLIENT_ID": client["client_id"],
            "GITHUB_OAUTH_CLIENT_SECRET": client["client_secret"]}
        super().setUp()

    def walk_github(self, redirect):
        class Stop(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        request = urllib.request.Request(redirect.url,
                                         headers={"User-Agent": "browser"})
        try:
            urllib.request.build_opener(Stop).open(request)
        except urllib.error.HTTPError as answer:
            query = parse_qs(urlsplit(answer.headers["location"]).query)
            answer.close()
            return {k: v[0] for k, v in query.items()}
        raise AssertionError("no redirect")

    def test_account_is_linked_and_removed(self):
        session = self.login().session.value
        redirect = self.auth.begin_github(self.conn, session)
        query = self.walk_github(redirect)
        cookies = self.auth.finish_github(
            self.conn, session, state=query["state"], code=query["code"],
            cookie=redirect.cookie.value)
        fresh = [c for c in cookies if c.value][0].value
        caller = self.auth.identify(self.conn, session=fresh)
        self.assertTrue(caller.github_login)
        self.auth.remove_github(self.conn, fresh)
        caller = self.auth.identify(self.conn, session=fresh)
        self.assertEqual(caller.github_login, "")


@unittest.skipUnless(POSTGRESQL, "no PostgreSQL")
class Shared(Case):
    """Two engines on one database share sessions and records."""

    def setUp(self):
        self.schema = f"login_{os.getpid()}"
        mark = "&" if "?" in POSTGRESQL else "?"
        self.database = \
            f"{POSTGRESQL}{mark}options=-csearch_path%3D{self.schema}"
        self.psql(f"CREATE SCHEMA {self.schema}")
        self.addCleanup(self.psql, f"DROP SCHEMA {self.schema} CASCADE")
        super().setUp()

    @staticmethod
    def psql(text):
        subprocess.run(["psql", "-q", "-d", POSTGRESQL, "-c", text], check=True,
                       stderr=subprocess.DEVNULL)

    def test_a_session_of_one_is_known_to_the_other(self):
        login = self.login()
        other = self.open_engine()
        self.addCleanup(other.close)
        conn = other.connect()
        caller = self.auth.identify(conn, session=login.session.value)
        self.assertEqual(caller.sub, "auth0|alice")
        fresh = self.auth.refresh_tokens(conn, login.refresh.value)
        self.fails("running", self.auth.refresh_tokens, self.conn,
                   login.refresh.value)
        self.auth.refresh_tokens(self.conn, fresh.refresh_token)


if __name__ == "__main__":
    unittest.main()
