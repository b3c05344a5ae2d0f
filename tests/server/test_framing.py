"""HTTP as canond speaks it: what reaches a handler, and what is refused."""

import concurrent.futures
import socket
import time
import unittest

from support import STUB, PATIENCE, Server, needs_stub


def request(*headers, method="POST", path="/echo", version="1.1", body=b"",
            host=True):
    lines = [f"{method} {path} HTTP/{version}"]
    lines += ["Host: x"] if host else []
    lines += headers
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@needs_stub
class Framing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(program=STUB, wait="/ready").start()

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        if status:
            raise AssertionError((status, cls.server.log))

    def refused(self, data, status=400):
        """Refused with JSON, and nothing behind it is read as a request."""
        with self.server.connect() as c:
            c.send(data + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = c.answer()
            self.assertEqual(answer.status, status, answer)
            self.assertEqual(answer.headers["content-type"],
                             "application/json")
            self.assertEqual(list(answer.json()), ["detail"])
            self.assertEqual(answer.headers["connection"], "close")
            self.assertEqual(answer.headers["x-content-type-options"],
                             "nosniff")
            self.assertTrue(c.closed())

    # smuggling

    def test_length_and_chunked_together_are_refused(self):
        self.refused(request("Content-Length: 4", "Transfer-Encoding: chunked",
                             body=b"0\r\n\r\n"))

    def test_two_lengths_are_refused(self):
        self.refused(request("Content-Length: 0", "Content-Length: 34"))
        self.refused(request("Content-Length: 0", "content-length: 0"))

    def test_a_length_is_digits_only(self):
        for text in ("5abc", "+5", "-5", "0x5", "5 5", "5,5", "", "5;",
                     "99999999999999999999"):
            with self.subTest(text):
                self.refused(request(f"Content-Length: {text}", body=b"12345"))

    def test_an_unknown_coding_is_refused(self):
        for text in ("gzip", "identity", "chunked, chunked", "chunked,",
                     "gzip, chunked", "xchunked"):
            with self.subTest(text):
                self.refused(request(f"Transfer-Encoding: {text}"))

    def test_two_codings_are_refused(self):
        self.refused(request("Transfer-Encoding: chunked",
                             "Transfer-Encoding: chunked"))

    def test_chunks_need_http_1_1(self):
        self.refused(request("Transfer-Encoding: chunked", version="1.0"))

    def test_a_blank_before_the_colon_is_refused(self):
        self.refused(request("Content-Length : 5", body=b"12345"))
        self.refused(request("X :"))

    def test_a_folded_line_is_refused(self):
        self.refused(request("X: a", " b", "Content-Length: 5", body=b"12345"))

    def test_bare_line_feeds_are_refused(self):
        self.refused(b"POST /echo HTTP/1.1\r\nHost: x\nContent-Length: 0"
                     b"\r\n\r\n")
        self.refused(b"POST /echo HTTP/1.1\r\nHost: x\n\n")

    def test_http_1_1_needs_one_host(self):
        self.refused(request(host=False))
        self.refused(request("Host: y"))

    def test_http_1_0_needs_none(self):
        answer = self.server.send(request(method="GET", path="/x", host=False,
                                          version="1.0"))
        self.assertEqual(answer.status, 200)

    def test_two_credentials_are_refused(self):
        self.refused(request("Authorization: Bearer a",
                             "Authorization: Bearer b"))

    def test_a_header_without_colon_is_refused(self):
        self.refused(request("nonsense"))

    def test_control_characters_are_refused(self):
        self.refused(request("X: a\x01b"))
        self.refused(request("X: a\0b"))

    def test_a_header_value_cannot_end_the_header(self):
        answer = self.server.get("/x")
        self.assertNotIn("injected", answer.headers)
        self.assertNotIn("x-split", answer.headers)

    # sizes

    def test_64_header_fields_are_too_many(self):
        fields = [f"X-{i}: {i}" for i in range(63)]
        self.refused(request(*fields), 431)
        self.refused(request(*fields, "Authorization: Bearer a"), 431)
        answer = self.server.send(request(*fields[:62], "Connection: close",
                                          method="GET"))
        self.assertEqual(answer.status, 431, "with Host there are 64")
        answer = self.server.send(request(*fields[:61], "Connection: close",
                                          path="/x"))
        self.assertEqual(answer.status, 200)

    def test_a_large_header_is_refused(self):
        self.refused(request("X: " + "a" * 16384), 431)
        answer = self.server.send(request("X: " + "a" * 15000))
        self.assertEqual(answer.status, 200)

    def test_a_huge_header_is_refused(self):
        answer = self.server.send(request("X: " + "a" * 100000))
        self.assertIn(answer.status, (400, 431))

    def test_a_long_target_is_refused(self):
        self.refused(request(method="GET", path="/" + "a" * 8192), 414)
        self.refused(request(method="GET", path="/?" + "a" * 8191), 414)
        answer = self.server.send(request("Connection: close", method="GET",
                                          path="/" + "a" * 8191))
        self.assertEqual(answer.status, 200)

    def test_a_declared_body_that_is_too_large_is_answered(self):
        size = 5 * 1024 * 1024
        with self.server.connect() as c:
            c.send(request(f"Content-Length: {size}", body=b"x" * size))
            answer = c.answer()
            self.assertEqual(answer.status, 413)
            self.assertEqual(answer.headers["connection"], "close")
            self.assertTrue(c.closed())

    def test_a_chunked_body_that_is_too_large_is_answered(self):
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        with self.server.connect() as c:
            c.send(request("Transfer-Encoding: chunked", body=chunk * 80)
                   + b"0\r\n\r\n")
            self.assertEqual(c.answer().status, 413)

    # bodies

    def test_a_body_comes_back(self):
        for size in (0, 1, 100, 8192, 65536, 1000000, 4 * 1024 * 1024):
            body = bytes(i * 7 % 256 for i in range(min(size, 1000)))
            body = (body * (size // 1000 + 1))[:size]
            answer = self.server.send(request(f"Content-Length: {size}",
                                              body=body))
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, body)

    def test_a_chunked_body_comes_back(self):
        body = (b"3\r\nabc\r\n" + b"A\r\n0123456789\r\n"
                + b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n")
        with self.server.connect() as c:
            for _ in range(2):
                c.send(request("Transfer-Encoding: chunked", body=body))
                answer = c.answer()
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body,
                                 b"abc0123456789" + b"x" * 4096)

    def test_a_chunked_body_in_small_pieces_comes_back(self):
        with self.server.connect() as c:
            for byte in request("Transfer-Encoding: chunked",
                                body=b"3\r\nabc\r\n0\r\n\r\n"):
                c.send(bytes([byte]))
            self.assertEqual(c.answer().body, b"abc")

    def test_a_broken_chunk_is_cut(self):
        for body in (b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcX0\r\n\r\n",
                     b"-3\r\nabc\r\n"):
            with self.subTest(body):
                answer = self.server.send(
                    request("Transfer-Encoding: chunked", body=body))
                self.assertEqual(answer.status, 400)
                self.assertEqual(answer.headers["connection"], "close")

    def test_an_extension_of_a_chunk_changes_nothing(self):
        """CivetWeb 1.15 refuses it, 1.16 reads over it."""
        answer = self.server.send(
            request("Transfer-Encoding: chunked",
                    body=b"3;ext=1\r\nabc\r\n0\r\n\r\n"))
        self.assertIn((answer.status, answer.body),
                      ((400, b"cut"), (200, b"abc")))

    def test_half_a_body_is_none(self):
        with self.server.connect() as c:
            c.send(request("Content-Length: 10", body=b"12345"))
            c.socket.shutdown(socket.SHUT_WR)
            answer = c.answer()
            self.assertEqual((answer.status, answer.body), (400, b"cut"))

    def test_a_body_that_stops_is_answered_408(self):
        began = time.monotonic()
        answer = self.server.send(request("Content-Length: 10", body=b"12345"))
        self.assertEqual(answer.status, 408)
        self.assertEqual(answer.headers["connection"], "close")
        self.assertLess(time.monotonic() - began, 13 * PATIENCE)

    def test_a_body_byte_by_byte_is_answered_408(self):
        with self.server.connect(30) as c:
            c.send(request("Content-Length: 100000"))
            c.socket.settimeout(0.1)
            began = time.monotonic()
            while time.monotonic() - began < 20 * PATIENCE:
                c.send(b"x")
                try:
                    if c.more():
                        break
                except TimeoutError:
                    continue
            c.socket.settimeout(5)
            self.assertEqual(c.answer().status, 408)
            self.assertLess(time.monotonic() - began, 14 * PATIENCE)

    def test_a_slow_chunked_body_is_answered_408(self):
        with self.server.connect(30) as c:
            c.send(request("Transfer-Encoding: chunked") + b"ffff\r\n")
            c.socket.settimeout(0.05)
            began = time.monotonic()
            while time.monotonic() - began < 20 * PATIENCE:
                c.send(b"x")
                try:
                    if c.more():
                        break
                except TimeoutError:
                    continue
            c.socket.settimeout(5)
            self.assertEqual(c.answer().status, 408)

    def test_a_slow_header_is_answered_408(self):
        with self.server.connect(30) as c:
            c.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            c.socket.settimeout(0.3)
            began = time.monotonic()
            while time.monotonic() - began < 20 * PATIENCE:
                c.send(b"X-A: b\r\n")
                try:
                    if c.more():
                        break
                except TimeoutError:
                    continue
            c.socket.settimeout(5)
            self.assertEqual(c.answer().status, 408)
            self.assertLess(time.monotonic() - began, 8 * PATIENCE)

    def test_an_unread_body_closes_the_connection(self):
        with self.server.connect() as c:
            c.send(request("Content-Length: 5", path="/x", body=b"12345"))
            answer = c.answer()
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["connection"], "close")
            self.assertTrue(c.closed())

    # interim answers

    def test_continue_is_said_before_the_body_is_read(self):
        with self.server.connect() as c:
            c.send(request("Content-Length: 3", "Expect: 100-continue"))
            self.assertEqual(c.head()[1], 100)
            c.send(b"abc")
            self.assertEqual(c.answer().body, b"abc")

    def test_nobody_is_told_to_go_on_for_nothing(self):
        with self.server.connect() as c:
            c.send(request("Content-Length: 9999999", "Expect: 100-continue"))
            self.assertEqual(c.head()[1], 413)

    def test_another_expectation_fails(self):
        self.refused(request("Expect: much"), 417)

    # answers

    def test_head_has_the_headers_of_get_and_no_body(self):
        with self.server.connect() as c:
            c.send(request(method="GET", path="/healthz")
                   + request(method="HEAD", path="/healthz")
                   + request(method="GET", path="/healthz"))
            get, head, again = c.answer(), c.answer(head=True), c.answer()
            get.headers.pop("date")
            again.headers.pop("date")
            head.headers.pop("date")
            self.assertEqual(get.headers, head.headers)
            self.assertEqual(again.body, b"ok")

    def test_head_of_a_stream_ends(self):
        answer = self.server.send(request("Connection: close", method="HEAD",
                                          path="/stream"))
        self.assertEqual(answer.status, 200)

    def test_204_and_304_have_no_body(self):
        with self.server.connect() as c:
            for path, status in (("/none", 204), ("/same", 304)):
                c.send(request(method="GET", path=path))
                answer = c.answer()
                self.assertEqual(answer.status, status)
                self.assertNotIn("content-length", answer.headers)
            c.send(request(method="GET", path="/healthz"))
            self.assertEqual(c.answer().body, b"ok")

    def test_a_large_answer_is_whole(self):
        self.assertEqual(len(self.server.get("/big").body), 20 * 1024 * 1024)

    def test_a_handler_without_answer_is_500(self):
        self.assertEqual(self.server.get("/silent").status, 500)

    def test_every_answer_has_a_date(self):
        self.assertRegex(self.server.get("/healthz").headers["date"],
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_a_small_answer_is_one_packet(self):
        with self.server.connect() as c:
            c.send(request(method="GET", path="/healthz"))
            self.assertTrue(c.socket.recv(65536).endswith(b"\r\n\r\nok"))

    def test_a_handler_has_60_kib_of_stack(self):
        self.assertEqual(self.server.get("/deep").body, b"deep")

    # streams

    def test_a_stream_comes_in_chunks(self):
        with self.server.connect() as c:
            c.send(request(method="GET", path="/stream"))
            _, status, headers = c.head()
            self.assertEqual(status, 200)
            self.assertEqual(headers["transfer-encoding"], "chunked")
            chunks = c.chunks()
            for _ in range(5):
                self.assertEqual(next(chunks), b"data: x\n\n")

    def test_a_stream_in_http_1_0_ends_with_the_connection(self):
        with self.server.connect() as c:
            c.send(request("Connection: keep-alive", method="GET",
                           path="/stream", version="1.0"))
            _, _, headers = c.head()
            self.assertNotIn("transfer-encoding", headers)
            self.assertEqual(headers["connection"], "close")
            self.assertEqual(c.exactly(9), b"data: x\n\n")

    def test_streams_are_limited(self):
        streams = []
        try:
            for _ in range(64):
                c = self.server.connect()
                streams.append(c)
                c.send(request(method="GET", path="/stream"))
                self.assertEqual(c.head()[1], 200)
            answer = self.server.get("/stream")
            self.assertEqual(answer.status, 503)
            self.assertIn("retry-after", answer.headers)
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertEqual(self.server.get("/healthz").status, 200)
        finally:
            for c in streams:
                c.socket.close()
        end = time.monotonic() + 10 * PATIENCE
        while time.monotonic() < end:
            with self.server.connect() as c:
                c.send(request(method="GET", path="/stream"))
                if c.head()[1] == 200:
                    return
            time.sleep(0.1)
        self.fail("places of closed streams are not given back")

    # connections

    def test_a_connection_is_kept(self):
        with self.server.connect() as c:
            for _ in range(20):
                c.send(request(method="GET", path="/healthz"))
                answer = c.answer()
                self.assertEqual(answer.body, b"ok")
                self.assertNotIn("connection", answer.headers)

    def test_requests_may_come_at_once(self):
        with self.server.connect() as c:
            c.send(b"".join(request("Content-Length: 3", body=b"%03d" % i)
                            for i in range(50)))
            for i in range(50):
                self.assertEqual(c.answer().body, b"%03d" % i)

    def test_close_is_obeyed(self):
        with self.server.connect() as c:
            c.send(request("Connection: close", method="GET", path="/healthz"))
            self.assertEqual(c.answer().headers["connection"], "close")
            self.assertTrue(c.closed())

    def test_http_1_0_closes_unless_asked(self):
        with self.server.connect() as c:
            c.send(request(method="GET", path="/healthz", version="1.0"))
            self.assertEqual(c.answer().headers["connection"], "close")
            self.assertTrue(c.closed())
        with self.server.connect() as c:
            for _ in range(2):
                c.send(request("Connection: keep-alive", method="GET",
                               path="/healthz", version="1.0"))
                self.assertEqual(c.answer().headers["connection"],
                                 "keep-alive")

    def test_an_idle_connection_is_closed(self):
        with self.server.connect() as c:
            c.send(request(method="GET", path="/healthz"))
            c.answer()
            began = time.monotonic()
            self.assertTrue(c.closed())
            self.assertLess(time.monotonic() - began, 8 * PATIENCE)

    def test_the_crowd_is_served(self):
        """600 kept connections, more than there are workers, go on working."""
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            def client(_):
                with self.server.connect(30) as c:
                    c.send(request(method="GET", path="/healthz"))
                    ok = c.answer().body == b"ok"
                    time.sleep(0.5)
                    return ok

            self.assertTrue(all(pool.map(client, range(600))))

    # requests

    def test_the_target_arrives_as_it_was_sent(self):
        for target in ("/target/a%2Fb", "/target/a%00b", "/target/a/../b",
                       "/target//a//b", "/target/%41?x=%20+y&z", "/target/?",
                       "/target/a%zz"):
            with self.subTest(target):
                self.assertEqual(self.server.get(target).body,
                                 target.encode())

    def test_methods_arrive_as_they_were_sent(self):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            with self.subTest(method):
                answer = self.server.send(
                    request("Connection: close", "Origin: http://evil",
                            "Access-Control-Request-Method: PUT",
                            method=method, path="/x"))
                self.assertEqual(answer.body, method.encode())
                self.assertNotIn("access-control-allow-origin",
                                 answer.headers)

    def test_an_unknown_method_is_refused(self):
        for method in ("get", "TRACE", "BREW", "G(T"):
            with self.subTest(method):
                self.refused(request(method=method, path="/healthz"))

    def test_another_version_is_refused(self):
        self.refused(request(method="GET", path="/healthz", version="2.0"),
                     505)
        self.refused(b"GET /healthz\r\n\r\n")

    def test_bytes_that_are_not_http_are_refused(self):
        self.refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 3
                     + b"\r\n\r\n")

    def test_a_websocket_is_refused(self):
        self.refused(request("Connection: Upgrade", "Upgrade: websocket",
                             "Sec-WebSocket-Version: 13",
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                             method="GET", path="/healthz"), 426)

    def test_similar_paths_are_different(self):
        self.assertEqual(self.server.get("/healthzz").body, b"GET")
        self.assertEqual(self.server.get("/healthz/").body, b"GET")

    # files

    def test_the_description_of_the_api_is_served(self):
        answer = self.server.get("/openapi.yaml")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "application/yaml")
        self.assertIn(b"openapi:", answer.body)
        head = self.server.send(request("Connection: close", method="HEAD",
                                        path="/openapi.yaml"))
        self.assertEqual(int(head.headers["content-length"]),
                         len(answer.body))

    def test_a_file_can_only_be_read(self):
        answer = self.server.send(request("Connection: close",
                                          path="/static/x"))
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.headers["allow"], "GET, HEAD, OPTIONS")
        answer = self.server.send(request("Connection: close",
                                          method="OPTIONS",
                                          path="/static/x"))
        self.assertEqual(answer.status, 204)

    def test_an_unknown_file_is_404(self):
        for path in ("/static/none.js", "/static/", "/static/../etc/passwd"):
            self.assertEqual(self.server.get(path).status, 404)


if __name__ == "__main__":
    unittest.main()
