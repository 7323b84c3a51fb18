"""One round of all checks: everything is probed first and judged after, as xymonnet does."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec

from hexmon.clock import Clock
from hexmon.judge.view import CONN, JudgeSettings, Verdict
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.status import Report
from hexmon.schedule.crew import Crew, CrewSettings
from hexmon.schedule.extras import NO_EXTRAS, Extras
from hexmon.schedule.memory import Memory
from hexmon.schedule.paths import with_paths
from hexmon.schedule.runner import Observe


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many checks run at once (pings, which cost no connection, come on top), and how they are judged."""

    crew: CrewSettings = CrewSettings()
    judging: JudgeSettings = JudgeSettings()


_DEFAULTS = SweepSettings()


async def sweep(
    inventory: Inventory,
    observe: Observe,
    clock: Clock,
    settings: SweepSettings = _DEFAULTS,
    progress: Callable[[int], None] = lambda _done: None,
    extras: Extras = NO_EXTRAS,
) -> list[Report]:
    """Probe everything once; the reports, conn of all hosts first. `progress` is told how many checks are done."""
    memory = Memory(settings.judging)
    checks = [check for host in inventory.hosts.values() for check in host.checks]
    seen = await probe_all(checks, observe, clock, settings.crew, progress)
    by_key: dict[StatusKey, list[Observation]] = {}
    for observation in seen:
        by_key.setdefault(observation.check.key, []).append(observation)
    for host in inventory.hosts.values():
        memory.adopt(host)
    for key, observations in by_key.items():
        memory.remember(key, observations, clock.monotonic())
    for name in inventory.hosts:
        for message in memory.data(name, None):
            extras.data(message)
    return await _with_paths(judge_all(inventory, memory, clock.now()), memory, extras)


async def _with_paths(verdicts: Sequence[Verdict], memory: Memory, extras: Extras) -> list[Report]:
    """The reports, those of hosts that do not answer with the way to them."""
    found: dict[StatusKey, Report] = {}
    if extras.find_path is not None:
        pings = ((verdict, memory.unanswered(verdict)) for verdict in verdicts)
        found = await with_paths([(verdict, ping) for verdict, ping in pings if ping is not None], extras.find_path)
    return [found.get(verdict.report.key, verdict.report) for verdict in verdicts]


async def probe_all(
    checks: Sequence[Check],
    observe: Observe,
    clock: Clock,
    settings: CrewSettings,
    progress: Callable[[int], None],
) -> list[Observation]:
    """Every check once: the others by a crew, and once all of those have begun, all pings together.

    A ping gives up sooner than a connection, so nothing ends later for it; what waits for a black hole begins sooner.
    """
    found: list[Observation] = []

    def keep(observation: Observation) -> None:
        found.append(observation)
        progress(len(found))

    async def ping(check: Check) -> None:
        keep(await observe(check))

    async with asyncio.TaskGroup() as tasks:

        def others() -> Iterator[Check]:
            yield from [check for check in checks if check.probe != "icmp"]
            for check in checks:
                if check.probe == "icmp":
                    tasks.create_task(ping(check))

        await Crew(observe, keep, clock, settings).run(others())
    return found


def judge_all(inventory: Inventory, memory: Memory, now: float) -> list[Verdict]:
    """All verdicts; what they say of one another is taken from what was seen, so the order of hosts does not matter."""
    verdicts: list[Verdict] = []
    for name in inventory.hosts:
        verdicts += memory.judge(name, None, now)
    verdicts.sort(key=lambda verdict: verdict.report.key.test != CONN)
    return verdicts
