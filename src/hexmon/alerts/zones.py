"""Time zones, moments and weekly times as YAML rules write them: read once, when the file is."""

import difflib
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from hexmon.alerts.rules import ZonedTimes
from hexmon.model.times import Times
from hexmon.model.timespec import TimeSpec, TimeWindow, parse_timespec

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SETS = {
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(1, 6)),
    "weekends": frozenset({0, 6}),
}
_SPAN = re.compile(r"(?:(?P<days>[a-z-]+)\s+)?(?P<start>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)\Z")
_MIDNIGHT = 24 * 60
_EXAMPLES = '"weekdays 08:00-18:00", "sat-sun 22:00-07:00", "20:00-06:00" or "W:0800:1800"'


def read_zone(text: str) -> ZoneInfo:
    """A zone by its IANA name. Raises ValueError."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        close = difflib.get_close_matches(text, available_timezones(), 1, 0.7)
        hint = f"; did you mean {close[0]}?" if close else " such as Europe/Copenhagen"
    raise ValueError(f"'{text}' is not a time zone{hint}")


def read_moment(text: str, zone: tzinfo) -> float:
    """`2026-01-05 08:00` in that zone, or with an offset of its own, to epoch seconds. Raises ValueError."""
    try:
        written = datetime.fromisoformat(text)
        if written.tzinfo is not None:
            return written.timestamp()
        moment = written.replace(tzinfo=zone).timestamp()
        shown = datetime.fromtimestamp(moment, zone).replace(tzinfo=None, fold=0)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"'{text}' is not a moment such as 2026-01-05 08:00") from None
    if shown != written:
        raise ValueError(f"'{text}' does not exist in {zone}: clocks are moved over it")
    return moment


def read_times(text: str, zone: tzinfo | None = None) -> Times:
    """`weekdays 08:00-18:00, sat 10:00-14:00`, or as in Xymon's files `W:0800:1800`. Raises ValueError.

    Without a zone they hold in that of the one who asks. The first form ends before its last minute, and what goes past
    midnight ends on the next day; the second is read as alerts.cfg(5) has it.
    """
    windows = [window for item in text.split(",") for window in _windows(item.strip())]
    spec = TimeSpec(tuple(windows)) if zone is None else ZonedTimes(tuple(windows), zone)
    return Times(text if zone is None else f"{text} ({zone})", spec)


def _windows(item: str) -> Iterator[TimeWindow]:
    spec = parse_timespec(item)
    match = _SPAN.match(item.lower())
    if spec is not None:
        yield from spec.windows
    elif match is not None:
        yield from _span(item, match)
    else:
        raise ValueError(f"'{item}' is not a time such as {_EXAMPLES}")


def _span(item: str, match: re.Match[str]) -> Iterator[TimeWindow]:
    days = _days(match["days"] or "daily")
    start, end = _minute(match["start"]), _minute(match["end"])
    if days is None or start is None or end is None or start in (end, _MIDNIGHT):
        raise ValueError(f"'{item}' is not a time such as {_EXAMPLES}")
    if start < end:
        yield _window(days, start, end)
        return
    yield TimeWindow(days, start, _MIDNIGHT)
    if end > 0:
        yield _window(frozenset((day + 1) % 7 for day in days), 0, end)


def _window(days: frozenset[int], start: int, end: int) -> TimeWindow:
    """Up to before `end`; at least two minutes, as one whose end is its start would go round the clock."""
    return TimeWindow(days, start, max(end - 1, start + 1))


def _days(text: str) -> frozenset[int] | None:
    if text in _SETS:
        return _SETS[text]
    first, dash, last = text.partition("-")
    if first not in _DAYS or (dash and last not in _DAYS):
        return None
    begin, end = _DAYS.index(first), _DAYS.index(last or first)
    return frozenset((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _minute(text: str) -> int | None:
    hours, _, minutes = text.partition(":")
    minute = int(hours) * 60 + int(minutes)
    return minute if minute <= _MIDNIGHT and int(minutes) < 60 else None
