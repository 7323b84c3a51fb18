"""The small loops between the parts; each is a task of the monitor's one TaskGroup."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.schedule.runner import Runner

log = logging.getLogger(__name__)

_AT_ONCE = 50
_PER_SECOND = 1000
_SLICE = 2000  # squares per turn: a turn must stay far below the lateness that checks may have


async def every(clock: Clock, seconds: float, work: Callable[[], Awaitable[None] | None]) -> None:
    """Run `work` on a grid. What it raises is logged: one bad turn must not end the monitor."""
    begun = clock.monotonic()
    turn = 0
    while True:
        turn = max(turn + 1, int((clock.monotonic() - begun) / seconds))
        await clock.sleep_until(begun + turn * seconds)
        try:
            waiting = work()
            if waiting is not None:
                await waiting
        except Exception:
            log.exception("%s failed; it will be tried again", getattr(work, "__name__", work))


class Dirty(Protocol):
    """Whoever keeps refreshes in memory."""

    def checkpoint(self, most: int, /) -> int:
        """Journal at most so many; how many there were."""
        ...


class Checkpoint:
    """Writes mere refreshes to the journal, `size` at once; a slow disk postpones the next round."""

    def __init__(self, kept: Dirty, clock: Clock, depth: Callable[[], int], size: int = _SLICE) -> None:
        self._kept = kept
        self._clock = clock
        self._depth = depth
        self._size = size

    async def run(self) -> None:
        """One round: until nothing is dirty any more."""
        while self._depth() <= 4 * _SLICE and self._kept.checkpoint(self._size):
            await self._clock.sleep_until(self._clock.monotonic() + 0.02)


async def probe_the_unknown(board: Board, runner: Runner, clock: Clock, adopted: asyncio.Event) -> None:
    """Probe at once what the board shows nothing of, at the start and whenever an inventory was `adopted`."""
    while True:
        adopted.clear()
        await _probe_unknown_once(board, runner, clock)
        await adopted.wait()


async def _probe_unknown_once(board: Board, runner: Runner, clock: Clock) -> None:
    """Not only when its turn comes, and spread over time."""
    unknown = [key for key in sorted(runner.agenda.keys()) if board.status(key) is None]
    for first in range(0, len(unknown), _AT_ONCE):
        for key in unknown[first : first + _AT_ONCE]:
            runner.probe_now(key)
        await clock.sleep_until(clock.monotonic() + _AT_ONCE / _PER_SECOND)
