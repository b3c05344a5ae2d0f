import json
import tempfile
import unittest
from typing import Any, Dict, List, Optional
from urllib.parse import parse_qs, urlsplit

import canon
from canon import auth, errors

from .support import needs

PROVIDER = {
    "AUTH0_DOMAIN": "login.example.com",
    "AUTH0_CLIENT_ID": "web",
    "AUTH0_CLIENT_SECRET": "not-a-secret",
    "AUTH0_AUDIENCE": "https://api.example.com",
    "PLATFORM_URL": "https://canon.example.com",
}


class Case(unittest.TestCase):
    settings: Dict[str, str] = {}

    def answer(self, request: canon.HttpRequest) -> canon.HttpResponse:
        raise AssertionError(request)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.requests: List[canon.HttpRequest] = []

        def http(request: canon.HttpRequest) -> canon.HttpResponse:
            self.requests.append(request)
            return self.answer(request)

        self.engine = canon.Engine(
            f"sqlite:{folder.name}/canon.db",
            settings=self.settings,
            hooks=canon.Hooks(http=http),
        )
        self.addCleanup(self.engine.close)
        self.engine.migrate()
        self.conn = self.engine.connect()


class Permissions(unittest.TestCase):
    def test_of_roles(self) -> None:
        self.assertEqual(auth.role_permissions("viewer"), {"specs:read"})
        self.assertEqual(auth.role_permissions("?"), {"specs:read"})
        self.assertEqual(auth.role_permissions("admin"), set(auth.PERMISSIONS))

    def test_have_names_and_bits(self) -> None:
        names = {"specs:read", "org:manage"}
        self.assertEqual(auth.permissions_of(auth.permission_bits(names)), names)
        with self.assertRaises(ValueError):
            auth.permission_bits(["specs:eat"])

    def test_addresses(self) -> None:
        self.assertTrue(auth.next_ok("/app/acme/"))
        self.assertFalse(auth.next_ok("//evil.example.com"))
        self.assertTrue(auth.same_origin("https://a.example", "https://A.example/x"))
        self.assertFalse(auth.same_origin("https://a.example", "http://a.example"))


@needs("canon_key_create", "canon_user_put", "canon_auth_identify")
class Keys(Case):
    settings = PROVIDER

    def setUp(self) -> None:
        super().setUp()
        self.user = auth.put_user(self.conn, "ci", "ci@example.com", role="editor")

    def create(self, **options: Any) -> str:
        return auth.create_key(self.conn, "acme", self.user, **options)[0]

    def refused(self, secret: str) -> str:
        with self.assertRaises(errors.Error) as caught:
            auth.identify(self.conn, bearer=secret)
        return caught.exception.reason

    def test_identify_their_owner(self) -> None:
        secret = self.create(scopes=["specs:read", "specs:admin"])
        who = auth.identify(self.conn, bearer=secret)
        self.assertEqual((who.by, who.sub, who.email), ("key", "ci", "ci@example.com"))
        self.assertEqual((who.org, who.user_id), ("acme", self.user))
        self.assertEqual(who.permissions, {"specs:read"})  # the owner is an editor
        self.assertTrue(auth.allows(self.engine, who, "ACME", "specs:read"))
        self.assertFalse(auth.allows(self.engine, who, "acme", "specs:write"))
        self.assertFalse(auth.allows(self.engine, who, "other", "specs:read"))

    def test_are_refused_with_a_reason(self) -> None:
        secret, number = auth.create_key(self.conn, "acme", self.user)
        self.assertEqual(self.refused("sw_x"), "key_unknown")
        auth.activate_user(self.conn, self.user, False)
        self.assertEqual(self.refused(secret), "deactivated")
        auth.activate_user(self.conn, self.user)
        auth.revoke_key(self.conn, "acme", number)
        self.assertEqual(self.refused(secret), "key_revoked")
        with self.assertRaises(errors.NotFoundError):
            auth.revoke_key(self.conn, "acme", number)

    def test_nobody_is_a_reason(self) -> None:
        with self.assertRaises(errors.AuthError) as caught:
            auth.identify(self.conn)
        self.assertEqual(caught.exception.reason, "none")

    def test_are_listed(self) -> None:
        self.create(label="one")
        self.create(label="two", expires_days=1)
        two, one = auth.keys(self.conn, "acme")
        self.assertEqual((one.label, two.label), ("one", "two"))
        self.assertEqual(one.scopes, {"specs:read"})
        self.assertIsNone(one.expires)
        assert two.expires and two.created
        self.assertEqual((two.expires - two.created).days, 1)
        self.assertEqual(auth.keys(self.conn, "acme", self.user + 1), [])

    def test_may_not_exceed_who_asks(self) -> None:
        with self.assertRaises(errors.DeniedError):
            self.create(scopes=["specs:admin"], granted_by=["specs:read"])
        with self.assertRaises(errors.InvalidError):
            self.create(label="x" * 101)


@needs("canon_user_put")
class Users(Case):
    def test_are_listed_and_changed(self) -> None:
        number = auth.put_user(self.conn, "a", "a@example.com", "Ann", "admin")
        self.assertEqual(auth.put_user(self.conn, "a", name="Anne"), number)
        auth.put_user(self.conn, "b")
        first, second = auth.users(self.conn)
        self.assertEqual((first.id, first.name, first.role), (number, "Anne", "admin"))
        self.assertTrue(first.active)
        self.assertIsNone(first.last_login)
        self.assertEqual([u.sub for u in auth.users(self.conn, "b")], [second.sub])

    def test_get_roles_in_organisations(self) -> None:
        number = auth.put_user(self.conn, "a")
        auth.put_member(self.conn, "acme", number, "editor")
        auth.put_member(self.conn, "acme", number, "")
        with self.assertRaises(errors.InvalidError):
            auth.put_member(self.conn, "acme", number, "king")


@needs("canon_login_begin", "canon_device_begin", "canon_tokens_refresh")
class WithoutProvider(Case):
    def test_there_is_no_login(self) -> None:
        auth.check_login(self.engine)
        with self.assertRaises(errors.UnsupportedError):
            auth.begin_login(self.conn)
        with self.assertRaises(errors.UnsupportedError):
            auth.begin_device(self.conn)
        self.assertEqual(auth.logout(self.conn), "/")
        self.assertFalse(auth.github_enabled(self.engine))


@needs("canon_login_begin", "canon_device_begin", "canon_tokens_refresh")
class WithProvider(Case):
    settings = PROVIDER

    def answer(self, request: canon.HttpRequest) -> canon.HttpResponse:
        self.assertTrue(request.url.endswith("/oauth/device/code"), request.url)
        body = {
            "device_code": "d" * 20,
            "user_code": "AB-CD",
            "verification_uri": "https://login.example.com/activate",
            "interval": 7,
            "expires_in": 600,
        }
        headers = {"Content-Type": "application/json"}
        return canon.HttpResponse(200, headers, json.dumps(body).encode())

    def test_names_its_cookies(self) -> None:
        self.assertEqual(auth.session_cookie(self.engine), "__Host-canon_session")
        prefix = auth.login_cookie_prefix(self.engine)
        self.assertTrue(prefix.startswith("__Host-canon_login_"))

    def test_remembers_the_way_back(self) -> None:
        cookie = auth.remember_next(self.conn, "/app/acme/search")
        self.assertEqual(cookie.name, auth.next_cookie(self.engine))
        self.assertEqual(cookie.max_age, 600)
        back = auth.recall_next(self.conn, cookie.value)
        self.assertEqual(back, "/app/acme/search")
        with self.assertRaises(errors.NotFoundError):
            auth.recall_next(self.conn, "/app/acme/search")
        with self.assertRaises(errors.InvalidError):
            auth.remember_next(self.conn, "//evil.example.com")

    def test_a_login_begins_with_a_redirect(self) -> None:
        there = auth.begin_login(self.conn, next="/app/acme/")
        query = parse_qs(urlsplit(there.url).query)
        self.assertEqual(urlsplit(there.url).netloc, "login.example.com")
        self.assertEqual(query["code_challenge_method"], ["S256"])
        assert there.cookie
        self.assertTrue(there.cookie.name.endswith(query["state"][0][:8]))
        self.assertLessEqual(there.cookie.max_age, 600)

    def finish(self, **answer: Optional[str]) -> str:
        with self.assertRaises(errors.Error) as caught:
            auth.finish_login(self.conn, **answer)
        return caught.exception.reason

    def test_a_login_that_fails_has_a_reason(self) -> None:
        there = auth.begin_login(self.conn)
        assert there.cookie
        cookie = there.cookie.value
        state = parse_qs(urlsplit(there.url).query)["state"][0]
        self.assertEqual(self.finish(state="x", code="c"), "state_mismatch")
        wrong = self.finish(state="x" * 43, code="c", cookie=cookie)
        self.assertEqual(wrong, "state_mismatch")
        denied = self.finish(state=state, error="access_denied", cookie=cookie)
        self.assertEqual(denied, "access_denied")
        with self.assertRaises(TypeError):
            auth.finish_login(self.conn, nonsense="1")

    def test_a_device_login_begins(self) -> None:
        device = auth.begin_device(self.conn)
        self.assertEqual(device.user_code, "AB-CD")
        self.assertEqual((device.interval, device.expires_in), (7, 600))
        self.assertEqual(len(self.requests), 1)

    def test_unknown_tokens(self) -> None:
        with self.assertRaises(errors.AuthError) as caught:
            auth.refresh_tokens(self.conn, "unknown")
        self.assertEqual(caught.exception.reason, "unknown")
        auth.revoke_tokens(self.conn, "unknown")
        with self.assertRaises(errors.AuthError) as caught:
            auth.identify(self.conn, session="no-session")
        self.assertEqual(caught.exception.reason, "session")

    def test_a_missing_setting_is_named(self) -> None:
        half = dict(PROVIDER, PLATFORM_URL="")
        engine = canon.Engine("sqlite::memory:", settings=half)
        self.addCleanup(engine.close)
        with self.assertRaisesRegex(errors.InvalidError, "PLATFORM_URL"):
            auth.check_login(engine)


if __name__ == "__main__":
    unittest.main()
