import asyncio
import http.server
import io
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.cli import main
from hexmon.ingest import client
from hexmon.ingest import messages as say
from hexmon.ingest.access import ANYWHERE
from hexmon.ingest.addresses import Address, parse_address, parse_addresses
from hexmon.ingest.client import (
    SendError,
    combined,
    exchange,
    exchange_async,
    expects_reply,
    goes_to_all,
    send,
)
from hexmon.ingest.protocol import parse
from hexmon.ingest.settings import MessageSettings
from hexmon.ingest.tcp import MessageServer
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor
from tests.support.servers import Dialogue, authority, drips, forever, serve, tls_context
from tests.support.threaded import thread_callers

HOSTS = "127.0.0.1 www.example.com\n127.0.0.2 db.example.com\n"


@contextmanager
def serving(monitor: Monitor) -> Iterator[str]:
    """The monitor's server in a thread of its own, for clients that block."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    where: list[str] = []

    async def run(done: asyncio.Event) -> None:
        server = MessageServer(monitor.dispatcher, monitor.journal, monitor.clock, MessageSettings())
        where.append(str(server.bind(["127.0.0.1:0"])[0]))
        started.set()
        await done.wait()
        server.close()

    done = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(done),))
    thread.start()
    started.wait(10)
    try:
        yield where[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path, HOSTS, FakeClock())


@pytest.fixture
def address(monitor: Monitor) -> Iterator[str]:
    with serving(monitor) as where:
        yield where


NOWHERE = "127.0.0.1:1"


def test_which_messages_have_a_reply_and_which_go_everywhere() -> None:
    assert [expects_reply(word) for word in (b"query a.b", b"schedule", b"schedule 5 x", b"status a.b green")] == [
        True,
        True,
        False,
        False,
    ]
    assert [
        goes_to_all(word) for word in (b"status a.b green", b"client a.b", b"clientlog a", b"query a.b", b"schedule")
    ] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_status_goes_to_all_servers_a_question_to_the_first_that_answers(address: str) -> None:
    addresses = parse_addresses(f"{NOWHERE},{address}")
    sent = send(addresses, b"status www,example,com.a green x")
    assert sent.taken == 1
    assert len(sent.failures) == 1
    assert sent.failures[0].startswith(f"{NOWHERE}: ")
    assert send(addresses, b"query www.example.com.a").reply == b"green x\n"


async def test_the_same_in_an_event_loop(address: str) -> None:
    assert (await exchange_async(parse_address(address), b"ping")).startswith(b"xymond ")
    with pytest.raises(SendError, match="Connection refused"):
        await exchange_async(parse_address(NOWHERE), b"ping")


def test_a_server_that_is_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SendError, match="no answer in time"):
        exchange(Address("127.0.0.1", server.getsockname()[1]), b"ping", 0.05)


def drip(caller: socket.socket) -> None:
    """A byte now and then, as if there were more to come, until the caller hangs up."""
    with suppress(OSError):
        while True:
            caller.sendall(b"x")
            threading.Event().wait(0.02)


def shaken(talk: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """The same behind a TLS handshake."""
    context = tls_context("127.0.0.1")

    def dialogue(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as wire:
            talk(wire)

    return dialogue


EITHER_WAY = [
    pytest.param(exchange, id="without an event loop"),
    pytest.param(lambda *words: asyncio.run(exchange_async(*words)), id="in an event loop"),
]


@pytest.mark.parametrize(
    ("scheme", "talk"),
    [
        pytest.param("tcp", drip, id="plainly"),
        pytest.param("tls", drip, id="within the handshake"),
        pytest.param("tls", shaken(drip), id="by TLS"),
    ],
)
@pytest.mark.parametrize("how", EITHER_WAY)
def test_a_server_that_drips_is_given_up(
    scheme: str, talk: Callable[[socket.socket], None], how: Callable[..., bytes]
) -> None:
    trust = ssl.create_default_context()
    authority().configure_trust(trust)
    begun = time.monotonic()
    with thread_callers(talk) as port, pytest.raises(SendError):
        how(parse_address(f"{scheme}://127.0.0.1:{port}"), b"ping", 0.3, trust)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("how", EITHER_WAY)
def test_a_reply_without_end_is_given_up(how: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(caller: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller.sendall(bytes(1 << 20))

    monkeypatch.setattr(client, "LONGEST_REPLY", 10_000_000)
    with thread_callers(flood) as port, pytest.raises(SendError, match="more than 10000000 bytes"):
        how(Address("127.0.0.1", port), b"ping", 20.0)


class Web(http.server.BaseHTTPRequestHandler):
    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"reply\n")

    def log_message(self, *_: object) -> None: ...


HOSTILE: dict[str, Callable[[], Dialogue]] = {
    "without end": lambda: forever(b"", b"x" * 10_000, after=b"?"),
    "a byte now and then": lambda: drips(b"", b"x", after=b"?"),
}


NO_END = r"no answer in time|more than 1000000 bytes"


@pytest.mark.parametrize("kind", HOSTILE)
async def test_an_answer_without_end_is_given_up(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In bounded memory and time, in an event loop and without one."""
    monkeypatch.setattr(client, "LONGEST_REPLY", 1_000_000)
    async with serve(HOSTILE[kind]()) as port:
        address = parse_address(f"127.0.0.1:{port}")
        with pytest.raises(SendError, match=NO_END):
            await asyncio.to_thread(exchange, address, b"ping?", 0.5)
        with pytest.raises(SendError, match=NO_END):
            await exchange_async(address, b"ping?", 0.5)


def test_an_answer_through_tls_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LONGEST_REPLY", 1_000_000)
    trusting = ssl.create_default_context()
    authority().configure_trust(trusting)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        talking = threading.Thread(target=_talk_through_tls, args=(listener,))
        talking.start()
        with pytest.raises(SendError, match=NO_END):
            exchange(parse_address(f"tls://127.0.0.1:{listener.getsockname()[1]}"), b"ping?", 5.0, trusting)
        talking.join(10)


def _talk_through_tls(listener: socket.socket) -> None:
    sock, _ = listener.accept()
    with suppress(OSError), tls_context("127.0.0.1").wrap_socket(sock, server_side=True) as wire:
        wire.recv(100)
        while True:
            wire.sendall(b"x" * 10_000)


def test_http_recipients_get_a_post() -> None:
    Web.bodies = []
    with http.server.HTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = parse_address(f"http://127.0.0.1:{server.server_port}/xymon-msg")
        assert exchange(url, b"status a.b green") == b"reply\n"
        thread.join(10)
    assert Web.bodies == [b"status a.b green"]


@given(st.lists(st.binary(min_size=1, max_size=40).map(lambda text: b"status a.b green " + text), max_size=250))
def test_what_is_combined_is_taken_apart(messages: list[bytes]) -> None:
    found: list[bytes] = []
    for message in combined(messages):
        command = parse(message) if message.startswith(b"extcombo") else None
        found += command.parts if isinstance(command, say.ExtCombo) else [message]
    assert found == messages


Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Typed:
    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(arguments)
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


def test_send_prints_the_reply_of_questions(typed: Typed, address: str) -> None:
    assert typed("send", address, "status www,example,com.a green fine") == (0, "", "")
    assert typed("send", address, "query www.example.com.a") == (0, "green fine\n", "")
    assert typed("send", address, "senderstats") == (0, "", "")
    assert typed("send", "--response", address, "senderstats") == (0, "127.0.0.1 4\n", "")


def test_send_takes_messages_from_standard_input_and_files(typed: Typed, address: str, tmp_path: Path) -> None:
    typed("send", address, "-", stdin=b"status www,example,com.a green 1\n\nstatus www,example,com.b green 2\n")
    typed("send", address, "@", stdin=b"status www,example,com.c green 3\nlines\n")
    (tmp_path / "message").write_text("status www,example,com.d green 4")
    typed("send", address, f"@{tmp_path / 'message'}")
    typed("send", "--merge", address, "status www,example,com.e green 5", stdin=b"merged\n")
    _, out, _ = typed("send", address, "xymondboard host=www test=^.$ fields=testname,msg")
    assert out == (
        "e|status www,example,com.e green 5\\nmerged\\n\n"
        "d|status www,example,com.d green 4\n"
        "c|status www,example,com.c green 3\\nlines\\n\n"
        "b|status www,example,com.b green 2\n"
        "a|status www,example,com.a green 1\n"
    )


def test_send_repeats(typed: Typed, address: str, monitor: Monitor) -> None:
    typed("send", "--repeat", "3", address, "dummy")
    assert monitor.dispatcher.counts["Nothing"] == 3


def test_send_reads_the_servers_from_the_environment(
    typed: Typed, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XYMSERVERS", f"{address} {NOWHERE}")
    monkeypatch.setenv("XYMON_TIMEOUT", "5")
    status, out, err = typed("send", ANYWHERE, "status www,example,com.a red x")
    assert (status, out) == (1, "")
    assert err.startswith(f"hexmon send: {NOWHERE}: ")
    assert typed("send", ANYWHERE, "query www.example.com.a") == (0, "red x\n", "")


def test_send_says_what_is_wrong(typed: Typed, tmp_path: Path) -> None:
    for arguments in (
        ("127.0.0.1:port", "ping"),
        ("ftp://127.0.0.1", "ping"),
        ("127.0.0.1", ""),
        ("127.0.0.1", f"@{tmp_path / 'nothing'}"),
        ("--timeout=0", "127.0.0.1", "ping"),
    ):
        status, out, err = typed("send", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith("hexmon send: ")
    status, _, err = typed("send", NOWHERE, "ping")
    assert status == 1
    assert NOWHERE in err


def test_board_shows_squares(typed: Typed, address: str, monitor: Monitor) -> None:
    monitor.say("status www,example,com.disk red a|b")
    monitor.say("status db,example,com.cpu green fine")
    assert typed("board", "--server", address, "color=red") == (0, "www.example.com  disk  red  red a|b\n", "")
    status, out, _ = typed("board", "--server", address, "--json", "test=cpu|disk")
    assert status == 0
    assert [(row["hostname"], row["color"], row["line1"]) for row in json.loads(out)] == [
        ("db.example.com", "green", "green fine"),
        ("www.example.com", "red", "red a|b"),
    ]
    assert json.loads(out)[0]["lastchange"] == int(monitor.clock.now())
    assert typed("board", "--server", address, "fields=line1,testname", "color=red")[1] == "disk  red a|b\n"
    assert typed("board", "--server", address, "color=purple") == (0, "no square fits\n", "")


def test_board_says_what_is_wrong(typed: Typed) -> None:
    assert typed("board", "--server", "127.0.0.1:port")[0] == 2
    status, out, err = typed("board", "--server", NOWHERE)
    assert (status, out) == (1, "")
    assert NOWHERE in err
