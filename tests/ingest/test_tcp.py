import asyncio
import contextlib
import errno
import resource
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import trustme

from hexmon.board.store import MemoryJournal
from hexmon.ingest.addresses import Address
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.client import SendError, exchange_async
from hexmon.ingest.settings import MessageSettings
from hexmon.ingest.tcp import MessageServer
from hexmon.model.origin import ConfigError
from tests.support.clock import FakeClock

LOCAL = "127.0.0.1:0"


class Recorder:
    """Answers "ping" and "big", gives "change" a ticket, and remembers everything."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, str]] = []
        self.big: list[bytes] = []
        self.produced = 0

    def handle(self, message: bytes, sender: str) -> Answer:
        self.messages.append((message, sender))
        if message == b"ping":
            return Answer(b"pong\n")
        if message == b"refused":
            return Answer(b"reply", 0, lambda callback: callback(None))
        if message == b"big":
            return Answer(self._produce())
        if message.startswith(b"change"):
            return Answer(ticket=len(self.messages))
        return NO_ANSWER

    def _produce(self) -> Iterator[bytes]:
        for part in self.big:
            self.produced += 1
            yield part

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        for part in message.split(b"\n\n"):
            self.messages.append((part[:20], sender))
            yield 0
        yield 7


class SlowJournal(MemoryJournal):
    """Nothing is durable before the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[int, Callable[[], None]]] = []

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:
        self.waiting.append((ticket, callback))

    def commit(self) -> None:
        for _, callback in self.waiting:
            callback()
        self.waiting.clear()


class Bench:
    """A server, its parts, and where it listens."""

    def __init__(self, settings: MessageSettings, journal: MemoryJournal | None = None) -> None:
        self.clock = FakeClock()
        self.recorder = Recorder()
        self.journal = journal or MemoryJournal()
        self.server = MessageServer(self.recorder, self.journal, self.clock, settings)
        self.addresses: list[Address] = []

    @property
    def address(self) -> Address:
        return self.addresses[0]

    async def say(self, message: bytes) -> bytes:
        return await exchange_async(self.address, message, 5.0)

    async def connected(self) -> socket.socket:
        sock = socket.socket()
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.address.port))
        return sock

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is awaited happens in sockets
                await asyncio.sleep(0)  # noqa: TID251 - lets the loop turn, does not wait


@asynccontextmanager
async def serving(
    settings: MessageSettings | None = None, journal: MemoryJournal | None = None, addresses: tuple[str, ...] = (LOCAL,)
) -> AsyncIterator[Bench]:
    bench = Bench(settings or MessageSettings(), journal)
    bench.addresses = bench.server.bind(addresses)
    try:
        yield bench
    finally:
        bench.server.close()


async def received(sock: socket.socket) -> bytes:
    """All until the end of the stream; ConnectionResetError when it ends badly."""
    loop = asyncio.get_running_loop()
    parts = []
    async with asyncio.timeout(10):
        while data := await loop.sock_recv(sock, 65536):
            parts.append(data)
    return b"".join(parts)


async def test_the_end_of_the_stream_ends_the_message_and_the_reply_ends_with_it() -> None:
    async with serving() as bench:
        assert await bench.say(b"ping") == b"pong\n"
        assert await bench.say(b"status a.b green\n") == b""
        assert bench.recorder.messages == [(b"ping", "127.0.0.1"), (b"status a.b green\n", "127.0.0.1")]
        assert bench.server.connections() == 0


async def test_nothing_is_handled_before_the_end() -> None:
    async with serving() as bench:
        sock = await bench.connected()
        loop = asyncio.get_running_loop()
        for part in (b"pi", b"n", b"g"):
            await loop.sock_sendall(sock, part)
            await bench.until(lambda: bench.server.connections() == 1)
            assert bench.recorder.messages == []
        sock.shutdown(socket.SHUT_WR)
        assert await received(sock) == b"pong\n"
        sock.close()
        assert bench.server.buffered == 0


async def test_a_sender_who_closes_at_once_is_heard() -> None:
    async with serving() as bench:
        sock = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(sock, b"status a.b green")
        sock.close()
        await bench.until(lambda: bool(bench.recorder.messages))
        assert bench.recorder.messages == [(b"status a.b green", "127.0.0.1")]


async def test_ipv6_and_several_addresses() -> None:
    async with serving(addresses=(LOCAL, "[::1]:0")) as bench:
        assert [address.host for address in bench.addresses] == ["127.0.0.1", "::1"]
        for address in bench.addresses:
            assert await exchange_async(address, b"ping", 5.0) == b"pong\n"
        assert [sender for _, sender in bench.recorder.messages] == ["127.0.0.1", "::1"]


async def test_an_address_that_is_taken_is_a_mistake_with_a_name() -> None:
    async with serving() as bench:
        other = Bench(MessageSettings())
        with pytest.raises(ConfigError) as caught:
            other.server.bind([str(bench.address), "127.0.0.1:port", "tls://127.0.0.1:0"])
        assert [problem.message for problem in caught.value.problems] == [
            f"{bench.address}: Address already in use",
            "127.0.0.1:port: '127.0.0.1:port': 'port' is not a port (0 to 65535)",
            "tls:// addresses need a certificate",
        ]
        assert str(caught.value).startswith(f"[listen] messages: {bench.address}: Address already in use; is another")


async def test_a_change_is_acknowledged_when_it_is_durable() -> None:
    journal = SlowJournal()
    async with serving(journal=journal) as bench:
        sock = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(sock, b"change")
        sock.shutdown(socket.SHUT_WR)
        await bench.until(lambda: bool(journal.waiting))
        with pytest.raises(BlockingIOError):
            sock.recv(1)
        journal.commit()
        assert await received(sock) == b""
        sock.close()


async def test_a_change_that_did_not_become_durable_in_time_is_not_acknowledged() -> None:
    journal = SlowJournal()
    async with serving(journal=journal) as bench:
        sock = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(sock, b"change")
        sock.shutdown(socket.SHUT_WR)
        await bench.until(lambda: bool(journal.waiting))
        bench.server.expire(bench.clock.monotonic() + 30)
        with pytest.raises(ConnectionResetError):
            await received(sock)
        journal.commit()  # late, and nobody is there any more
        sock.close()


async def test_a_connection_lives_thirty_seconds_from_its_accept() -> None:
    async with serving() as bench:
        loop = asyncio.get_running_loop()
        slow = await bench.connected()
        await bench.until(lambda: bench.server.connections() == 1)
        serve = asyncio.ensure_future(bench.server.serve())  # noqa: TID251 - cancelled below
        await bench.clock.advance(20)
        later = await bench.connected()
        await loop.sock_sendall(slow, b"still here")
        await bench.until(lambda: bench.server.connections() == 2)
        await bench.clock.advance(11)
        with pytest.raises(ConnectionResetError):
            await received(slow)
        assert bench.server.connections() == 1
        assert bench.server.counters["timeouts"] == 1
        assert bench.recorder.messages == []
        serve.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serve
        slow.close()
        later.close()


class FullJournal(MemoryJournal):
    """A disk that takes nothing any more."""

    waiting = 0

    def depth(self) -> int:
        return self.waiting


async def test_nobody_is_heard_while_too_much_waits_for_the_disk() -> None:
    journal = FullJournal()
    async with serving(MessageSettings(max_waiting=100), journal) as bench:
        journal.waiting = 101
        with pytest.raises(SendError):
            await bench.say(b"status a.b green\n")
        assert bench.recorder.messages == []
        assert bench.server.counters["refused"] == 1
        journal.waiting = 100
        assert await bench.say(b"ping") == b"pong\n"


async def test_what_nobody_has_room_for_is_not_acknowledged() -> None:
    async with serving() as bench:
        with pytest.raises(SendError):
            await bench.say(b"refused")
        assert bench.server.counters["refused"] == 1
        assert bench.server.connections() == 0


async def test_a_message_that_is_too_long_is_not_taken() -> None:
    async with serving(MessageSettings(max_message=100_000)) as bench:
        with pytest.raises(SendError):
            await bench.say(b"x" * 5_000_000)
        assert bench.server.counters["floods"] == 1
        assert await bench.say(b"y" * 99_999) == b""
        assert [len(message) for message, _ in bench.recorder.messages] == [99_999]
        assert bench.server.buffered == 0


async def test_all_unfinished_messages_together_are_bounded_and_the_biggest_goes_first() -> None:
    async with serving(MessageSettings(max_buffered=300_000)) as bench:
        loop = asyncio.get_running_loop()
        socks = [await bench.connected() for _ in range(3)]
        await loop.sock_sendall(socks[0], b"a" * 50_000)
        await loop.sock_sendall(socks[1], b"b" * 200_000)
        await bench.until(lambda: bench.server.buffered == 250_000)
        await loop.sock_sendall(socks[2], b"c" * 60_000)
        await bench.until(lambda: bench.server.buffered == 110_000)
        with pytest.raises(ConnectionResetError):
            await received(socks[1])
        for sock in (socks[0], socks[2]):
            sock.shutdown(socket.SHUT_WR)
            assert await received(sock) == b""
        for sock in socks:
            sock.close()
        assert bench.server.buffered == 0


async def test_thousands_of_idle_connections_do_not_stop_the_service() -> None:
    async with serving() as bench:  # this raised the limit for both ends
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(5_000, soft // 2 - 200)
        idle = []
        for _ in range(count):
            sock = socket.socket()
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(("127.0.0.1", bench.address.port))
            idle.append(sock)
            if len(idle) % 100 == 0:
                await bench.until(lambda: bench.server.connections() >= len(idle) - 50)
        await bench.until(lambda: bench.server.connections() == count)
        assert await bench.say(b"ping") == b"pong\n"
        for sock in idle:
            sock.close()


async def test_above_the_most_connections_the_oldest_idle_one_goes() -> None:
    async with serving(MessageSettings(max_connections=3)) as bench:
        socks = []
        for count in range(1, 6):
            socks.append(await bench.connected())
            await bench.until(lambda count=count: bench.server.counters["connections"] == count)  # type: ignore[misc]
        assert bench.server.connections() == 3
        for sock in socks[:2]:
            with pytest.raises(ConnectionResetError):
                await received(sock)
        assert await bench.say(b"ping") == b"pong\n"
        for sock in socks:
            sock.close()


async def test_without_file_descriptors_the_oldest_idle_one_goes() -> None:
    async with serving() as bench:
        socks = [await bench.connected() for _ in range(5)]
        await bench.until(lambda: bench.server.connections() == 5)
        waiting = await bench.connected()
        await bench.until(lambda: bench.server.connections() == 6)
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        last = socket.socket()
        highest = last.fileno()
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limit[1]))
        try:
            last.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                last.connect(("127.0.0.1", bench.address.port))
            await asyncio.get_running_loop().sock_sendall(last, b"ping")
            last.shutdown(socket.SHUT_WR)
            assert await received(last) == b"pong\n"
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        assert bench.server.counters["crowded"] == 1
        for sock in [*socks, waiting, last]:
            sock.close()


class LaterRecorder:
    """An event loop that only notes what is to be done later."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.later: list[tuple[Any, ...]] = []
        self._loop = loop

    def call_later(self, *call: Any) -> None:
        self.later.append(call)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


async def test_with_nothing_to_close_accepting_goes_on_after_a_pause() -> None:
    async with serving() as bench:
        loop = LaterRecorder(bench.server.loop)
        bench.server.loop = cast("asyncio.AbstractEventLoop", loop)
        listener, context = bench.server._listeners[0]
        bench.server._cannot_accept(listener, context, OSError(errno.EMFILE, "Too many open files"))
        [(delay, again, *arguments)] = loop.later
        assert delay > 0
        again(*arguments)
        assert await bench.say(b"ping") == b"pong\n"


async def test_a_large_reply_is_written_as_it_is_read_and_holds_up_nobody() -> None:
    async with serving() as bench:
        bench.recorder.big = [bytes([65 + n % 26]) * 100_000 for n in range(300)]
        reader = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(reader, b"big")
        reader.shutdown(socket.SHUT_WR)
        await bench.until(lambda: bench.recorder.produced > 0)
        assert await bench.say(b"ping") == b"pong\n"
        assert bench.recorder.produced < 300  # it is made only as fast as it is taken
        assert await received(reader) == b"".join(bench.recorder.big)
        reader.close()


async def test_a_reader_who_goes_away_is_forgotten() -> None:
    async with serving() as bench:
        bench.recorder.big = [b"x" * 1_000_000] * 50
        reader = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(reader, b"big")
        reader.shutdown(socket.SHUT_WR)
        await bench.until(lambda: bench.server.connections() == 1)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reader.close()
        await bench.until(lambda: bench.server.connections() == 0)


async def test_a_big_combo_is_handled_in_steps_and_acknowledged_once() -> None:
    journal = SlowJournal()
    async with serving(journal=journal) as bench:
        message = b"combo\n" + b"\n\n".join(b"status a.t%d green" % n + b"x" * 1000 for n in range(400))
        said = asyncio.ensure_future(bench.say(message))  # noqa: TID251 - awaited below
        await bench.until(lambda: bool(journal.waiting))
        assert [ticket for ticket, _ in journal.waiting] == [7]
        assert len(bench.recorder.messages) == 400
        journal.commit()
        assert await said == b""


async def test_stopping_lets_those_finish_that_wait_for_the_journal() -> None:
    journal = SlowJournal()
    async with serving(journal=journal) as bench:
        sock = await bench.connected()
        await asyncio.get_running_loop().sock_sendall(sock, b"change")
        sock.shutdown(socket.SHUT_WR)
        await bench.until(lambda: bool(journal.waiting))
        bench.server.stop_accepting()
        with pytest.raises(SendError):
            await bench.say(b"ping")
        journal.commit()
        assert await received(sock) == b""
        sock.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _tls_settings(authority: trustme.CA, folder: Path, *, client_ca: bool = False) -> MessageSettings:
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    ca = folder / "ca.pem" if client_ca else None
    return MessageSettings(certificate=folder / "server.pem", client_ca=ca)


async def test_the_same_through_tls(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with serving(_tls_settings(authority, tmp_path), addresses=("tls://127.0.0.1:0",)) as bench:
        bench.recorder.big = [b"x" * 1_000_000] * 5
        assert bench.address.tls
        assert await exchange_async(bench.address, b"ping", 5.0, context) == b"pong\n"
        assert await exchange_async(bench.address, b"big", 5.0, context) == b"x" * 5_000_000
        assert await exchange_async(bench.address, b"z" * 3_000_000, 5.0, context) == b""
        assert [len(message) for message, _ in bench.recorder.messages] == [4, 3, 3_000_000]
        with pytest.raises(SendError, match=r"certificate verify failed: [a-z -]+; --ca names an auth"):
            await exchange_async(bench.address, b"ping", 5.0)
        assert bench.server.connections() == 0


async def test_tls_senders_may_have_to_show_a_certificate(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    settings = _tls_settings(authority, tmp_path, client_ca=True)
    async with serving(settings, addresses=("tls://127.0.0.1:0",)) as bench:
        with contextlib.suppress(SendError):
            assert await exchange_async(bench.address, b"ping", 5.0, context) == b""
        assert bench.recorder.messages == []
        authority.issue_cert("client").configure_cert(context)
        assert await exchange_async(bench.address, b"ping", 5.0, context) == b"pong\n"


async def test_plain_text_to_a_tls_address_is_not_a_message(authority: trustme.CA, tmp_path: Path) -> None:
    async with serving(_tls_settings(authority, tmp_path), addresses=("tls://127.0.0.1:0",)) as bench:
        plain = Address("127.0.0.1", bench.address.port)
        with contextlib.suppress(SendError):
            await exchange_async(plain, b"status a.b green", 5.0)
        assert bench.recorder.messages == []
        await bench.until(lambda: bench.server.connections() == 0)
