"""TIME and EXTIME as Xymon's rule files write them: what can be read of a time specification holds. Pure."""

import re
from datetime import datetime

import msgspec

from hexmon.model.holidays import Calendar
from hexmon.model.timespec import TimeSpec, TimeWindow, parse_timespec

_ITEM = re.compile(r"(?P<days>[*Ww0-6]+):(?P<start>[^:]*):(?P<end>.*)\Z", re.DOTALL)
_CLOCK = re.compile(r"\d{4}", re.ASCII)
_DAYS = {"*": range(7), "W": range(1, 6)}


class Times(msgspec.Struct, frozen=True, gc=False):
    """A time specification and how it was written; `spec` None is one that nobody can read: it covers nothing."""

    text: str
    spec: TimeSpec | None


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
