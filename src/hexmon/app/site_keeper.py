"""Keeps what is remembered of the monitors of YAML sites, and tells what changed on the devices they look at.

The order is what makes it safe: a notice is in the journal before the baseline that no longer knows of the change. When
hexmon is killed between the two, the next poll finds the change again; it may be told twice, and is never lost.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from msgspec.structs import replace

from hexmon.app.lines import by_label
from hexmon.board.store import Journal, MonitorSaved
from hexmon.bus import Bus
from hexmon.clock import Clock
from hexmon.judge.device_pacing import Gaps
from hexmon.judge.device_poll import polled
from hexmon.judge.site_states import checked, with_outage
from hexmon.model.color import Color
from hexmon.model.events import Event, MonitorChecked, SquareDropped
from hexmon.model.incident import Outage
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, Site
from hexmon.model.site_memory import MonitorMemory, decode_memory, encode_memory, target
from hexmon.model.site_state import MonitorState
from hexmon.model.status import Status

log = logging.getLogger(__name__)

KEPT = 7 * 86400.0  # seconds that a monitor that left its file is remembered: it may come back
_QUEUE = 20_000  # polls; when they come faster than they can be compared, the next one is as good
SLICE = 5  # devices that are compared, or written, in one turn of the loop


@dataclass(frozen=True, kw_only=True)
class Others:
    """Whom the keeper asks. `tell` puts a notice into the journal before it returns.

    `outage` is the present or latest incident of a square, `beats` when the last heartbeat of each was taken.
    """

    status: Callable[[StatusKey], Status | None]
    tell: Callable[[StatusKey, str], None]
    outage: Callable[[StatusKey], Outage | None]
    beats: Callable[[], Mapping[StatusKey, float]]
    zone: tzinfo


class SiteKeeper:
    """One writer of what is remembered; synchronous but for waiting for events."""

    def __init__(self, clock: Clock, bus: Bus, journal: Journal, others: Others) -> None:
        self.counts: Counter[str] = Counter(polls=0, changes=0, notices=0)
        self._clock = clock
        self._journal = journal
        self._others = others
        self._inventory = Inventory()
        self._memories: dict[StatusKey, MonitorMemory] = {}
        self._dirty: dict[StatusKey, None] = {}
        # Before the first check: what is seen from now on waits here.
        self._subscription = bus.follow("site states", (MonitorChecked, SquareDropped), _QUEUE)

    # -- what others ask --------------------------------------------------------------------------------------------

    def memory(self, key: StatusKey) -> MonitorMemory | None:
        """All that is remembered of the monitor of that square; None before its first check."""
        memory = self._memories.get(key)
        return None if memory is None or memory.left else memory

    def states(self, site: Site) -> dict[str, MonitorState]:
        """The monitors of a site by their names, in the order of the file, with what alerting knows of them."""
        beats = self._others.beats()
        return {one.name: self._complete(one.key, beats) for one in site.monitors}

    def _complete(self, key: StatusKey, beats: Mapping[StatusKey, float]) -> MonitorState:
        memory = self._memories.get(key)
        state = memory.state if memory is not None else MonitorState()
        return with_outage(state, self._others.outage(key), beats.get(key, 0.0))

    def metrics(self) -> Iterable[str]:
        """For `/metrics`."""
        yield from by_label("hexmon_device_polls_total", "what", self.counts)

    # -- the inventory and the store --------------------------------------------------------------------------------

    def restore(self, stored: Mapping[str, bytes], inventory: Inventory) -> None:
        """Begin with what was stored; what cannot be read is as if it had never been."""
        for name, value in stored.items():
            host, _, test = name.rpartition(".")
            try:
                self._memories[StatusKey(host, test)] = decode_memory(value)
            except ValueError as error:
                log.error("what was stored of the monitor %s is damaged and left out: %s", name, error)  # noqa: TRY400
        self.use(inventory)

    def use(self, inventory: Inventory) -> None:
        """Another inventory is in force. Nothing is passed on to a monitor that looks at something else."""
        now = self._clock.now()
        self._inventory = inventory
        there = {host.monitor.key: host.monitor for host in inventory.hosts.values() if host.monitor is not None}
        for key, memory in list(self._memories.items()):
            monitor = there.get(key)
            if monitor is None:
                if not memory.left:
                    self._keep(key, replace(memory, left=now))
            elif memory.what != target(monitor):
                self._forget(key)
            elif memory.left:
                self._keep(key, replace(memory, left=0.0))

    def prune(self) -> None:
        """Forget what left long ago."""
        before = self._clock.now() - KEPT
        for key in [key for key, memory in self._memories.items() if 0.0 < memory.left < before]:
            self._forget(key)

    def checkpoint(self, most: int) -> int:
        """Write what was merely refreshed, at most so many monitors; how many there were."""
        keys = list(self._dirty)[:most]
        beats = self._others.beats() if keys else {}
        for key in keys:
            memory = self._memories[key]
            if not memory.left:  # what alerting knows it may forget, here it stays
                self._memories[key] = replace(memory, state=self._complete(key, beats))
        self._write(keys)
        return len(keys)

    def _keep(self, key: StatusKey, memory: MonitorMemory) -> None:
        self._memories[key] = memory
        self._dirty[key] = None

    def _forget(self, key: StatusKey) -> None:
        if self._memories.pop(key, None) is not None:
            self._dirty.pop(key, None)
            self._journal.append([MonitorSaved(str(key), b"")])

    def _write(self, keys: Iterable[StatusKey]) -> None:
        records = [MonitorSaved(str(key), encode_memory(self._memories[key])) for key in keys]
        for key in keys:
            self._dirty.pop(key, None)
        if records:
            self._journal.append(records)

    # -- what was seen ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the checks until cancelled."""
        while True:
            events = await self._subscription.next_batch()
            for first in range(0, len(events), SLICE):
                self.take(events[first : first + SLICE])
                await self._clock.sleep_until(self._clock.monotonic())  # everybody else's turn

    def take(self, events: Iterable[Event]) -> None:
        """Remember what was seen, and tell what changed."""
        for event in events:
            try:
                if isinstance(event, MonitorChecked):
                    self._checked(event)
                elif isinstance(event, SquareDropped) and not event.forget:
                    self._dropped(event)
            except Exception:
                # One device's odd data must not end the watching of all others.
                log.exception("a check of a monitor could not be remembered: %.300r", event)

    def _checked(self, event: MonitorChecked) -> None:
        host = self._inventory.hosts.get(event.key.host)
        monitor = host.monitor if host is not None else None
        if monitor is None or monitor.key != event.key:
            return  # it left its file meanwhile
        before = self._memories.get(event.key) or MonitorMemory(what=target(monitor))
        after = replace(before, state=checked(before.state, event, monitor))
        if monitor.type != "ports" or event.device is None or not event.up:
            self._keep(event.key, after)
            return
        self.counts["polls"] += 1
        result = polled(after, event.device, event.at, self._gaps(monitor), self._others.zone)
        for text in result.notices:
            self._others.tell(event.key, f"{monitor.name} in {monitor.site}: {text}")
        self.counts["notices"] += len(result.notices)
        self._keep(event.key, result.memory)
        if _weighs(before, result.memory):
            self.counts["changes"] += 1
            self._write([event.key])

    def _gaps(self, monitor: Monitor) -> Gaps | None:
        if not monitor.alarms:
            return None
        status = self._others.status(monitor.key)
        held = status is not None and status.color is Color.BLUE  # disabled: what lasts is told afterwards
        return Gaps(monitor.notify_every, monitor.after_every, held)

    def _dropped(self, event: SquareDropped) -> None:
        for key in [key for key in self._memories if key.host == event.host and event.test in (None, key.test)]:
            self._forget(key)


def _weighs(before: MonitorMemory, after: MonitorMemory) -> bool:
    """Whether losing it would lose a change or tell one again."""
    return (
        before.state.ports_state != after.state.ports_state
        or before.paces != after.paces
        or (before.identity != after.identity or before.learning != after.learning)
    )
