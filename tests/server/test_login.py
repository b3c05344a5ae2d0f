"""Signing in for real: canond, a certified OpenID provider, and visitors."""

import base64
import concurrent.futures
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from urllib.parse import parse_qs, urlsplit

import peers
import postgresql
from peers import Peer, Visitor
from support import (PATIENCE, Server, clean_environment, eventually,
                     free_port, run, write_specs)

PROGRAM = os.environ.get("CANON_PROGRAM", "")
SECRET = base64.b64encode(b"s" * 32).decode()
WEB_SECRET = "canon-web-secret-for-tests-only"
AUDIENCE = "https://api.canon.test"
ALL = {"specs:read", "specs:write", "specs:admin", "org:manage"}

certificates = None
provider = None


def setUpModule():
    global certificates, provider
    reason = peers.why_not()
    if reason:
        raise unittest.SkipTest(reason)
    certificates = peers.Certificates()
    provider = Peer("oidc", *certificates.server, ca=certificates.ca)


def tearDownModule():
    if provider:
        provider.stop()
    if certificates:
        certificates.remove()


def auth0():
    """Settings with which canond knows the provider by Auth0's paths."""
    return {"AUTH0_DOMAIN": provider.url.split("//")[1],
            "AUTH0_CLIENT_ID": "canon-web",
            "AUTH0_CLIENT_SECRET": WEB_SECRET,
            "AUTH0_AUDIENCE": AUDIENCE,
            "AUTH0_DEVICE_CLIENT_ID": "canon-cli"}


def oidc():
    """Settings with which canond asks the provider where everything is."""
    return {"OIDC_ISSUER": provider.url + "/", "OIDC_CLIENT_ID": "canon-web",
            "OIDC_CLIENT_SECRET": WEB_SECRET, "OIDC_AUDIENCE": AUDIENCE}


def canon(*words, **settings):
    """The command-line program; what it prints."""
    if not PROGRAM:
        raise unittest.SkipTest("canon was not built")
    done = subprocess.run([PROGRAM, *map(str, words)], check=False,
                          env={**clean_environment(), **settings},
                          capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done)
    return done.stdout.strip()


class Case(unittest.TestCase):
    """Starts servers, and looks for secrets in their logs at the end."""

    def setUp(self):
        provider.control("/reset", {})
        provider.control("/faults", method="DELETE")
        self.folder = tempfile.mkdtemp(prefix="canon-login-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        write_specs(self.folder, "specs/web", 2)
        self.secrets = {WEB_SECRET, SECRET}
        self.servers = []

    def settings(self, port):
        return {"PORT": port, "PLATFORM_URL": f"http://127.0.0.1:{port}",
                "CANON_CA_FILE": certificates.ca, "APP_SECRET_KEY": SECRET,
                "WEB_ORG": "acme", "LOG_LEVEL": "debug",
                "CANON_SOURCES": f"acme={self.folder}/specs", **auth0()}

    def start(self, **more):
        settings = self.settings(more.pop("PORT", 0) or free_port())
        settings.update(more)
        server = Server(folder=self.folder, **settings)
        self.addCleanup(self.check_log, server)
        server.start()
        self.addCleanup(server.__exit__)
        return server

    def check_log(self, server):
        """No secret that was given to keep() is in the log."""
        self.assertTrue(server.log)
        log = "\n".join(server.log)
        for secret in self.secrets:
            self.assertNotIn(secret, log)

    def keep(self, *secrets):
        self.secrets.update(secret for secret in secrets if secret)
        return secrets[0]

    def visitor(self, server, user="auth0|alice", path="/auth/login"):
        """Somebody who has signed in."""
        v = Visitor(server, certificates.ca)
        provider.control("/login", {"user": user})
        v.landing = v.ask(path)
        self.assertNotIn("auth_error", v.landing.url)
        self.keep(v.cookie("canon_session"), v.cookie("sw_refresh"))
        return v

    def program(self, server, token):
        return Visitor(server, bearer=self.keep(token))

    def who(self, visitor, org="acme"):
        answer = visitor.ask(f"/app/{org}/api/session")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()


class Browser(Case):
    """What a person does."""

    def test_somebody_logs_in_works_and_logs_out(self):
        server = self.start()
        alice = self.visitor(server)
        self.assertEqual(alice.landing.url,
                         f"{alice.base}/app/acme/welcome")
        session = self.who(alice)
        self.assertEqual(session["user"]["sub"], "auth0|alice")
        self.assertEqual(session["user"]["email"], "alice@example.com")
        self.assertEqual(session["org"], "acme")
        self.assertEqual(set(session["permissions"]), ALL)

        made = alice.ask("/app/acme/settings/api-keys/",
                         {"label": "build", "scopes": ["specs:read"]})
        self.assertEqual(made.status, 201, made)
        program = self.program(server, made.json()["key"])
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 200)
        listed = alice.ask("/app/acme/settings/api-keys/").json()["keys"]
        self.assertEqual([key["label"] for key in listed], ["build"])
        number = made.json()["id"]
        gone = alice.ask(f"/app/acme/settings/api-keys/{number}",
                         method="DELETE")
        self.assertEqual(gone.status, 200, gone)
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 401)

        copied = alice.cookie("canon_session")
        away = alice.ask("/auth/logout", stay=True)
        self.assertEqual(away.status, 302)
        self.assertTrue(away.headers["Location"].startswith(
            f"{provider.url}/v2/logout?"))
        self.assertIsNone(alice.cookie("canon_session"))
        self.assertEqual(alice.ask("/app/acme/api/dashboard").status, 401)
        thief = Visitor(server)
        stolen = thief.ask("/app/acme/api/dashboard", headers={
            "Cookie": f"canon_session={copied}"})
        self.assertEqual(stolen.status, 401)

    def test_any_provider_is_found_by_its_metadata(self):
        nothing = {name: "" for name in auth0()}
        server = self.start(**{**nothing, **oidc()})
        alice = self.visitor(server)
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")
        asked = provider.requests("openid-configuration")
        self.assertTrue(asked)

    def test_the_second_time_leads_to_where_one_wanted_to_go(self):
        server = self.start()
        self.visitor(server)
        again = self.visitor(server)
        self.assertEqual(again.landing.url, f"{again.base}/app/acme/")
        there = self.visitor(server, path="/auth/login?next=/app/acme/tasks")
        self.assertEqual(there.landing.url, f"{there.base}/app/acme/tasks")
        evil = self.visitor(server,
                            path="/auth/login?next=//evil.example.com")
        self.assertEqual(evil.landing.url, f"{evil.base}/app/acme/")

    def test_the_first_user_is_admin_and_the_second_a_viewer(self):
        server = self.start()
        self.visitor(server)
        bob = self.visitor(server, "auth0|bob")
        self.assertEqual(self.who(bob)["permissions"], ["specs:read"])
        refused = bob.ask("/app/acme/settings/api-keys/")
        self.assertEqual(refused.status, 403)
        self.assertIn("specs:admin", refused.json()["detail"])

    def test_cookies_cannot_be_read_by_scripts_nor_sent_from_elsewhere(self):
        server = self.start()
        alice = Visitor(server, certificates.ca)
        begun = alice.ask("/auth/login", stay=True)
        self.assertRegex(begun.headers["Set-Cookie"],
                         r"^canon_login_[\w-]{8}=.*; *HttpOnly")
        back = alice.ask(begun.headers["Location"], stay=True)
        while urlsplit(back.headers["Location"]).path != "/auth/callback":
            back = alice.ask(back.headers["Location"], stay=True)
        landed = alice.ask(back.headers["Location"], stay=True)
        self.assertEqual(landed.headers["Location"], "/app/acme/welcome")
        cookies = landed.headers.get_all("Set-Cookie")
        self.assertGreaterEqual(len(cookies), 2)
        for cookie in cookies:
            self.keep(cookie.split("=", 1)[1].split(";")[0])
            self.assertIn("HttpOnly", cookie)
            self.assertIn("SameSite=Lax", cookie)
        self.keep(*parse_qs(urlsplit(back.headers["Location"]).query)["code"])
        for name in ("state", "nonce", "code_challenge"):
            self.keep(*parse_qs(urlsplit(begun.headers["Location"]).query)
                      [name])

    def test_a_state_is_good_once_and_for_one_browser(self):
        server = self.start()
        alice = Visitor(server, certificates.ca)
        back = alice.ask("/auth/login", stay=True)
        while urlsplit(back.headers["Location"]).path != "/auth/callback":
            back = alice.ask(back.headers["Location"], stay=True)
        callback = back.headers["Location"]
        other = Visitor(server, certificates.ca).ask(callback, stay=True)
        self.assertEqual(other.headers["Location"],
                         "/?auth_error=state_mismatch")
        self.assertNotIn("auth_error", alice.ask(callback).url)
        again = alice.ask(callback, stay=True)
        self.assertEqual(again.headers["Location"],
                         "/?auth_error=state_mismatch")
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")

    def test_who_refuses_is_told_so(self):
        server = self.start()
        provider.control("/login", {"deny": True})
        v = Visitor(server, certificates.ca)
        self.assertEqual(v.ask("/auth/login").url,
                         f"{v.base}/?auth_error=access_denied")
        self.assertIsNone(v.cookie("canon_session"))

    def test_a_provider_in_trouble_changes_nothing(self):
        server = self.start()
        alice = self.visitor(server)
        for fault in ({"status": 503}, {"garbage": True}, {"drop": "before"},
                      {"status": 200, "body": "<html>hello</html>"}):
            provider.control("/faults", {"path": "/oauth/token", "times": 0,
                                         **fault})
            v = Visitor(server, certificates.ca)
            self.assertEqual(v.ask("/auth/login").url,
                             f"{v.base}/?auth_error=server_error", fault)
            self.assertIsNone(v.cookie("canon_session"))
            provider.control("/faults", method="DELETE")
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")
        self.visitor(server)

    def test_other_sites_cannot_write_with_a_cookie(self):
        server = self.start()
        alice = self.visitor(server)
        for headers in ({"Sec-Fetch-Site": "cross-site"},
                        {"Sec-Fetch-Site": "same-site"}):
            refused = alice.ask("/app/acme/settings/api-keys/", {},
                                headers=headers)
            self.assertEqual(refused.status, 403, refused)
        del alice.headers["Sec-Fetch-Site"]
        refused = alice.ask("/app/acme/settings/api-keys/", {},
                            headers={"Origin": "https://evil.example.com"})
        self.assertEqual(refused.status, 403)
        refused = alice.ask("/app/acme/settings/api-keys/", {},
                            headers={"Content-Type": "text/plain"})
        self.assertEqual(refused.status, 415)
        forced = alice.ask("/auth/logout", stay=True,
                           headers={"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(forced.status, 403)
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")


class Lasting(Case):
    """What outlives a process."""

    def test_a_restart_keeps_sessions_and_keys(self):
        first = self.start()
        alice = self.visitor(first)
        key = alice.ask("/app/acme/settings/api-keys/", {}).json()["key"]
        self.assertEqual(first.stop(), 0)
        second = self.start(PORT=first.port)
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")
        program = self.program(second, key)
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 200)
        self.assertEqual(second.stop(), 0)
        other = base64.b64encode(b"o" * 32).decode()
        self.start(PORT=first.port, APP_SECRET_KEY=self.keep(other))
        self.assertEqual(alice.ask("/app/acme/api/dashboard").status, 401)

    @unittest.skipIf(postgresql.missing(), postgresql.missing())
    def test_two_servers_on_one_postgresql_are_one(self):
        cluster = postgresql.Cluster()
        self.addCleanup(cluster.remove)
        cluster.start()
        one = self.start(DATABASE_URL=cluster.url)
        two = self.start(DATABASE_URL=cluster.url)
        alice = self.visitor(one)
        here, there = alice.base, f"http://127.0.0.1:{two.port}"
        alice.base = there
        self.assertEqual(self.who(alice)["user"]["sub"], "auth0|alice")
        alice.headers["Origin"] = there
        key = alice.ask("/app/acme/settings/api-keys/", {}).json()["key"]
        program = self.program(one, key)
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 200)
        copied = alice.cookie("canon_session")
        alice.ask("/auth/logout", stay=True)
        refused = Visitor(one).ask("/app/acme/api/dashboard", headers={
            "Cookie": f"canon_session={copied}"})
        self.assertEqual(refused.status, 401, here)
        # the operator's program works beside them: what it changes counts for
        # keys a second later at most
        settings = {"DATABASE_URL": cluster.url, "WEB_ORG": "acme"}
        for command, status in (("deactivate", 403), ("activate", 200)):
            canon("users", command, "alice@example.com", **settings)
            time.sleep(1)
            answer = program.ask("/app/acme/api/dashboard")
            self.assertEqual(answer.status, status, answer)

    def test_a_first_key_needs_no_browser(self):
        settings = {"DATABASE_URL": f"sqlite:{self.folder}/canon.db"}
        canon("users", "add", "ci", "--role", "editor", **settings)
        key = canon("keys", "create", "--user", "ci", "--org", "acme",
                    **settings)
        server = self.start()
        program = self.program(server, key)
        answer = program.ask("/app/acme/api/profile")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["sub"], "ci")
        self.assertEqual(answer.json()["auth_method"], "api_key")
        self.assertEqual(provider.requests("."), [])


class Device(Case):
    """A program on somebody's machine gets tokens."""

    def begin(self, server):
        answer = Visitor(server).ask("/auth/device/code", {})
        self.assertEqual(answer.status, 200, answer)
        device = answer.json()
        self.keep(device["device_code"], device["user_code"])
        return device

    def poll(self, server, device):
        answer = Visitor(server).ask("/auth/device/token", {
            "device_code": device["device_code"]})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def tokens(self, server, user="auth0|alice"):
        device = self.begin(server)
        provider.control("/device/approve", {
            "user_code": device["user_code"], "user": user})
        got = self.poll(server, device)
        self.assertEqual(got["status"], "approved", got)
        self.keep(got["access_token"], got["refresh_token"])
        return got

    def refresh(self, server, token):
        answer = Visitor(server).ask("/auth/refresh",
                                     {"refresh_token": token})
        if answer.status == 200:
            self.keep(*[v for v in answer.json().values()
                        if isinstance(v, str)])
        return answer

    def test_a_program_gets_tokens_and_uses_them(self):
        server = self.start()
        device = self.begin(server)
        self.assertTrue(device["verification_uri"].startswith(provider.url))
        waiting = self.poll(server, device)
        self.assertEqual(waiting, {"status": "pending", "slow_down": False})
        self.assertEqual(self.poll(server, device),
                         {"status": "pending", "slow_down": True})
        provider.control("/device/approve", {
            "user_code": device["user_code"], "user": "auth0|alice"})

        def approved():
            time.sleep(5.1)  # sooner is too fast
            got = self.poll(server, device)
            return got if got["status"] == "approved" else None

        got = eventually(approved, seconds=30)
        self.keep(got["access_token"], got["refresh_token"])
        self.assertEqual(got["email"], "alice@example.com")
        self.assertTrue(got["session_created"])
        program = self.program(server, got["access_token"])
        profile = program.ask("/app/acme/api/profile").json()
        self.assertEqual(profile["sub"], "auth0|alice")
        self.assertEqual(profile["auth_method"], "jwt")
        fresh = self.refresh(server, got["refresh_token"])
        self.assertEqual(fresh.status, 200, fresh)
        program = self.program(server, fresh.json()["access_token"])
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 200)
        gone = Visitor(server).ask("/auth/revoke", {
            "refresh_token": fresh.json()["refresh_token"]})
        self.assertEqual((gone.status, gone.json()), (200, {"ok": True}))
        dead = self.refresh(server, fresh.json()["refresh_token"])
        self.assertEqual(dead.status, 401)

    def test_a_refusal_is_told(self):
        server = self.start()
        device = self.begin(server)
        provider.control("/device/approve", {
            "user_code": device["user_code"], "deny": True})
        self.assertEqual(self.poll(server, device)["status"], "denied")
        wrong = self.poll(server, {"device_code": "no-such-code"})
        self.assertIn(wrong["status"], ("error", "expired"))

    def test_of_many_refreshes_at_once_one_succeeds(self):
        server = self.start()
        token = self.tokens(server)["refresh_token"]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(
                lambda _: self.refresh(server, token), range(20)))
        good = [a for a in answers if a.status == 200]
        self.assertEqual(len(good), 1, answers)
        self.assertEqual({a.status for a in answers}, {200, 409})
        after = self.refresh(server, good[0].json()["refresh_token"])
        self.assertEqual(after.status, 200, after)

    def test_a_stolen_refresh_token_ends_the_family(self):
        server = self.start()
        token = self.tokens(server)["refresh_token"]
        fresh = self.refresh(server, token).json()["refresh_token"]
        self.assertEqual(self.refresh(server, token).status, 409)
        time.sleep(10.5)
        self.assertEqual(self.refresh(server, token).status, 401)
        self.assertEqual(self.refresh(server, fresh).status, 401)

    def test_a_provider_that_is_away_loses_no_session(self):
        server = self.start()
        token = self.tokens(server)["refresh_token"]
        provider.control("/faults", {"path": "/oauth/token", "status": 503,
                                     "times": 0})
        self.assertEqual(self.refresh(server, token).status, 502)
        provider.control("/faults", method="DELETE")
        self.assertEqual(eventually(
            lambda: self.refresh(server, token).status == 200, seconds=20,
            pause=2), True)


class Tokens(Case):
    """Access tokens of programs."""

    def mint(self, **how):
        how.setdefault("claims", {})
        how["claims"].setdefault("sub", "auth0|alice")
        return self.keep(provider.control("/mint", how)["token"])

    def status(self, server, token):
        program = self.program(server, token)
        return program.ask("/app/acme/api/dashboard").status

    def test_only_honest_ones_are_taken(self):
        server = self.start()
        self.visitor(server)
        self.assertEqual(self.status(server, self.mint()), 200)
        for bad in ({"alg": "none"}, {"alg": "HS256"}, {"key": "other"},
                    {"expires_in": -60},
                    {"claims": {"aud": "https://other.example.com"}},
                    {"claims": {"iss": "https://other.example.com/"}},
                    {"header": {"kid": "unknown"}},
                    {"header": {"typ": "dpop+jwt"}}):
            answer = self.program(server, self.mint(**bad)).ask(
                "/app/acme/api/dashboard")
            self.assertEqual(answer.status, 401, bad)
            self.assertEqual(answer.json(),
                             {"detail": "Invalid access token"})
            self.assertIn('error="invalid_token"',
                          answer.headers["WWW-Authenticate"])

    def test_the_provider_may_change_its_keys(self):
        server = self.start()
        self.visitor(server)
        old = self.mint()
        self.assertEqual(self.status(server, old), 200)
        provider.control("/rotate-keys", {"drop_old": True})
        self.assertEqual(self.status(server, self.mint()), 200)
        self.assertEqual(self.status(server, old), 401)

    def test_unknown_keys_are_looked_up_once(self):
        server = self.start()
        self.assertIn(self.status(server, self.mint()), (200, 403))
        before = len(provider.requests("jwks"))
        tokens = [self.mint(header={"kid": f"k{i}"}) for i in range(80)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = set(pool.map(lambda t: self.status(server, t), tokens))
        self.assertLessEqual(statuses, {401, 429})
        self.assertLessEqual(len(provider.requests("jwks")) - before, 1)

    def test_a_certificate_of_a_stranger_is_refused(self):
        server = self.start(CANON_CA_FILE="")
        token = self.mint()
        answer = self.program(server, token).ask("/app/acme/api/dashboard")
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json(),
                         {"detail": "Auth provider unavailable"})


class Organisations(Case):
    """Several tenants: the provider says who belongs where, or canon does."""

    def test_members_alone_come_in(self):
        url = f"sqlite:{self.folder}/canon.db"
        canon("users", "add", "auth0|alice", DATABASE_URL=url)
        canon("members", "add", "auth0|alice", "--org", "acme", "--role",
              "editor", DATABASE_URL=url)
        server = self.start(AUTH0_ORGS_ENABLED="1")
        alice = self.visitor(server)
        self.assertEqual(set(self.who(alice)["permissions"]),
                         {"specs:read", "specs:write"})
        carol = self.visitor(server, "auth0|carol", "/auth/login?org=acme")
        refused = carol.ask("/app/acme/api/dashboard")
        self.assertEqual(refused.status, 403, refused)
        unknown = carol.ask("/app/no-such/api/dashboard")
        self.assertEqual(unknown.status, 403)


class GitHub(Case):
    """Linking an account."""

    def test_an_account_is_linked_and_forgotten(self):
        github = Peer("github")
        self.addCleanup(github.stop)
        client = github.control("/state")["oauth"]
        server = self.start(
            GITHUB_OAUTH_CLIENT_ID=client["client_id"],
            GITHUB_OAUTH_CLIENT_SECRET=self.keep(client["client_secret"]),
            CANON_GITHUB_URL=github.url, CANON_GITHUB_API_URL=github.url)
        nobody = Visitor(server).ask("/auth/github/login", stay=True)
        self.assertEqual(nobody.headers["Location"], "/auth/login")
        alice = self.visitor(server)
        linked = alice.ask("/auth/github/login")
        self.assertNotIn("auth_error", linked.url)
        self.keep(alice.cookie("canon_session"))
        self.assertEqual(self.who(alice)["github_user"]["login"],
                         "octo-alice")
        alice.ask("/auth/github/disconnect")
        self.assertIsNone(self.who(alice)["github_user"])
        self.assertEqual(github.control("/violations"), [])


class Starting(unittest.TestCase):
    """canond does not start half-configured."""

    def missing(self, name, **more):
        settings = {**auth0(), "PLATFORM_URL": "https://canon.example.com",
                    "APP_SECRET_KEY": SECRET, "ENVIRONMENT": "production",
                    "PORT": free_port(), **more}
        settings[name] = ""
        status, _, said = run(**settings)
        self.assertNotEqual(status, 0)
        self.assertIn(name, said)
        self.assertNotIn(WEB_SECRET, said)

    def test_and_names_the_setting_that_is_missing(self):
        for name in ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET",
                     "AUTH0_AUDIENCE", "PLATFORM_URL", "APP_SECRET_KEY"):
            with self.subTest(name=name):
                self.missing(name)

    def test_an_issuer_is_https(self):
        status, _, said = run(**{**oidc(),
                                 "OIDC_ISSUER": "http://id.example.com/",
                                 "PLATFORM_URL": "https://canon.example.com",
                                 "APP_SECRET_KEY": SECRET})
        self.assertNotEqual(status, 0)
        self.assertIn("OIDC_ISSUER", said)


@unittest.skipUnless(shutil.which("chromium") or os.environ.get("CHROMIUM"),
                     "there is no chromium")
class Chromium(Case):
    """The same with a real browser."""

    def test_a_person_logs_in_makes_a_key_and_logs_out(self):
        server = self.start()
        process = subprocess.Popen(
            [peers.NODE, os.path.join(os.path.dirname(
                os.path.abspath(__file__)), "login.mjs"),
             os.path.join(peers.PEERS, "browser.mjs"),
             f"http://127.0.0.1:{server.port}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertTrue(line, "the browser has failed")
        key = json.loads(line)["key"]
        program = self.program(server, key)
        if shutil.which("curl"):
            shown = subprocess.run(
                ["curl", "-sf", "-H", f"Authorization: Bearer {key}",
                 f"{program.base}/app/acme/api/dashboard"], check=True,
                capture_output=True, text=True, timeout=60 * PATIENCE)
            self.assertIn("repos_with_specs", json.loads(shown.stdout))
        self.assertEqual(program.ask("/app/acme/api/dashboard").status, 200)
        process.stdin.write("go on\n")
        process.stdin.close()
        report = json.loads(process.stdout.readline())
        self.assertEqual(process.wait(60 * PATIENCE), 0)
        for cookie in report["cookies"]:
            self.keep(cookie["value"])
            if cookie["name"].startswith(("canon_", "sw_")):
                self.assertTrue(cookie["httpOnly"], cookie["name"])
        self.assertEqual(report["scripts_see"], "")
        self.assertEqual(report["after_logout"], 401)
        self.assertEqual(report["outside"], [])


if __name__ == "__main__":
    unittest.main()
