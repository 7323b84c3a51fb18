"""Waiting for what other processes do, and what they leave behind."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from hexmon.clock import SystemClock

PLENTY = 20.0


async def until(holds: Callable[[], object]) -> None:
    """Let the event loop run until something is so; TimeoutError when it is not within PLENTY seconds."""
    clock = SystemClock()
    async with asyncio.timeout(PLENTY):
        while not holds():
            await clock.sleep_until(clock.monotonic() + 0.01)


def open_files() -> set[str]:
    """The numbers of this process's open files."""
    return names_in(Path("/proc/self/fd"))


def names_in(folder: Path) -> set[str]:
    """What is in a folder."""
    return {one.name for one in folder.iterdir()}
