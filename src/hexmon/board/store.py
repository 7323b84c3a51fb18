"""What the board needs of a store: a journal that commits before the sender is answered, and what it held."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from hexmon.model.events import ColorChanged, SquareDropped, SquareRenamed
from hexmon.model.incident import DeliveriesClaimed, DeliverySaved, IncidentSaved
from hexmon.model.status import ClientMessage, Status


class StatusSaved(msgspec.Struct, frozen=True, gc=False):
    """The square as it is now; replaces what was stored for its key."""

    status: Status


class ScheduledCommand(msgspec.Struct, frozen=True, gc=False):
    """A command to run at `at` on behalf of `sender`."""

    id: int
    at: float
    sender: str
    command: bytes


class ScheduleSaved(msgspec.Struct, frozen=True, gc=False):
    """`schedule EPOCH COMMAND` was taken."""

    job: ScheduledCommand


class ScheduleRemoved(msgspec.Struct, frozen=True, gc=False):
    """It ran or was cancelled."""

    id: int


class ClientSaved(msgspec.Struct, frozen=True, gc=False):
    """An agent's message, replaces the one of the same host and collector (written with the checkpoint)."""

    message: ClientMessage


class MonitorSaved(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of the monitor of that square, as bytes; replaces what was. Empty: forget it."""

    name: str
    value: bytes


# ColorChanged is the history row itself; SquareDropped and SquareRenamed apply to squares, history and alerts alike.
Record = (
    StatusSaved
    | ScheduleSaved
    | ScheduleRemoved
    | ClientSaved
    | ColorChanged
    | SquareDropped
    | SquareRenamed
    | IncidentSaved
    | DeliverySaved
    | DeliveriesClaimed
    | MonitorSaved
)


class Snapshot(msgspec.Struct, kw_only=True):
    """All that was stored."""

    statuses: Sequence[Status] = ()
    schedule: Sequence[ScheduledCommand] = ()
    clients: Sequence[ClientMessage] = ()


class Journal(Protocol):
    """Takes records in order, writes them in batches (group commit) in one transaction each.

    Tickets grow by one for each append. When the disk or the database is away the journal keeps its records and tries
    again; nothing becomes durable meanwhile, and `trouble` says why.
    """

    @property
    def trouble(self) -> str:
        """Empty while writing works."""
        ...

    def append(self, records: Sequence[Record]) -> int:
        """Queue records; never waits; returns the ticket."""
        ...

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:
        """Call back in the event loop when that ticket is committed (at once when it already is, or is 0)."""
        ...

    async def durable(self, ticket: int) -> None:
        """Wait for the same."""
        ...

    def depth(self) -> int:
        """How many records wait."""
        ...


class BoardStore(Protocol):
    """Reads what the journal wrote."""

    async def load(self) -> Snapshot: ...


class MonitorStore(Protocol):
    """What is remembered of the monitors of YAML sites, as the journal wrote it."""

    async def load(self) -> Mapping[str, bytes]:
        """All, by the names they were saved under."""
        ...


class MemoryJournal:
    """A journal without a disk: everything is durable at once. For `memory:` and for tests, which read `records`."""

    trouble = ""

    def __init__(self, keep: bool = True) -> None:
        self.records: list[Record] = []
        self._keep = keep
        self._ticket = 0

    def append(self, records: Sequence[Record]) -> int:
        self._ticket += 1
        if self._keep:
            self.records.extend(records)
        return self._ticket

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:  # noqa: ARG002
        callback()

    async def durable(self, ticket: int) -> None:  # noqa: ARG002
        return None

    def depth(self) -> int:
        return 0
