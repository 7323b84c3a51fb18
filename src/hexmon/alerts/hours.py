"""The times in which a recipient may be told: TIME and EXTIME of its rule and its own, and its quiet times. Pure."""

from datetime import datetime, timedelta

from hexmon.alerts.rules import Criteria, Recipient, Rule, Times
from hexmon.model.holidays import Calendar

MINUTE = 60.0
_WEEK_OF_MINUTES = 8 * 24 * 60  # a day more: a holiday may stand in for another weekday


def covers(times: Times, local: datetime, calendar: Calendar) -> bool:
    """Whether that local time lies inside; times that nobody can read cover nothing."""
    return times.spec is not None and times.spec.covers(local, calendar.weekday)


def in_hours(rule: Rule, recipient: Recipient, local: datetime, calendar: Calendar) -> bool:
    """Whether the rule's and the recipient's times let a message pass at that local time."""
    return all(_lets_pass(criteria, local, calendar) for criteria in (rule.criteria, recipient.criteria))


def _lets_pass(criteria: Criteria, local: datetime, calendar: Calendar) -> bool:
    if criteria.times is not None and not covers(criteria.times, local, calendar):
        return False
    return criteria.ex_times is None or not covers(criteria.ex_times, local, calendar)


def is_quiet(recipient: Recipient, local: datetime, calendar: Calendar) -> bool:
    """Whether nothing may be sent to that recipient at that local time."""
    return recipient.quiet is not None and covers(recipient.quiet, local, calendar)


def quiet_for(recipient: Recipient, local: datetime, calendar: Calendar) -> float:
    """Seconds until the quiet times end, 0.0 outside of them; after eight days they are taken to be over.

    It counts on the clock of the wall: a change to or from summer time in between shifts it.
    """
    if not is_quiet(recipient, local, calendar):
        return 0.0
    minute = local.replace(second=0, microsecond=0)
    for minutes in range(1, _WEEK_OF_MINUTES):
        if not is_quiet(recipient, minute + timedelta(minutes=minutes), calendar):
            break
    else:
        minutes = _WEEK_OF_MINUTES
    return minutes * MINUTE - (local - minute).total_seconds()
