"""Who is told now: what one moment makes of one incident. Pure: rules, facts and `now` are arguments.

The timing is that of xymond_alert(8), whose known faults are mended (docs/migrate/xymon.md), for every front end.
"""

import msgspec

from hexmon.alerts.matching import Subject
from hexmon.alerts.rules import RuleBook
from hexmon.model.incident import Ack, Incident, Kind, Told
from hexmon.model.status import Status


class Telling(msgspec.Struct, frozen=True, gc=False):
    """One message that is due now. `told` is the recipient as the incident keeps it from now on."""

    kind: Kind
    told: Told
    note: str = ""


class Planned(msgspec.Struct, frozen=True):
    """The incident after this moment, its `look_at` set, and what is to be said in the order of the rules."""

    incident: Incident
    tell: tuple[Telling, ...] = ()


def raised(before: Incident | None, status: Status, now: float) -> Incident:
    """What a report in an alert colour makes of the incident of its square, or the incident that it begins."""
    raise NotImplementedError


def acknowledged(incident: Incident, ack: Ack, now: float) -> Incident:
    """Somebody works on it: nothing is due before the acknowledgement ends, whatever colour it becomes."""
    raise NotImplementedError


def plan_alert(incident: Incident, book: RuleBook, subject: Subject, now: float) -> Planned:
    """Who is due to be told that it lasts. To be asked when `look_at` has come, and after each `raised`."""
    raise NotImplementedError


def plan_end(incident: Incident, book: RuleBook, subject: Subject, now: float) -> Planned:
    """Who is due to hear of the end; `subject.kind` is RECOVERY or DISABLED. Asked again while it is `pending`."""
    raise NotImplementedError


def plan_notice(book: RuleBook, subject: Subject, now: float) -> tuple[Telling, ...]:
    """Who is told of a `notify` message. It has no incident and touches none."""
    raise NotImplementedError
