"""Reading tables: several columns at once, by as few questions as they fit in (GetBulk; GetNext with version 1)."""

from collections.abc import Sequence
from typing import Final

from hexmon.probes.snmp.ber import Absent, Oid, Value
from hexmon.probes.snmp.pdu import GET_BULK, TOO_BIG, Answer, Question
from hexmon.probes.snmp.session import Refusal, Session

# Answers that fit in one packet of an Ethernet are not lost in pieces.
_PACKET: Final = 1350
_USUAL_VARIABLE: Final = 30  # octets
_FIRST: Final = 24  # variables, where nobody knows whether the table has any rows, and how large its neighbours are
_MOST_AT_ONCE: Final = 80
_MOST_COLUMNS: Final = 24
MOST_ROWS: Final = 100_000  # of one column

# Of one column: what follows its OID in the name of a variable -> the value.
Column = dict[Oid, Value]


class Table:
    """What a walk found. `failed` says by the column what ended it before its end."""

    def __init__(self, columns: Sequence[Oid]) -> None:
        self.columns: dict[Oid, Column] = {column: {} for column in columns}
        self.failed: dict[Oid, str] = {}

    def __getitem__(self, column: Oid) -> Column:
        return self.columns[column]

    @property
    def rows(self) -> list[Oid]:
        """The index of every row that any column has, in order."""
        return sorted({tail for column in self.columns.values() for tail in column})


class _Cursor:
    """How far one column was read."""

    __slots__ = ("column", "done", "last", "seen")

    def __init__(self, column: Oid) -> None:
        self.column = column
        self.last = column
        self.seen: Column = {}
        self.done = False

    def take(self, oid: Oid, value: Value) -> str:
        """Take the next variable; what is wrong with it, if that ends the column."""
        size = len(self.column)
        if value is Absent.END_OF_VIEW or oid[:size] != self.column or len(oid) == size:
            self.done = True
            return ""
        tail = oid[size:]
        if tail in self.seen:
            return "goes in circles"
        if len(self.seen) >= MOST_ROWS:
            return f"has more than {MOST_ROWS} rows"
        self.last = oid
        self.seen[tail] = None if isinstance(value, Absent) else value
        return ""


class Walk:
    """One table of one device."""

    def __init__(self, session: Session, columns: Sequence[Oid], rows: int = 0) -> None:
        self._session = session
        self._rows = rows
        self._budget = _PACKET // _USUAL_VARIABLE if rows else _FIRST
        self._most = _MOST_AT_ONCE
        self._cursors = [_Cursor(column) for column in columns]
        self._width = _MOST_COLUMNS
        self.table = Table(columns)

    async def read(self) -> Table:
        """Ask until all columns have ended."""
        while running := [cursor for cursor in self._cursors if not cursor.done]:
            await self._step(running[: self._width])
        for cursor in self._cursors:
            self.table.columns[cursor.column] = cursor.seen
        return self.table

    async def _step(self, cursors: list[_Cursor]) -> None:
        if not self._session.bulk:
            await self._step_by_next(cursors)
            return
        answer = await self._session.ask(Question(GET_BULK, tuple(one.last for one in cursors), self._many(cursors)))
        if answer.status:
            self._narrow(answer.status == TOO_BIG, answer.wrong, cursors)
            return
        self._measure(answer)
        # The variables come row by row; a device that has no room for all of them cuts them off anywhere.
        for at, (oid, value) in enumerate(answer.values):
            self._take(cursors[at % len(cursors)], oid, value)
        if not answer.values:
            self._end(cursors, "answers with nothing")

    async def _step_by_next(self, cursors: list[_Cursor]) -> None:
        try:
            found = await self._session.next_of(tuple(cursor.last for cursor in cursors))
        except Refusal as refusal:
            self._narrow(False, refusal.status, cursors)
            return
        for cursor in cursors:
            self._take(cursor, *found.get(cursor.last, (cursor.column, Absent.END_OF_VIEW)))

    def _take(self, cursor: _Cursor, oid: Oid, value: Value) -> None:
        if cursor.done:
            return
        wrong = cursor.take(oid, value)
        if wrong:
            self._end([cursor], wrong)

    def _end(self, cursors: list[_Cursor], wrong: str) -> None:
        for cursor in cursors:
            cursor.done = True
            self.table.failed[cursor.column] = wrong

    def _many(self, cursors: Sequence[_Cursor]) -> int:
        """One row more than there should be shows the end of the table."""
        fitting = max(self._budget // len(cursors), 1)
        left = self._rows + 1 - min(len(cursor.seen) for cursor in cursors)
        return min(fitting, left) if self._rows and left > 0 else fitting

    def _measure(self, answer: Answer) -> None:
        if answer.values:
            each = max(answer.size // len(answer.values), 1)
            self._budget = min(max(_PACKET // each, 1), self._most)

    def _narrow(self, big: bool, wrong: str, cursors: list[_Cursor]) -> None:
        """Ask for less, of rows first, then of columns, until what cannot be told is alone; then go on without it."""
        columns = len(cursors)
        if self._budget > columns:
            self._budget = max(self._budget // 2, columns)
        elif columns > 1:
            self._width = columns // 2
            self._budget = self._width
        elif self._budget > 1:
            self._budget = 1
        else:
            self._end(cursors, wrong)
            self._width, self._budget = _MOST_COLUMNS, self._most
        if big:
            self._most = max(self._budget, 1)


async def walk(session: Session, columns: Sequence[Oid], rows: int = 0) -> Table:
    """The columns of a table. `rows` is how many there probably are, 0: nobody knows.

    A column that never ends, that begins again, or that the device cannot tell of has what it had until then, and is
    named in `failed`. Raises as Session does, but for Refusal.
    """
    return await Walk(session, columns, rows).read()
