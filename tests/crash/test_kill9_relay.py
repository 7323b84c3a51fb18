"""A relay that is killed again and again, its server there or away: what it acknowledged reaches the server."""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.clock import until
from tests.support.monitor import free_port
from tests.support.relay import Recorder
from tests.support.servers import serve
from tests.support.xymon_daemons import hexmon_relay

ROUNDS = int(os.environ.get("HEXMON_CRASH_RELAY_ROUNDS", "6"))
SHORTEST, LONGEST = 0.1, 0.6  # seconds of flood before the end
SENDERS = 20


class Sender:
    """Says one numbered message after the other until the relay is gone."""

    def __init__(self, name: int) -> None:
        self.name = name
        self.sent = 0
        self.acknowledged: list[bytes] = []

    async def flood(self, port: int) -> None:
        while True:
            self.sent += 1
            kind = (b"status s%d.test green n=%d", b"client s%d.linux linux\nn=%d\n", b"drop s%d n%d")[self.sent % 3]
            message = kind % (self.name, self.sent)
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(message)
                writer.write_eof()
                await reader.read()
                writer.close()
            except OSError:
                return
            self.acknowledged.append(message)


def arrived(server: Recorder) -> set[bytes]:
    """The messages without what the relay added to them."""
    return {one.partition(b"\n[proxy]")[0].partition(b"\n\n")[0].rstrip(b"\n") for one in server.messages}


def waiting_files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.messages"))


@pytest.mark.slow
@pytest.mark.timeout(60 + 10 * ROUNDS)
async def test_nothing_acknowledged_is_lost_by_killing_the_relay(tmp_path: Path) -> None:
    moments = random.Random(ROUNDS)  # noqa: S311
    port, server_port = free_port(), free_port()
    server = Recorder()
    senders = [Sender(number) for number in range(SENDERS)]
    loop = asyncio.get_running_loop()
    for number in range(ROUNDS):
        async with AsyncExitStack() as stack:
            if number % 2:
                await stack.enter_async_context(serve(server, port=server_port))
            server_name = f"127.0.0.1:{server_port}"
            starting = hexmon_relay(tmp_path, "--server", server_name, port=port)
            relay = await loop.run_in_executor(None, starting.__enter__)
            loop.call_later(moments.uniform(SHORTEST, LONGEST), relay.process.kill)
            await asyncio.gather(*(sender.flood(port) for sender in senders))
            await loop.run_in_executor(None, starting.__exit__, None, None, None)
    acknowledged = {one.rstrip(b"\n") for sender in senders for one in sender.acknowledged}
    assert len(acknowledged) > SENDERS * ROUNDS / 2
    async with serve(server, port=server_port):
        last = hexmon_relay(tmp_path, "--server", f"127.0.0.1:{server_port}", port=port)
        await loop.run_in_executor(None, last.__enter__)
        await until(lambda: acknowledged <= arrived(server), 30.0)
        await loop.run_in_executor(None, last.__exit__, None, None, None)
    assert waiting_files(tmp_path) == []
