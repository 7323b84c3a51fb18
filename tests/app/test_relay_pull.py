"""`hexmon relay --pull`: keeps what this machine says until it is fetched, and hexmon's own puller fetches it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hexmon.app.pull import Puller
from hexmon.app.relay_pull import PullRelay
from hexmon.app.relay_settings import RelayConfiguration, RelaySettings
from hexmon.app.settings import PullOptions, Senders
from hexmon.ingest.addresses import Address
from hexmon.ingest.client import exchange_async
from hexmon.ingest.pull import parse_pulled
from hexmon.model.names import StatusKey
from tests.support.clock import FakeClock, until
from tests.support.dispatch import Monitor


class Running:
    def __init__(self, relay: PullRelay, clock: FakeClock, address: Address) -> None:
        self.relay, self.clock, self.address = relay, clock, address

    async def say(self, message: bytes) -> bytes:
        return await exchange_async(self.address, message, 20.0)

    async def fetched(self, number: int = 1) -> list[bytes]:
        messages, mistake = parse_pulled(await self.say(b"pullclient %d\nconfig" % number))
        assert mistake == ""
        return [one.message for one in messages]


@asynccontextmanager
async def keeping(folder: Path, clock: FakeClock | None = None, **settings: Any) -> AsyncIterator[Running]:
    chosen = RelaySettings(listen=("127.0.0.1:0",), pull=True, **settings)
    clock = clock or FakeClock()
    relay = PullRelay(RelayConfiguration(settings=chosen, folder=folder, source="relay.toml"), clock)
    addresses: list[Address] = []
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(relay.run(addresses.extend))
        await until(lambda: addresses or task.done())
        try:
            yield Running(relay, clock, addresses[0])
        finally:
            relay.stop()


async def test_it_keeps_hands_out_and_answers(tmp_path: Path) -> None:
    async with keeping(tmp_path) as relay:
        assert await relay.say(b"status a.b green") == b""
        assert await relay.say(b"client a.linux linux\n") == b""
        assert await relay.fetched() == [b"status a.b green", b"client a.linux linux\n"]
        assert await relay.fetched() == []
        assert await relay.fetched(2) == [b"status a.b green", b"client a.linux linux\n"]
        assert await relay.say(b"client a.linux linux\n") == b"config"
        await relay.clock.advance(700.0)
        assert await relay.fetched() == []


async def test_only_who_is_allowed_may_fetch(tmp_path: Path) -> None:
    async with keeping(tmp_path, allow=("192.0.2.1",)) as relay:
        await relay.say(b"status a.b green")
        assert await relay.fetched() == []
        assert await relay.say(b"client a.linux linux") == b"", "nor bring a configuration"
        assert relay.relay.counts["refused"] == 1
    async with keeping(tmp_path / "other", allow=("127.0.0.0/8, ::1",), senders=Senders(status=("::1",))) as relay:
        await relay.say(b"status a.b green")
        await relay.say(b"notes a")
        assert await relay.fetched() == [b"notes a"]


async def test_what_nobody_fetched_outlives_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with keeping(tmp_path, clock) as relay:
        await relay.say(b"status a.b green")
        await relay.fetched()
        await relay.say(b"status a.c green")
    async with keeping(tmp_path, clock) as relay:
        assert await relay.fetched() == [b"status a.c green"]
    async with keeping(tmp_path, clock) as relay:
        assert await relay.fetched() == []


async def test_a_big_combo_is_kept_whole(tmp_path: Path) -> None:
    message = b"combo\n" + b"\n\n".join(b"status a.t%d green %s" % (number, b"x" * 3000) for number in range(200))
    async with keeping(tmp_path) as relay:
        await relay.say(message)
        assert await relay.fetched() == [message]


async def test_hexmon_fetches_from_it(tmp_path: Path) -> None:
    async with keeping(tmp_path) as relay:
        hosts = f"127.0.0.1 www # pulldata=:{relay.address.port}\n"
        monitor = Monitor(tmp_path, hosts, relay.clock, files={"client-local.cfg": "[linux]\nlog:/a:1\n"})
        puller = Puller(PullOptions(), relay.clock, monitor.board, monitor.dispatcher)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(puller.run())
            reply = b""
            for number in range(2):
                await relay.say(b"status www.backup green %d" % number)
                reply = await relay.say(b"client www.linux linux\n[date]\nnow\n")
                wanted = puller.counts["fetched"] + 1
                while puller.counts["fetched"] < wanted:
                    await relay.clock.advance(1.0)
                    await until(lambda: not any(one.busy for one in puller._machines.values()))
                status = monitor.board.status(StatusKey("www", "backup"))
                assert status is not None
                assert status.text == b"green %d" % number
            await relay.clock.advance(61.0)
            await until(lambda: puller.counts["fetched"] >= 3)
            assert reply == b""
            assert await relay.say(b"client www.linux linux\n") == b"log:/a:1\n"
            task.cancel()
