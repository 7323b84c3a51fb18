"""Incidents and deliveries as rows: encoding, decoding, and what drops, renames and claims do to them.

Host and test are right in the columns: a rename changes those only, and the reader puts them into the value.
"""

import logging
import zlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.incident import DeliveriesClaimed, Delivery, DeliverySaved, DeliveryState, Incident
from hexmon.model.names import StatusKey
from hexmon.storage import tables

log = logging.getLogger(__name__)
T = TypeVar("T")

_PACK_ABOVE = 512
WAITING = DeliveryState.WAITING.value
DROPPED = DeliveryState.DROPPED.value

_encode = msgspec.msgpack.Encoder().encode
_decode_incident = msgspec.msgpack.Decoder(Incident).decode
_decode_delivery = msgspec.msgpack.Decoder(Delivery).decode
_DAMAGED = (msgspec.MsgspecError, zlib.error, TypeError, ValueError)
_replace = msgspec.structs.replace
_incident, _delivery = tables.incident, tables.delivery


def incident_row(incident: Incident) -> tuple[Any, ...]:
    """The columns of `incident`, in their order."""
    host, test = incident.key
    head = (incident.id, host, test, incident.started, incident.ended, int(incident.open))
    return (*head, int(incident.color), int(incident.worst), _encode(incident))


def delivery_row(saved: DeliverySaved) -> tuple[Any, ...]:
    """The columns of `delivery`, in their order."""
    error = _storable(saved.delivery.error)
    delivery = _replace(saved.delivery, error=error)
    message, way = delivery.message, delivery.way
    packed, data = _packed(delivery)
    what = (delivery.number, message.incident, *message.key, message.kind.value)
    where = (way.channel, _storable(way.address), delivery.state.value)
    course = (delivery.created, delivery.next_at, delivery.attempts, delivery.ended, error)
    return (*what, *where, *course, saved.owner, saved.lease, packed, data)


def _storable(text: str) -> str:
    """What the other side said may hold what no database takes as text."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _packed(delivery: Delivery) -> tuple[int, bytes]:
    data = _encode(delivery)
    return (1, zlib.compress(data, 1)) if len(data) > _PACK_ABOVE else (0, data)


# --- reading -------------------------------------------------------------------------------------------------------

INCIDENTS = sa.select(_incident.c.id, _incident.c.host, _incident.c.test, _incident.c.data)
DELIVERIES = sa.select(
    _delivery.c.number, _delivery.c.host, _delivery.c.test, _delivery.c.packed, _delivery.c.data
)  # fmt: skip


def incidents_of(rows: Iterable[Any]) -> list[Incident]:
    """From rows of INCIDENTS; a damaged one is logged and left out."""
    return [value for row in rows if (value := _sound(_to_incident, row)) is not None]


def deliveries_of(rows: Iterable[Any]) -> list[Delivery]:
    """From rows of DELIVERIES; a damaged one is logged and left out."""
    return [value for row in rows if (value := _sound(_to_delivery, row)) is not None]


def _sound(read: Callable[..., T], row: Any) -> T | None:
    try:
        return read(*row)
    except _DAMAGED as error:
        log.error("a stored row is damaged and left out: %s %s %s: %s", *row[:3], error)  # noqa: TRY400
        return None


def _to_incident(_id: str, host: str, test: str, data: bytes) -> Incident:
    incident, key = _decode_incident(data), StatusKey(host, test)
    return incident if incident.key == key else _replace(incident, key=key)


def _to_delivery(_number: int, host: str, test: str, packed: int, data: bytes) -> Delivery:
    delivery, key = _decode_delivery(zlib.decompress(data) if packed else data), StatusKey(host, test)
    message = delivery.message
    return delivery if message.key == key else _replace(delivery, message=_replace(message, key=key))


# --- moving --------------------------------------------------------------------------------------------------------


def claim(connection: sa.Connection, claimed: DeliveriesClaimed) -> None:
    """Two owners never get the same row: the database decides for one statement after the other."""
    row = _delivery.c
    free = (row.owner == "") | (row.owner == claimed.owner) | (row.lease < claimed.now)
    taken = sa.update(_delivery).where(row.state == WAITING, free)
    connection.execute(taken.values(owner=claimed.owner, lease=claimed.until))


def drop(connection: sa.Connection, dropped: SquareDropped) -> None:
    """What lasted ends, what waited is not sent; the log of what was sent stays."""
    _end(connection, lambda table: of_square(table, dropped.host, dropped.test), dropped.at)


def give_way(connection: sa.Connection, renamed: SquareRenamed, tests: Iterable[str]) -> None:
    """The same for the squares whose names others take: those of `tests`, and those whose incidents move."""
    taken = set(tests)
    if renamed.new_test is None:
        moving = sa.select(_incident.c.test).where(_incident.c.host == renamed.host).distinct()
        taken |= set(connection.execute(moving).scalars())
    _end(connection, lambda table: (table.c.host == renamed.new_host) & table.c.test.in_(taken), renamed.at)


def of_square(table: sa.Table, host: str, test: str | None) -> sa.ColumnElement[bool]:
    """Which rows are of that square, or with test None of that host."""
    there = table.c.host == host
    return there if test is None else there & (table.c.test == test)


def _end(connection: sa.Connection, which: Callable[[sa.Table], sa.ColumnElement[bool]], at: float) -> None:
    for lasting in connection.execute(INCIDENTS.where(which(_incident), _incident.c.open == 1)).all():
        ended = sa.update(_incident).where(_incident.c.id == lasting.id).values(open=0)
        connection.execute(ended.values(_incident_dropped(_sound(_to_incident, lasting), at)))
    for waiting in connection.execute(DELIVERIES.where(which(_delivery), _delivery.c.state == WAITING)).all():
        gone = sa.update(_delivery).where(_delivery.c.number == waiting.number).values(state=DROPPED, ended=at)
        connection.execute(gone.values(_delivery_dropped(_sound(_to_delivery, waiting), at)))


def _incident_dropped(incident: Incident | None, at: float) -> dict[str, Any]:
    if incident is None:
        return {"ended": at}
    ended = incident if incident.ended else _replace(incident, ended=at, end="dropped")
    return {"ended": ended.ended, "data": _encode(_replace(ended, pending=False))}


def _delivery_dropped(delivery: Delivery | None, at: float) -> dict[str, Any]:
    if delivery is None:
        return {}
    packed, data = _packed(_replace(delivery, state=DeliveryState.DROPPED, ended=at))
    return {"packed": packed, "data": data}


def rename(connection: sa.Connection, host: str, test: str | None, names: dict[str, str]) -> None:
    """Incidents and the log follow to the new names."""
    for table in (_incident, _delivery):
        connection.execute(sa.update(table).where(of_square(table, host, test)).values(names))


# --- pruning -------------------------------------------------------------------------------------------------------


def prune_incidents(connection: sa.Connection, before: float, rows: int) -> bool:
    """Delete so many that ended before that moment; whether there were any."""
    row = _incident.c
    old = sa.select(row.id).where(row.open == 0, row.started < before, row.ended < before)
    some = connection.execute(old.order_by(row.started).limit(rows)).scalars().all()
    connection.execute(sa.delete(_incident).where(row.id.in_(some)))
    return bool(some)


def prune_deliveries(connection: sa.Connection, before: float, rows: int) -> bool:
    """Delete so many that were decided before that moment and do not wait any more; whether there were any."""
    row = _delivery.c
    old = sa.select(row.number).where(row.created < before, row.state != WAITING)
    some = connection.execute(old.order_by(row.created).limit(rows)).scalars().all()
    connection.execute(sa.delete(_delivery).where(row.number.in_(some)))
    return bool(some)
