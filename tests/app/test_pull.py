"""Hosts with `pulldata`: when they are asked, what becomes of their messages, and what of those that do not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from hexmon.app.pull import Puller
from hexmon.app.settings import PullOptions
from hexmon.ingest.answer import Answer
from hexmon.model.names import StatusKey
from tests.support.clock import FakeClock, settle, until
from tests.support.dispatch import Monitor
from tests.support.servers import closed_port, serve


class Machine:
    """A machine's side: hands out what waits, once."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.requests: list[bytes] = []
        self.raw: bytes | None = None
        self.hold: asyncio.Event | None = None
        self.open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.read())
        self.open += 1
        if self.hold is not None:
            await self.hold.wait()
        reply = b"".join(b"%d:30 " % len(one) for one in self.waiting) + b"\n" + b"".join(self.waiting)
        writer.write((reply if self.waiting else b"") if self.raw is None else self.raw)
        self.waiting = []
        await writer.drain()
        self.open -= 1


class Bench:
    def __init__(self, folder: Path, hosts: str, **settings: int | float) -> None:
        self.clock = FakeClock()
        local = {"client-local.cfg": "[linux]\nlog:/var/log/messages:10240\n"}
        self.monitor = Monitor(folder, hosts, self.clock, files=local)
        options = PullOptions(**settings)  # type: ignore[arg-type]
        self.puller = Puller(options, self.clock, self.monitor.board, self.monitor.dispatcher)

    def ended(self) -> int:
        return self.puller.counts["fetched"] + self.puller.counts["failed"]

    async def rounds(self, count: int = 1) -> None:
        """So many pulls, each at its time."""
        for _ in range(count):
            wanted = self.ended() + 1
            for _ in range(1500):
                if self.ended() >= wanted:
                    break
                await self.clock.advance(1.0)
                await until(lambda: not any(machine.busy for machine in self.puller._machines.values()))
            assert self.ended() >= wanted


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.puller.run())
        yield bench
        task.cancel()


async def test_what_waits_on_a_machine_reaches_the_board(tmp_path: Path) -> None:
    machine = Machine()
    async with (
        serve(machine) as port,
        running(Bench(tmp_path, f"127.0.0.1 www # pulldata=:{port}\n127.0.0.1 other")) as bench,
    ):
        machine.waiting = [b"status www.backup green it ran", b"client www.linux linux\n[date]\nnow\n"]
        await bench.rounds()
        status = bench.monitor.board.status(StatusKey("www", "backup"))
        assert status is not None
        assert (status.sender, status.text) == ("127.0.0.1", b"green it ran")
        [client] = bench.monitor.board.clients("www")
        assert client.message.endswith(b"now\n[msgcache]\nCachedelay: 30\n[proxy]\nClientIP:127.0.0.1\n")
        assert machine.requests == [b"pullclient 1\n"]
        await bench.rounds()
        assert machine.requests[1] == b"pullclient 1\nlog:/var/log/messages:10240\n"
        assert bench.puller.counts == {"fetched": 2, "failed": 0, "messages": 2}
        assert list(bench.puller.troubles()) == []


async def test_each_host_keeps_its_place_on_the_grid(tmp_path: Path) -> None:
    machine = Machine()
    async with (
        serve(machine) as port,
        running(Bench(tmp_path, f"127.0.0.1 www # pulldata=127.0.0.1:{port}", interval=60.0)) as bench,
    ):
        moments = []
        for _ in range(4):
            await bench.rounds()
            moments.append(bench.clock.monotonic())
        assert [later - sooner for sooner, later in pairwise(moments)] == [60.0, 60.0, 60.0]


async def test_a_machine_that_is_away_is_asked_less_and_less_and_told_of(tmp_path: Path) -> None:
    port = closed_port()
    async with running(Bench(tmp_path, f"127.0.0.1 www # pulldata=:{port}", interval=60.0)) as bench:
        moments = []
        for failures in range(1, 8):
            await bench.rounds()
            moments.append(bench.clock.monotonic())
            assert list(bench.puller.troubles()) == (["pull of www failed: Connection refused"] if failures > 2 else [])
        gaps = [(later - sooner) / 60.0 for sooner, later in pairwise(moments)]
        assert gaps == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
        machine = Machine()
        async with serve(machine, port=port):
            await bench.rounds()
        assert list(bench.puller.troubles()) == []


async def test_one_that_does_not_answer_does_not_hold_up_others(tmp_path: Path) -> None:
    slow, quick = Machine(), Machine()
    slow.hold = asyncio.Event()
    async with serve(slow) as one, serve(quick) as two:
        hosts = f"127.0.0.1 slow # pulldata=:{one}\n127.0.0.1 quick # pulldata=:{two}\n"
        async with running(Bench(tmp_path, hosts, interval=10.0, timeout=600.0)) as bench:
            for _ in range(40):
                await bench.clock.advance(1.0)
                await until(lambda: not bench.puller._machines["quick"].busy)
            assert len(quick.requests) == 4
            assert len(slow.requests) == 1, "one pull of a host at a time"
            slow.hold.set()
            await until(lambda: not bench.puller._machines["slow"].busy)


async def test_no_more_than_so_many_are_asked_at_once(tmp_path: Path) -> None:
    machine = Machine()
    machine.hold = asyncio.Event()
    async with serve(machine) as port:
        hosts = "".join(f"127.0.0.{number} host{number} # pulldata=127.0.0.1:{port}\n" for number in range(1, 30))
        async with running(Bench(tmp_path, hosts, interval=5.0, timeout=600.0, concurrency=3)) as bench:
            for _ in range(10):
                await bench.clock.advance(1.0)
            await until(lambda: machine.open == 3)
            await settle(100)
            assert machine.open == 3
            machine.hold.set()
            await until(lambda: bench.ended() >= 29)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe\x00" * 300, "does not begin with lengths"),
        (b"99999:1 \nstatus", "ends within a message"),
        (b"GET / HTTP/1.0\n\n", "LENGTH:AGE"),
        (b"2000:0 \n" + b"x" * 2000, "longer than 1000 bytes"),
        (b"8:0 \nextcombo" * 3, ""),
        (b"13:0 10:0 \nclient www.\0\0status \xff.\xff", ""),
    ],
)
async def test_a_hostile_answer_is_told_and_nothing_more(tmp_path: Path, raw: bytes, said: str) -> None:
    machine = Machine()
    machine.raw = raw
    async with (
        serve(machine) as port,
        running(Bench(tmp_path, f"127.0.0.1 www # pulldata=:{port}", max_reply=1000)) as bench,
    ):
        await bench.rounds(3)
        assert said in "".join(bench.puller.troubles())
        assert bool(list(bench.puller.troubles())) == bool(said)


async def test_hosts_come_and_go(tmp_path: Path) -> None:
    machine = Machine()
    async with serve(machine) as port, running(Bench(tmp_path, "127.0.0.1 www")) as bench:
        await bench.clock.advance(120.0)
        assert machine.requests == []
        (tmp_path / "etc" / "hosts.cfg").write_text(f"127.0.0.1 www # pulldata=:{port}\n")
        bench.monitor.board.adopt(bench.monitor.inventory())
        await bench.rounds()
        assert len(machine.requests) == 1
        (tmp_path / "etc" / "hosts.cfg").write_text("127.0.0.1 www\n")
        bench.monitor.board.adopt(bench.monitor.inventory())
        await bench.clock.advance(300.0)
        assert len(machine.requests) == 1


async def test_a_machine_may_report_for_others_and_it_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hexmon.app.pull")
    machine = Machine()
    hosts = "127.0.0.1 www # pulldata=:{} CLIENT:web\n127.0.0.2 db\n"
    async with serve(machine) as port, running(Bench(tmp_path, hosts.format(port))) as bench:
        for _ in range(2):
            machine.waiting = [b"status web.cpu green", b"status www.disk green", b"status db.cpu green"]
            await bench.rounds()
        assert bench.monitor.board.status(StatusKey("db", "cpu")) is not None
        assert bench.monitor.board.status(StatusKey("www", "cpu")) is not None
        assert [record.getMessage() for record in caplog.records] == ["pull of www: it reports for db"]


async def test_big_combos_are_taken_in_steps(tmp_path: Path) -> None:
    machine = Machine()
    async with serve(machine) as port, running(Bench(tmp_path, f"127.0.0.1 www # pulldata=:{port}")) as bench:
        parts = [b"status www.t%d green %s" % (number, b"x" * 3000) for number in range(200)]
        machine.waiting = [b"combo\n" + b"\n\n".join(parts), b"status www.last green"]
        await bench.rounds()
        assert bench.monitor.board.status(StatusKey("www", "t199")) is not None
        assert bench.monitor.board.status(StatusKey("www", "last")) is not None


async def test_others_have_their_turn_between_very_many_small_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    async with serve(machine) as port, running(Bench(tmp_path, f"127.0.0.1 www # pulldata=:{port}")) as bench:
        at_once: list[int] = [0]
        handle = bench.monitor.dispatcher.handle

        def counting(message: bytes, sender: str) -> Answer:
            at_once[-1] += 1
            asyncio.get_running_loop().call_soon(at_once.append, 0)
            return handle(message, sender)

        monkeypatch.setattr(bench.monitor.dispatcher, "handle", counting)
        machine.waiting = [b"x"] * 5_000
        await bench.rounds()
        assert bench.puller.counts["messages"] == sum(at_once) == 5_000
        assert max(at_once) <= 100
