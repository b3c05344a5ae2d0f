#!/usr/bin/env python3
"""Serve a folder of specs, or a git repository, from a WSGI server.

    python3 examples/wsgi.py examples/specs
    curl http://127.0.0.1:3000/app/local/api/dashboard

Any WSGI server takes the same application; this one comes with Python.
"""

import argparse
import pathlib
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

import canon
from canon.wsgi import App


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", help="a folder with docs/specs, or a git repository")
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--database", default="sqlite::memory:")
    options = parser.parse_args()

    path = pathlib.Path(options.path).resolve()
    kind = "git" if (path / ".git").exists() else "dir"
    with canon.Engine(options.database) as engine:
        engine.migrate()
        with engine.connect() as conn:
            conn.add_repo("local", f"local/{path.name}", f"{kind}:{path}")
            print(conn.index("local"))
        with make_server("127.0.0.1", options.port, App(engine), Server) as server:
            url = f"http://127.0.0.1:{server.server_port}/app/local/api/dashboard"
            print(url, flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                engine.interrupt()


if __name__ == "__main__":
    main()
