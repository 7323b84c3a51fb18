"""One pass over a YAML site: what is due is checked, all at once, and whoever wants to know is told.

A monitor that is slow, a recipient that hangs or a heartbeat that is not taken delays nothing but itself.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from hexmon.alerts.notify.words import own_zone
from hexmon.alerts.site_pass import beaten, decide, heartbeat_due, told, why_due
from hexmon.alerts.wording_site import sentence
from hexmon.app.site_checking import NotTried, Observe, check_monitor
from hexmon.app.site_console import Console, change_label
from hexmon.app.site_messages import change_message, message_of
from hexmon.clock import Clock
from hexmon.judge.device_pacing import Gaps
from hexmon.judge.device_poll import polled
from hexmon.judge.view import JudgeSettings
from hexmon.model.events import MonitorChecked
from hexmon.model.incident import Kind, Message
from hexmon.model.inventory import Host
from hexmon.model.site import Monitor, Site
from hexmon.model.site_memory import MonitorMemory, Pace, target
from hexmon.model.site_state import MonitorState

_log = logging.getLogger(__name__)
_LABELS = {Kind.ALERT: "NEW OUTAGE", Kind.REMINDER: "DOWN", Kind.RECOVERY: "RECOVERY"}

Tell = Callable[[Monitor, Sequence[Message]], Coroutine[Any, Any, bool]]
Beat = Callable[[Monitor], Coroutine[Any, Any, bool]]


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What a pass does things with.

    `tell` says whether a message reached somebody, or nobody wants it; `beat` whether a heartbeat was taken; `record`
    takes figures for graphs and `changed` that there is something to keep, and neither waits. `room` bounds how many
    checks run at once.
    """

    clock: Clock
    judging: JudgeSettings
    observe: Observe
    tell: Tell
    beat: Beat
    record: Callable[[Monitor, MonitorChecked], object]
    changed: Callable[[], object]
    console: Console
    room: asyncio.Semaphore


class SitePass:
    """`memories` are by the names of monitors, and are what they are to be when the pass has ended."""

    def __init__(self, site: Site, hosts: Mapping[str, Host], memories: dict[str, MonitorMemory], doing: Doing) -> None:
        self.failed = False
        self._site = site
        self._hosts = hosts
        self._memories = memories
        self._doing = doing
        self._monitors = {monitor.key: monitor for monitor in site.monitors}
        self._seen = {key: asyncio.Event() for key in self._monitors}

    async def run(self) -> int:
        """Check what is due; how many that were."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._visit(monitor)) for monitor in self._site.monitors]
        return sum(task.result() for task in running)

    async def _visit(self, monitor: Monitor) -> bool:
        """A fault of ours costs one monitor, not the pass."""
        memory = _of_this(self._memories.get(monitor.name, MonitorMemory()), monitor)
        why = why_due(memory.state, monitor, self._doing.clock.now())
        self._doing.console.explain(monitor.name, f"to be checked: {why}" if why else "not due yet")
        try:
            if why:
                await self._take(monitor, memory, await self._look(monitor))
        except NotTried as error:
            self.failed = True
            self._doing.console.say(monitor.name, f"this machine could not check it: {error}")
        except Exception as error:  # noqa: BLE001 - the boundary at which a fault of ours costs one monitor
            self.failed = True
            _log.exception("the check of %s failed", monitor.key)
            self._doing.console.say(monitor.name, f"could not be checked: {type(error).__name__}: {error}")
        finally:
            self._seen[monitor.key].set()
        return bool(why)

    async def _look(self, monitor: Monitor) -> MonitorChecked:
        doing = self._doing
        async with doing.room:
            return await check_monitor(self._hosts[monitor.key.host], doing.observe, doing.clock, doing.judging)

    async def _take(self, monitor: Monitor, before: MonitorMemory, seen: MonitorChecked) -> None:
        now = self._doing.clock.now()
        state, kinds = decide(before.state, seen, monitor, now)
        memory = replace(before, state=state, what=target(monitor))
        memory, paces, notices = self._compared(memory, seen, monitor, now)
        self._memories[monitor.name] = memory
        self._seen[monitor.key].set()
        self._doing.changed()
        self._doing.record(monitor, seen)
        messages = [message_of(self._site, monitor, state, kind, now) for kind in kinds]
        changes = [change_message(self._site, monitor, notice, now) for notice in notices]
        self._print(monitor, before.state, seen, notices, now)
        async with asyncio.TaskGroup() as tasks:
            for message in messages:
                tasks.create_task(self._tell(monitor, message))
            if changes:
                tasks.create_task(self._tell_changes(monitor, changes, paces))
            if seen.up and heartbeat_due(state, monitor, now):
                tasks.create_task(self._beat(monitor))

    def _compared(
        self, memory: MonitorMemory, seen: MonitorChecked, monitor: Monitor, now: float
    ) -> tuple[MonitorMemory, Mapping[str, Pace], list[str]]:
        """What changed on a device since its last good poll.

        The memory holds back what is to be told, until the paces, which have it as told, may replace its own.
        """
        if monitor.type != "ports" or not seen.up or seen.device is None:
            return memory, memory.paces, []
        if not monitor.alarms:
            return polled(memory, seen.device, now, None, own_zone(now)).memory, {}, []
        gaps = Gaps(monitor.notify_every, monitor.after_every)
        result = polled(memory, seen.device, now, gaps, own_zone(now))
        held = polled(memory, seen.device, now, replace(gaps, held=True), own_zone(now))
        return held.memory, result.memory.paces, list(result.notices)

    async def _tell(self, monitor: Monitor, message: Message) -> None:
        if message.kind is not Kind.RECOVERY and await self._is_explained(monitor):
            return
        if await self._doing.tell(monitor, [message]):
            self._update(monitor, lambda state: told(state, message.kind, message.at))

    async def _is_explained(self, monitor: Monitor) -> bool:
        """Whether it is down because those in front of it are: people are told of these."""
        parents = [self._monitors[key] for key in monitor.parents if key in self._monitors]
        for parent in parents:
            await self._seen[parent.key].wait()
        down = [one.name for one in parents if not self._memories.get(one.name, MonitorMemory()).state.is_up]
        if not down or (monitor.need == "any" and len(down) < len(monitor.parents)):
            return False
        self._doing.console.explain(monitor.name, f"not told: explained by {', '.join(down)}")
        return True

    async def _tell_changes(self, monitor: Monitor, messages: Sequence[Message], paces: Mapping[str, Pace]) -> None:
        if await self._doing.tell(monitor, messages):
            self._memories[monitor.name] = replace(self._memories[monitor.name], paces=paces)
            self._doing.changed()

    async def _beat(self, monitor: Monitor) -> None:
        if await self._doing.beat(monitor):
            self._update(monitor, lambda state: beaten(state, self._doing.clock.now()))

    def _update(self, monitor: Monitor, change: Callable[[MonitorState], MonitorState]) -> None:
        memory = self._memories[monitor.name]
        self._memories[monitor.name] = replace(memory, state=change(memory.state))
        self._doing.changed()

    def _print(
        self, monitor: Monitor, before: MonitorState, seen: MonitorChecked, notices: Sequence[str], now: float
    ) -> None:
        """Every failing check has its line, told or not."""
        console = self._doing.console
        for notice in notices:
            text = change_message(self._site, monitor, notice, now).text.decode(errors="replace")
            console.fenced(monitor.name, change_label(notice), text)
        state = self._memories[monitor.name].state
        kind = _kind(before, state)
        if kind is not None:
            text = sentence(message_of(self._site, monitor, state, kind, now), own_zone(now))
            console.fenced(monitor.name, _LABELS[kind], text)
        elif seen.up:
            console.explain(monitor.name, f"up, {seen.seconds * 1000:.0f} ms")


def _kind(before: MonitorState, after: MonitorState) -> Kind | None:
    if not after.is_up:
        return Kind.ALERT if before.is_up else Kind.REMINDER
    return None if before.is_up else Kind.RECOVERY


def _of_this(memory: MonitorMemory, monitor: Monitor) -> MonitorMemory:
    """What is known of a device that is another now is no baseline for this one; who was told of what still counts."""
    if memory.what in ((), target(monitor)):
        return memory
    kept = replace(memory.state, ports_state={}, port_state=None, detail=None, disk_space_pct=None)
    return MonitorMemory(state=kept)
