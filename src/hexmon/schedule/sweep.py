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
from hexmon.schedule.memory import Memory
from hexmon.schedule.runner import Observe


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many checks run at once (pings, which cost no connection, come on top), and how they are judged."""

    concurrency: int = 500
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
    seen = await probe_all(checks, observe, settings.concurrency, progress)
    by_key: dict[StatusKey, list[Observation]] = {}
    for observation in seen:
        by_key.setdefault(observation.check.key, []).append(observation)
    for host in inventory.hosts.values():
        memory.adopt(host)
    for key, observations in by_key.items():
        memory.remember(key, observations, clock.monotonic())
    return judge_all(inventory, memory, clock.now())


async def probe_all(
    checks: Sequence[Check], observe: Observe, concurrency: int, progress: Callable[[int], None]
) -> list[Observation]:
    """Every check once: all pings together, of the others so many at a time."""
    found: list[Observation] = []

    async def work(waiting: Iterator[Check]) -> None:
        for check in waiting:
            found.append(await observe(check))
            progress(len(found))

    pings = [check for check in checks if check.probe == "icmp"]
    others = iter([check for check in checks if check.probe != "icmp"])
    async with asyncio.TaskGroup() as tasks:
        for ping in pings:
            tasks.create_task(work(iter((ping,))))
        for _ in range(min(concurrency, len(checks) - len(pings))):
            tasks.create_task(work(others))
    return found


def judge_all(inventory: Inventory, memory: Memory, now: float) -> list[Report]:
    """All verdicts; what they say of one another is taken from what was seen, so the order of hosts does not matter."""
    verdicts: list[Verdict] = []
    for name in inventory.hosts:
        verdicts += memory.judge(name, None, now)
    verdicts.sort(key=lambda verdict: verdict.report.key.test != CONN)
    return [verdict.report for verdict in verdicts]
