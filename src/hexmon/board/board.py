"""The squares of every host, and what can be done to them: one writer, synchronous, no locks.

Every method that changes something returns a journal ticket; 0 means that there is nothing to wait for, because nothing
changed or because it was a mere refresh. Names come in any spelling.
"""

import math
from collections.abc import Callable
from datetime import datetime
from sys import intern

from msgspec.structs import replace

from hexmon.board.bounds import LONGEST_HEAD, LONGEST_NAME, LONGEST_NOTE
from hexmon.board.draft import Cause, machine_time
from hexmon.board.entries import Entry
from hexmon.board.moves import with_ack_info, with_modifier, without_modifier
from hexmon.board.reader import Reader
from hexmon.board.restart import after_pause, in_order, last_alive
from hexmon.board.settings import BoardSettings
from hexmon.board.silence import Pass, silent_color
from hexmon.board.squares import OURSELVES, shared, spelled
from hexmon.board.store import Journal, Snapshot
from hexmon.board.transition import refresh
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.model.color import Color
from hexmon.model.events import (
    AlertRaised,
    ClientReported,
    DataReported,
    InventoryChanged,
    NoticeSent,
    SquareDropped,
    SquareRenamed,
    StatusAcknowledged,
    StatusDisabled,
    StatusReported,
)
from hexmon.model.inventory import Inventory
from hexmon.model.names import HOST_NAME, SUMMARY_HOST, TEST_NAME, StatusKey
from hexmon.model.status import (
    NEVER,
    UNTIL_OK,
    AckInfo,
    Acknowledged,
    ClientMessage,
    Disabled,
    Report,
    Status,
)

_YEAR = 365 * 86400.0
_SLICE = 20_000  # squares looked at in one tick: some milliseconds
_COST_OF_SILENCE = 40  # a square that turns purple costs as much as looking at so many


class Board(Reader):
    """What hexmon shows. `local` turns a moment into the local time of DOWNTIME windows."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        bus: LocalBus,
        settings: BoardSettings,
        inventory: Inventory,
        local: Callable[[float], datetime] = machine_time,
    ) -> None:
        super().__init__(clock, journal, bus, settings, inventory, local)
        self._longest = self._bounds.longest_text
        self._pass = Pass(settings.purple_interval, settings.purple_grace, clock.now(), clock.monotonic())

    # -- reports --------------------------------------------------------------------------------------------------

    def report(self, report: Report) -> int:
        """File a claim about a square."""
        if len(report.text) > self._longest or len(report.head) > LONGEST_HEAD:
            bearable = self._bounds.report(report)
            return self.report(bearable) if bearable else 0
        now = self._now()
        key = report.key
        self.counters["reports"] += 1
        entry = self._registry.find(key.host, now)
        if entry is None:
            return self._ghost(key.host, report.sender, now)
        before = entry.squares.get(key.test) or entry.squares.get(self._registry.test(key.test))
        if before is None:
            return self._first(entry, report, now)
        after = refresh(before, report, self._squares.policy(entry, before.key.test), now)
        if after is None:
            return self._decided(entry, before, report, now)
        key = before.key
        entry.squares[key.test] = after
        self._squares.dirty.add(key)
        self.last_report = now
        if after.sender is not before.sender:
            self._multi_source(entry, before, report.sender, now)
        bus = self._bus
        if after.alerting and bus.wanted(AlertRaised):
            bus.publish(AlertRaised(now, after))
        if bus.wanted(StatusReported):
            bus.publish(StatusReported(now, after))
        return self._squares.unsettled.get(key, 0)

    def _first(self, entry: Entry, report: Report, now: float) -> int:
        if len(entry.squares) >= self.settings.most_tests:
            return self._bounds.refuse("tests of one host", entry.name)
        test = self._registry.new_test(report.key.test, entry.name)
        if test is None or report.color is Color.PURPLE:
            self.counters["refused"] += 1
            return 0
        self.last_report = now
        report = replace(report, key=StatusKey(entry.name, test), sender=intern(report.sender))
        return self._squares.decide(entry, None, report, now, Cause.REPORT)

    def _decided(self, entry: Entry, before: Status, report: Report, now: float) -> int:
        if report.color is Color.PURPLE:  # only the board itself says that nobody spoke
            self.counters["refused"] += 1
            return 0
        self.last_report = now
        if report.sender != before.sender:
            self._multi_source(entry, before, report.sender, now)
        return self._squares.decide(entry, before, spelled(report, before.key), now, Cause.REPORT)

    def _multi_source(self, entry: Entry, before: Status, sender: str, now: float) -> None:
        policy = entry.host.policy if entry.host is not None else None
        # What was fetched from a host comes from us, what it sends itself from there.
        several = policy is not None and (policy.multihomed or policy.pulldata)
        if not several and OURSELVES not in (before.sender, sender):
            self.multi_sources.saw(before.key, before.sender, sender, now)

    def modify(self, key: StatusKey, color: Color, source: str, cause: bytes) -> int:
        """A back end overrides the colour of a square that exists, until it stops repeating itself."""
        status = self.status(key)
        if status is None:
            return 0
        change = with_modifier(status, source, color, cause)
        if change is None:
            return self._bounds.refuse("modifiers", status.key.host)
        return self._squares.speak(self._registry.entry(status.key.host), *change, self._now(), Cause.MODIFY)

    def unmodify(self, key: StatusKey, source: str) -> int:
        """It does so no longer."""
        status = self.status(key)
        if status is None or all(one.source != source for one in status.modifiers):
            return 0
        change = without_modifier(status, source)
        return self._squares.speak(self._registry.entry(status.key.host), *change, self._now(), Cause.MODIFY)

    def client(self, message: ClientMessage) -> int:
        """Keep an agent's message. It reaches the disk with the checkpoint."""
        now = self._now()
        entry = self._registry.find(message.host, now)
        if entry is None:
            return self._ghost(message.host, message.sender, now)
        bearable = self._bounds.client(message, len(entry.clients.keys() - {message.collector}))
        if bearable is None:
            return 0
        message = bearable if bearable.host == entry.name else replace(bearable, host=entry.name)
        self._squares.keep_client(entry, message)
        if self._bus.wanted(ClientReported):
            self._bus.publish(ClientReported(now, message))
        return 0

    def data(self, host: str, name: str, sender: str, text: bytes) -> int:
        """Pass numbers on to whoever follows; nothing is kept."""
        now = self._now()
        entry = self._registry.find(host, now)
        if entry is None:
            return self._ghost(host, sender, now)
        if self._bus.wanted(DataReported):
            self._bus.publish(DataReported(now, entry.name, name, sender, text))
        return 0

    def notice(self, kind: str, subject: str, sender: str, text: bytes) -> int:
        """Pass a one-off `notify`, `notes` or `usermsg` on."""
        self._bus.publish(NoticeSent(self._now(), kind, subject, sender, text))
        return 0

    # -- people ---------------------------------------------------------------------------------------------------

    def _chosen(self, host: str, test: str | None) -> list[Status]:
        """The statuses that a command speaks of: one, or (test None) all of the host."""
        if test is None:
            return list(self.squares(host))
        found = self.status(StatusKey(host, test))
        return [found] if found else []

    def disable(self, host: str, test: str | None, until: float, text: bytes) -> int:
        """Show a square, or all of a host, blue until then (rounded up to the minute) or UNTIL_OK; at once."""
        now, ticket = self._now(), 0
        if until != UNTIL_OK:
            until = math.ceil(until / 60) * 60.0
        for status in self._chosen(host, test):
            before = replace(status, disabled=Disabled(until, text[:LONGEST_NOTE] or b"(No reason given)"))
            entry = self._registry.entry(status.key.host)
            ticket = self._squares.speak(entry, before, Color.BLUE, now, Cause.DISABLE)
        return ticket

    def enable(self, host: str, test: str | None) -> int:
        """End a disable. The colour stays until the next report, which has one validity to come."""
        now, ticket = self._now(), 0
        for status in self._chosen(host, test):
            if status.disabled is not None:
                # Until-OK knew no end: the reporter has one validity to be heard of again.
                until = status.valid_until if math.isfinite(status.valid_until) else now + status.validity
                after = replace(status, disabled=None, valid_until=until)
                event = StatusDisabled(now, status.key, NEVER, b"")
                ticket = self._squares.file(self._registry.entry(status.key.host), status, after, (event,))
        return ticket

    def acknowledge(self, cookie: int, until_seconds: float, text: bytes, whole_host: bool = False) -> int:
        """Note that somebody works on the square of that cookie, or on all bad squares of its host.

        `until_seconds` is how long from now. An unknown or expired cookie does nothing.
        """
        now, ticket = self._now(), 0
        named = self.by_cookie(cookie)
        if named is None:
            self.counters["refused"] += 1
            return 0
        for status in self.squares(named.key.host) if whole_host else [named]:
            if status.cookie is not None:
                until = now + until_seconds
                ack = Acknowledged(until, text[:LONGEST_NOTE], status.color)
                after = replace(status, acknowledged=ack, valid_until=max(status.valid_until, until))
                entry = self._registry.entry(status.key.host)
                ticket = self._squares.file(entry, status, after, (StatusAcknowledged(now, after),))
        return ticket

    def ack_info(self, host: str, test: str | None, info: AckInfo) -> int:
        """Add a multi-level acknowledgement, in place of an earlier one of the same level and user.

        `info.valid_until` is absolute, -1 one year from now. Test None means every square that is not in an OK colour.
        """
        now, ticket = self._now(), 0
        fine = self.settings.fine()
        until = now + _YEAR if info.valid_until == -1 else info.valid_until
        user, text = info.user[:LONGEST_NAME], info.text[:LONGEST_NOTE]
        info = replace(info, user=user, text=text, received=now, valid_until=until, clear_time=until)
        for status in self._chosen(host, test):
            if test is None and status.color in fine:
                continue
            infos = with_ack_info(status.ack_infos, info)
            if infos is None:
                self._bounds.refuse("acknowledgements", status.key.host)
            else:
                after = replace(status, ack_infos=infos)
                ticket = self._squares.file(self._registry.entry(status.key.host), status, after)
        return ticket

    # -- names ----------------------------------------------------------------------------------------------------

    def drop(self, host: str, test: str | None) -> int:
        """Remove a square, or a whole host with all that was kept of it.

        Told even when the board knows neither, so that what workers keep is cleaned up.
        """
        entry = self._registry.known(host)
        name = entry.name if entry else host
        test = self._registry.test(test) if test is not None else None
        if not HOST_NAME.match(name) or (test is not None and name != SUMMARY_HOST and not TEST_NAME.match(test)):
            self.counters["refused"] += 1
            return 0
        if entry is not None and test is None:
            self._squares.take_all(entry)
        elif entry is not None and test is not None:
            self._squares.take(entry, test)
        if test is None:
            self.ghosts.forget(name)
        self.multi_sources.forget(name, test)
        return self._squares.tell(SquareDropped(self._now(), name, test))

    def rename_host(self, old: str, new: str) -> int:
        """Give all squares of a host to another name. Where both have a square, the one reported later stays."""
        entry = self._registry.known(old)
        name = entry.name if entry else old
        found = self.inventory.find(new)
        new = found.name if found else new
        if not (HOST_NAME.match(name) and HOST_NAME.match(new)) or name == new:
            self.counters["refused"] += 1
            return 0
        ticket = self._squares.tell(SquareRenamed(self._now(), name, new))
        self.multi_sources.forget(name)
        if entry is None:
            return ticket
        clients = entry.clients
        statuses = self._squares.take_all(entry)
        target = self._registry.entry(new)
        for status in statuses:
            ticket = self._squares.settle(target, status, StatusKey(new, status.key.test))
        for message in clients.values():
            self._squares.keep_client(target, replace(message, host=new))
        return ticket

    def rename_test(self, host: str, old: str, new: str) -> int:
        """Give a square another test name. Where that has one already, the one reported later stays."""
        entry = self._registry.known(host)
        name = entry.name if entry else host
        old = self._registry.test(old)
        spelling = self._registry.new_test(new, name)
        if spelling is None or not HOST_NAME.match(name) or not TEST_NAME.match(old) or old == spelling:
            self.counters["refused"] += 1
            return 0
        ticket = self._squares.tell(SquareRenamed(self._now(), name, name, old, spelling))
        self.multi_sources.forget(name, old)
        return (self._squares.rename(entry, old, spelling) if entry else 0) or ticket

    # -- the inventory, the store, the time -----------------------------------------------------------------------

    def adopt(self, inventory: Inventory) -> int:
        """Take another inventory into force. Hosts that left it are forgotten, but not their history."""
        now, ticket = self._now(), 0
        self._registry.adopt(inventory)
        for entry in list(self._registry.entries.values()):
            if entry.host is None and entry.name != SUMMARY_HOST:
                self._squares.take_all(entry)
                self.multi_sources.forget(entry.name)
                ticket = self._squares.tell(SquareDropped(now, entry.name, None, forget=True))
        ticket = self._follow_names() or ticket
        for ghost in list(self.ghosts):
            if self._registry.canonical(ghost.name, now) is not None:
                self.ghosts.forget(ghost.name)
        self._bus.publish(InventoryChanged(now, inventory.version))
        return ticket

    def _follow_names(self) -> int:
        """Rename what the inventory now spells otherwise, or knows as an alias."""
        ticket = 0
        for entry in list(self._registry.entries.values()):
            if entry.host is not None and entry.host.name != entry.name:
                ticket = self.rename_host(entry.name, entry.host.name)
        return ticket

    def restore(self, snapshot: Snapshot) -> None:
        """Begin with what was stored. Of hosts that are not in the inventory nothing is shown.

        The time in which hexmon was away does not count against any status.
        """
        now = self._now()
        pause = now - last_alive(snapshot, now)
        for status in in_order(snapshot.statuses):
            host, test = status.key
            if host == SUMMARY_HOST or self._registry.host(host) is not None:
                test = self._registry.new_test(test, host) or test
                known = shared(status, StatusKey(self._registry.entry(host).name, test))
                self._squares.place(after_pause(known, pause, now, self.settings.purple_grace))
        for message in snapshot.clients:
            if self._registry.host(message.host) and message.received + self.settings.client_lifetime + pause > now:
                self._registry.entry(message.host).clients[message.collector] = message
        self._schedule.restore(snapshot.schedule)
        self._follow_names()

    def checkpoint(self, max_records: int) -> int:
        """Journal what was merely refreshed, at most so many squares; how many there were."""
        return self._squares.checkpoint(max_records)

    def tick(self) -> int:
        """Look for squares that fell silent and agents' messages that are too old; how many squares changed.

        To be called every second or two: each call does a slice of some milliseconds, and a whole walk begins every
        `purple_interval`.
        """
        now, budget, changed = self._now(), _SLICE, 0
        names = self._pass.names(self._registry.entries, now, self._clock.monotonic())
        while names and budget > 0:
            entry = self._registry.entries.get(names.pop())
            if entry is not None:
                silent = self._silent(entry, now)
                changed += silent
                budget -= 1 + len(entry.squares) + _COST_OF_SILENCE * silent
        return changed

    def _silent(self, entry: Entry, now: float) -> int:
        for collector, message in list(entry.clients.items()):
            if message.received + self.settings.client_lifetime < now:
                del entry.clients[collector]
        if not self.settings.purple:
            return 0
        overdue = [status for status in entry.squares.values() if status.valid_until < now]
        for status in overdue:
            if entry.name == SUMMARY_HOST:
                self._squares.take(entry, status.key.test)
                self._squares.tell(SquareDropped(now, entry.name, status.key.test, forget=True))
            else:
                color = silent_color(entry, self.settings.ping_column)
                self._squares.speak(entry, status, color, now, Cause.SILENCE)
        return len(overdue)

    # -- scheduled commands ---------------------------------------------------------------------------------------

    def schedule(self, at: float, sender: str, command: bytes) -> int:
        """Remember a command to be run at that moment on behalf of that sender."""
        return self._schedule.add(at, sender, command)

    def cancel(self, number: int) -> int:
        """Forget a scheduled command."""
        return self._schedule.remove(number)
