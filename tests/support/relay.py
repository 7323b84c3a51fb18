"""A whole `hexmon relay` in this process, on a fake clock, before servers that remember what they heard."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hexmon.app.relay import Relay
from hexmon.app.relay_server import unpacked
from hexmon.app.relay_settings import RelayConfiguration, RelayReport, RelaySettings, refuse_nonsense
from hexmon.ingest.addresses import Address
from hexmon.ingest.client import exchange_async
from tests.support.clock import FakeClock, until


class Recorder:
    """A monitor's side. `answers`: by what a message begins with."""

    def __init__(self, **answers: bytes) -> None:
        self.heard: list[bytes] = []
        self.answers = answers
        self.hold: asyncio.Event | None = None
        self.reset = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = await reader.read()
        if self.hold is not None:
            await self.hold.wait()
        if self.reset:
            at_once = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            writer.transport.abort()
            return
        self.heard.append(message)
        writer.write(next((text for word, text in self.answers.items() if message.startswith(word.encode())), b""))
        await writer.drain()

    @property
    def messages(self) -> list[bytes]:
        """What it heard in this order, combos taken apart, without the line that names the sender."""
        return [
            one.partition(b"\nStatus message received from ")[0]
            for heard in self.heard
            for one in (unpacked(heard) if heard.startswith((b"combo", b"extcombo")) else [heard])
        ]


class Running:
    """The relay that runs, and how to speak to it."""

    def __init__(self, relay: Relay, clock: FakeClock, address: Address) -> None:
        self.relay, self.clock, self.address = relay, clock, address
        self.tls: ssl.SSLContext | None = None

    async def say(self, *messages: bytes, seconds: float = 0.0) -> list[bytes | None]:
        """All at once; the replies, None for a connection that was reset. The clock moves until they are there."""
        asked = [asyncio.gather(_say(self.address, message, self.tls)) for message in messages]
        everything = asyncio.gather(*asked)
        left = 4000
        while not everything.done():
            assert (left := left - 1), "no reply"
            await until_a_moment()
            await self.clock.advance(0.05)
        await self.clock.advance(seconds)
        return [reply for [reply] in await everything]

    async def passes(self, seconds: float, step: float = 1.0) -> None:
        """Time, in which sockets and the disk do their work."""
        for _ in range(int(seconds / step)):
            await self.clock.advance(step)
            await until_a_moment()


async def until_a_moment() -> None:
    """A millisecond of real time for sockets."""
    seen: list[int] = []

    def second_look() -> bool:
        seen.append(1)
        return len(seen) > 2

    await until(second_look)


async def _say(address: Address, message: bytes, tls: ssl.SSLContext | None) -> bytes | None:
    try:
        return await exchange_async(address, message, 20.0, tls)
    except OSError:
        return None


@asynccontextmanager
async def relaying(
    folder: Path, *servers: str, clock: FakeClock | None = None, **settings: Any
) -> AsyncIterator[Running]:
    """Run it until the end of the `with`, then stop it as SIGTERM does."""
    told = settings.pop("report", RelayReport(enabled=False, host="relay.test"))
    tls = settings.pop("tls", None)
    chosen = RelaySettings(**{"listen": ("127.0.0.1:0",), "servers": servers, "report": told} | settings)
    configuration = RelayConfiguration(settings=chosen, folder=folder, source="relay.toml")
    refuse_nonsense(configuration)
    clock = clock or FakeClock()
    relay = Relay(configuration, clock, tls)
    addresses: list[Address] = []
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(relay.run(addresses.extend))
        await until(lambda: addresses or task.done())
        try:
            yield Running(relay, clock, addresses[0])
        finally:
            relay.stop()
