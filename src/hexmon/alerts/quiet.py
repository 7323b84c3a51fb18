"""Times in which nothing is sent to a recipient, and how long to wait for those in which something may be. Pure."""

from datetime import datetime, timedelta

from hexmon.alerts.rules import Criteria, Recipient, Rule
from hexmon.alerts.times import changes_in, in_time
from hexmon.model.holidays import Calendar
from hexmon.model.times import covers

_LONGEST = 8 * 86400.0  # times come round in a week; a day more for a holiday that takes one's place


def is_quiet(recipient: Recipient, local: datetime, calendar: Calendar) -> bool:
    """Whether nothing may be sent to that recipient at that local time."""
    return recipient.quiet is not None and covers(recipient.quiet, local, calendar)


def ask_again_in(recipient: Recipient, local: datetime, calendar: Calendar) -> float:
    """In how many seconds quiet times may be over that hold now: exact when it is soon, else a quarter of an hour."""
    return changes_in(Criteria(times=recipient.quiet), local, calendar) or _LONGEST


def quiet_for(recipient: Recipient, local: datetime, calendar: Calendar) -> float:
    """Seconds until the quiet times end, 0.0 outside of them; after eight days they are taken to be over.

    It counts on the clock of the wall: a change to or from summer time in between shifts it.
    """
    seconds = 0.0
    while seconds < _LONGEST and is_quiet(recipient, local + timedelta(seconds=seconds), calendar):
        seconds += ask_again_in(recipient, local + timedelta(seconds=seconds), calendar)
    return min(seconds, _LONGEST)


def closed_for(rule: Rule, recipient: Recipient, local: datetime, calendar: Calendar) -> float:
    """0.0 when TIME, EXTIME and quiet times let a message pass, else in how many seconds to ask again."""
    waits = [
        changes_in(criteria, local, calendar) or _LONGEST
        for criteria in (rule.criteria, recipient.criteria)
        if not in_time(criteria, local, calendar)
    ]
    if is_quiet(recipient, local, calendar):
        waits.append(ask_again_in(recipient, local, calendar))
    return max(waits, default=0.0)
