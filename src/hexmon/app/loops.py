"""The small loops between the parts; each is a task of the monitor's one TaskGroup."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.judge.client import judge_client
from hexmon.model.events import ClientReported

log = logging.getLogger(__name__)

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
        except Exception:  # noqa: BLE001 - the loop is the last one that can catch it
            log.exception("%s failed; it will be tried again", getattr(work, "__name__", work))


async def judge_clients(board: Board, bus: LocalBus) -> None:
    """Turn agents' messages into squares as they come."""
    subscription = bus.follow("client judge", (ClientReported,), limit=10_000)
    while True:
        for event in await subscription.next_batch():
            if isinstance(event, ClientReported):
                _judge_one(board, event)


def _judge_one(board: Board, event: ClientReported) -> None:
    host = board.inventory.find(event.message.host)
    if host is None or event.message.collector:
        return
    for report in judge_client(event.message, host):
        board.report(report)


class Checkpoint:
    """Writes mere refreshes to the journal, in slices, each `seconds`; a slow disk postpones the next round."""

    def __init__(self, board: Board, clock: Clock, depth: Callable[[], int]) -> None:
        self._board = board
        self._clock = clock
        self._depth = depth

    async def run(self) -> None:
        """One round: until nothing is dirty any more."""
        limit = len(self._board.hosts()) * 64 // _SLICE + 1
        for _ in range(limit):
            if self._depth() > 4 * _SLICE or not self._board.checkpoint(_SLICE):
                return
            await self._clock.sleep_until(self._clock.monotonic() + 0.02)


def problem_lines(problems: Sequence[object], most: int = 20) -> list[str]:
    """Mistakes for a status text, worst of them first; the rest is counted."""
    lines = [f"&yellow {problem}" for problem in problems[:most]]
    if len(problems) > most:
        lines.append(f"and {len(problems) - most} more: `hexmon check-config` prints all")
    return lines
