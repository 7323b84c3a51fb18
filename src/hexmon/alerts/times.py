"""TIME and EXTIME as xymond_alert reads them: what can be read of a time specification holds. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from hexmon.alerts.rules import Criteria, Times
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


def covers(times: Times, local: datetime, calendar: Calendar) -> bool:
    """Whether that local time lies inside; times that nobody can read cover nothing."""
    return times.spec is not None and times.spec.covers(local, calendar.weekday)


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
    moments = (moment for moment in _edges(criteria, local) if in_time(criteria, moment, calendar) is not before)
    moment = next(moments, None)
    return None if moment is None else min((moment - local).total_seconds(), _LONGEST)


def _edges(criteria: Criteria, now: datetime) -> Iterator[datetime]:
    """When a window may begin or have ended, from now on, in order."""
    specs = [times.spec for times in (criteria.times, criteria.ex_times) if times is not None and times.spec]
    minutes = {0}
    for spec in specs:
        ahead = spec.ahead_of(now)
        for window in spec.windows:
            minutes.update(((window.start - ahead) % _DAY, (window.end + 1 - ahead) % _DAY))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(_LOOK_AHEAD):
        for minute in sorted(minutes):
            moment = midnight + timedelta(days=day, minutes=minute)
            if moment > now:
                yield moment
