"""Runs every check when it is due, holds verdicts until what explains them was probed, and reports."""

import asyncio
import heapq
import itertools
import logging
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec

from hexmon.clock import Clock
from hexmon.judge.host import explainers, looks_bad
from hexmon.judge.view import JudgeSettings, Verdict
from hexmon.model.inventory import Host, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.status import Report
from hexmon.schedule.agenda import Agenda, Due, Square, squares_of
from hexmon.schedule.extras import NO_EXTRAS, Extras
from hexmon.schedule.lateness import LatenessHistogram
from hexmon.schedule.memory import ColorOf, Memory, nobody_knows
from hexmon.schedule.paths import Paths

_log = logging.getLogger(__name__)
_HOSTS_AT_ONCE = 20  # of a new inventory, before due checks get their turn again

Observe = Callable[[Check], Awaitable[Observation]]


class RunnerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, but for the numbers of checks and retries."""

    max_in_flight: int = 4000
    retries: int = 0
    retry_pause: float = 1.0
    retest: float = 60.0  # a failed square is probed again after that, when its interval is longer
    heartbeat: float = 0.05  # the longest sleep: how soon a new square or an expired hold is seen
    judging: JudgeSettings = JudgeSettings()


_DEFAULTS = RunnerSettings()


class RunnerStats:
    """What `/metrics` shows. `last_tick` is monotonic: when it is old the scheduler hangs."""

    def __init__(self) -> None:
        self.lateness = LatenessHistogram()
        self.last_tick = 0.0
        self.started = 0
        self.errors = 0
        self.held = 0
        self.holds = 0
        self.holds_expired = 0


class _Flight:
    """One round of one square, from its turn to its verdict."""

    __slots__ = ("began", "observed", "waiters")

    def __init__(self) -> None:
        self.began = math.inf
        self.observed = False
        self.waiters: list[asyncio.Future[bool]] = []

    def land(self) -> None:
        """Everything was seen (or will never be): wake those who wait for it."""
        self.observed = True
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(True)
        self.waiters.clear()


class Runner:
    """The schedule loop. `observe` makes one check, `report` takes what was judged and does not wait."""

    def __init__(
        self,
        clock: Clock,
        observe: Observe,
        report: Callable[[Report], object],
        settings: RunnerSettings = _DEFAULTS,
        color_of: ColorOf = nobody_knows,
        extras: Extras = NO_EXTRAS,
    ) -> None:
        self.stats = RunnerStats()
        self.agenda = Agenda(zero=clock.monotonic() - clock.now())
        self._clock = clock
        self._observe = observe
        self._report = report
        self._settings = settings
        self._memory = Memory(settings.judging, color_of)
        self._data = extras.data
        self._monitored = extras.monitored
        self._paths = Paths(extras.find_path, clock, report) if extras.find_path is not None else None
        self._room = asyncio.Semaphore(settings.max_in_flight)
        self._flights: dict[StatusKey, _Flight] = {}
        self._deadlines: list[tuple[float, int, asyncio.Future[bool]]] = []
        self._numbers = itertools.count()
        self._tasks: asyncio.TaskGroup | None = None

    # What others ask

    def in_flight(self) -> int:
        """How many squares are being probed, wait for room, or have their verdict held."""
        return len(self._flights)

    def failed(self, key: StatusKey) -> bool | None:
        """Whether the last probe of a square failed; None when it was not probed."""
        return self._memory.failed(key)

    def latest(self) -> Iterator[Observation]:
        """What was last seen by every check."""
        return self._memory.observations()

    def probe_now(self, key: StatusKey) -> bool:
        """Probe a square at once, beside its turns; False when it is unknown or already on its way."""
        square = self.agenda.square(key)
        if square is None or key in self._flights or self._tasks is None:
            return False
        self._start(Due(self._clock.monotonic(), square, extra=True))
        return True

    async def adopt(self, inventory: Inventory) -> int:
        """Watch this inventory from now on; returns the number of squares.

        Unchanged checks keep their turns and their counters. It goes on in small steps: no check is late because of it.
        """
        wanted: set[StatusKey] = set()
        for number, host in enumerate(inventory.hosts.values(), 1):
            wanted.update(self._adopt_host(host))
            if number % _HOSTS_AT_ONCE == 0:
                await self._clock.sleep_until(self._clock.monotonic())
        for key in self.agenda.keys() - wanted:
            self.agenda.remove(key)
        for name in [name for name in self._memory if name not in inventory.hosts]:
            self._memory.forget(name)
        if self._paths is not None:
            self._paths.forget_all_but(wanted)
        return len(wanted)

    def _adopt_host(self, host: Host) -> list[StatusKey]:
        self._memory.adopt(host)
        squares = squares_of(host)
        soon = self._clock.monotonic() + self._settings.heartbeat
        for square in squares:
            self.agenda.put(square, soon)
        return [square.key for square in squares]

    # The loop

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    await self._clock.sleep_until(self._tick())
            finally:
                self._tasks = None

    def _tick(self) -> float:
        """Start what is due; the moment of the next tick."""
        now = self._clock.monotonic()
        self.stats.last_tick = now
        for due in self.agenda.due(now):
            self._start(due)
        while self._deadlines and self._deadlines[0][0] <= now:
            waiter = heapq.heappop(self._deadlines)[2]
            if not waiter.done():
                waiter.set_result(False)
        following = self.agenda.next_moment()
        latest = now + self._settings.heartbeat
        return latest if following is None else min(following, latest)

    def _start(self, due: Due) -> None:
        key = due.square.key
        if key in self._flights:
            if not due.extra:
                self.agenda.miss(key)
            return
        if self._tasks is None:
            return
        flight = self._flights[key] = _Flight()
        self._tasks.create_task(self._fly(flight, due))

    async def _fly(self, flight: _Flight, due: Due) -> None:
        key = due.square.key
        try:
            observations = await self._look(flight, due)
            self._memory.remember(key, observations, flight.began)
            flight.land()
            await self._hold(due.square, observations, flight.began)
            self._judge(due.square, observations, flight.began)
        except Exception:  # noqa: BLE001 - the boundary at which a fault of ours costs one round, not the monitor
            self.stats.errors += 1
            _log.exception("the round of %s failed", key)
        finally:
            del self._flights[key]
            flight.land()

    def _take_off(self, flight: _Flight, due: Due) -> None:
        if flight.began < math.inf:
            return
        flight.began = self._clock.monotonic()
        self.stats.started += 1
        if not due.extra:
            self.stats.lateness.observe(max(flight.began - due.moment, 0.0))

    async def _look(self, flight: _Flight, due: Due) -> list[Observation]:
        checks = due.square.checks
        if len(checks) == 1:
            return [await self._try(flight, due, checks[0])]
        async with asyncio.TaskGroup() as tasks:
            looking = [tasks.create_task(self._try(flight, due, check)) for check in checks]
        return [task.result() for task in looking]

    async def _try(self, flight: _Flight, due: Due, check: Check) -> Observation:
        """One check, tried again while it fails; what only waits for its next try takes no room from others."""
        observation = await self._attempt(flight, due, check)
        pause = self._settings.retry_pause if check.retry_pause is None else check.retry_pause
        for _ in range((check.attempts or self._settings.retries + 1) - 1):
            if not looks_bad(observation):
                break
            await self._clock.sleep_until(self._clock.monotonic() + pause)
            observation = await self._attempt(flight, due, check)
        return observation

    async def _attempt(self, flight: _Flight, due: Due, check: Check) -> Observation:
        async with self._room:
            self._take_off(flight, due)
            return await self._observe(check)

    # Verdicts

    async def _hold(self, square: Square, observations: Sequence[Observation], began: float) -> None:
        """Wait, one timeout at most, until the squares that could explain a failure were probed after it began."""
        known = self._memory.of(square.key.host)
        if known is None or self._memory.is_settled(square.key):
            return
        checks = [observation.check for observation in observations]
        named = {self._memory.probed_as(key) for key in explainers(checks, known.host)} - {square.key}
        wanted = [key for key in named if self._unknown(square.key, key, began)]
        if not wanted:
            return
        deadline = self._clock.monotonic() + self._longest_timeout(wanted)
        for key in wanted:
            self.probe_now(key)
        self.stats.holds += 1
        self.stats.held += 1
        try:
            for key in wanted:
                await self._wait_for(square.key, key, began, deadline)
        finally:
            self.stats.held -= 1

    def _unknown(self, key: StatusKey, other: StatusKey, began: float) -> bool:
        return other in self.agenda and not self._memory.is_explained_by(key, other, began)

    def _longest_timeout(self, keys: Sequence[StatusKey]) -> float:
        squares = [square for key in keys if (square := self.agenda.square(key)) is not None]
        return max(check.timeout for square in squares for check in square.checks)

    async def _wait_for(self, key: StatusKey, other: StatusKey, began: float, deadline: float) -> None:
        while self._unknown(key, other, began):
            flight = self._flights.get(other)
            if flight is None:
                if not self.probe_now(other):
                    return
                flight = self._flights[other]
            if flight.observed:
                return  # its own verdict is held: it failed, and that is all we ask
            waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            flight.waiters.append(waiter)
            heapq.heappush(self._deadlines, (deadline, next(self._numbers), waiter))
            if not await waiter:
                self.stats.holds_expired += 1
                return

    def _judge(self, square: Square, observations: Sequence[Observation], began: float) -> None:
        key = square.key
        if key not in self.agenda:
            return  # it left the inventory meanwhile
        for message in self._memory.data(key.host, {key.test}):
            self._data(message)
        columns = {check.column for check in square.checks}
        # Xymon's tests are tried again sooner while they fail; a site says itself how often a monitor is checked.
        monitored = any(one.check.judging.monitor for one in observations)
        for verdict in self._memory.judge(key.host, {key.test}, self._clock.now()):
            self._report(self._with_path(verdict))
            if monitored:
                self._monitored(observations, verdict)
            ours = key.test == verdict.report.key.test or verdict.report.key.test in columns
            if verdict.failed and ours and not monitored and square.interval > self._settings.retest:
                self.agenda.hurry(key, began + self._settings.retest)

    def _with_path(self, verdict: Verdict) -> Report:
        if self._paths is None or self._tasks is None:
            return verdict.report
        ping = self._memory.unanswered(verdict)
        if ping is None:
            self._paths.forget(verdict.report.key)
            return verdict.report
        return self._paths.tell(verdict.report, ping, self._tasks)
