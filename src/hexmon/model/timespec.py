"""Durations and weekly times as Xymon's files write them (hosts.cfg(5): NKTIME, DOWNTIME)."""

import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from hexmon.model.holidays import xymon_weekday

WeekdayOf = Callable[[datetime], int]

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+)([A-Za-z]?)")
_DAYS = re.compile(r"(\*|W|[0-6])+\Z", re.IGNORECASE)
_CLOCK = re.compile(r"([0-2]\d)([0-5]\d)\Z")
_DAY_MINUTES = 24 * 60


def parse_duration(text: str) -> float | None:
    """`30`, `2h`, `1h30m` -> seconds; minutes without a unit. An unknown unit ends the parse, as in Xymon.

    None when the text does not begin with a digit.
    """
    seconds = 0
    position = 0
    while match := _PART.match(text, position):
        unit = match[2].lower()
        seconds += int(match[1]) * _UNITS.get(unit, 60)
        position = match.end()
        if unit and unit not in _UNITS:
            break
    return float(seconds) if position else None


def parse_duration_strict(text: str) -> float | None:
    """The same, but None when anything of the text is not a duration."""
    return parse_duration(text) if re.fullmatch(r"(\d+[mhdwMHDW])*\d+[mhdwMHDW]?", text) else None


class TimeWindow(msgspec.Struct, frozen=True, gc=False):
    """One `DAYS:HHMM:HHMM`. `days` counts Sunday as 0; minutes of the day, both ends included."""

    days: frozenset[int]
    start: int
    end: int

    def covers(self, weekday: int, minute: int) -> bool:
        """Whether that minute of that day lies inside.

        An end before the start means past midnight: `6:2330:0200` is `6:2330:2400,6:0000:0200`, both on a Saturday.
        """
        if weekday not in self.days:
            return False
        if self.end > self.start:
            return self.start <= minute <= self.end
        return minute >= self.start or minute <= self.end

    def holds(self, local: datetime, weekday_of: WeekdayOf) -> bool:
        """Whether that local time lies inside; `weekday_of` knows the holidays."""
        return self.covers(weekday_of(local), local.hour * 60 + local.minute)


def _days(text: str) -> frozenset[int] | None:
    if not _DAYS.match(text):
        return None
    found: set[int] = set()
    for letter in text.upper():
        found.update({"*": range(7), "W": range(1, 6)}.get(letter) or (int(letter),))
    return frozenset(found)


def _minute(text: str) -> int | None:
    match = _CLOCK.match(text)
    if not match:
        return None
    minute = int(match[1]) * 60 + int(match[2])
    return minute if minute <= _DAY_MINUTES else None


def parse_window(days: str, start: str, end: str) -> TimeWindow | None:
    """One window, or None when a part is not what it should be."""
    on, first, last = _days(days), _minute(start), _minute(end)
    if on is None or first is None or last is None:
        return None
    return TimeWindow(on, first, last)


class TimeSpec(msgspec.Struct, frozen=True):
    """A comma list of windows."""

    windows: tuple[TimeWindow, ...]

    def covers(self, local: datetime, weekday_of: WeekdayOf = xymon_weekday) -> bool:
        """Whether that local time lies in any window; `weekday_of` knows the holidays."""
        return any(window.holds(local, weekday_of) for window in self.windows)

    def ahead_of(self, local: datetime) -> int:  # noqa: ARG002 - for specifications with a zone of their own
        """Minutes that the clock of these windows is ahead of that one."""
        return 0


def parse_timespec(text: str) -> TimeSpec | None:
    """`W:0800:1800,60:1000:1400`; None when any part is not a window."""
    windows = []
    for item in text.split(","):
        parts = item.split(":")
        window = parse_window(*parts) if len(parts) == 3 else None
        if window is None:
            return None
        windows.append(window)
    return TimeSpec(tuple(windows))


class Downtime(msgspec.Struct, frozen=True):
    """One item of a DOWNTIME tag; `tests` None means every test. Names of tests match in any case."""

    window: TimeWindow
    tests: frozenset[str] | None = None
    cause: str = "Planned downtime"

    def concerns(self, test: str) -> bool:
        """Whether that test is meant at all."""
        return self.tests is None or test.lower() in map(str.lower, self.tests)

    def covers(self, test: str, local: datetime, weekday_of: WeekdayOf = xymon_weekday) -> bool:
        """Whether that test is in planned downtime at that local time."""
        return self.concerns(test) and self.window.holds(local, weekday_of)


class ServiceHours(msgspec.Struct, frozen=True):
    """An SLA tag: outside these hours every test is in planned downtime."""

    hours: TimeSpec
    cause: str = "Outside the agreed service hours"

    def concerns(self, test: str) -> bool:  # noqa: ARG002 - the form of Downtime
        """Every test is meant."""
        return True

    def covers(self, test: str, local: datetime, weekday_of: WeekdayOf = xymon_weekday) -> bool:  # noqa: ARG002
        """Whether that local time lies outside the hours."""
        return not self.hours.covers(local, weekday_of)
