"""The configurations of nginx that are recommended do what is said of them."""

import http.client
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from support import PATIENCE, TESTS, free_port

PROJECT = os.path.dirname(TESTS)
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


class Behind(http.server.BaseHTTPRequestHandler):
    """Says what came."""

    def do_GET(self):
        text = f"{self.path} {self.headers.get('Authorization')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def locations():
    """Those of examples/nginx.conf, and the recipe for the badge."""
    with open(f"{PROJECT}/examples/nginx.conf", encoding="utf-8") as f:
        blocks = re.findall(r"^    location .*?^    }$", f.read(), re.M | re.S)
    with open(f"{PROJECT}/libcanon/docs/rest-api.md", encoding="utf-8") as f:
        blocks += re.findall(r"^    location .*?^    }$", f.read(), re.M | re.S)
    return "\n".join(blocks)


@unittest.skipUnless(NGINX, "no nginx in PATH")
class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Behind)
        threading.Thread(target=cls.behind.serve_forever, daemon=True).start()
        cls.port = free_port()
        cls.folder = tempfile.mkdtemp(prefix="canond-test-")
        blocks = locations().replace(
            "127.0.0.1:3000", f"127.0.0.1:{cls.behind.server_port}")
        with open(f"{cls.folder}/nginx.conf", "w", encoding="utf-8") as f:
            f.write("daemon off; master_process off; pid pid;\n"
                    "error_log stderr; events {}\n"
                    "http { access_log off; client_body_temp_path body;\n"
                    "proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n"
                    "uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
                    f"server {{ listen 127.0.0.1:{cls.port};\n"
                    f"merge_slashes off;\n{blocks}\n}} }}\n")
        cls.process = subprocess.Popen(
            [NGINX, "-p", cls.folder, "-c", "nginx.conf"],
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10 * PATIENCE
        while cls.ask("/") is None and time.monotonic() < end:
            time.sleep(0.02)

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(10)
        cls.behind.shutdown()
        cls.behind.server_close()
        shutil.rmtree(cls.folder, True)

    @classmethod
    def ask(cls, path):
        """What canond is asked for, and with which key."""
        connection = http.client.HTTPConnection("127.0.0.1", cls.port)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            return None
        finally:
            connection.close()

    def test_a_path_goes_on_as_it_is(self):
        for path in ("/app/acme/", "/app/a%2fb//c?x=%20y",
                     "/app/acme/badge.svg/?repo=acme/other"):
            self.assertEqual(self.ask(path), f"{path} None")

    def test_the_public_badge_is_of_one_repository(self):
        good = "/app/acme/badge.svg?repo=acme/web Bearer sw_..."
        for path in ("/app/acme/badge.svg", "/app/acme/badge.svg?",
                     "/app/acme/badge.svg?repo=acme/other",
                     "/app/acme/badge.svg?team=core&repo=acme%2Fother",
                     "/app/acme/%62adge.svg?repo=acme/other",
                     "/app/acme/x/../badge.svg?repo=acme/other"):
            self.assertEqual(self.ask(path), good, path)


if __name__ == "__main__":
    unittest.main()
