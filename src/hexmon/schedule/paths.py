"""The way to hosts that do not answer (`trace`): found out beside the rounds, so that no verdict waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable

import msgspec

from hexmon.clock import Clock
from hexmon.judge.ping import with_path
from hexmon.judge.view import Verdict
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation
from hexmon.model.status import Report

_log = logging.getLogger(__name__)
_AT_ONCE = 20
_LONGEST = 30.0  # seconds, as xymonnet gives traceroute
_KEPT = 300.0  # seconds after which the way to a host that is still silent is looked for again

FindPath = Callable[[Observation], Awaitable[str]]


class _Path(msgspec.Struct, frozen=True):
    text: str
    found: float  # monotonic


async def _find(find: FindPath, observation: Observation) -> str:
    """The path as text; "" when it could not be found out: it is an extra, and costs no report."""
    try:
        async with asyncio.timeout(_LONGEST):
            return await find(observation)
    except Exception:  # noqa: BLE001 - whatever goes wrong, the colour is told without it
        _log.warning("the way to %s could not be found out", observation.check.key.host, exc_info=True)
        return ""


class Paths:
    """Remembers the paths while their squares want them. One that is found later makes a second report."""

    def __init__(self, find: FindPath, clock: Clock, report: Callable[[Report], object]) -> None:
        self._find = find
        self._clock = clock
        self._report = report
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._wanted: dict[StatusKey, Report] = {}  # as last judged, without a path
        self._known: dict[StatusKey, _Path] = {}
        self._looking: set[StatusKey] = set()

    def forget(self, key: StatusKey) -> None:
        """The square wants no path any more."""
        self._wanted.pop(key, None)
        self._known.pop(key, None)

    def forget_all_but(self, keys: Collection[StatusKey]) -> None:
        """Squares that are watched no longer want none."""
        for key in [key for key in self._wanted if key not in keys]:
            self.forget(key)

    def tell(self, report: Report, observation: Observation, tasks: asyncio.TaskGroup) -> Report:
        """The report with the path, if it is known; else it is looked for, by one of the tasks."""
        key = report.key
        self._wanted[key] = report
        known = self._known.get(key)
        old = known is None or self._clock.monotonic() - known.found >= _KEPT
        if old and key not in self._looking:
            self._looking.add(key)
            tasks.create_task(self._look(key, observation))
        return report if known is None else with_path(report, known.text)

    async def _look(self, key: StatusKey, observation: Observation) -> None:
        try:
            async with self._room:
                text = await _find(self._find, observation) if key in self._wanted else ""
            self._keep(key, text)
        except Exception:  # noqa: BLE001 - a fault of ours costs one path, not the monitor
            _log.exception("the way to %s could not be told", key.host)
        finally:
            self._looking.discard(key)

    def _keep(self, key: StatusKey, text: str) -> None:
        report = self._wanted.get(key)
        if report is None or not text:
            return
        first = key not in self._known
        self._known[key] = _Path(text, self._clock.monotonic())
        if first:
            self._report(with_path(report, text))


async def with_paths(wanted: Iterable[tuple[Verdict, Observation]], find: FindPath) -> dict[StatusKey, Report]:
    """The reports of these verdicts with their paths, for a round that nobody waits for."""
    room = asyncio.Semaphore(_AT_ONCE)
    found: dict[StatusKey, Report] = {}

    async def look(verdict: Verdict, observation: Observation) -> None:
        async with room:
            text = await _find(find, observation)
        if text:
            found[verdict.report.key] = with_path(verdict.report, text)

    async with asyncio.TaskGroup() as tasks:
        for verdict, observation in wanted:
            tasks.create_task(look(verdict, observation))
    return found
