"""Reading colour changes back from SQL."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.storage import tables
from hexmon.storage.readers import Readers

_change, _square = tables.change, tables.square
# What was dropped has no square any more, so it is gone for every reader at once.
_SHORT = sa.select(
    _change.c.id,
    _square.c.host,
    _square.c.test,
    _change.c.at,
    _change.c.color,
    _change.c.before,
    _change.c.before_since,
    _change.c.sender,
    _change.c.downtime,
    _change.c.disabled_text,
).join_from(_change, _square, _square.c.id == _change.c.square)
_NEWEST_FIRST = (_change.c.at.desc(), _change.c.id.desc())


class SqlHistoryStore:
    """The history's store over SQL."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def changes(self, key: StatusKey, since: float, until: float, limit: int = 100) -> Sequence[Change]:
        return await self._readers.run(lambda connection: _changes(connection, key, (since, until), limit))

    async def change(self, number: int) -> Change | None:
        return await self._readers.run(lambda connection: _one_change(connection, number))

    async def latest(self, since: float, limit: int = 100) -> Sequence[Change]:
        query = _SHORT.where(_change.c.at >= since).order_by(*_NEWEST_FIRST).limit(limit)
        return await self._readers.run(_all(query))


def _all(query: sa.Select[Any]) -> Callable[[sa.Connection], list[Change]]:
    return lambda connection: [_from_row(row) for row in connection.execute(query)]


def _changes(connection: sa.Connection, key: StatusKey, span: tuple[float, float], limit: int) -> list[Change]:
    since, until = span
    number = connection.execute(sa.select(_square.c.id).where(_square.c.host == key.host, _square.c.test == key.test))
    # The square's number, not a join by its name: the index then gives the rows in their order.
    mine = _SHORT.where(_change.c.square == number.scalar()).order_by(*_NEWEST_FIRST)
    found = _all(mine.where(_change.c.at >= since, _change.c.at <= until).limit(limit))(connection)
    if len(found) < limit:
        found += _all(mine.where(_change.c.at < since).limit(1))(connection)
    return found


def _one_change(connection: sa.Connection, number: int) -> Change | None:
    query = _SHORT.add_columns(_change.c.packed, _change.c.text).where(_change.c.id == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    *short, packed, text = row
    return _from_row(short, zlib.decompress(text) if packed else text)


def _from_row(row: Sequence[Any], text: bytes = b"") -> Change:
    number, host, test, at, color, before, before_since, sender, downtime, disabled_text = row
    return Change(
        id=number,
        key=StatusKey(host, test),
        at=at,
        color=Color(color),
        before=None if before is None else Color(before),
        before_since=before_since,
        sender=sender,
        downtime=bool(downtime),
        disabled_text=disabled_text,
        text=text,
    )
