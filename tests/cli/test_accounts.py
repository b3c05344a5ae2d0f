"""keys, users and members, on both databases."""

import unittest

from program import FAILED, NO, USAGE, Case, Postgresql, Sqlite

KEY = r"^sw_[A-Za-z0-9_-]{43}$"


class WithDatabase:
    def setUp(self):
        super().setUp()
        self.settings = {"DATABASE_URL": self.make_database(),
                         "WEB_ORG": "acme"}

    def ok(self, *words, **more):
        return self.good(*words, **self.settings, **more)

    def no(self, status, message, *words):
        return self.bad(status, message, *words, **self.settings)

    def user(self, sub="ci", *words):
        return int(self.ok("users", "add", sub, *words).out)

    def keys(self, *words):
        return self.ok("keys", "list", "--json", *words).json()["keys"]

    def test_a_first_key_without_a_browser(self):
        self.user("ci", "--role", "editor")
        done = self.ok("keys", "create", "--user", "ci", "--label", "build",
                       "--expires", "90", "--scopes", "specs:read,specs:write")
        self.assertRegex(done.out.strip(), KEY)
        self.assertIn("not shown again", done.err)
        (key,) = self.keys()
        self.assertEqual(key["label"], "build")
        self.assertEqual(key["prefix"], done.out[:7])
        self.assertEqual(key["scopes"], ["specs:read", "specs:write"])
        self.assertEqual(key["org_login"], "acme")
        self.assertIsNotNone(key["expires_at"])
        self.assertIsNone(key["revoked_at"])
        self.assertNotIn(done.out.strip(), self.ok("keys", "list").out)

    def test_a_key_as_json(self):
        self.user()
        key = self.ok("keys", "create", "--user", "ci", "--json").json()
        self.assertRegex(key["key"], KEY)
        self.assertEqual(key["scopes"], ["specs:read"])
        self.assertIsNone(key["expires_at"])
        (listed,) = self.keys()
        self.assertEqual(listed["id"], key["id"])

    def test_a_key_is_revoked_once(self):
        self.user()
        key = self.ok("keys", "create", "--user", "ci", "--json").json()
        self.no(NO, "", "keys", "revoke", key["id"], "--org", "other")
        self.ok("keys", "revoke", key["id"])
        self.assertIsNotNone(self.keys()[0]["revoked_at"])
        self.assertIn("revoked", self.ok("keys", "list").out)
        self.no(NO, "", "keys", "revoke", key["id"])
        self.no(USAGE, "is no id of a key", "keys", "revoke", "sw_x")

    def test_keys_of_one_user(self):
        for who in ("ci", "bot"):
            self.user(who)
            self.ok("keys", "create", "--user", who, "--label", who)
        self.assertEqual(len(self.keys()), 2)
        self.assertEqual([k["label"] for k in self.keys("--user", "bot")],
                         ["bot"])
        self.assertEqual(self.keys("--org", "other"), [])

    def test_what_a_key_cannot_be(self):
        self.user()
        create = ["keys", "create", "--user", "ci"]
        self.no(USAGE, "keys create needs --user USER", "keys", "create")
        self.no(NO, "there is no user bob", "keys", "create", "--user", "bob")
        self.no(USAGE, "there is no permission specs:eat", *create,
                "--scopes", "specs:read,specs:eat")
        self.no(USAGE, "--expires must be a number from 1 to 365", *create,
                "--expires", "366")
        self.no(USAGE, "", *create, "--label", "x" * 101)
        self.no(USAGE, "", *create, "--label", "a\nb")
        self.assertEqual(self.keys(), [])

    def test_a_key_that_may_more_than_its_owner_is_told_of(self):
        self.user("ci", "--role", "viewer")
        done = self.ok("keys", "create", "--user", "ci", "--scopes",
                       "specs:write")
        self.assertIn("ci is viewer and may do less", done.err)
        self.ok("users", "deactivate", "ci")
        done = self.ok("keys", "create", "--user", "ci")
        self.assertIn("switched off", done.err)

    def test_users_are_added_and_changed(self):
        one = self.user("auth0|alice", "--email", "alice@example.com",
                        "--name", "Alice", "--role", "admin")
        self.assertEqual(self.user("auth0|alice", "--name", "Alice B."), one)
        (user,) = self.ok("users", "list", "--json").json()["users"]
        self.assertEqual(user["id"], one)
        self.assertEqual(user["sub"], "auth0|alice")
        self.assertEqual(user["email"], "alice@example.com")
        self.assertEqual(user["name"], "Alice B.")
        self.assertEqual(user["role"], "admin")
        self.assertTrue(user["active"])
        self.assertRegex(user["created_at"], r"^\d{4}-.*\+00:00$")
        self.assertIsNone(user["last_login_at"])
        self.assertIn("alice@example.com", self.ok("users", "list").out)
        self.no(USAGE, "", "users", "add", "bob", "--role", "king")
        self.no(USAGE, "users add needs SUBJECT", "users", "add")

    def test_users_are_named_in_three_ways(self):
        number = self.user("auth0|alice", "--email", "alice@example.com")
        for name in (number, "auth0|alice", "alice@example.com"):
            self.ok("keys", "create", "--user", name)
        self.assertEqual(len(self.keys()), 3)
        self.no(NO, "there is no user", "keys", "create", "--user",
                number + 1)

    def test_an_address_of_two_users_is_not_enough(self):
        for sub in ("a", "b"):
            self.user(sub, "--email", "same@example.com")
        self.no(USAGE, "more than one user", "keys", "create", "--user",
                "same@example.com")

    def test_the_list_of_users_is_searched(self):
        for i in range(3):
            self.user(f"u{i}", "--email", f"u{i}@example.com")
        users = self.ok("users", "list", "u1@example.com", "--json").json()
        self.assertEqual([u["sub"] for u in users["users"]], ["u1"])
        done = self.canon("users", "list", "u9", "--json", **self.settings)
        self.assertEqual(done.status, NO)
        self.assertEqual(done.json(), {"users": []})

    def test_accounts_are_switched_off_and_on(self):
        self.user("ci")
        self.ok("users", "deactivate", "ci")
        self.assertRegex(self.ok("users", "list").out, r"\boff\b")
        self.ok("users", "activate", "ci")
        self.assertNotRegex(self.ok("users", "list").out, r"\boff\b")
        self.no(NO, "there is no user nobody", "users", "deactivate",
                "nobody")

    def test_members_get_and_lose_roles(self):
        self.user("ci")
        done = self.ok("members", "add", "ci", "--role", "editor")
        self.assertIn("ci is now editor in acme", done.err)
        self.ok("members", "add", "ci", "--role", "admin", "--org", "beta")
        self.ok("members", "remove", "ci")
        self.no(USAGE, "members add needs --role", "members", "add", "ci")
        self.no(USAGE, "", "members", "add", "ci", "--role", "king")
        self.no(NO, "there is no user", "members", "remove", "nobody")

    def test_names_that_would_move_the_cursor_are_refused(self):
        for name in ("x\033[2J", "e\u009b@x"):
            self.no(USAGE, "control character", "users", "add", "ci",
                    "--name", name)

    def test_help_knows_the_commands(self):
        for command in ("keys create", "keys list", "keys revoke",
                        "users list", "users add", "users activate",
                        "users deactivate", "members add", "members remove"):
            self.assertIn(f"    {command} ", self.ok("--help").out)
            self.assertIn(f"usage: canon {command}",
                          self.ok(*command.split(), "--help").out)
        self.no(USAGE, "keys what? The commands are:", "keys")


class OnSqlite(WithDatabase, Sqlite, Case):
    def test_a_database_that_is_not_there_has_no_keys(self):
        self.no(FAILED, "no database at", "keys", "list")


class OnPostgresql(WithDatabase, Postgresql, Case):
    pass


if __name__ == "__main__":
    unittest.main()
