"""Many checks, so many at once; those that only wait for a silent host hold nobody up.

Without that, a sweep over some thousand black holes would take as many timeouts as they fill the places.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import msgspec

from hexmon.clock import Clock
from hexmon.model.observation import Check, Observation

_LOOKS = 4  # of the foreman, within the time after which a check counts as waiting


class CrewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`places` checks at once; one that takes longer than `patience` seconds gives its place away, `most` in all."""

    places: int = 500
    patience: float = 0.2
    most: int = 20_000


class Crew:
    """Makes the checks of `waiting`; what each saw goes to `keep`."""

    def __init__(
        self,
        observe: Callable[[Check], Awaitable[Observation]],
        keep: Callable[[Observation], object],
        clock: Clock,
        settings: CrewSettings,
    ) -> None:
        self._observe = observe
        self._keep = keep
        self._clock = clock
        self._settings = settings
        self._began: dict[int, float] = {}  # worker -> when its check began, monotonic
        self._replaced: set[int] = set()
        self._hired = 0

    async def run(self, waiting: Iterator[Check]) -> None:
        """Returns when every check has been made."""
        async with asyncio.TaskGroup() as tasks:
            async with asyncio.TaskGroup() as workers:

                def hire() -> None:
                    workers.create_task(self._work(self._hired, waiting))
                    self._hired += 1

                foreman = tasks.create_task(self._watch(hire))
                for _ in range(self._settings.places):
                    hire()
            foreman.cancel()

    async def _work(self, number: int, waiting: Iterator[Check]) -> None:
        for check in waiting:
            self._began[number] = self._clock.monotonic()
            self._keep(await self._observe(check))
            if number in self._replaced:
                self._replaced.discard(number)
                break
        self._began.pop(number, None)

    async def _watch(self, hire: Callable[[], None]) -> None:
        """Hire somebody for each worker who only waits."""
        patience = self._settings.patience
        while True:
            now = self._clock.monotonic()
            slow = [number for number, began in self._began.items() if began < now - patience]
            for number in slow:
                if number not in self._replaced and len(self._began) < self._settings.most:
                    self._replaced.add(number)
                    hire()
            await self._clock.sleep_until(now + patience / _LOOKS)
