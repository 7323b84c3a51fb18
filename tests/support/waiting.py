"""Waiting for what other processes do."""

import asyncio
from collections.abc import Callable

from hexmon.clock import SystemClock

PLENTY = 20.0


async def until(holds: Callable[[], object]) -> None:
    """Let the event loop run until something is so; TimeoutError when it is not within PLENTY seconds."""
    clock = SystemClock()
    async with asyncio.timeout(PLENTY):
        while not holds():
            await clock.sleep_until(clock.monotonic() + 0.01)
