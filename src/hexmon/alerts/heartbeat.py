"""Heartbeats to a dead-man switch outside: sent while all is well, so that their absence is the alarm."""

import asyncio
import hashlib
import heapq
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from hexmon.clock import Clock
from hexmon.config.settings import PositiveSeconds
from hexmon.config.suggest import Suggestions
from hexmon.model.color import Color
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin, Problem
from hexmon.model.status import Status
from hexmon.model.text import label_value

_log = logging.getLogger(__name__)
OWN = "hexmon"
_LOOK = 1.0  # seconds after which the loop sees targets that were replaced
_PAUSE = 1.0  # seconds before another attempt
_REST = 0.05  # share of the interval that is kept free before the next beat
_LONGEST_REST = 0.5  # seconds


@dataclass(frozen=True, kw_only=True)
class CheckHeartbeat:
    """A square that has a dead-man switch of its own: `[[heartbeat.checks]]`. Seconds."""

    host: str
    test: str
    url: str
    every: PositiveSeconds = 60.0


@dataclass(frozen=True, kw_only=True)
class HeartbeatSettings:
    """The heartbeat of hexmon itself, how all are sent, and those of squares. Seconds; `url` "": it has none.

    `retries` is how many more attempts a beat has; all of them end before the next beat.
    """

    url: str = ""
    every: PositiveSeconds = 60.0
    timeout: PositiveSeconds = 10.0
    retries: int = 2
    checks: tuple[CheckHeartbeat, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Target:
    """One dead-man switch. `key` is the square that must be well, None for hexmon itself. `url` is a secret."""

    name: str
    url: str = field(repr=False)
    every: float
    key: StatusKey | None = None


def targets_of(settings: HeartbeatSettings, inventory: Inventory) -> tuple[tuple[Target, ...], tuple[Problem, ...]]:
    """That of hexmon itself first, then those of squares and of the monitors of YAML sites.

    A host that nobody knows is told, and has none: its square is never well. A monitor that says nothing of how often
    beats as often as it is checked.
    """
    own = [Target(name=OWN, url=settings.url, every=settings.every)] if settings.url else []
    found, problems = [], []
    for check in settings.checks:
        host = inventory.find(check.host)
        if host is None:
            meant = Suggestions(inventory.hosts).closest(check.host)
            hint = f"did you mean '{meant}'?" if meant is not None else ""
            text = f"checks: there is no host '{check.host}'"
            problems.append(Problem(Origin("[heartbeat]"), text, hint, fatal=False))
            continue
        key = StatusKey(host.name, check.test)
        found.append(Target(name=str(key), url=check.url, every=check.every, key=key))
    monitors = [host.monitor for host in inventory.hosts.values() if host.monitor and host.monitor.heartbeat_url]
    found += [
        Target(name=str(one.key), url=one.heartbeat_url, every=one.heartbeat_every or one.check_every, key=one.key)
        for one in monitors
    ]
    return (*own, *found), tuple(problems)


def is_up(status: Status | None, now: float) -> bool:
    """Whether a square is well beyond doubt: green and not overdue. A disabled one counts as its reporter says."""
    if status is None or status.valid_until < now:
        return False
    color = status.reported if status.color is Color.BLUE else status.color
    return color is Color.GREEN


Get = Callable[[str, float], Awaitable[int]]  # URL and seconds to the HTTP status


class _Beater:
    """One target, its place on the grid, and what became of its beats."""

    def __init__(self, target: Target) -> None:
        self.target = target
        digest = hashlib.blake2b(f"{target.name}|{target.url}".encode(), digest_size=8).digest()
        self.phase = target.every * (int.from_bytes(digest, "big") / 2**64)
        self.turn = 0
        self.running = False
        self.gone = False
        self.counts = dict.fromkeys(("sent", "failed", "withheld", "missed"), 0)
        self.in_a_row = 0  # beats that failed
        self.last = 0.0  # when one was taken, by the wall
        self.error = ""

    def moment(self, zero: float) -> float:
        return zero + self.phase + self.turn * self.target.every


class Heartbeats:
    """Starts every beat at its moment, whatever becomes of those before it. Without targets at first: `replace`.

    `look` finds a status on the board; `well` says whether hexmon itself does its work. `get` may raise what it likes
    is cut off at the time it is given; a target whose beat still runs misses its next one.
    """

    def __init__(
        self,
        clock: Clock,
        get: Get,
        settings: HeartbeatSettings,
        *,
        look: Callable[[StatusKey], Status | None],
        well: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._get = get
        self._settings = settings
        self._look = look
        self._well = well
        # Where the wall clock was 0: the beats keep their moments over a restart, and no clock that is set moves them.
        self._zero = clock.monotonic() - clock.now()
        self._beaters: dict[Target, _Beater] = {}
        self._heap: list[tuple[float, int, _Beater]] = []
        self._pushed = 0
        self.worst_late = 0.0

    def replace(self, targets: Iterable[Target]) -> None:
        """Exactly these targets. Those that stay keep their moments and their counts."""
        wanted = dict.fromkeys(targets)
        for target in self._beaters.keys() - wanted.keys():
            self._beaters.pop(target).gone = True
        for target in wanted:
            if target not in self._beaters:
                beater = self._beaters[target] = _Beater(target)
                first = self._clock.monotonic() + _LOOK
                beater.turn = math.ceil((first - self._zero - beater.phase) / target.every)
                self._push(beater)

    def _push(self, beater: _Beater) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (beater.moment(self._zero), self._pushed, beater))

    async def run(self) -> None:
        """Beat until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                now = self._clock.monotonic()
                while self._heap and self._heap[0][0] <= now:
                    self._start(heapq.heappop(self._heap)[2], now, tasks)
                next_look = now + _LOOK
                await self._clock.sleep_until(min(self._heap[0][0], next_look) if self._heap else next_look)

    def _start(self, beater: _Beater, now: float, tasks: asyncio.TaskGroup) -> None:
        """Begin the beat whose moment has come. Those that passed meanwhile are missed, never made up for."""
        if beater.gone:
            return
        every = beater.target.every
        passed = int((now - beater.moment(self._zero)) // every)
        beater.turn += passed
        beater.counts["missed"] += passed
        moment = beater.moment(self._zero)
        beater.turn += 1
        self._push(beater)
        if not self._is_due(beater):
            beater.counts["withheld"] += 1
            return
        if beater.running:
            beater.counts["missed"] += 1
            return
        beater.running = True
        tasks.create_task(self._beat(beater, moment))

    def _is_due(self, beater: _Beater) -> bool:
        key = beater.target.key
        try:
            return self._well() if key is None else is_up(self._look(key), self._clock.now())
        except Exception:  # noqa: BLE001 - who cannot say that all is well does not say it
            _log.exception("heartbeat %s: it could not be found out whether all is well", beater.target.name)
            return False

    async def _beat(self, beater: _Beater, moment: float) -> None:
        every = beater.target.every
        try:
            self.worst_late = max(self.worst_late, self._clock.monotonic() - moment)
            sent = await self._attempts(beater, moment + every - min(_LONGEST_REST, every * _REST))
        finally:
            beater.running = False
        beater.counts["sent" if sent else "failed"] += 1
        beater.in_a_row = 0 if sent else beater.in_a_row + 1
        beater.last = self._clock.now() if sent else beater.last
        if not sent and beater.in_a_row == 1:
            _log.warning("heartbeat %s was not taken: %s", beater.target.name, beater.error)

    async def _attempts(self, beater: _Beater, end: float) -> bool:
        """Whether one of the attempts succeeded; none begins or lasts beyond `end` (monotonic)."""
        for attempt in range(max(self._settings.retries, 0) + 1):
            if attempt:
                await self._clock.sleep_until(min(self._clock.monotonic() + _PAUSE, end))
            left = end - self._clock.monotonic()
            if left <= 0:
                return False
            limit = min(self._settings.timeout, left)
            try:
                async with asyncio.timeout(limit):
                    status = await self._get(beater.target.url, limit)
            except Exception as error:  # noqa: BLE001 - whatever happens is counted, and the next beat starts
                beater.error = f"{type(error).__name__}: {error}".rstrip(": ").replace(beater.target.url, "its URL")
                continue
            if 200 <= status < 300:  # any success of RFC 9110
                return True
            beater.error = f"HTTP {status}"
        return False

    def taken(self) -> dict[StatusKey, float]:
        """When the last beat of each square was taken, of those that had one since hexmon started."""
        beaters = [one for one in self._beaters.values() if one.target.key is not None and one.last]
        return {one.target.key: one.last for one in sorted(beaters, key=lambda one: one.last) if one.target.key}

    def troubles(self) -> list[str]:
        """A sentence for each target whose last beat was not taken."""
        failing = (beater for beater in self._beaters.values() if beater.in_a_row)
        return [
            f"heartbeat {one.target.name}: {one.in_a_row} in a row were not taken, last: {one.error}" for one in failing
        ]

    def metrics(self) -> list[str]:
        """The figures in the text format of Prometheus (exposition format 0.0.4)."""
        name = "hexmon_heartbeats_total"
        lines = [f"# TYPE {name} counter"]
        totals: dict[tuple[str, str], int] = {}
        for beater in self._beaters.values():
            for outcome, count in beater.counts.items():
                place = (label_value(beater.target.name), outcome)
                totals[place] = totals.get(place, 0) + count
        lines += [f'{name}{{target="{target}",outcome="{outcome}"}} {n}' for (target, outcome), n in totals.items()]
        late = "hexmon_heartbeat_worst_late_seconds"
        return [*lines, f"# TYPE {late} gauge", f"{late} {self.worst_late:.6f}"]
