"""One round of all checks: everything is probed first and judged after, as xymonnet does."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from hexmon.clock import Clock
from hexmon.judge.view import CONN, JudgeSettings, Verdict
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.status import Report
from hexmon.schedule.crew import Crew, CrewSettings
from hexmon.schedule.memory import Memory
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
    return judge_all(inventory, memory, clock.now())


async def probe_all(
    checks: Sequence[Check],
    observe: Observe,
    clock: Clock,
    settings: CrewSettings,
    progress: Callable[[int], None],
) -> list[Observation]:
    """Every check once: all pings together, the others by a crew."""
    found: list[Observation] = []

    def keep(observation: Observation) -> None:
        found.append(observation)
        progress(len(found))

    async def ping(check: Check) -> None:
        keep(await observe(check))

    others = [check for check in checks if check.probe != "icmp"]
    async with asyncio.TaskGroup() as tasks:
        for check in checks:
            if check.probe == "icmp":
                tasks.create_task(ping(check))
        if others:
            places = min(settings.places, len(others))
            crew = Crew(observe, keep, clock, msgspec.structs.replace(settings, places=places))
            await crew.run(iter(others))
    return found


def judge_all(inventory: Inventory, memory: Memory, now: float) -> list[Report]:
    """All verdicts; what they say of one another is taken from what was seen, so the order of hosts does not matter."""
    verdicts: list[Verdict] = []
    for name in inventory.hosts:
        verdicts += memory.judge(name, None, now)
    verdicts.sort(key=lambda verdict: verdict.report.key.test != CONN)
    return [verdict.report for verdict in verdicts]
