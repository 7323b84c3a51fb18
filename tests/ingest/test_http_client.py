"""Sending by HTTP(S): one connection for many messages, and servers that do what they should not."""

import contextlib
import http.server
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hexmon.ingest import http_client
from hexmon.ingest.addresses import Address, WebWay, parse_address, parse_addresses, parse_listener, web_way
from hexmon.ingest.authorization import basic
from hexmon.ingest.client import KeptSenders, SendError, combined, exchange, packed, send_by
from hexmon.ingest.http_client import HttpError, HttpSender
from tests.support.servers import authority, tls_context
from tests.support.threaded import thread_callers

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nreply"


def request_of(caller: socket.socket) -> tuple[bytes, bytes]:
    """One request: its head and its body; both empty when the caller hangs up."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = caller.recv(65536)
        if not part:
            return b"", b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += caller.recv(65536)
    return head, body


def answers(*replies: bytes, heard: list[tuple[bytes, bytes]] | None = None) -> Callable[[socket.socket], None]:
    """Answer one request after the other, then hang up."""

    def talk(caller: socket.socket) -> None:
        for reply in replies:
            found = request_of(caller)
            if not found[0]:
                return
            if heard is not None:
                heard.append(found)
            caller.sendall(reply)

    return talk


@contextlib.contextmanager
def sender_to(talk: Callable[[socket.socket], None], timeout: float = 5.0) -> Iterator[HttpSender]:
    with thread_callers(talk) as port, HttpSender(parse_address(f"http://127.0.0.1:{port}/m"), timeout) as sender:
        yield sender


def test_a_message_is_posted() -> None:
    heard: list[tuple[bytes, bytes]] = []
    with thread_callers(answers(OK, heard=heard)) as port:
        assert exchange(parse_address(f"http://us%65r:p%40ss:w@127.0.0.1:{port}/in/put?a=b"), b"ping\0\xff") == b"reply"
    [(head, body)] = heard
    assert body == b"ping\0\xff"
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in/put?a=b HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in lines
    assert f"Authorization: {basic('user', 'p@ss:w')}" in lines


def test_one_connection_for_many_messages() -> None:
    heard: list[tuple[bytes, bytes]] = []
    callers: list[socket.socket] = []

    def talk(caller: socket.socket) -> None:
        callers.append(caller)
        answers(OK, OK, OK, heard=heard)(caller)

    with sender_to(talk) as sender:
        assert [sender.exchange(b"%d" % number) for number in range(3)] == [b"reply"] * 3
    assert ([body for _, body in heard], len(callers)) == ([b"0", b"1", b"2"], 1)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nre\r\n3\r\nply\r\n0\r\n\r\n", b"reply"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nreply", b"reply"),
    ],
)
def test_every_form_of_a_reply(reply: bytes, expected: bytes) -> None:
    with sender_to(answers(reply)) as sender:
        assert sender.exchange(b"ping") == expected


def test_a_server_that_hung_up_meanwhile_is_called_again() -> None:
    heard: list[tuple[bytes, bytes]] = []
    with sender_to(answers(OK, heard=heard)) as sender:
        assert [sender.exchange(b"%d" % number) for number in range(3)] == [b"reply"] * 3
    assert [body for _, body in heard] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "closed before its answer was complete"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nre", "closed before its answer was complete"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nre\r\n", "closed before its answer was complete"),
        (b"220 mail.test ESMTP\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "something else than HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000, "no end"),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "301 .*elsewhere"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 4\r\n\r\nhtml", "401 Unauthorized: the user, the password"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nhtml", "404 Not Found: there are no messages"),
        (b"HTTP/1.1 599 No\r\nContent-Length: 0\r\n\r\n", "599 no such status"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content"),
    ],
)
def test_what_is_no_reply(reply: bytes, reason: str) -> None:
    with sender_to(answers(reply)) as sender, pytest.raises(HttpError, match=reason):
        sender.exchange(b"ping")


def test_a_reply_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "LONGEST_REPLY", 100_000)
    reply = b"HTTP/1.0 200 OK\r\n\r\n" + bytes(10_000_000)
    with sender_to(answers(reply)) as sender, pytest.raises(HttpError, match="more than 100000 bytes"):
        sender.exchange(b"ping")


def test_what_is_late_is_not_taken_for_the_next_answer() -> None:
    late = threading.Event()

    def slow_from_then_on(caller: socket.socket) -> None:
        if not late.is_set():
            answers(OK)(caller)  # and hangs up
            late.set()
            return
        request_of(caller)
        late.wait()
        threading.Event().wait(0.4)
        with contextlib.suppress(OSError):
            caller.sendall(OK.replace(b"reply", b"stale"))
            request_of(caller)
            caller.sendall(OK)

    with sender_to(slow_from_then_on, timeout=0.2) as sender:
        assert sender.exchange(b"0") == b"reply"
        late.wait(5)
        with pytest.raises(TimeoutError):
            sender.exchange(b"1")  # the kept connection is gone, the new one is slow
        threading.Event().wait(0.4)
        with pytest.raises((TimeoutError, HttpError, ConnectionError)):
            sender.exchange(b"2")


def drip(caller: socket.socket) -> None:
    request_of(caller)
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
    for _ in range(200):
        caller.sendall(b"x")
        caller.settimeout(0.02)
        with contextlib.suppress(TimeoutError):
            if not caller.recv(1):
                return


def be_silent(caller: socket.socket) -> None:
    request_of(caller)  # all of it: a close with something unread is a reset
    caller.recv(1)


@pytest.mark.parametrize("talk", [drip, be_silent], ids=["drips", "silent"])
def test_the_time_limit_is_for_the_whole_exchange(talk: Callable[[socket.socket], None]) -> None:
    begun = time.monotonic()
    with sender_to(talk, timeout=0.3) as sender, pytest.raises(TimeoutError):
        sender.exchange(b"ping")
    assert time.monotonic() - begun < 3


def refuse_early(caller: socket.socket) -> None:
    caller.recv(1000)
    caller.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(1 << 20):
        pass


def test_a_server_that_refuses_before_it_has_heard_everything() -> None:
    with sender_to(refuse_early) as sender, pytest.raises(HttpError, match=r"413 .*too long"):
        sender.exchange(bytes(20_000_000))


def reset(caller: socket.socket) -> None:
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.close()


def test_a_server_that_resets_is_named_without_the_password() -> None:
    with thread_callers(reset) as port, KeptSenders() as senders:
        address = parse_address(f"http://web:secret@127.0.0.1:{port}")
        sent = send_by(senders.exchange, [address], b"ping")
        assert sent.taken == 0
        assert sent.failures[0].startswith(f"http://127.0.0.1:{port}/xymon-msg: ")
        with pytest.raises(SendError) as caught:
            exchange(address, b"ping")
    assert "secret" not in f"{caught.value} {address} {address!r} {sent}"


def test_a_connection_through_tls_is_kept_and_its_name_checked() -> None:
    heard: list[tuple[bytes, bytes]] = []
    server = tls_context("127.0.0.1")
    client = ssl.create_default_context()
    authority().configure_trust(client)

    def talk(caller: socket.socket) -> None:
        with server.wrap_socket(caller, server_side=True) as stream:
            answers(OK, OK, heard=heard)(stream)

    with thread_callers(talk) as port:
        with HttpSender(parse_address(f"https://127.0.0.1:{port}"), tls=client) as sender:
            assert [sender.exchange(b"a"), sender.exchange(b"b")] == [b"reply", b"reply"]
        with pytest.raises(SendError, match=r"certificate verify failed: [a-z -]+; --ca names an auth"):
            exchange(parse_address(f"https://127.0.0.1:{port}"), b"ping")
        with pytest.raises(SendError, match="certificate"):
            exchange(parse_address(f"https://localhost:{port}"), b"ping", tls=client)
    assert [body for _, body in heard] == [b"a", b"b"]


# Addresses


@pytest.mark.parametrize(
    ("text", "host", "port", "url"),
    [
        ("https://monitor.test", "monitor.test", 443, "https://monitor.test/xymon-msg"),
        ("HTTP://Monitor.test/", "monitor.test", 80, "http://monitor.test/xymon-msg"),
        ("http://monitor.test:8000/a/b?c", "monitor.test", 8000, "http://monitor.test:8000/a/b?c"),
        ("https://[2001:db8::1]:443/x", "2001:db8::1", 443, "https://[2001:db8::1]/x"),
        ("https://u:p@monitor.test", "monitor.test", 443, "https://monitor.test/xymon-msg"),
    ],
)
def test_web_addresses(text: str, host: str, port: int, url: str) -> None:
    address = parse_address(text)
    assert (address.host, address.port, address.url, str(address)) == (host, port, url, url)
    assert address.authorization == (basic("u", "p") if "@" in text else "")


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "https:///x",
        "http://a:99999/",
        "http://a:b/",
        "http://u:secret@[::1/",
        "http://a b/",
        "http://\u00e4/",
        "http://a/\r\nX: y",
    ],
)
def test_what_is_no_web_address(text: str) -> None:
    with pytest.raises(ValueError, match="http") as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80, "http")),
        ("[::1]", Address("::1", 8000, "http")),
        ("*:8080", Address("", 8080, "http")),
        ("http://0.0.0.0:80/", Address("0.0.0.0", 80, "http")),  # noqa: S104
        ("https://[::]:8443", Address("::", 8443, "https")),
        ("https://monitor.test", Address("monitor.test", 443, "https")),
    ],
)
def test_where_pages_are_served(text: str, expected: Address) -> None:
    assert parse_listener(text, 8000) == expected


@pytest.mark.parametrize("text", ["tls://127.0.0.1:1", "https://a/x", "https://", "a:b", "ftp://x"])
def test_where_no_pages_are_served(text: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse_listener(text, 8000)


WAY = {"XYMONMSGURL": "/xymon-msg", "XYMONMSGURLPROTO": "http", "XYMONMSGURLPORT": "8080"}


@pytest.mark.parametrize(
    ("environ", "recipient", "expected"),
    [
        pytest.param({}, "monitor.test", "monitor.test:1984", id="not set"),
        pytest.param({"XYMONMSGURL": ""}, "monitor.test", "monitor.test:1984", id="set to nothing"),
        pytest.param(WAY, "monitor.test", "http://monitor.test:8080/xymon-msg", id="all of them"),
        pytest.param({"XYMONMSGURL": "in"}, "monitor.test", "https://monitor.test/in", id="the usual ones"),
        pytest.param(WAY, "::1", "http://[::1]:8080/xymon-msg", id="an IPv6 address"),
        pytest.param(WAY, "monitor.test:1985", "monitor.test:1985", id="a port that is written stays"),
        pytest.param(WAY, "tls://monitor.test", "tls://monitor.test:1985", id="and a scheme"),
        pytest.param(WAY, "https://a.test/b", "https://a.test/b", id="and a URL"),
    ],
)
def test_the_variables_of_the_wrappers(environ: dict[str, str], recipient: str, expected: str) -> None:
    assert [str(address) for address in parse_addresses(recipient, "", web_way(environ))] == [expected]


def test_the_variables_hold_for_all_servers() -> None:
    found = parse_addresses("0.0.0.0", "one.test, two.test", WebWay("https", "", "/m"))  # noqa: S104
    assert [str(address) for address in found] == ["https://one.test/m", "https://two.test/m"]


# Packing


def test_what_has_no_reply_is_packed_and_the_order_stays() -> None:
    statuses = [b"status a.b green %d" % number for number in range(5)]
    asked = [
        *statuses[:3],
        b"query a.b",
        b"usermsg x y",
        *statuses[3:],
        b"combo\nstatus a.b green",
        b"client a.b\n[x]\n",
    ]
    assert list(packed(asked, 2)) == [
        *combined(statuses[:2]), statuses[2], b"query a.b", b"usermsg x y", *combined(statuses[3:]),
        b"combo\nstatus a.b green", b"client a.b\n[x]\n",
    ]  # fmt: skip


def test_long_messages_are_not_packed_together() -> None:
    long = b"status a.b green " + b"x" * 700_000
    assert list(packed([long, long, long])) == [long, long, long]


class Counting(http.server.BaseHTTPRequestHandler):
    """A server of another kind: the standard library's."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def test_another_kind_of_server() -> None:
    Counting.connections = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with KeptSenders() as senders:
                address = parse_address(f"http://127.0.0.1:{server.server_port}")
                for size in (0, 1, 1_000_000):
                    assert senders.exchange(address, b"x" * size) == b"x" * size
        finally:
            server.shutdown()
            thread.join()
    assert Counting.connections == 1
