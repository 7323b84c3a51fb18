"""Whether a time lies in the times that a rule or a recipient names. Pure."""

from datetime import datetime

from hexmon.alerts.rules import Times
from hexmon.model.holidays import Calendar

MINUTE = 60.0


def covers(times: Times, local: datetime, calendar: Calendar) -> bool:
    """Whether that local time lies inside; times that nobody can read cover nothing."""
    return times.spec is not None and times.spec.covers(local, calendar.weekday)
