"""The tables, the same for SQLite and PostgreSQL.

History hangs on `square`, not on names: renaming or dropping a host with millions of changes touches a few rows.
Moments are epoch seconds UTC as doubles; texts from the network are bytes, as they came.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

metadata = sa.MetaData()

# SQLite numbers rows by itself only in a column of exactly the type INTEGER; that holds 64 bits there.
_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _numbered(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table whose numbers are never given twice, not even after the newest row was deleted."""
    number = sa.Column("id", _Number, primary_key=True, autoincrement=True)
    return sa.Table(name, metadata, number, *columns, sqlite_autoincrement=True)


meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# `data` is the whole Status as msgpack; the columns before it are for people with an SQL prompt.
status = sa.Table(
    "status",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("test", sa.Text, primary_key=True),
    sa.Column("color", sa.SmallInteger, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

square = _numbered(
    "square",
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("test", sa.Text, nullable=False),
    sa.UniqueConstraint("host", "test", name="square_name"),
)

# `packed` 1: the text is compressed with zlib.
change = _numbered(
    "change",
    sa.Column("square", _Number, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("color", sa.SmallInteger, nullable=False),
    sa.Column("before", sa.SmallInteger),
    sa.Column("before_since", sa.Double, nullable=False),
    sa.Column("downtime", sa.SmallInteger, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("disabled_text", sa.LargeBinary, nullable=False),
    sa.Column("packed", sa.SmallInteger, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Index("change_square", "square", "at", "id"),
    sa.Index("change_latest", "at", "id"),
)

# Squares that were dropped and whose changes the writer still deletes, a few at a time.
erased = sa.Table("erased", metadata, sa.Column("square", _Number, primary_key=True, autoincrement=False))

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("id", _Number, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("command", sa.LargeBinary, nullable=False),
)

client_message = sa.Table(
    "client_message",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("collector", sa.Text, primary_key=True),
    sa.Column("received", sa.Double, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

# Of the next two `data` is the whole Incident or Delivery as msgpack; the columns before it are for queries and for
# people with an SQL prompt. Host and test are those of now: a rename leaves the data alone.
incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("test", sa.Text, nullable=False),
    sa.Column("started", sa.Double, nullable=False),
    sa.Column("ended", sa.Double, nullable=False),
    sa.Column("open", sa.SmallInteger, nullable=False),
    sa.Column("color", sa.SmallInteger, nullable=False),
    sa.Column("worst", sa.SmallInteger, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("incident_open", "open", "started", "id"),
    sa.Index("incident_square", "host", "started", "id", "test"),
    sa.Index("incident_latest", "started", "id"),
)

# `owner` has it until the moment `lease`; `packed` 1: the data is compressed with zlib.
delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("number", _Number, primary_key=True, autoincrement=False),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("test", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("next_at", sa.Double, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("ended", sa.Double, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("lease", sa.Double, nullable=False),
    sa.Column("packed", sa.SmallInteger, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("delivery_state", "state", "created", "number"),
    sa.Index("delivery_latest", "created", "number"),
    sa.Index("delivery_incident", "incident", "created", "number"),
    sa.Index("delivery_square", "host", "created", "number", "test"),
)

# `value` is a MonitorMemory (model/site_memory.py), `name` the square of its monitor.
monitor_state = sa.Table(
    "monitor_state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)


def upsert(dialect: str, table: sa.Table, values: dict[str, Any], key: Sequence[str]) -> sa.Insert:
    """Insert a row, or replace the one with the same key; an all-key row that exists is left alone."""
    insert: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).values(values)
    others = [name for name in values if name not in key]
    if not others:
        statement: sa.Insert = insert.on_conflict_do_nothing(index_elements=list(key))
    else:
        statement = insert.on_conflict_do_update(
            index_elements=list(key), set_={name: insert.excluded[name] for name in others}
        )
    return statement
