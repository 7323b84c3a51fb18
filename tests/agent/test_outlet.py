"""One server of a relay: what waits for it, where, and in which order it goes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hexmon.agent.outlet import Outlet, OutletSettings
from hexmon.agent.relaying import Packing
from hexmon.agent.spool import Spool, Waiting
from hexmon.app.relay_server import packed, unpacked
from tests.support.clock import FakeClock, settle
from tests.support.inline import without_threads


class Server:
    """Takes what comes, unless it is away, slow, or one of its `refused` words is in a message."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.away = False
        self.refused: bytes | None = None
        self.hold: asyncio.Event | None = None
        self.tried = 0

    async def __call__(self, message: bytes) -> bytes:
        self.tried += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.away:
            raise ConnectionRefusedError("Connection refused")
        if self.refused is not None and self.refused in message:
            raise ConnectionResetError("Connection reset by peer")
        if message != b"ping":
            self.heard.append(message)
        return b"for " + message.split()[1] if message.startswith(b"client") else b""

    @property
    def messages(self) -> list[bytes]:
        """What it heard, combos taken apart."""
        return [
            one.strip()
            for heard in self.heard
            for one in (unpacked(heard) if heard.startswith((b"combo", b"extcombo")) else [heard])
        ]


class Bench:
    """An outlet on a fake clock; threads are none."""

    def __init__(self, folder: Path, clock: FakeClock | None = None, most: int = 10**8, **settings: float) -> None:
        without_threads()
        self.clock = clock or FakeClock()
        self.server = Server()
        self.folder = folder
        self.spool = Spool(folder, most)
        self.replies: list[tuple[bytes, bytes]] = []
        chosen = OutletSettings(**settings)  # type: ignore[arg-type]
        heard = lambda message, reply: self.replies.append((message, reply))  # noqa: E731
        self.outlet = Outlet("srv", self.server, self.spool, Packing(packed), self.clock, chosen, heard)
        self.settled: dict[bytes, bool] = {}

    def put(self, *messages: bytes) -> None:
        for message in messages:
            self.outlet.put(Waiting(self.clock.now(), message), self.noting(message))

    def noting(self, message: bytes) -> Callable[[bool], None]:
        def settled(kept: bool) -> None:
            assert message not in self.settled, "settled twice"
            self.settled[message] = kept

        return settled

    async def later(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await settle(50)


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.outlet.run())
        await settle()
        yield bench
        await bench.outlet.close()


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [b"status host%d.test green" % number for number in range(start, start + count)]


async def test_messages_are_gathered_and_settled_when_the_server_has_them(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.put(*numbered(2))
        await bench.later(0.1)
        bench.put(*numbered(1, 2))
        await bench.later(0.1)
        assert (bench.server.heard, bench.settled) == ([], {})
        await bench.later(0.06)
        assert len(bench.server.heard) == 1
        assert bench.server.messages == numbered(3)
        assert bench.settled == dict.fromkeys(numbered(3), True)
        counts = bench.outlet.counts
        assert (counts.taken, counts.sent, counts.merged, counts.combos) == (3, 1, 3, 1)
        assert bench.outlet.waiting() == (0, 0, 0)


async def test_a_hundred_do_not_wait_for_more(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.put(*numbered(100))
        await settle(50)
        assert bench.server.messages == numbered(100)


async def test_what_the_server_did_not_take_is_on_disk_before_it_is_settled(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.away = True
        bench.put(*numbered(3))
        await bench.later(0.25)
        assert bench.settled == dict.fromkeys(numbered(3), True)
        stored = Spool(tmp_path, 10**8).oldest()
        assert stored is not None
        assert [one.message for one in stored.messages] == numbered(3)
        assert (bench.outlet.away, bench.outlet.trouble) == (True, "Connection refused")
        bench.put(b"status later.test green")
        await settle(50)
        assert bench.settled[b"status later.test green"], "nobody waits for a server that is away"


async def test_ten_minutes_without_a_server_lose_nothing_and_keep_the_order(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.away = True
        for second in range(600):
            bench.put(b"status host.test green %d" % second)
            await bench.later(1.0)
        assert all(bench.settled.values())
        assert len(bench.settled) == 600
        assert 20 < bench.server.tried < 30, "it is tried now and then"
        bench.server.away = False
        bench.put(b"status host.test green 600")
        await bench.later(60.0)
        assert bench.server.messages == [b"status host.test green %d" % number for number in range(601)]
        assert (bench.outlet.away, bench.outlet.queueing, bench.outlet.dropped) == (False, False, 0)


async def test_what_was_stored_goes_before_what_comes_later_and_at_its_rate(tmp_path: Path) -> None:
    async with running(Bench(tmp_path, rate=10.0)) as bench:
        bench.server.away = True
        bench.put(*numbered(5))
        await bench.later(0.25)
        bench.put(*numbered(5, 5))
        await settle(50)
        bench.server.away = False
        await bench.later(1.0)
        assert bench.server.messages == numbered(5), "five take half a second"
        bench.put(*numbered(5, 10))
        await bench.later(0.5)
        assert bench.server.messages == numbered(10)
        await bench.later(2.0)
        assert bench.server.messages == numbered(15)


async def test_client_messages_go_at_once_and_bring_their_reply(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        message = b"client a.linux linux\n"
        reply = await bench.outlet.deliver(Waiting(bench.clock.now(), message), bench.noting(message))
        assert (reply, bench.settled) == (b"for a.linux", {message: True})
        assert bench.replies == [(message, b"for a.linux")]


async def test_who_waited_for_a_server_that_then_fails_does_not_try_it_too(tmp_path: Path) -> None:
    """One that does not answer takes its time from each: behind a few hundred nobody would be acknowledged in time."""
    async with running(Bench(tmp_path, at_once=1, retry=1000.0, retry_most=1000.0)) as bench:
        bench.server.hold, bench.server.away = asyncio.Event(), True
        messages = [b"client a%d.linux linux\n" % number for number in range(5)]
        waiting = asyncio.gather(
            *(bench.outlet.deliver(Waiting(bench.clock.now(), one), bench.noting(one)) for one in messages),
            bench.outlet.ask(b"ping"),
            return_exceptions=True,
        )
        await settle(50)
        assert bench.server.tried == 1
        bench.server.hold.set()
        *replies, answer = await waiting
        assert replies == [None] * len(messages)
        assert isinstance(answer, ConnectionRefusedError)
        await settle(50)
        assert bench.settled == dict.fromkeys(messages, True)
        assert bench.server.tried == 2  # the second is that of what is stored


async def test_client_messages_of_bad_times_are_stored_and_say_how_long(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.away = True
        message = b"client a.linux linux\n"
        assert await bench.outlet.deliver(Waiting(bench.clock.now(), message), bench.noting(message)) is None
        await settle(50)
        assert bench.settled == {message: True}
        await bench.later(100.0)
        bench.server.away = False
        await bench.later(30.0)
        [heard] = bench.server.heard
        assert heard.startswith(message + b"[msgcache]\nCachedelay: 1")
        assert bench.replies[-1][1] == b"for a.linux"


async def test_questions_are_not_asked_while_the_server_is_away(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        assert await bench.outlet.ask(b"query a.b") == b""
        bench.server.away = True
        with pytest.raises(ConnectionRefusedError):
            await bench.outlet.ask(b"query a.b")
        bench.put(*numbered(1))
        await bench.later(0.25)
        tried = bench.server.tried
        with pytest.raises(ConnectionRefusedError, match="srv is away"):
            await bench.outlet.ask(b"query a.b")
        assert bench.server.tried == tried


async def test_a_restart_continues(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    async with running(first) as bench:
        bench.server.away = True
        bench.put(*numbered(3))
        await bench.later(0.25)
        bench.put(*numbered(3, 3))
        await settle(50)
    async with running(Bench(tmp_path, first.clock)) as bench:
        bench.put(*numbered(1, 6))
        await bench.later(2.0)
        assert bench.server.messages == numbered(7)


async def test_what_waits_in_memory_at_the_end_goes_to_the_disk(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.put(*numbered(3))
    assert bench.settled == dict.fromkeys(numbered(3), True)
    stored = [one.message for one in _all(Spool(tmp_path, 10**8))]
    assert bench.server.messages + stored == numbered(3)


async def test_what_is_under_way_at_the_end_goes_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.agent.outlet._LAST_EXCHANGE", 0.01)
    async with running(Bench(tmp_path)) as bench:
        bench.server.hold = asyncio.Event()
        bench.put(*numbered(3))
        await bench.later(0.25)
        bench.put(*numbered(2, 3))
        await settle()
        assert bench.settled == {}
    assert bench.settled == dict.fromkeys(numbered(5), True)
    assert [one.message for one in _all(Spool(tmp_path, 10**8))] == numbered(5)


async def test_memory_is_bounded_and_the_order_kept(tmp_path: Path) -> None:
    async with running(Bench(tmp_path, memory=100_000)) as bench:
        bench.server.hold = asyncio.Event()
        sent = []
        for number in range(100):
            message = b"status host%d.test green " % number + b"x" * 20_000
            sent.append(message)
            bench.put(message)
            await bench.later(0.3)
            assert bench.outlet.waiting()[2] - bench.spool.size < 150_000
        assert len(bench.spool) > 50
        bench.server.away = True
        bench.server.hold.set()
        await bench.later(0.3)
        bench.server.away, bench.server.hold = False, None
        await bench.later(10.0)
        assert bench.server.messages == sent
        assert bench.settled == dict.fromkeys(sent, True)


async def test_a_full_spool_drops_the_oldest_and_counts(tmp_path: Path) -> None:
    async with running(Bench(tmp_path, most=1000)) as bench:
        bench.server.away = True
        for number in range(50):
            bench.put(*numbered(1, number))
            await bench.later(1.0)
        assert all(bench.settled.values())
        assert 10 < bench.outlet.dropped < 40
        dropped = bench.outlet.dropped
        bench.server.away = False
        await bench.later(60.0)
        assert bench.server.messages == numbered(50 - dropped, dropped)


async def test_a_disk_that_takes_nothing_acknowledges_nothing(tmp_path: Path) -> None:
    async with running(Bench(tmp_path / "spool")) as bench:
        shutil.rmtree(tmp_path / "spool")
        bench.server.away = True
        bench.put(*numbered(2))
        await bench.later(0.25)
        assert bench.settled == dict.fromkeys(numbered(2), False)
        assert "No such file" in bench.outlet.disk_trouble
        assert bench.outlet.dropped == 2
        (tmp_path / "spool").mkdir()
        bench.server.away = False
        bench.put(*numbered(1, 2))
        await bench.later(30.0)
        assert bench.server.messages == numbered(1, 2)


async def test_a_message_that_a_server_breaks_off_holds_up_the_others_for_seconds_only(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.refused = b"poison"
        bench.put(*numbered(2), b"status poison.test green", *numbered(1, 2))
        await bench.later(0.25)
        bench.put(*numbered(1, 3))
        await bench.later(40.0)
        assert bench.server.messages == numbered(4)
        assert (bench.outlet.counts.refused, bench.outlet.dropped) == (1, 1)
        assert not bench.outlet.queueing


async def test_a_single_poisonous_message_is_given_up_too(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.refused = b"poison"
        bench.put(b"drop poison", b"drop host")
        await bench.later(40.0)
        assert bench.server.messages == [b"drop host"]
        assert bench.outlet.dropped == 1


async def test_a_server_that_is_too_slow_to_answer_loses_nothing(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        refuse = bench.server.__call__

        async def slow(message: bytes) -> bytes:
            if message != b"ping" and bench.clock.monotonic() < 1300.0:
                raise TimeoutError("no answer in time")
            return await refuse(message)

        bench.outlet._exchange = slow
        bench.put(*numbered(3))
        await bench.later(400.0)
        assert bench.server.messages == numbered(3)
        assert bench.outlet.dropped == 0


async def test_what_a_batch_has_achieved_is_not_sent_again(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.away = True
        bench.put(b"drop one", b"drop two", b"drop three")
        await bench.later(0.25)
        bench.server.away, bench.server.refused = False, b"two"
        await bench.later(3.0)
        bench.server.refused = None
        await bench.later(10.0)
        assert bench.server.messages == [b"drop one", b"drop two", b"drop three"]


async def test_a_word_that_need_not_be_kept_is_not(tmp_path: Path) -> None:
    async with running(Bench(tmp_path)) as bench:
        bench.server.away = True
        assert not await bench.outlet.tell(b"status relay.relay green")
        assert bench.outlet.waiting() == (0, 0, 0)
        bench.server.away = False
        assert await bench.outlet.tell(b"status relay.relay green")


def _all(spool: Spool) -> list[Waiting]:
    found: list[Waiting] = []
    while (batch := spool.oldest()) is not None:
        found += batch.messages
        spool.remove(batch.number)
    return found
