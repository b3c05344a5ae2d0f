import gc
import pathlib
import tempfile
import threading
import unittest
from typing import List

import canon
from canon import errors

from .support import DOCUMENT, needs


def memory(**options: object) -> canon.Engine:
    engine = canon.Engine("sqlite::memory:", **options)  # type: ignore[arg-type]
    engine.migrate()
    return engine


class Handles(unittest.TestCase):
    def test_close_their_connections(self) -> None:
        with memory() as engine:
            conn = engine.connect()
            conn.ready()
        with self.assertRaises(ValueError):
            conn.ready()
        with self.assertRaises(ValueError):
            engine.connect()
        conn.close()
        engine.close()

    def test_may_be_forgotten(self) -> None:
        engine = memory()
        conn = engine.connect()
        del engine
        gc.collect()
        conn.ready()
        del conn
        gc.collect()

    def test_take_settings_by_name(self) -> None:
        engine = canon.Engine("sqlite::memory:", settings={"WEB_ORG": "acme"})
        self.assertEqual(engine.setting("WEB_ORG"), "acme")
        with self.assertRaises(errors.NotFoundError):
            engine.set("NO_SUCH_SETTING", "1")
        with self.assertRaises(errors.InvalidError):
            engine.set("PORT", "many")
        with self.assertRaises(ValueError):
            engine.set("WEB_ORG", "a\0b")
        engine.close()

    def test_tell_why_a_database_cannot_be_used(self) -> None:
        with self.assertRaises(errors.Error) as caught:
            canon.Engine("mysql://x").migrate()
        self.assertTrue(str(caught.exception))

    def test_refuse_a_second_thread(self) -> None:
        problems: List[BaseException] = []

        def use(conn: canon.Connection) -> None:
            try:
                conn.ready()
            except RuntimeError as problem:
                problems.append(problem)

        with memory() as engine, engine.connect() as conn:
            with conn.use():
                thread = threading.Thread(target=use, args=(conn,))
                thread.start()
                thread.join()
        self.assertEqual(len(problems), 1)


class HostHooks(unittest.TestCase):
    def test_are_the_clock(self) -> None:
        with memory(hooks=canon.Hooks(now_us=lambda: 123_456)) as engine:
            from canon import _ffi

            self.assertEqual(_ffi.lib.canon_now_us(engine.handle), 123_456)

    def test_take_the_log(self) -> None:
        from canon import _ffi

        lines: List[canon.LogEvent] = []
        with memory(hooks=canon.Hooks(log=lines.append)) as engine:
            with engine.connect() as conn, conn.use() as handle:
                _ffi.lib.canon_log(handle, 0, b"test", b"%s", b"hello")
        self.assertIn(("test", "hello"), [(e.module, e.text) for e in lines])

    def test_give_random_bytes(self) -> None:
        import ctypes

        from canon import _ffi

        with memory(hooks=canon.Hooks(random=lambda n: b"\7" * n)) as engine:
            out = ctypes.create_string_buffer(4)
            self.assertEqual(_ffi.lib.canon_random(engine.handle, out, 4), 0)
            self.assertEqual(out.raw, b"\7\7\7\7")


@needs("canon_repo_add", "canon_index_all")
class Index(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = pathlib.Path(self.folder.name) / "docs" / "specs"
        path.mkdir(parents=True)
        (path / "passwords.md").write_text(DOCUMENT, encoding="utf-8")
        self.engine = memory()
        self.addCleanup(self.engine.close)
        self.conn = self.engine.connect()
        self.conn.add_repo("acme", "acme/app", f"dir:{self.folder.name}")

    def test_knows_its_repositories(self) -> None:
        self.assertEqual([r.full_name for r in self.conn.repos("acme")], ["acme/app"])
        self.conn.remove_repo("acme", "acme/app")
        self.assertEqual(self.conn.repos(), [])
        with self.assertRaises(errors.NotFoundError):
            self.conn.remove_repo("acme", "acme/app")

    def test_reads_what_it_indexed(self) -> None:
        self.assertEqual(self.conn.index("acme").indexed, 1)
        self.assertEqual(self.conn.index("acme", "acme/app").unchanged, 1)
        where = ("acme", "acme/app", "docs/specs/passwords.md")
        self.assertEqual(self.conn.document(*where), DOCUMENT.encode())
        self.assertTrue(self.conn.dashboard("acme"))

    @needs("canon_coverage_compute", "canon_tasks_list", "canon_search")
    def test_computes_coverage_tasks_and_search(self) -> None:
        self.conn.index("acme")
        self.assertTrue(self.conn.coverage("acme"))
        self.assertIsInstance(self.conn.tasks("acme"), list)
        found = self.conn.search("acme", "passwords", limit=5, tag="login")
        self.assertEqual(found["total"], 1)
        with self.assertRaises(errors.InvalidError):
            self.conn.coverage("acme", days=1000)
