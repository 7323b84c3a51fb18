"""The small loops between the parts; each is a task of the monitor's one TaskGroup."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.schedule.runner import Runner

log = logging.getLogger(__name__)

_AT_ONCE = 50
_PER_SECOND = 1000
_ONCE_MORE = 1.0  # seconds until what could not be probed at once is tried again
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


class Adopted:
    """Tells that an inventory was adopted, and which squares are to be probed at once because their check is another.

    Only monitors of YAML sites are: whoever changes a line of hosts.cfg knows that it has its turn.
    """

    def __init__(self) -> None:
        self.changed: set[StatusKey] = set()
        self._event = asyncio.Event()

    def tell(self, before: Inventory, after: Inventory) -> None:
        """To be called when the runner has adopted it."""
        for host in after.hosts.values():
            old = before.hosts.get(host.name)
            if host.monitor is not None and old is not None and old.monitor is not None and _differ(old, host):
                self.changed.update(check.key for check in host.checks)
        self._event.set()

    async def wait(self) -> None:
        """Until one is adopted that nobody waited for yet."""
        await self._event.wait()
        self._event.clear()


def _differ(before: Host, after: Host) -> bool:
    """Whether what a monitor looks at, or how, is not the same; its place in the file is nothing."""
    ours, theirs = (host.monitor.checksum if host.monitor else "" for host in (before, after))
    return ours != theirs or [check.options for check in before.checks] != [check.options for check in after.checks]


async def probe_the_unknown(board: Board, runner: Runner, clock: Clock, adopted: Adopted) -> None:
    """Probe at once what the board shows nothing of and what has changed, now and after each adopted inventory."""
    while True:
        await _probe_unknown_once(board, runner, clock, adopted.changed)
        if not adopted.changed:
            await adopted.wait()
        else:
            await clock.sleep_until(clock.monotonic() + _ONCE_MORE)


async def _probe_unknown_once(board: Board, runner: Runner, clock: Clock, changed: set[StatusKey]) -> None:
    """Not only when its turn comes, and spread over time. What is still under way as it was stays in `changed`."""
    known = runner.agenda.keys()
    changed &= known
    wanted = [key for key in sorted(known) if key in changed or board.status(key) is None]
    for first in range(0, len(wanted), _AT_ONCE):
        for key in wanted[first : first + _AT_ONCE]:
            if runner.probe_now(key):
                changed.discard(key)
        await clock.sleep_until(clock.monotonic() + _AT_ONCE / _PER_SECOND)
