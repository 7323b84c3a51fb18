"""What is remembered of the monitors of YAML sites, read back from SQL."""

from collections.abc import Mapping

import sqlalchemy as sa

from hexmon.storage import tables
from hexmon.storage.readers import Readers

_ALL = sa.select(tables.monitor_state.c.name, tables.monitor_state.c.value)


class SqlMonitorStore:
    """The store of monitors over SQL."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def load(self) -> Mapping[str, bytes]:
        return await self._readers.run(_load)


def _load(connection: sa.Connection) -> dict[str, bytes]:
    return {name: bytes(value) for name, value in connection.execute(_ALL)}
