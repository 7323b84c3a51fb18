"""Drops and renames: squares, what they show, their history and alerts under new names or none."""

import sqlalchemy as sa

from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.storage import alert_rows, tables
from hexmon.storage.alert_rows import of_square


def drop(connection: sa.Connection, dropped: SquareDropped) -> None:
    """The squares and what they show go now; their changes are unreachable at once and deleted by and by."""
    connection.execute(sa.delete(tables.status).where(of_square(tables.status, dropped.host, dropped.test)))
    if dropped.test is None:
        connection.execute(sa.delete(tables.client_message).where(tables.client_message.c.host == dropped.host))
    if not dropped.forget:
        _erase(connection, of_square(tables.square, dropped.host, dropped.test))
        alert_rows.drop(connection, dropped)


def _erase(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    gone = sa.select(tables.square.c.id).where(which)
    connection.execute(sa.insert(tables.erased).from_select(["square"], gone))
    connection.execute(sa.delete(tables.square).where(which))


def rename(connection: sa.Connection, renamed: SquareRenamed) -> None:
    """What the new name already had gives way, except its history and the log of what was sent: these are joined."""
    if (renamed.host, renamed.test) == (renamed.new_host, renamed.new_test):
        return
    names = {"host": renamed.new_host} | ({"test": renamed.new_test} if renamed.new_test is not None else {})
    old = of_square(tables.status, renamed.host, renamed.test)
    moving = connection.execute(sa.select(tables.status.c.test).where(old)).scalars().all()
    taken = [renamed.new_test] if renamed.new_test is not None else moving
    connection.execute(
        sa.delete(tables.status).where(tables.status.c.host == renamed.new_host, tables.status.c.test.in_(taken))
    )
    connection.execute(sa.update(tables.status).where(old).values(names))
    alert_rows.give_way(connection, renamed, taken)
    alert_rows.rename(connection, renamed.host, renamed.test, names)
    _rename_history(connection, renamed)
    if renamed.test is None:
        _rename_clients(connection, renamed)


def _rename_history(connection: sa.Connection, renamed: SquareRenamed) -> None:
    square, change = tables.square, tables.change
    rows = connection.execute(
        sa.select(square.c.id, square.c.test).where(of_square(square, renamed.host, renamed.test))
    )
    for number, test in rows.all():
        new_test = renamed.new_test if renamed.new_test is not None else test
        there = (square.c.host == renamed.new_host) & (square.c.test == new_test)
        target = connection.execute(sa.select(square.c.id).where(there)).scalar()
        if target is None:
            named = sa.update(square).where(square.c.id == number).values(host=renamed.new_host, test=new_test)
            connection.execute(named)
        elif target != number:
            connection.execute(sa.update(change).where(change.c.square == number).values(square=target))
            connection.execute(sa.delete(square).where(square.c.id == number))


def _rename_clients(connection: sa.Connection, renamed: SquareRenamed) -> None:
    client = tables.client_message
    collectors = sa.select(client.c.collector).where(client.c.host == renamed.host)
    taken = connection.execute(collectors).scalars().all()
    connection.execute(sa.delete(client).where(client.c.host == renamed.new_host, client.c.collector.in_(taken)))
    connection.execute(sa.update(client).where(client.c.host == renamed.host).values(host=renamed.new_host))
