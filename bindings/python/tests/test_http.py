import io
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
from typing import Any, Dict, List, Tuple
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import canon
from canon import wsgi
from canon.http import Request

from .support import DOCUMENT, needs

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def engine() -> canon.Engine:
    made = canon.Engine("sqlite::memory:")
    made.migrate()
    return made


class Requests(unittest.TestCase):
    def test_refuse_header_fields_of_two_lines(self) -> None:
        with self.assertRaises(ValueError):
            Request("GET", "/", {"X-A": "b\r\nX-C: d"})
        with self.assertRaises(ValueError):
            Request("GET", "/a\0b")

    @needs("canon_dispatch_collect")
    def test_are_answered_without_a_socket(self) -> None:
        with engine() as e, e.connect() as conn:
            answer = conn.request("GET", "/healthz")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.header("content-type"), "application/json")
            self.assertIsInstance(answer.json(), dict)

    @needs("canon_dispatch_collect")
    def test_that_fail_are_answers(self) -> None:
        with engine() as e, e.connect() as conn:
            self.assertEqual(conn.request("GET", "/app/a%00b").status, 400)
            self.assertEqual(conn.request("PUT", "/healthz").status, 405)


@needs("canon_dispatch")
class Wsgi(unittest.TestCase):
    def call(
        self, app: Any, method: str, path: str, **environ: Any
    ) -> Tuple[str, Dict[str, str], bytes]:
        started: List[Any] = []
        written = io.BytesIO()

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            started.append((status, headers))
            return written.write

        environ.setdefault("wsgi.input", io.BytesIO())
        environ.update(REQUEST_METHOD=method, PATH_INFO=path, REMOTE_ADDR="127.0.0.1")
        environ.setdefault("HTTP_HOST", "127.0.0.1")
        for part in app(environ, start):
            written.write(part)
        ((status, headers),) = started
        return status, dict(headers), written.getvalue()

    def test_answers(self) -> None:
        with engine() as e:
            status, headers, body = self.call(wsgi.App(e), "GET", "/healthz")
        self.assertEqual(status, "200 OK")
        self.assertEqual(headers["Content-Length"], str(len(body)))

    def test_sends_no_body_for_head(self) -> None:
        with engine() as e:
            _, _, body = self.call(wsgi.App(e), "HEAD", "/healthz")
        self.assertEqual(body, b"")

    def test_raises_what_happened_while_the_body_was_read(self) -> None:
        class Broken:
            def read(self, _: int) -> bytes:
                raise OSError("the peer is gone")

        with engine() as e, e.connect() as conn, self.assertRaises(OSError):
            conn.add_repo("acme", "acme/app", "dir:/tmp")
            self.call(
                wsgi.App(e),
                "POST",
                "/app/acme/editor/acme/app/parse",
                CONTENT_LENGTH="5",
                CONTENT_TYPE="application/json",
                **{"wsgi.input": Broken()},
            )

    def test_keeps_to_the_rules_of_wsgi(self) -> None:
        with engine() as e:
            app = validator(wsgi.App(e))
            with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
                thread = threading.Thread(target=server.handle_request)
                thread.start()
                url = f"http://127.0.0.1:{server.server_port}/healthz"
                with urlopen(url, timeout=10) as answer:
                    self.assertEqual(answer.status, 200)
                thread.join()

    def test_encodes_a_path_that_the_server_decoded(self) -> None:
        environ = {"PATH_INFO": "/a b/\xc3\xa9%", "QUERY_STRING": "x=1"}
        self.assertEqual(wsgi._target(environ), "/a%20b/%C3%A9%25?x=1")
        environ["REQUEST_URI"] = "/a%2Fb?y"
        self.assertEqual(wsgi._target(environ), "/a%2Fb?y")


EXAMPLE = ROOT / "examples" / "wsgi.py"


@needs("canon_dispatch", "canon_index_all")
@unittest.skipUnless(EXAMPLE.exists(), "the examples are not here")
class Example(unittest.TestCase):
    def test_serves_a_folder(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "docs" / "specs"
        path.mkdir(parents=True)
        (path / "passwords.md").write_text(DOCUMENT, encoding="utf-8")
        command = [sys.executable, str(EXAMPLE), folder.name, "--port", "0"]
        environ = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"))
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environ,
        ) as process:
            try:
                lines = process.stdout
                assert lines is not None
                self.assertIn("indexed=1", lines.readline())
                with urlopen(lines.readline().strip(), timeout=10) as answer:
                    self.assertIn(b"passwords.md", answer.read())
            finally:
                process.terminate()
