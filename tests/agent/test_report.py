"""The agent's loop keeps its grid and outlives a server that is away."""

import asyncio

from hexmon.agent.report import report_forever
from tests.support.clock import FakeClock


async def test_it_reports_on_a_grid_whatever_the_server_does() -> None:
    clock = FakeClock()
    seen: list[float] = []
    called = asyncio.Event()

    async def send(message: bytes) -> None:
        assert message.startswith(b"client here,example.")
        seen.append(clock.monotonic() - 1000.0)
        called.set()
        if len(seen) == 2:
            raise ConnectionRefusedError("nobody listens")

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(report_forever(send, "here.example", clock, interval=300.0))
        for round_ in range(3):
            await asyncio.wait_for(called.wait(), 20)
            called.clear()
            assert seen[-1] == round_ * 300.0
            await clock.advance(300.0)
        task.cancel()
