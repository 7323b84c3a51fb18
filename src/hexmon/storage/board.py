"""What the board reads at start: every square, planned command and agent's message."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from hexmon.board.store import ScheduledCommand, Snapshot
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage, Status
from hexmon.storage import tables
from hexmon.storage.readers import Readers

log = logging.getLogger(__name__)
T = TypeVar("T")

_decode_status = msgspec.msgpack.Decoder(Status).decode
_decode_client = msgspec.msgpack.Decoder(ClientMessage).decode


class SqlBoardStore:
    """The board's store over SQL."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def load(self) -> Snapshot:
        """All that was committed. A damaged row is logged and left out: the next report makes the square anew."""
        return await self._readers.run(_load)


def _load(connection: sa.Connection) -> Snapshot:
    status, client, schedule = tables.status, tables.client_message, tables.schedule
    statuses = sa.select(status.c.host, status.c.test, status.c.data)
    clients = sa.select(client.c.host, client.c.collector, client.c.data)
    jobs = sa.select(schedule.c.id, schedule.c.at, schedule.c.sender, schedule.c.command).order_by(schedule.c.id)
    return Snapshot(
        statuses=_decoded(connection.execute(statuses), _status),
        clients=_decoded(connection.execute(clients), _client),
        schedule=[ScheduledCommand(*row) for row in connection.execute(jobs)],
    )


def _decoded(rows: Iterable[Any], decode: Callable[[str, str, bytes], T]) -> list[T]:
    found = []
    for first, second, data in rows:
        try:
            found.append(decode(first, second, data))
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            log.error("a stored row is damaged and left out: %s %s: %s", first, second, error)  # noqa: TRY400
    return found


def _status(host: str, test: str, data: bytes) -> Status:
    """A rename changes the columns only."""
    status = _decode_status(data)
    if status.key.host != host or status.key.test != test:
        status = msgspec.structs.replace(status, key=StatusKey(host, test))
    return status


def _client(host: str, _collector: str, data: bytes) -> ClientMessage:
    message = _decode_client(data)
    return message if message.host == host else msgspec.structs.replace(message, host=host)
