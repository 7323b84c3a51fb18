"""Whether TIME and EXTIME let a message pass, and when that changes. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hexmon.alerts.rules import Criteria
from hexmon.model.holidays import Calendar
from hexmon.model.times import covers

_LOOK_AHEAD = 9  # days: a week and a day, and one more for a holiday
_LONGEST = 900.0  # seconds: the clock of the wall may be changed meanwhile
_DAY = 24 * 60


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
