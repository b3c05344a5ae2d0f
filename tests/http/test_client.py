"""Calls to other services, against services that misbehave.

The service is tests/peers/sink.mjs, told what to do wrong, with certificates of
certs.mjs; or a few lines of Python where HTTP itself is broken.
"""

import contextlib
import email.utils
import json
import os
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
import warnings

PROBE = os.environ.get("HTTP_PROBE", "build/debug/tests/http/http_probe")
PEERS = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "peers")
NODE = shutil.which("node")
REPEATABLE, REDIRECT, PUBLIC = 1, 2, 4


def why_no_peers():
    if not NODE:
        return "there is no node"
    new = subprocess.run(
        [NODE, "-e", "const [a, b] = process.versions.node.split('.')"
         ".map(Number); process.exit(a > 20 || (a === 20 && b >= 19)? 0 : 1)"],
        check=False)
    return "node is older than 20.19" if new.returncode else None


WHY_NO_PEERS = why_no_peers()
needs_peers = unittest.skipIf(WHY_NO_PEERS, WHY_NO_PEERS)
needs_openssl = unittest.skipUnless(shutil.which("openssl"),
                                    "there is no openssl")


def probe(url, *options, environment=None, hosts=None, many=False):
    """Call url; what the probe says about it."""
    arguments = []
    for host in hosts or [url.split("/")[2]]:
        arguments += ["--host", host]
    done = subprocess.run([PROBE, *arguments, *map(str, options), url],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False,
                          env={**os.environ, **(environment or {})})
    if done.returncode:
        raise AssertionError((done.returncode, done.stdout, done.stderr))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return answers if many else answers[0]


class Sink:
    """The peer that takes everything and answers as told."""

    def __init__(self, *arguments, context=None):
        self.context = context
        self.process = subprocess.Popen(
            [NODE, os.path.join(PEERS, "sink.mjs"), "--exit-with-stdin",
             *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if words[:2] != ["ready", "sink"]:
            raise AssertionError(words)
        self.url = words[2]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def control(self, path, value=None, method=None):
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(
            f"{self.url}/__control/{path}", data, method=method,
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.context) as answer:
            return json.loads(answer.read() or b"null")

    def reset(self):
        self.control("reset", {})
        self.control("faults", method="DELETE")
        self.control("requests", method="DELETE")

    def fault(self, **fault):
        self.control("faults", fault)

    def answer(self, **answer):
        self.control("seed", {"responses": [answer]})

    def requests(self):
        got = self.control("requests")
        return got["requests"] if isinstance(got, dict) else got


class WithSink(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def setUp(self):
        self.sink.reset()

    def call(self, *options, path="/x", **named):
        return probe(self.sink.url + path, *options, **named)

    def assert_code(self, answer, code, status=None):
        self.assertEqual(answer["code"], code, answer)
        if status is not None:
            self.assertEqual(answer["status"], status, answer)


@needs_peers
class Requests(WithSink):
    def test_says_who_is_asking(self):
        self.assert_code(self.call(), "OK", 200)
        headers = self.sink.requests()[0]["headers"]
        self.assertRegex(headers["user-agent"], r"^canon/\d+\.\d+\.\d+$")
        self.assertEqual(set(headers), {"host", "user-agent"})

    def test_sends_method_headers_and_body(self):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            self.sink.reset()
            self.call("--method", method, "--body", '{"a":1}', "--header",
                      "Content-Type:application/json", "--header",
                      "X-Empty:")
            got = self.sink.requests()[0]
            self.assertEqual(got["method"], method)
            self.assertEqual(got["headers"]["content-type"],
                             "application/json")
            self.assertEqual(got["headers"]["x-empty"], "")
            self.assertEqual(got["headers"]["content-length"], "7")
            self.assertNotIn("expect", got["headers"])

    def test_large_body_arrives_whole(self):
        self.assert_code(self.call("--method", "POST", "--body-len", 3000000),
                         "OK", 200)
        self.assertEqual(
            self.sink.requests()[0]["headers"]["content-length"], "3000000")

    def test_head_has_no_body(self):
        self.sink.answer(text="", headers={"content-length": "9000"})
        answer = self.call("--method", "HEAD", "--max", 1000)
        self.assert_code(answer, "OK", 200)
        self.assertEqual(answer["body_len"], 0)
        self.assertIn("content-length: 9000\n", answer["headers"])

    def test_hosts_that_are_not_listed_are_not_asked(self):
        answer = self.call(hosts=["api.example"])
        self.assert_code(answer, "EINVAL")
        self.assertEqual(self.sink.requests(), [])

    def test_header_injection_is_refused(self):
        for value in ("a\r\nX-Injected: b", "a\nb", "a\rb"):
            answer = self.call("--header", "X-A:" + value)
            self.assert_code(answer, "EINVAL")
            self.assertNotIn("Injected", answer["error"])
        self.assertEqual(self.sink.requests(), [])

    def test_surroundings_change_nothing(self):
        with tempfile.TemporaryDirectory() as home:
            with open(f"{home}/.netrc", "w", encoding="ascii") as f:
                f.write("machine 127.0.0.1 login a password b\n")
            with open(f"{home}/.curlrc", "w", encoding="ascii") as f:
                f.write("header = X-Curl: rc\n")
            answer = self.call(environment={
                "HOME": home, "http_proxy": "http://127.0.0.1:1",
                "HTTPS_PROXY": "http://127.0.0.1:1",
                "ALL_PROXY": "socks5://127.0.0.1:1"})
        self.assert_code(answer, "OK", 200)
        self.assertEqual(set(self.sink.requests()[0]["headers"]),
                         {"host", "user-agent"})

    def test_compression_is_not_asked_for_and_not_undone(self):
        self.sink.answer(text="a" * 1000, gzip=True, repeat=1000)
        answer = self.call()
        self.assert_code(answer, "OK", 200)
        self.assertLess(answer["body_len"], 5000)

    def test_addresses_of_ipv6(self):
        if not socket.has_ipv6:
            self.skipTest("no IPv6")
        with contextlib.closing(Sink("--host", "::1")) as sink:
            self.assert_code(probe(sink.url + "/x"), "OK", 200)
            self.assertEqual(len(sink.requests()), 1)


@needs_peers
class Limits(WithSink):
    def test_body_at_the_limit_is_taken(self):
        self.sink.answer(text="a", repeat=100000)
        answer = self.call("--max", 100000)
        self.assert_code(answer, "OK", 200)
        self.assertEqual(answer["body_len"], 100000)

    def test_body_beyond_the_limit_is_not(self):
        self.sink.answer(text="a", repeat=100001)
        self.assert_code(self.call("--max", 100000, "--tries", 3), "ETOOBIG")
        self.assertEqual(len(self.sink.requests()), 1)

    def test_body_of_unknown_length_ends_at_the_limit(self):
        self.sink.answer(text="a", repeat=1000000, chunked=True)
        self.assert_code(self.call("--max", 100000), "ETOOBIG")

    def test_default_limit_is_8_mib(self):
        self.sink.answer(text="a", repeat=8 * 1024 * 1024 + 1)
        self.assert_code(self.call(), "ETOOBIG")

    def test_huge_headers_end_the_exchange(self):
        self.sink.answer(text="", headers={f"x-{i}": "y" * 1000
                                           for i in range(80)})
        self.assert_code(self.call(), "ETOOBIG")

    def test_silence_ends_at_the_time_limit(self):
        self.sink.fault(stall_ms=5000)
        answer = self.call("--total-ms", 300)
        self.assert_code(answer, "EREMOTE")
        self.assertLess(answer["ms"], 2000)
        self.assertGreaterEqual(answer["ms"], 290)

    def test_trickle_ends_at_the_time_limit(self):
        self.sink.answer(text="a", repeat=1000)
        self.sink.fault(slow={"bytes": 1, "ms": 50})
        answer = self.call("--total-ms", 400)
        self.assert_code(answer, "EREMOTE")
        self.assertLess(answer["ms"], 2000)

    def test_connection_has_a_limit_of_its_own(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
            answer = probe(url, "--connect-ms", 300, "--method", "POST",
                           "--tries", 2)
        self.assert_code(answer, "EREMOTE")
        self.assertEqual(answer["tries"], 2)  # nothing was sent
        self.assertLess(answer["ms"], 4000)

    def test_interrupt_ends_an_exchange(self):
        self.sink.fault(stall_ms=20000)
        answer = self.call("--interrupt-ms", 200, "--tries", 3)
        self.assert_code(answer, "ECANCELED")
        self.assertLess(answer["ms"], 3000)

    def test_stream_is_handed_over_as_it_comes(self):
        self.sink.answer(text="a", repeat=50000, chunked=True)
        answer = self.call("--stream", 0)
        self.assert_code(answer, "OK", 200)
        self.assertEqual((answer["streamed"], answer["body_len"]), (50000, 0))

    def test_stream_ends_when_nobody_wants_more(self):
        self.sink.answer(text="a", repeat=5000000, chunked=True)
        answer = self.call("--stream", 1000)
        self.assert_code(answer, "ECANCELED")
        self.assertLess(answer["streamed"], 1000000)


@needs_peers
class Again(WithSink):
    """The matrix: what is sent again, for GET, POST and repeatable POST."""

    ways = [("GET", 0), ("POST", 0), ("POST", REPEATABLE)]

    def check(self, fault, get, post, repeatable, tries=3):
        for (method, flags), times in zip(self.ways, (get, post, repeatable)):
            with self.subTest(fault=fault, method=method, flags=flags):
                self.sink.reset()
                self.sink.fault(times=2, **fault)
                answer = self.call("--method", method, "--flags", flags,
                                   "--tries", tries)
                self.assertEqual(answer["tries"], times, answer)
                self.assertEqual(len(self.sink.requests()), times)
                self.assertEqual(answer["code"] == "OK" and
                                 answer["status"] == 200, times == 3, answer)
                self.assertEqual(len(answer["waits"]), times - 1)

    def test_lost_before_an_answer(self):
        self.check({"drop": "before"}, 3, 1, 3)

    def test_lost_after_the_work_was_done(self):
        self.check({"drop": "before", "execute": True}, 3, 1, 3)

    def test_lost_in_the_answer(self):
        self.check({"drop": "after_headers"}, 3, 1, 3)
        self.check({"drop": "mid_body"}, 3, 1, 3)
        self.check({"truncate": True}, 3, 1, 3)

    def test_not_http(self):
        self.check({"garbage": True}, 3, 1, 3)

    def test_failing(self):
        for status in (500, 502, 503, 504):
            self.check({"status": status}, 3, 1, 3)

    def test_too_often(self):
        self.check({"status": 429}, 3, 3, 3)
        self.check({"status": 429, "retry_after": 1}, 3, 3, 3)
        self.check({"status": 503, "retry_after": 1}, 3, 3, 3)
        self.check({"status": 403, "retry_after": 1}, 3, 3, 3)
        self.check({"status": 403,
                    "headers": {"x-ratelimit-remaining": "0"}}, 3, 3, 3)

    def test_final(self):
        for status in (400, 401, 403, 404, 409, 422, 501):
            self.check({"status": status}, 1, 1, 1)

    def test_wait_that_is_too_long_is_left_to_the_caller(self):
        self.sink.fault(status=429, retry_after=11)
        answer = self.call("--tries", 3)
        self.assert_code(answer, "OK", 429)
        self.assertEqual(answer["retry_after_us"], 11000000)
        self.assertEqual(answer["waits"], [])

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            url = f"http://127.0.0.1:{s.getsockname()[1]}/"
        for method, flags in self.ways:
            answer = probe(url, "--method", method, "--flags", flags,
                           "--tries", 4)
            self.assert_code(answer, "EREMOTE", 0)
            self.assertEqual(answer["tries"], 4)
            self.assertEqual(answer["waits"], [800000, 1600000, 3200000])

    def test_retry_after_in_seconds_and_as_a_date(self):
        self.sink.fault(status=429, headers={"retry-after": "7"})
        answer = self.call("--method", "POST", "--tries", 2)
        self.assert_code(answer, "OK", 200)
        self.assertEqual(answer["waits"], [7000000])
        self.sink.fault(status=429, headers={
            "retry-after": email.utils.formatdate(time.time() + 9,
                                                  usegmt=True)})
        answer = self.call("--method", "POST", "--tries", 2)
        self.assert_code(answer, "OK", 200)
        self.assertGreater(answer["waits"][0], 5000000)
        self.assertLessEqual(answer["waits"][0], 9000000)

    def test_limit_in_the_body(self):
        self.sink.fault(status=400, json={"errors": [
            {"extensions": {"code": "RATELIMITED"}}]})
        answer = self.call("--method", "POST", "--tries", 2, "--limit-word",
                           "RATELIMITED")
        self.assert_code(answer, "OK", 200)
        self.assertEqual(answer["tries"], 2)

    def test_errors_show_no_headers_and_no_bodies(self):
        self.sink.fault(status=500, body="answer-secret")
        answer = self.call("--header", "Authorization:Bearer header-secret",
                           "--method", "POST", "--body", "body-secret",
                           path="/x?token=query-secret")
        self.assert_code(answer, "EREMOTE", 500)
        self.assertNotIn("secret", answer["error"])


@needs_peers
class Redirects(WithSink):
    def test_are_not_followed_unless_told(self):
        self.sink.answer(path="^/x", status=301, headers={"location": "/y"})
        self.assert_code(self.call(), "OK", 301)
        self.assertEqual(len(self.sink.requests()), 1)

    def test_are_followed_on_the_same_host(self):
        for place in ("/y", self.sink.url + "/y"):
            self.sink.reset()
            self.sink.answer(path="^/x", status=301,
                             headers={"location": place})
            self.assert_code(self.call("--flags", REDIRECT), "OK", 200)
            self.assertEqual([r["url"] for r in self.sink.requests()],
                             ["/x", "/y"])

    def test_never_leave_the_host(self):
        with contextlib.closing(Sink()) as other:
            for place in (other.url + "/y", other.url[5:] + "/y",
                          self.sink.url.replace("127.0.0.1", "localhost")):
                self.sink.reset()
                self.sink.answer(path="^/x", status=302,
                                 headers={"location": place})
                answer = self.call("--flags", REDIRECT, hosts=[
                    self.sink.url[7:], other.url[7:]])
                self.assert_code(answer, "OK", 302)
            self.assertEqual(other.requests(), [])

    def test_never_go_in_circles(self):
        self.sink.answer(path="^/x", status=302, headers={"location": "/x"})
        self.assert_code(self.call("--flags", REDIRECT), "OK", 302)
        self.assertEqual(len(self.sink.requests()), 2)


@needs_peers
@needs_openssl
class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        made = subprocess.run([NODE, os.path.join(PEERS, "certs.mjs"),
                               folder.name], stdout=subprocess.PIPE, check=True)
        cls.certs = json.loads(made.stdout)

    def serve(self, pair):
        sink = Sink("--tls-cert", pair["cert"], "--tls-key", pair["key"],
                    context=ssl._create_unverified_context())
        self.addCleanup(sink.close)
        return sink

    def check(self, pair, ca, code, words="", host="127.0.0.1"):
        sink = self.serve(pair)
        url = sink.url.replace("127.0.0.1", host)
        options = ["--ca", ca] if ca else []
        answer = probe(url + "/x", "--tries", 3, *options)
        self.assertEqual(answer["code"], code, answer)
        self.assertIn(words, answer["error"])
        if code != "OK":
            self.assertEqual(answer["tries"], 1)  # it will not get better
            self.assertEqual(sink.requests(), [])

    def test_good_one_of_a_trusted_authority(self):
        for host in ("127.0.0.1", "localhost"):
            self.check(self.certs, self.certs["ca"], "OK", host=host)

    def test_good_one_of_an_authority_that_is_not_trusted(self):
        self.check(self.certs, None, "EREMOTE", "certificate")

    def test_expired_one(self):
        self.check(self.certs["expired"], self.certs["ca"], "EREMOTE",
                   "expired")

    def test_one_of_another_host(self):
        self.check(self.certs["wrong_host"], self.certs["ca"], "EREMOTE",
                   "subject name")
        self.check(self.certs["wrong_host"], self.certs["ca"], "EREMOTE",
                   "subject name", host="localhost")

    def test_one_of_a_foreign_authority(self):
        self.check(self.certs["other_ca"], self.certs["ca"], "EREMOTE",
                   "certificate")

    def test_environment_adds_no_authority(self):
        sink = self.serve(self.certs)
        answer = probe(sink.url + "/x", environment={
            "SSL_CERT_FILE": self.certs["ca"],
            "CURL_CA_BUNDLE": self.certs["ca"],
            "SSL_CERT_DIR": os.path.dirname(self.certs["ca"])})
        self.assertEqual(answer["code"], "EREMOTE", answer)

    def test_file_without_certificates_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as f:
            f.write("no certificate\n")
            f.flush()
            answer = probe("https://127.0.0.1:1/x", "--ca", f.name)
        self.assertEqual(answer["code"], "EINVAL", answer)
        self.assertIn("no certificate", answer["error"])

    def test_plain_http_behind_https_is_an_error(self):
        with contextlib.closing(Sink()) as plain:
            answer = probe(plain.url.replace("http:", "https:") + "/x",
                           "--ca", self.certs["ca"])
            self.assertEqual(answer["code"], "EREMOTE", answer)
            self.assertEqual(plain.requests(), [])

    def test_old_versions_of_tls_are_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certs["cert"], self.certs["key"])
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"

            def shake():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        context.wrap_socket(connection, server_side=True)

            thread = threading.Thread(target=shake)
            thread.start()
            answer = probe(url, "--ca", self.certs["ca"])
            thread.join()
        self.assertEqual(answer["code"], "EREMOTE", answer)

    def test_many_threads_share_the_client(self):
        sink = self.serve(self.certs)
        answers = probe(sink.url + "/x", "--ca", self.certs["ca"],
                        "--threads", 12, "--count", 15, many=True)
        self.assertEqual(len(answers), 180)
        self.assertEqual({(a["code"], a["status"]) for a in answers},
                         {("OK", 200)})

    def test_peer_that_hangs_up_while_it_is_sent_to(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certs["cert"], self.certs["key"])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"

            def hang_up():
                connection, _ = listener.accept()
                with context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1000)

            thread = threading.Thread(target=hang_up)
            thread.start()
            answer = probe(url, "--ca", self.certs["ca"], "--method", "POST",
                           "--body-len", 20000000, "--tries", 3)
            thread.join()
        self.assertEqual(answer["code"], "EREMOTE", answer)
        self.assertEqual(answer["tries"], 1)


class Raw(threading.Thread):
    """A service of which each connection gets a list of answers; then it is
    closed, whatever else is asked."""

    def __init__(self, *answers):
        super().__init__(daemon=True)
        self.answers = answers
        self.requests = []  # (number of the connection, request line)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stopped = False
        self.start()

    def run(self):
        number = 0
        while not self.stopped:
            ready, _, _ = select.select([self.listener], [], [], 0.05)
            if ready:
                number += 1
                with self.listener.accept()[0] as connection:
                    connection.settimeout(10)
                    self.serve(number, connection)
        self.listener.close()

    def serve(self, number, connection):
        for answer in (*self.answers, None):
            data = b""
            while b"\r\n\r\n" not in data:
                try:
                    more = connection.recv(65536)
                except OSError:
                    return
                if not more:
                    return
                data += more
            self.requests.append((number, data.split(b" ")[0].decode()))
            if answer is None:
                return
            connection.sendall(answer)

    def close(self):
        self.stopped = True
        self.join()


class KeptConnections(unittest.TestCase):
    OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def test_are_used_again(self):
        with contextlib.closing(Raw(*[self.OK] * 5)) as raw:
            answers = probe(raw.url + "/", "--count", 5, many=True)
            self.assertEqual({a["code"] for a in answers}, {"OK"})
            self.assertEqual({n for n, _ in raw.requests}, {1})

    def test_that_died_are_no_trouble_for_get(self):
        with contextlib.closing(Raw(self.OK)) as raw:
            answers = probe(raw.url + "/", "--count", 3, many=True)
            self.assertEqual({a["code"] for a in answers}, {"OK"})

    def test_are_not_trusted_with_a_post(self):
        """Sent on a dead connection it would be sent twice."""
        with contextlib.closing(Raw(self.OK)) as raw:
            answers = probe(raw.url + "/", "--count", 3, "--method", "POST",
                            "--body", "x", many=True)
            self.assertEqual({a["code"] for a in answers}, {"OK"})
            self.assertEqual(raw.requests, [(1, "POST"), (2, "POST"),
                                            (3, "POST")])

    def test_post_without_an_answer_is_sent_once(self):
        with contextlib.closing(Raw()) as raw:
            answer = probe(raw.url + "/", "--method", "POST", "--body", "x",
                           "--tries", 3)
            self.assertEqual((answer["code"], answer["tries"]), ("EREMOTE", 1))
            self.assertEqual(len(raw.requests), 1)


class Smuggling(unittest.TestCase):
    """Answers that two readers could understand in two ways."""

    def ask(self, answer, count=1):
        with contextlib.closing(Raw(answer, answer)) as raw:
            return probe(raw.url + "/", "--count", count, "--total-ms", 3000,
                         many=True)

    def test_end_of_an_answer_is_not_the_next_answer(self):
        answers = self.ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                           b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
                           count=2)
        self.assertEqual([a["body"] for a in answers], ["ok", "ok"])

    def test_nul_in_a_header_is_refused(self):
        answer = self.ask(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n"
                          b"Content-Length: 0\r\n\r\n")[0]
        self.assertEqual(answer["code"], "EREMOTE", answer)

    def test_chunks_that_are_none(self):
        answer = self.ask(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                          b"\r\nzz\r\nhello\r\n0\r\n\r\n")[0]
        self.assertEqual(answer["code"], "EREMOTE", answer)

    def test_interim_answers_without_end(self):
        answer = self.ask(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000)[0]
        self.assertIn(answer["code"], ("EREMOTE", "ETOOBIG"), answer)


if __name__ == "__main__":
    unittest.main()
