"""canond in front of the judge: every answer fits openapi.yaml."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from peers import NODE, PEERS, why_not
from support import PATIENCE, TESTS, Server, titles, wait_until

EXAMPLES = os.path.join(os.path.dirname(TESTS), "examples", "specs")


def expected(failure):
    """Routes that are still to come, and pages without the application."""
    answer = str(failure.get("response"))
    return (failure.get("status") == 501 and "Not implemented" in answer
            or failure.get("status") == 503
            and "<title>Not available</title>" in answer)


class Conform(unittest.TestCase):
    def test_answers_fit_the_document(self):
        reason = why_not()
        if reason:
            self.skipTest(reason)
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "specs")
            shutil.copytree(EXAMPLES, source)
            with Server(folder=folder, WEB_ORG="acme",
                        CANON_SOURCES=f"acme={source}") as server:
                server.wait_for("/readyz")
                wait_until(lambda: len(titles(server)) > 20)
                report = os.path.join(folder, "report.json")
                done = subprocess.run(
                    [NODE, os.path.join(PEERS, "conform.mjs"), "fuzz",
                     "--spec", os.path.join(os.path.dirname(TESTS),
                                            "libcanon/docs/openapi.yaml"),
                     "--base", f"http://127.0.0.1:{server.port}",
                     "--param", "org=acme", "--param", "owner=acme",
                     "--param", "repo=payments", "--alive", "/healthz",
                     "--no-auth-check", "--allow-undocumented",
                     "400,401,403,404,405,413,414,415,429",
                     "--json", report],
                    check=False, capture_output=True, text=True,
                    timeout=600 * PATIENCE)
                self.assertTrue(os.path.exists(report), done.stderr)
                with open(report, encoding="utf-8") as f:
                    found = json.load(f)
                bad = [f for f in found["list"] if not expected(f)]
                self.assertEqual(bad[:5], [], f"{len(bad)} in all")
                self.assertEqual(found["operations"], 74)
                self.assertEqual(server.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
