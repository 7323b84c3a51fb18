"""`memory:` storage: nothing outlives the process, history keeps the newest changes only."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count

import msgspec

from hexmon.board.store import MonitorSaved, Record, Snapshot
from hexmon.history.store import Change
from hexmon.model.events import ColorChanged, SquareDropped, SquareRenamed
from hexmon.model.names import StatusKey
from hexmon.storage.memory_alerts import MemoryAlerts

_KEEP_CHANGES = 20_000


def change_of(number: int, event: ColorChanged) -> Change:
    """The history row of a colour change."""
    status = event.status
    return Change(
        id=number,
        key=status.key,
        at=event.at,
        color=status.color,
        before=event.before,
        before_since=event.before_since,
        text=status.text,
        sender=status.sender,
        downtime=event.downtime,
        disabled_text=status.disabled.text if status.disabled is not None else status.planned or b"",
    )


class MemoryMonitors:
    """What is remembered of monitors, as long as the process lives."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def take(self, record: object) -> None:
        """Apply a record; those of others are nothing to it."""
        if isinstance(record, MonitorSaved):
            self._values.pop(record.name, None)
            if record.value:
                self._values[record.name] = record.value

    async def load(self) -> Mapping[str, bytes]:
        return dict(self._values)


class MemoryStorage:
    """Journal, board store and history store in one; `alerts` and `monitors` are stores of their own."""

    trouble = ""

    def __init__(self, keep: int = _KEEP_CHANGES) -> None:
        self.alerts = MemoryAlerts()
        self.monitors = MemoryMonitors()
        self._changes: deque[Change] = deque(maxlen=keep)
        self._numbers = count(1)
        self._ticket = 0

    def append(self, records: Sequence[Record]) -> int:
        self._ticket += 1
        for record in records:
            self.alerts.take(record)
            self.monitors.take(record)
            if isinstance(record, ColorChanged):
                self._changes.append(change_of(next(self._numbers), record))
            elif isinstance(record, SquareDropped) and not record.forget:
                self._replace(partial(_without, record))
            elif isinstance(record, SquareRenamed):
                self._replace(partial(_renamed, record))
        return self._ticket

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:  # noqa: ARG002
        callback()

    async def durable(self, ticket: int) -> None:
        """At once."""

    def depth(self) -> int:
        return 0

    async def load(self) -> Snapshot:
        return Snapshot()

    async def changes(self, key: StatusKey, since: float, until: float, limit: int = 100) -> Sequence[Change]:
        mine = [_short(change) for change in self._newest_first() if change.key == key and change.at <= until]
        inside = [change for change in mine if change.at >= since]
        if len(inside) >= limit:
            return inside[:limit]
        return mine[: len(inside) + 1]

    async def change(self, number: int) -> Change | None:
        return next((change for change in self._changes if change.id == number), None)

    async def latest(self, since: float, limit: int = 100) -> Sequence[Change]:
        return [_short(change) for change in self._newest_first() if change.at >= since][:limit]

    def prune(self, before: float) -> None:
        """Of alerts only: the number of changes is bounded anyway."""
        self.alerts.prune_incidents(before)
        self.alerts.prune_deliveries(before)

    def _newest_first(self) -> list[Change]:
        return sorted(self._changes, key=lambda change: (change.at, change.id), reverse=True)

    def _replace(self, new: Callable[[Change], Change | None]) -> None:
        kept = [change for old in self._changes if (change := new(old)) is not None]
        self._changes = deque(kept, maxlen=self._changes.maxlen)


def _short(change: Change) -> Change:
    return msgspec.structs.replace(change, text=b"")


def _concerns(key: StatusKey, event: SquareDropped | SquareRenamed) -> bool:
    return key.host == event.host and event.test in (None, key.test)


def _without(drop: SquareDropped, change: Change) -> Change | None:
    return None if _concerns(change.key, drop) else change


def _renamed(rename: SquareRenamed, change: Change) -> Change:
    if not _concerns(change.key, rename):
        return change
    return msgspec.structs.replace(change, key=StatusKey(rename.new_host, rename.new_test or change.key.test))
