"""Incidents and the notification log over SQL."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from hexmon.alerts.store import AlertSnapshot, LogQuery
from hexmon.board.store import Journal
from hexmon.model.incident import DeliveriesClaimed, Delivery, Incident
from hexmon.storage import tables
from hexmon.storage.alert_rows import DELIVERIES, INCIDENTS, WAITING, deliveries_of, incidents_of
from hexmon.storage.readers import Readers

_incident, _delivery = tables.incident.c, tables.delivery.c


class SqlAlertStore:
    """The alerts' store over SQL. A claim is written by the journal like all else, then read."""

    def __init__(self, readers: Readers, journal: Journal) -> None:
        self._readers = readers
        self._journal = journal

    async def claim(self, owner: str, now: float, lease: float) -> AlertSnapshot:
        await self._journal.durable(self._journal.append([DeliveriesClaimed(owner, now, now + lease)]))
        return await self._readers.run(partial(_held, owner))

    async def notifications(self, query: LogQuery) -> Sequence[Delivery]:
        return await self._readers.run(lambda connection: _log(connection, query))

    async def incidents(self, query: LogQuery, *, open_only: bool = False) -> Sequence[Incident]:
        return await self._readers.run(lambda connection: _incidents(connection, query, open_only))

    async def incident(self, number: str) -> Incident | None:
        found = await self._readers.run(_incidents_by(INCIDENTS.where(_incident.id == number)))
        return found[0] if found else None


def _incidents_by(query: sa.Select[Any]) -> Callable[[sa.Connection], list[Incident]]:
    return lambda connection: incidents_of(connection.execute(query))


def _held(owner: str, connection: sa.Connection) -> AlertSnapshot:
    lasting = INCIDENTS.where(_incident.open == 1).order_by(_incident.started, _incident.id)
    mine = DELIVERIES.where(_delivery.state == WAITING, _delivery.owner == owner).order_by(_delivery.number)
    return AlertSnapshot(
        incidents=incidents_of(connection.execute(lasting)), deliveries=deliveries_of(connection.execute(mine))
    )


def log_query(query: LogQuery, mark: float | None) -> sa.Select[Any]:
    """The statement of the notification log; `mark` is when the delivery `query.before` was decided."""
    wanted = _of_square(DELIVERIES, _delivery, query)
    wanted = _within(wanted, _delivery.created, query)
    if query.state is not None:
        wanted = wanted.where(_delivery.state == query.state.value)
    if query.incident:
        wanted = wanted.where(_delivery.incident == query.incident)
    if query.before is not None:
        wanted = wanted.where(sa.tuple_(_delivery.created, _delivery.number) < sa.tuple_(mark, query.before))
    return wanted.order_by(_delivery.created.desc(), _delivery.number.desc()).limit(query.limit)


def _log(connection: sa.Connection, query: LogQuery) -> list[Delivery]:
    mark = None
    if query.before is not None:
        mark = connection.execute(sa.select(_delivery.created).where(_delivery.number == query.before)).scalar()
        if mark is None:
            return []
    return deliveries_of(connection.execute(log_query(query, mark)))


def _incidents(connection: sa.Connection, query: LogQuery, open_only: bool) -> list[Incident]:
    wanted = _within(_of_square(INCIDENTS, _incident, query), _incident.started, query)
    if open_only:
        wanted = wanted.where(_incident.open == 1)
    if query.before_incident:
        mark = connection.execute(sa.select(_incident.started).where(_incident.id == query.before_incident)).scalar()
        if mark is None:
            return []
        wanted = wanted.where(sa.tuple_(_incident.started, _incident.id) < sa.tuple_(mark, query.before_incident))
    wanted = wanted.order_by(_incident.started.desc(), _incident.id.desc()).limit(query.limit)
    return _incidents_by(wanted)(connection)


def _of_square(wanted: sa.Select[Any], columns: Any, query: LogQuery) -> sa.Select[Any]:
    if query.host:
        wanted = wanted.where(columns.host == query.host)
    return wanted.where(columns.test == query.test) if query.test else wanted


def _within(wanted: sa.Select[Any], moment: sa.ColumnElement[float], query: LogQuery) -> sa.Select[Any]:
    if query.since > 0:
        wanted = wanted.where(moment >= query.since)
    return wanted.where(moment <= query.until) if query.until < float("inf") else wanted
