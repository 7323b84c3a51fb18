"""A clock that tests move."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable


class FakeClock:
    """Both times advance together, and only by `advance`."""

    def __init__(self, start: float = 1_795_219_200.0) -> None:
        self.wall = start
        self.mono = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.mono

    async def sleep_until(self, moment: float) -> None:
        if moment <= self.mono:
            await settle(1)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move on, waking each sleeper at its moment and letting the tasks run in between."""
        end = self.mono + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            moment, _, future = heapq.heappop(self._sleepers)
            self._move_to(max(moment, self.mono))
            if not future.done():
                future.set_result(None)
            await settle()
        self._move_to(end)
        await settle()

    def _move_to(self, moment: float) -> None:
        self.wall += moment - self.mono
        self.mono = moment


async def settle(rounds: int = 20) -> None:
    """Let every ready task run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Let sockets and threads do their work, in real time, until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        await asyncio.sleep(0.001)
