"""One round of all checks: everything is probed first and judged after, as xymonnet does.

Hosts that no other host can explain are judged while the silent ones are still waited for.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec

from hexmon.clock import Clock
from hexmon.judge.data import has_figures
from hexmon.judge.view import CONN, JudgeSettings, Verdict
from hexmon.model.inventory import Host, Inventory
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
_HOSTS_AT_ONCE = 20
_PAUSE = 0.25  # seconds between two looks for hosts that can be judged


async def sweep(
    inventory: Inventory,
    observe: Observe,
    clock: Clock,
    settings: SweepSettings = _DEFAULTS,
    progress: Callable[[int], None] = lambda _done: None,
    extras: Extras = NO_EXTRAS,
) -> list[Report]:
    """Probe everything once; the reports, conn of all hosts first. `progress` is told how many checks are done."""
    sweeping = _Round(inventory, Memory(settings.judging), clock, progress)
    await sweeping.probe(observe, settings.crew)
    verdicts = sweeping.verdicts()
    for name in inventory.hosts:
        for message in sweeping.memory.data(name, None):
            extras.data(message)
    return await _with_paths(verdicts, sweeping.memory, extras)


async def _with_paths(verdicts: Sequence[Verdict], memory: Memory, extras: Extras) -> list[Report]:
    """The reports, those of hosts that do not answer with the way to them."""
    found: dict[StatusKey, Report] = {}
    if extras.find_path is not None:
        pings = ((verdict, memory.unanswered(verdict)) for verdict in verdicts)
        found = await with_paths([(verdict, ping) for verdict, ping in pings if ping is not None], extras.find_path)
    return [found.get(verdict.report.key, verdict.report) for verdict in verdicts]


class _Round:
    """What is seen of each host, and what it means."""

    def __init__(self, inventory: Inventory, memory: Memory, clock: Clock, progress: Callable[[int], None]) -> None:
        self.memory = memory
        self._inventory = inventory
        self._clock = clock
        self._progress = progress
        self._done = 0
        self._seen: dict[str, list[Observation]] = {name: [] for name in inventory.hosts}
        self._whole: deque[str] = deque()  # hosts of which everything was seen, and whose verdicts are their own
        self._verdicts: dict[str, list[Verdict]] = {}
        for host in inventory.hosts.values():
            memory.adopt(host)

    async def probe(self, observe: Observe, settings: CrewSettings) -> None:
        """Make every check: the others by a crew, and once all of those have begun, all pings together.

        A ping gives up sooner than a connection, so nothing ends later for it; what waits for a black hole begins
        sooner.
        """
        checks = [check for host in self._inventory.hosts.values() for check in host.checks]

        async def ping(check: Check) -> None:
            self._keep(await observe(check))

        async with asyncio.TaskGroup() as judging:
            early: asyncio.Task[None] | None = None
            async with asyncio.TaskGroup() as tasks:

                def others() -> Iterator[Check]:
                    nonlocal early
                    yield from [check for check in checks if check.probe != "icmp"]
                    for check in checks:
                        if check.probe == "icmp":
                            tasks.create_task(ping(check))
                    early = judging.create_task(self._judge_whole())

                await Crew(observe, self._keep, self._clock, settings).run(others())
            if early is not None:
                early.cancel()

    def _keep(self, observation: Observation) -> None:
        name = observation.check.key.host
        seen = self._seen[name]
        seen.append(observation)
        host = self._inventory.hosts[name]
        if len(seen) == len(host.checks) and _explains_itself(host):
            self._whole.append(name)
        self._done += 1
        self._progress(self._done)

    async def _judge_whole(self) -> None:
        """Until everything was seen, a few hosts at a time: no answer is taken late because of it."""
        while True:
            for _ in range(min(_HOSTS_AT_ONCE, len(self._whole))):
                self._judge(self._whole.popleft(), self._clock.now())
            pause = 0.0 if self._whole else _PAUSE
            await self._clock.sleep_until(self._clock.monotonic() + pause)

    def _judge(self, name: str, now: float) -> None:
        self._remember(name)
        self._verdicts[name] = self.memory.judge(name, None, now)

    def _remember(self, name: str) -> None:
        by_key: dict[StatusKey, list[Observation]] = {}
        for observation in self._seen[name]:
            by_key.setdefault(observation.check.key, []).append(observation)
        for key, observations in by_key.items():
            self.memory.remember(key, observations, self._clock.monotonic())

    def verdicts(self) -> list[Verdict]:
        """All of them, conn first. What they say of one another is taken from what was seen, in any order of hosts."""
        now = self._clock.now()
        left = [name for name in self._inventory.hosts if name not in self._verdicts]
        for name in left:
            self._remember(name)
        for name in left:
            self._verdicts[name] = self.memory.judge(name, None, now)
        found = [verdict for name in self._inventory.hosts for verdict in self._verdicts[name]]
        return sorted(found, key=lambda verdict: verdict.report.key.test != CONN)


def _explains_itself(host: Host) -> bool:
    """Whether no other host has a say in its verdicts, and nothing of what was seen is wanted afterwards."""
    policy = host.policy
    return not (policy.depends or policy.route or any(map(has_figures, host.checks)))
