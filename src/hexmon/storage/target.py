"""The database as the writer thread sees it: one transaction for a batch, housekeeping in small steps."""

from pathlib import Path

import sqlalchemy as sa
import sqlalchemy.exc

from hexmon.storage import alert_rows, tables
from hexmon.storage.journal import NotStoredError
from hexmon.storage.writers import Batch, Writer

STEP_ROWS = 500  # deleted in one transaction of housekeeping: a few milliseconds

_NEVER = float("-inf")
_POISON = (sa.exc.DataError, sa.exc.IntegrityError, TypeError, ValueError, OverflowError, AttributeError)


class SqlTarget:
    """Where the journal's batches go. `place` names the database in messages; `file` is that of SQLite."""

    def __init__(self, engine: sa.Engine, place: str, file: Path | None = None) -> None:
        self._engine = engine
        self._place = place
        self._file = file
        self._inode = 0
        self._writer = Writer(engine.dialect)
        self._connection: sa.Connection | None = None
        self._prune_before = _NEVER
        self._pruned: tuple[float, int] = (_NEVER, 0)
        self._prune_log_before = _NEVER

    def prune(self, before: float) -> None:
        """Let the chores delete history that is older; may be called from any thread."""
        self._prune_before = before
        self._pruned = (_NEVER, 0)

    def prune_log(self, before: float) -> None:
        """The same for the notification log, which also goes with the history."""
        self._prune_log_before = before

    def write(self, batch: Batch) -> int:
        try:
            return self._write(batch)
        except Exception as error:
            self.close()
            raise NotStoredError(self._explain(error)) from error

    def chore(self) -> bool:
        try:
            connection = self._connected()
            with connection.begin():
                return _erase_some(connection) or self._prune_some(connection) or self._prune_some_alerts(connection)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            self.close()
            raise NotStoredError(self._explain(error)) from error

    def close(self) -> None:
        """The connection; the next batch opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _write(self, batch: Batch) -> int:
        connection = self._connected()
        try:
            with connection.begin():
                self._writer.write(connection, batch)
        except Exception as error:
            if not self._is_poison(error):
                raise
        else:
            return 0
        with connection.begin():
            return self._writer.write_singly(connection, batch, self._is_poison)

    def _connected(self) -> sa.Connection:
        if self._file is not None:
            self._look_at(self._file)
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _look_at(self, file: Path) -> None:
        """SQLite would go on writing into a file that was removed, and make an empty one when it connects again."""
        try:
            inode = file.stat().st_ino
        except FileNotFoundError:
            raise FileNotFoundError("the file is gone; put it back, or restart hexmon to begin an empty one") from None
        if inode != self._inode:
            self.close()
            self._inode = inode

    def _is_poison(self, error: Exception) -> bool:
        """The record's fault, so that trying again would not help."""
        if isinstance(error, _POISON):
            return True
        # A driver says these of a value it cannot bind, PostgreSQL's also of a missing table or a lost connection.
        if self._engine.dialect.name == "sqlite":
            return isinstance(error, sa.exc.InterfaceError | sa.exc.ProgrammingError)
        return isinstance(error, sa.exc.ProgrammingError) and getattr(error.orig, "sqlstate", None) is None

    def _explain(self, error: Exception) -> str:
        reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        return f"{self._place}: {reason}"

    def _prune_some(self, connection: sa.Connection) -> bool:
        """Delete old changes from the oldest on, but never the one whose colour was still shown at that moment."""
        change, newer = tables.change, tables.change.alias()
        at, number = self._pruned
        replaced = sa.exists().where(
            newer.c.square == change.c.square, newer.c.at > change.c.at, newer.c.at < self._prune_before
        )
        candidates = (
            sa.select(change.c.at, change.c.id, replaced)
            .where(change.c.at < self._prune_before, sa.tuple_(change.c.at, change.c.id) > sa.tuple_(at, number))
            .order_by(change.c.at, change.c.id)
            .limit(STEP_ROWS)
        )
        rows = connection.execute(candidates).all()
        if not rows:
            return False
        gone = [row[1] for row in rows if row[2]]
        connection.execute(sa.delete(change).where(change.c.id.in_(gone)))
        self._pruned = (rows[-1][0], rows[-1][1])
        return True

    def _prune_some_alerts(self, connection: sa.Connection) -> bool:
        """Delete what is over and old; what lasts or waits stays."""
        log_before = max(self._prune_before, self._prune_log_before)
        return alert_rows.prune_incidents(connection, self._prune_before, STEP_ROWS) or alert_rows.prune_deliveries(
            connection, log_before, STEP_ROWS
        )


def _erase_some(connection: sa.Connection) -> bool:
    """Delete changes of squares that were dropped."""
    erased, change = tables.erased, tables.change
    number = connection.execute(sa.select(erased.c.square).limit(1)).scalar()
    if number is None:
        return False
    some = sa.select(change.c.id).where(change.c.square == number).limit(STEP_ROWS)
    deleted = connection.execute(sa.delete(change).where(change.c.id.in_(some))).rowcount
    if deleted < STEP_ROWS:
        connection.execute(sa.delete(erased).where(erased.c.square == number))
    return True
