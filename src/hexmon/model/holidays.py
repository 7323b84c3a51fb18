"""Holidays: days on which the times of another weekday hold (holidays.cfg of Xymon)."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import msgspec

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
LAST = 5  # the offset that means the last of its month
_EMPTY: Mapping[str, "tuple[Holiday, ...]"] = MappingProxyType({})


def xymon_weekday(day: date) -> int:
    """Sunday is 0, as in Xymon's files."""
    return day.isoweekday() % 7


class Holiday(msgspec.Struct, frozen=True):
    """One line of holidays.cfg: `kind` is its TYPE.

    `static` has month and day; `easter` and `4advent` an offset in days; a weekday (`mon`) a month and the offset
    that counts it (5: the last); a weekday with a plus (`+mon`) the month and day on or after which it falls.
    """

    name: str
    kind: str
    month: int = 1
    day: int = 1
    offset: int = 0

    def in_year(self, year: int) -> date | None:
        """When it is in that year; None when it is not."""
        if self.kind == "easter":
            return easter(year) + timedelta(self.offset)
        if self.kind == "4advent":
            return _fourth_advent(year) + timedelta(self.offset)
        if self.kind in WEEKDAYS:
            return self._counted(year)
        fixed = self._fixed(year)
        if fixed is None or self.kind == "static":
            return fixed
        wanted = WEEKDAYS.index(self.kind.removeprefix("+"))
        return fixed + timedelta((wanted - fixed.weekday()) % 7)

    def _fixed(self, year: int) -> date | None:
        last = calendar.monthrange(year, self.month)[1]
        return date(year, self.month, self.day) if self.day <= last else None

    def _counted(self, year: int) -> date | None:
        first = date(year, self.month, 1)
        first += timedelta((WEEKDAYS.index(self.kind) - first.weekday()) % 7)
        days = [first + timedelta(7 * week) for week in range(LAST)]
        inside = [day for day in days if day.month == self.month]
        return inside[min(self.offset, len(inside)) - 1]


class Calendar(msgspec.Struct, frozen=True):
    """The holidays of a host; on each `like` (Sunday is 0) stands in for its weekday, None: the day stays itself."""

    holidays: tuple[Holiday, ...] = ()
    like: int | None = None

    def weekday(self, day: date) -> int:
        """The weekday whose times hold on that day, Sunday being 0."""
        return xymon_weekday(day) if self.like is None or not self.holiday(day) else self.like

    def holiday(self, day: date) -> str:
        """The name of that day's holiday, empty for an ordinary day."""
        return _of_year(self.holidays, day.year).get((day.month, day.day), "") if self.holidays else ""


NO_HOLIDAYS = Calendar()


class Holidays(msgspec.Struct, frozen=True):
    """A whole holidays.cfg: what holds for everybody, and more by the name of its set in lower case."""

    common: tuple[Holiday, ...] = ()
    sets: Mapping[str, tuple[Holiday, ...]] = _EMPTY
    like: int | None = None

    def calendar(self, name: str) -> Calendar:
        """The holidays of a set, in any case; of one that nobody knows those for everybody."""
        return Calendar(self.common + self.sets.get(name.lower(), ()), self.like)


@lru_cache(maxsize=64)
def _of_year(holidays: tuple[Holiday, ...], year: int) -> Mapping[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    # Those of the next year may come before its first day: Easter and Advent are counted from, both ways.
    for one in holidays:
        for around in (year - 1, year, year + 1):
            day = one.in_year(around)
            if day is not None and day.year == year:
                found.setdefault((day.month, day.day), one.name or one.kind)
    return found


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fourth_advent(year: int) -> date:
    """The last Sunday before Christmas Day."""
    eve = date(year, 12, 24)
    return eve - timedelta((eve.weekday() + 1) % 7)
