"""canond in front of the judge: every answer fits openapi.yaml."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from peers import NODE, PEERS, Certificates, Peer, why_not
from support import (PATIENCE, TESTS, Server, clean_environment, free_port,
                     titles, wait_until)

PROGRAM = os.environ.get("CANON_PROGRAM", "")
EXAMPLES = os.path.join(os.path.dirname(TESTS), "examples", "specs")


def expected(failure):
    """Routes that are still to come, pages without the application, and
    logins without a provider."""
    answer = str(failure.get("response"))
    # A path that leads out is refused before anybody is asked who he is.
    if failure.get("status") == 400 and "Invalid path" in answer:
        return failure.get("kind") == "no-authentication"
    return (failure.get("status") == 501 and "Not implemented" in answer
            or failure.get("status") == 503
            and ("<title>Not available</title>" in answer
                 or "auth not configured" in answer
                 or "provider not configured" in answer))


class Conform(unittest.TestCase):
    def setUp(self):
        reason = why_not()
        if reason:
            self.skipTest(reason)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.source = os.path.join(self.folder, "specs")
        shutil.copytree(EXAMPLES, self.source)

    def serve(self, **settings):
        server = Server(folder=self.folder, WEB_ORG="acme",
                        CANON_SOURCES=f"acme={self.source}", **settings)
        server.start()
        self.addCleanup(server.__exit__)
        return server

    def fuzz(self, server, *options):
        """What the judge has found, except what is expected."""
        report = os.path.join(self.folder, "report.json")
        done = subprocess.run(
            [NODE, os.path.join(PEERS, "conform.mjs"), "fuzz",
             "--spec", os.path.join(os.path.dirname(TESTS),
                                    "libcanon/docs/openapi.yaml"),
             "--base", f"http://127.0.0.1:{server.port}",
             "--param", "org=acme", "--param", "owner=acme",
             "--param", "repo=payments", "--alive", "/healthz",
             "--allow-undocumented", "400,401,403,404,405,413,414,415,429",
             "--json", report, *options],
            check=False, capture_output=True, text=True,
            timeout=600 * PATIENCE)
        self.assertTrue(os.path.exists(report), done.stderr)
        with open(report, encoding="utf-8") as f:
            found = json.load(f)
        bad = [f for f in found["list"] if not expected(f)]
        self.maxDiff = None
        self.assertEqual(bad[:5], [], f"{len(bad)} in all")
        self.assertEqual(found["operations"], 77)
        self.assertEqual(server.get("/healthz").status, 200)

    def test_answers_fit_the_document(self):
        server = self.serve()
        wait_until(lambda: len(titles(server)) > 20)
        self.fuzz(server, "--no-auth-check")

    def test_answers_fit_the_document_with_a_login(self):
        """Of an administrator's key; and without one nothing is open."""
        if not PROGRAM:
            self.skipTest("canon was not built")
        certificates = Certificates()
        self.addCleanup(certificates.remove)
        provider = Peer("oidc", *certificates.server, ca=certificates.ca)
        self.addCleanup(provider.stop)
        self.canon("users", "add", "ci", "--role", "admin")
        key = self.canon("keys", "create", "--org", "acme", "--user", "ci",
                         "--scopes",
                         "specs:read,specs:write,specs:admin,org:manage")
        port = free_port()
        server = self.serve(
            PORT=port, PLATFORM_URL=f"http://127.0.0.1:{port}",
            CANON_CA_FILE=certificates.ca,
            AUTH0_DOMAIN=provider.url.split("//")[1],
            AUTH0_CLIENT_ID="canon-web",
            AUTH0_CLIENT_SECRET="canon-web-secret-for-tests-only",
            AUTH0_AUDIENCE="https://api.canon.test",
            AUTH0_DEVICE_CLIENT_ID="canon-cli")
        # never the key that it asks with, which a small number would revoke
        self.fuzz(server, "--header", f"Authorization: Bearer {key}",
                  "--param", "key_id=9007199254740991")

    def canon(self, *words):
        environment = {**clean_environment(),
                       "DATABASE_URL": f"sqlite:{self.folder}/canon.db"}
        done = subprocess.run([PROGRAM, *words], check=True, text=True,
                              env=environment, capture_output=True)
        return done.stdout.strip()


if __name__ == "__main__":
    unittest.main()
