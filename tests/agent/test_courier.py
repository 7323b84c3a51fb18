"""Reports that a server does not take wait, and go before the next one; none is lost and none is sent twice."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from hexmon.agent.courier import Courier
from hexmon.agent.spool import Batch, Spool, Waiting
from tests.support.clock import FakeClock

MIB = 1 << 20


class Server:
    """Takes what it is sent while it is `up`, except messages that it does not like."""

    def __init__(self) -> None:
        self.up = True
        self.dislikes = b""
        self.taken: list[bytes] = []

    async def send(self, message: bytes) -> bytes:
        if not self.up:
            raise ConnectionRefusedError("nobody listens")
        if self.dislikes and self.dislikes in message:
            raise OSError("413")
        self.taken.append(message)
        return b"log:/x:1\n"


def courier(folder: Path, server: Server, clock: FakeClock, room: int = MIB) -> Courier:
    return Courier("monitor", server.send, Spool(folder, room), clock)


def test_an_outage_of_ten_minutes_loses_no_report_and_keeps_their_order(tmp_path: Path) -> None:
    async def story() -> list[bytes]:
        clock, server = FakeClock(), Server()
        one = courier(tmp_path, server, clock)
        server.up = False
        for number in range(3):
            assert await one.deliver(b"client report %d\n" % number) is None
            await clock.advance(300)
        assert (one.waiting, one.trouble) == (3, "nobody listens")
        server.up = True
        assert await one.deliver(b"client report 3\n") == b"log:/x:1\n"
        assert (one.waiting, one.trouble) == (0, "")
        return server.taken

    assert asyncio.run(story()) == [
        b"client report 0\n[msgcache]\nCachedelay: 900\n",
        b"client report 1\n[msgcache]\nCachedelay: 600\n",
        b"client report 2\n[msgcache]\nCachedelay: 300\n",
        b"client report 3\n",
    ]


def test_a_report_that_others_made_late_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        taken: list[bytes] = []

        async def slow(message: bytes) -> bytes:
            taken.append(message)
            await clock.advance(60)
            return b""

        Spool(tmp_path, MIB).append((Waiting(clock.now(), b"client old"),))
        one = Courier("monitor", slow, Spool(tmp_path, MIB), clock)
        await one.deliver(b"client fresh")
        assert taken == [b"client old\n[msgcache]\nCachedelay: 0\n", b"client fresh\n[msgcache]\nCachedelay: 60\n"]

    asyncio.run(story())


def test_what_waits_survives_the_end_of_the_agent(tmp_path: Path) -> None:
    async def story() -> None:
        clock, server = FakeClock(), Server()
        server.up = False
        await courier(tmp_path, server, clock).deliver(b"client before")
        server.up = True
        later = courier(tmp_path, server, clock)
        assert later.waiting == 1
        assert await later.catch_up()
        assert server.taken == [b"client before\n[msgcache]\nCachedelay: 0\n"]
        assert await courier(tmp_path, server, clock).catch_up()
        assert len(server.taken) == 1

    asyncio.run(story())


def test_the_oldest_make_room(tmp_path: Path) -> None:
    async def story() -> None:
        clock, server = FakeClock(), Server()
        one = courier(tmp_path, server, clock, room=3500)
        server.up = False
        for number in range(5):
            await one.deliver(b"%d" % number * 1000)
        assert (one.waiting, one.dropped) == (3, 2)
        server.up = True
        await one.catch_up()
        assert [message[:1] for message in server.taken] == [b"2", b"3", b"4"]

    asyncio.run(story())


def test_a_report_that_a_server_never_takes_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def story() -> None:
        clock, server = FakeClock(), Server()
        one = courier(tmp_path, server, clock)
        server.up = False
        await one.deliver(b"poison")
        await one.deliver(b"good")
        server.up, server.dislikes = True, b"poison"
        for number in range(3):
            assert await one.deliver(b"fresh %d" % number) is not None
        taken = [message.partition(b"\n")[0] for message in server.taken]
        assert taken == [b"fresh 0", b"fresh 1", b"good", b"fresh 2"]
        assert (one.waiting, one.dropped) == (0, 1)

    asyncio.run(story())


def test_a_report_on_its_way_when_the_agent_is_stopped_waits(tmp_path: Path) -> None:
    async def story() -> None:
        under_way = asyncio.Event()

        async def never(_message: bytes) -> bytes:
            under_way.set()
            await asyncio.Event().wait()
            return b""

        one = Courier("monitor", never, Spool(tmp_path, MIB), FakeClock())
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(one.deliver(b"client report"))
            await under_way.wait()
            task.cancel()
        batch = Spool(tmp_path, MIB).oldest()
        assert batch
        assert [waiting.message for waiting in batch.messages] == [b"client report"]

    asyncio.run(story())


def test_a_report_that_is_not_on_its_way_yet_when_the_agent_is_stopped_waits_too(tmp_path: Path) -> None:
    async def story() -> None:
        under_way = asyncio.Event()

        async def never(_message: bytes) -> bytes:
            under_way.set()
            await asyncio.Event().wait()
            return b""

        Spool(tmp_path, MIB).append((Waiting(0.0, b"client old"),))
        one = Courier("monitor", never, Spool(tmp_path, MIB), FakeClock())
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(one.deliver(b"client fresh"))
            await under_way.wait()
            task.cancel()
        server = Server()
        assert await courier(tmp_path, server, FakeClock()).catch_up()
        assert [message.partition(b"\n")[0] for message in server.taken] == [b"client old", b"client fresh"]

    asyncio.run(story())


def test_a_disk_that_cannot_be_read_holds_up_no_report(tmp_path: Path) -> None:
    class Broken(Spool):
        def oldest(self) -> Batch | None:
            raise OSError(24, "Too many open files")

    async def story() -> None:
        server = Server()
        spool = Broken(tmp_path, MIB)
        spool.append((Waiting(0.0, b"client old"),))
        one = Courier("monitor", server.send, spool, FakeClock())
        for _ in range(3):
            assert await one.deliver(b"client fresh") is not None
        assert await one.catch_up()
        assert (server.taken, one.waiting, one.dropped) == ([b"client fresh"] * 3, 1, 0)

    asyncio.run(story())


def test_a_disk_that_is_full_does_not_end_the_agent(tmp_path: Path) -> None:
    class Broken(Spool):
        def append(self, messages: Iterable[Waiting], *, ahead: bool = False) -> bool:  # noqa: ARG002 - the name is that of the spool
            raise OSError(5, "Input/output error")

    async def refuse(_message: bytes) -> bytes:
        raise TimeoutError

    async def story() -> None:
        one = Courier("monitor", refuse, Broken(tmp_path, MIB), FakeClock())
        assert await one.deliver(b"client report") is None
        assert one.trouble == "TimeoutError"

    asyncio.run(story())


def test_a_spool_of_the_relay_reads_alike(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB)
    spool.append((Waiting(1.0, b"client a"), Waiting(2.0, b"client b")))

    async def story() -> None:
        server = Server()
        assert await courier(tmp_path, server, FakeClock(start=10.0)).catch_up()
        assert server.taken == [b"client a\n[msgcache]\nCachedelay: 9\n", b"client b\n[msgcache]\nCachedelay: 8\n"]

    asyncio.run(story())
