"""The one place where a square changes: memory, journal, cookies and followers are kept in step here."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from sys import intern

from msgspec.structs import replace

from hexmon.board.cookies import Cookies
from hexmon.board.draft import STEADY, Cause, Policy
from hexmon.board.entries import Entry, Policies, Registry
from hexmon.board.moves import fresher, moved
from hexmon.board.settings import BoardSettings
from hexmon.board.store import ClientSaved, Journal, Record, StatusSaved
from hexmon.board.transition import transition
from hexmon.bus import LocalBus
from hexmon.model.color import Color
from hexmon.model.events import ColorChanged, Event, SquareDropped, SquareRenamed
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage, Report, Status

OURSELVES = "hexmon"  # the sender of what the board reports by itself

_LASTING = (
    "color",
    "since",
    "disabled",
    "acknowledged",
    "cookie",
    "alerting",
    "reported",
    "planned",
    "ack_infos",
    "modifiers",
    "flap",
    "gap",
    "groups",
)


def lasting_change(before: Status | None, after: Status) -> bool:
    """Whether anything changed that must not be lost; a new text or moment alone waits for the checkpoint."""
    return before is None or any(getattr(before, name) != getattr(after, name) for name in _LASTING)


class Squares:
    """Every square, and who has to know when one changes."""

    def __init__(
        self,
        journal: Journal,
        bus: LocalBus,
        settings: BoardSettings,
        inventory: Inventory,
        local: Callable[[float], datetime],
    ) -> None:
        self.registry = Registry(inventory, settings)
        self.cookies = Cookies()
        self.policies = Policies(settings, self.cookies.new, local)
        self.dirty: set[StatusKey] = set()
        self._dirty_clients: set[tuple[str, str]] = set()
        # The tickets of changes that are not durable yet: who repeats one is told no sooner than who said it first.
        self.unsettled: dict[StatusKey, int] = {}
        self.journal = journal
        self.bus = bus

    def policy(self, entry: Entry, test: str) -> Policy:
        return entry.policy or self.policies.of(entry, test)

    def decide(self, entry: Entry, before: Status | None, report: Report, now: float, cause: Cause) -> int:
        """Let the steps decide what the report makes of the square, and file it."""
        policy = self.policy(entry, report.key.test)
        old = entry.squares.get(report.key.test)
        result = transition(before, report, policy, now, cause)
        return self.file(entry, old, result.status, result.events)

    def speak(self, entry: Entry, status: Status, color: Color, now: float, cause: Cause) -> int:
        """A report that the board makes itself: the old text in another colour."""
        report = Report(
            key=status.key,
            color=color,
            text=status.text,
            sender=OURSELVES,
            validity=status.validity,
            groups=status.groups,
            head=status.head,
        )
        return self.decide(entry, status, report, now, cause)

    def file(self, entry: Entry, before: Status | None, after: Status, events: Iterable[Event] = ()) -> int:
        """Put a status in its place, journal what must not be lost, and tell."""
        key = after.key
        entry.squares[key.test] = after
        self._change_cookie(before, after)
        if lasting_change(before, after):
            self.dirty.discard(key)
            changes = (event for event in events if isinstance(event, ColorChanged))
            ticket = self.journal.append([StatusSaved(after), *changes])
            self.unsettled[key] = ticket
            self.journal.when_durable(ticket, partial(self._settled, key, ticket))
        else:
            self.dirty.add(key)
            ticket = self.unsettled.get(key, 0)
        for event in events:
            self.bus.publish(event)
        return ticket

    def _settled(self, key: StatusKey, ticket: int) -> None:
        if self.unsettled.get(key) == ticket:
            del self.unsettled[key]

    def tell(self, event: Event) -> int:
        """An event that is a record of its own."""
        ticket = self.journal.append([event]) if isinstance(event, ColorChanged | SquareDropped | SquareRenamed) else 0
        self.bus.publish(event)
        return ticket

    def place(self, status: Status) -> None:
        """Put a status there that the journal already has."""
        entry = self.registry.entry(status.key.host)
        old = entry.squares.get(status.key.test)
        entry.squares[status.key.test] = status
        self._change_cookie(old, status)

    def take(self, entry: Entry, test: str) -> Status | None:
        """Take a square off the board."""
        status = entry.squares.pop(test, None)
        if status is not None:
            self.dirty.discard(status.key)
            if status.cookie is not None:
                self.cookies.withdraw(status.cookie.number)
        return status

    def take_all(self, entry: Entry) -> list[Status]:
        """Take a whole host off the board; its squares in the order of their creation."""
        found = [status for test in list(entry.squares) if (status := self.take(entry, test)) is not None]
        self.registry.entries.pop(entry.name, None)
        self.registry.forget_spellings()
        return found

    def rename(self, entry: Entry, old: str, new: str) -> int:
        """Put a square under another test name, in its old place; 0 when there is none."""
        places = [new if test == old else test for test in entry.squares if test != new]
        status = self.take(entry, old)
        if status is None:
            return 0
        ticket = self.settle(entry, status, StatusKey(entry.name, new))
        entry.squares = {test: entry.squares[test] for test in places}
        return ticket

    def settle(self, entry: Entry, status: Status, key: StatusKey) -> int:
        """Put a status under another name; of two that claim it the one reported later stays."""
        present = entry.squares.get(key.test)
        kept = fresher(moved(status, key), present)
        entry.squares[key.test] = kept
        self._change_cookie(present, kept)
        return self.journal.append([StatusSaved(kept)])

    def _change_cookie(self, before: Status | None, after: Status) -> None:
        old = before.cookie if before else None
        if old is after.cookie:
            return
        if old is not None:
            self.cookies.withdraw(old.number)
        if after.cookie is not None:
            self.cookies.give(after.cookie.number, after.key)

    def keep_client(self, entry: Entry, message: ClientMessage) -> None:
        """An agent's message replaces the one of the same collector."""
        entry.clients[message.collector] = message.pack()
        self._dirty_clients.add((entry.name, message.collector))

    def checkpoint(self, most: int) -> int:
        """Journal refreshed squares and agents' messages, at most so many; how many there were."""
        records: list[Record] = []
        while self._dirty_clients and len(records) < most:
            host, collector = self._dirty_clients.pop()
            entry = self.registry.entries.get(host)
            if entry is not None and collector in entry.clients:
                records.append(ClientSaved(entry.clients[collector]))
        while self.dirty and len(records) < most:
            host, test = self.dirty.pop()
            records.append(StatusSaved(self.registry.entries[host].squares[test]))
        if records:
            self.journal.append(records)
        return len(records)


def spelled(report: Report, key: StatusKey) -> Report:
    """The report under the board's own spelling of its square."""
    return report if report.key == key else replace(report, key=key)


def shared(status: Status, key: StatusKey) -> Status:
    """The status under that key, made of the values that many squares have in common: each is kept once."""
    flap = STEADY if status.flap == STEADY else status.flap
    return replace(status, key=key, sender=intern(status.sender), flap=flap)
