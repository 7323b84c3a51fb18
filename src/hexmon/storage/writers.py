"""Records to rows: what one transaction of the journal writes.

The writer's thread shares the interpreter with the event loop and gives it away at every statement, so the work
is done in few statements of many rows each.
"""

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec
import sqlalchemy as sa

from hexmon.board.store import (
    ClientSaved,
    MonitorSaved,
    Record,
    ScheduledCommand,
    ScheduleRemoved,
    ScheduleSaved,
    StatusSaved,
)
from hexmon.model.events import ColorChanged, SquareDropped, SquareRenamed
from hexmon.model.incident import DeliveriesClaimed, DeliverySaved, Incident, IncidentSaved
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage, Status
from hexmon.storage import alert_rows, moves, tables

log = logging.getLogger(__name__)

PACK_ABOVE = 512
_LARGEST_INSERT = 256  # rows in one statement; 17 parameters each stay far below every engine's limit

Row = tuple[Any, ...]
_encode = msgspec.msgpack.Encoder().encode


class Segment:
    """Records between two moves; of one square, incident, delivery and monitor only the last is kept."""

    __slots__ = ("changes", "clients", "deliveries", "incidents", "jobs", "monitors", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[StatusKey, Status] = {}
        self.changes: list[ColorChanged] = []
        self.clients: dict[tuple[str, str], ClientMessage] = {}
        self.jobs: dict[int, ScheduledCommand | None] = {}
        self.incidents: dict[str, Incident] = {}
        self.deliveries: dict[int, DeliverySaved] = {}
        self.monitors: dict[str, bytes] = {}

    def __len__(self) -> int:
        board = len(self.statuses) + len(self.changes) + len(self.clients) + len(self.jobs)
        return board + len(self.incidents) + len(self.deliveries) + len(self.monitors)


# What concerns many rows, and is done when all records before it are written.
_MOVES: dict[type, Callable[[sa.Connection, Any], None]] = {
    SquareDropped: moves.drop,
    SquareRenamed: moves.rename,
    DeliveriesClaimed: alert_rows.claim,
}
Part = Segment | SquareDropped | SquareRenamed | DeliveriesClaimed


class Batch:
    """What goes into one transaction, in order."""

    __slots__ = ("parts", "records", "ticket")

    def __init__(self) -> None:
        self.parts: list[Part] = [Segment()]
        self.records = 0
        self.ticket = 0

    def add(self, ticket: int, records: Sequence[Record]) -> None:
        """Take the records of one append."""
        self.ticket = ticket
        self.records += len(records)
        for record in records:
            take = _TAKE.get(type(record))
            if take is not None:
                last = self.parts[-1]
                if not isinstance(last, Segment):
                    last = Segment()
                    self.parts.append(last)
                take(last, record)
            elif isinstance(record, SquareDropped | SquareRenamed | DeliveriesClaimed):
                self.parts.append(record)
            else:
                log.error("not a record, left out: %s", summary(record))


def _take_status(segment: Segment, record: StatusSaved) -> None:
    segment.statuses[record.status.key] = record.status


def _take_change(segment: Segment, record: ColorChanged) -> None:
    segment.changes.append(record)


def _take_client(segment: Segment, record: ClientSaved) -> None:
    segment.clients[record.message.host, record.message.collector] = record.message


def _take_job(segment: Segment, record: ScheduleSaved) -> None:
    segment.jobs[record.job.id] = record.job


def _take_removal(segment: Segment, record: ScheduleRemoved) -> None:
    segment.jobs[record.id] = None


def _take_incident(segment: Segment, record: IncidentSaved) -> None:
    segment.incidents[record.incident.id] = record.incident


def _take_delivery(segment: Segment, record: DeliverySaved) -> None:
    segment.deliveries[record.delivery.number] = record


def _take_monitor(segment: Segment, record: MonitorSaved) -> None:
    segment.monitors[record.name] = record.value


_TAKE: dict[type, Callable[[Segment, Any], None]] = {
    StatusSaved: _take_status,
    ColorChanged: _take_change,
    ClientSaved: _take_client,
    ScheduleSaved: _take_job,
    ScheduleRemoved: _take_removal,
    IncidentSaved: _take_incident,
    DeliverySaved: _take_delivery,
    MonitorSaved: _take_monitor,
}


def _square_row(key: StatusKey) -> Row:
    return (key.host, key.test)


def _status_row(status: Status) -> Row:
    return (status.key.host, status.key.test, int(status.color), _encode(status))


def _change_row(record: ColorChanged) -> Row:
    status = record.status
    text = status.text
    packed = len(text) > PACK_ABOVE
    if packed:
        text = zlib.compress(text, 1)
    silenced = status.disabled.text if status.disabled is not None else status.planned or b""
    before = None if record.before is None else int(record.before)
    head = (status.key.host, status.key.test, record.at, int(status.color), before, record.before_since)
    return (*head, int(record.downtime), status.sender, silenced, int(packed), text)


def _client_row(message: ClientMessage) -> Row:
    return (message.host, message.collector, message.received, _encode(message))


def _monitor_row(item: tuple[str, bytes]) -> Row:
    return item


def _job_row(job: ScheduledCommand) -> Row:
    return (job.id, job.at, job.sender, job.command)


class _Insert:
    """An INSERT of many rows: the one-row statement as SQLAlchemy compiles it, its VALUES repeated."""

    def __init__(self, dialect: sa.Dialect, statement: sa.Insert, make_row: Callable[[Any], Row]) -> None:
        sql = str(statement.compile(dialect=dialect))
        self._head, self._values, self._tail = _around_values(sql)
        self._make_row = make_row
        self._texts: dict[int, str] = {}

    def run(self, connection: sa.Connection, items: Iterable[Any]) -> None:
        """Write all; raises what the encoder or the database raises."""
        rows = [self._make_row(item) for item in items]
        for chunk in _chunks(rows):
            connection.exec_driver_sql(self.sql(len(chunk)), tuple(chain.from_iterable(chunk)))

    def sql(self, rows: int) -> str:
        """The statement for so many rows."""
        text = self._texts.get(rows)
        if text is None:
            text = self._texts[rows] = self._head + ", ".join([self._values] * rows) + self._tail
        return text


def _around_values(sql: str) -> tuple[str, str, str]:
    """An INSERT of one row, split into what is before, in and after the parentheses of VALUES."""
    begin = sql.index(" VALUES (") + len(" VALUES ")
    depth = 0
    for position in range(begin, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return sql[:begin], sql[begin : position + 1], sql[position + 1 :]
    raise ValueError(sql)


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    """Powers of two, the largest first: so few different statements that their preparation is remembered."""
    begin, left = 0, len(rows)
    while left:
        size = min(1 << (left.bit_length() - 1), _LARGEST_INSERT)
        yield rows[begin : begin + size]
        begin += size
        left -= size


class Writer:
    """Writes batches over one connection; knows nothing of transactions."""

    def __init__(self, dialect: sa.Dialect) -> None:
        name = dialect.name
        square, status, change = tables.square, tables.status, tables.change
        find = sa.select(square.c.id).where(square.c.host == sa.bindparam("h"), square.c.test == sa.bindparam("t"))
        changed = sa.insert(change).values(
            {"square": find.scalar_subquery()}
            | {column.name: sa.bindparam(column.name) for column in change.c if column.name not in ("id", "square")}
        )
        self._squares = _Insert(dialect, _upsert(name, square, ("host", "test"), skip=("id",)), _square_row)
        self._statuses = _Insert(dialect, _upsert(name, status, ("host", "test")), _status_row)
        self._changes = _Insert(dialect, changed, _change_row)
        self._clients = _Insert(dialect, _upsert(name, tables.client_message, ("host", "collector")), _client_row)
        self._jobs = _Insert(dialect, _upsert(name, tables.schedule, ("id",)), _job_row)
        self._incidents = _Insert(dialect, _upsert(name, tables.incident, ("id",)), alert_rows.incident_row)
        self._deliveries = _Insert(dialect, _upsert(name, tables.delivery, ("number",)), alert_rows.delivery_row)
        self._monitors = _Insert(dialect, _upsert(name, tables.monitor_state, ("name",)), _monitor_row)

    def write(self, connection: sa.Connection, batch: Batch) -> None:
        """The whole batch, all or an exception."""
        for part in batch.parts:
            if not isinstance(part, Segment):
                _MOVES[type(part)](connection, part)
                continue
            for insert, items in self._work(part):
                insert.run(connection, items)
            _remove_gone(connection, part)

    def write_singly(self, connection: sa.Connection, batch: Batch, is_poison: Callable[[Exception], bool]) -> int:
        """Each record in a savepoint of its own; those that the encoder or the database refuses are left out.

        Returns how many were left out; each is logged.
        """
        refused = 0
        for part in batch.parts:
            for write, item in self._singles(part):
                savepoint = connection.begin_nested()
                try:
                    write(connection, item)
                except Exception as error:
                    savepoint.rollback()
                    if not is_poison(error):
                        raise
                    refused += 1
                    log.error("a record that cannot be stored is left out: %s: %s", error, summary(item))  # noqa: TRY400
                else:
                    savepoint.commit()
        return refused

    def _work(self, segment: Segment) -> list[tuple[_Insert, Iterable[Any]]]:
        return [
            (self._squares, {record.status.key: None for record in segment.changes}),
            (self._statuses, segment.statuses.values()),
            (self._changes, segment.changes),
            (self._clients, segment.clients.values()),
            (self._jobs, [job for job in segment.jobs.values() if job is not None]),
            (self._incidents, segment.incidents.values()),
            (self._deliveries, segment.deliveries.values()),
            (self._monitors, [(name, value) for name, value in segment.monitors.items() if value]),
        ]

    def _singles(self, part: Part) -> Iterator[tuple[Callable[[sa.Connection, Any], None], Any]]:
        if not isinstance(part, Segment):
            yield _MOVES[type(part)], part
            return
        for insert, items in self._work(part):
            for item in items:
                yield _one(insert), item
        yield _remove_gone, part


def _one(insert: _Insert) -> Callable[[sa.Connection, Any], None]:
    return lambda connection, item: insert.run(connection, (item,))


def _upsert(dialect: str, table: sa.Table, key: Sequence[str], skip: Sequence[str] = ()) -> sa.Insert:
    values: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in table.c if column.name not in skip}
    return tables.upsert(dialect, table, values, key)


def summary(item: object) -> str:
    """What a log line shows of a record: enough to find its sender, not its whole text."""
    text = repr(item)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"


def _remove_gone(connection: sa.Connection, segment: Segment) -> None:
    jobs = [number for number, job in segment.jobs.items() if job is None]
    if jobs:
        connection.execute(sa.delete(tables.schedule).where(tables.schedule.c.id.in_(jobs)))
    monitors = [name for name, value in segment.monitors.items() if not value]
    if monitors:
        connection.execute(sa.delete(tables.monitor_state).where(tables.monitor_state.c.name.in_(monitors)))
