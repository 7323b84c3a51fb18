"""TIME and EXTIME as xymond_alert reads them: what can be read of a time specification holds. Pure."""

import re
from datetime import datetime, timedelta

from hexmon.alerts.hours import covers
from hexmon.alerts.rules import Criteria, Times, ZonedTimes
from hexmon.model.holidays import Calendar
from hexmon.model.timespec import TimeSpec, TimeWindow, parse_timespec

_ITEM = re.compile(r"(?P<days>[*Ww0-6]+):(?P<start>[^:]*):(?P<end>.*)\Z", re.DOTALL)
_CLOCK = re.compile(r"\d{4}", re.ASCII)
_DAYS = {"*": range(7), "W": range(1, 6)}
_LOOK_AHEAD = 9  # days: a week and a day, and one more for a holiday
_LONGEST = 900.0  # seconds: the clock of the wall may be changed meanwhile
_DAY = 24 * 60


def read_times(text: str) -> tuple[Times, tuple[str, ...]]:
    """A time specification, and what is wrong with it.

    A part that is no `DAYS:START:END` is left out; a clock time that does not begin with four digits is midnight;
    what follows four digits is not looked at.
    """
    windows: list[TimeWindow] = []
    mistakes: list[str] = []
    for item in text.split(","):
        match = _ITEM.match(item)
        if match is None:
            if item or not windows:
                mistakes.append(f"'{item}' is no time: nothing is meant by it")
            continue
        window = TimeWindow(_days(match["days"]), _minute(match["start"]), _minute(match["end"]))
        windows.append(window)
        if parse_timespec(item) is None:
            mistakes.append(f"'{item}' is read as {match['days']}:{_clock(window.start)}:{_clock(window.end)}")
    return Times(text, TimeSpec(tuple(windows)) if windows else None), tuple(mistakes)


def _days(letters: str) -> frozenset[int]:
    found: set[int] = set()
    for letter in letters.upper():
        found.update(_DAYS.get(letter) or (int(letter),))
    return frozenset(found)


def _minute(text: str) -> int:
    match = _CLOCK.match(text)
    return int(match[0][:2]) * 60 + int(match[0][2:]) if match else 0


def _clock(minute: int) -> str:
    return f"{minute // 60:02}{minute % 60:02}"


def in_time(criteria: Criteria, local: datetime, calendar: Calendar) -> bool:
    """Whether TIME and EXTIME let a message pass at that local time."""
    if criteria.times is not None and not covers(criteria.times, local, calendar):
        return False
    return criteria.ex_times is None or not covers(criteria.ex_times, local, calendar)


def changes_in(criteria: Criteria, local: datetime, calendar: Calendar) -> float | None:
    """In how many seconds at most `in_time` may be another; None when it never is.

    Exact when it is soon. It is never more than a quarter of an hour: then the clock is to be looked at again.
    """
    before = in_time(criteria, local, calendar)
    for seconds in _edges(criteria, local):
        if in_time(criteria, local + timedelta(seconds=seconds), calendar) is not before:
            return min(seconds, _LONGEST)
    return None


def _edges(criteria: Criteria, local: datetime) -> list[float]:
    """In how many seconds a window may begin or have ended, in order."""
    seconds: set[float] = set()
    for times in (criteria.times, criteria.ex_times):
        if times is None or times.spec is None:
            continue
        wall = local.astimezone(times.spec.zone) if isinstance(times.spec, ZonedTimes) else local
        passed = (wall - wall.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        minutes = {0, *(minute for one in times.spec.windows for minute in (one.start, one.end + 1)), _DAY}
        days = range(0, _LOOK_AHEAD * _DAY, _DAY)
        seconds.update((day + minute) * 60 - passed for day in days for minute in minutes if minute <= _DAY)
    return sorted(one for one in seconds if one > 0)
