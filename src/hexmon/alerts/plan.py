"""Who is told now: what one moment makes of one incident. Pure: rules, facts and `now` are arguments.

The timing is that of xymond_alert(8), whose known faults are mended (docs/migrate/xymon.md), for every front end.

What an incident says after each function:

* `raised`: `color`, `color_since`, `seen`, `reports` are those of this report, `worst` never falls; `rose` is set when
  it rises: who matches at the next walk is told whatever the interval. `look_at` is 0.0 (at once) for a new incident
  and for another colour, the end of the acknowledgement while there is one, and otherwise what it was. A report after
  the end begins a new incident; who is still owed the end of the old one is in its `told` already, and hears reminders
  (`settled` is what becomes of the old one).
* `acknowledged`: `ack` and `look_at`; `told` and its timers stay.
* `plan_alert`: `told` has who was told, `due` the moment of the next message; `look_at` lies ahead: the first `due`,
  the moment when an age is reached or times of day change, a minute on while nobody matches; infinite when nobody ever
  could. `rose` is false, an acknowledgement that is over is gone. When rules change the caller has to ask again.
* `plan_end`: `ended` and `end` are set once; `pending` while somebody who wants the end may not hear of it yet, and
  `look_at` then when to ask again, else infinite. `end_told` of a recipient is set when it was told.
"""

from msgspec.structs import replace

from hexmon.alerts import matching
from hexmon.alerts.ending import plan_end
from hexmon.alerts.matching import Subject
from hexmon.alerts.pacing import delay
from hexmon.alerts.planned import NEVER, Planned, Telling
from hexmon.alerts.quiet import ask_again_in, is_quiet, quiet_for
from hexmon.alerts.recipients import Entry, entries, noted, place, told_now, wants_notices, way_to, who
from hexmon.alerts.rules import Method, RuleBook
from hexmon.model.incident import Ack, Incident, Kind, Told, incident_id
from hexmon.model.status import Status

__all__ = [
    "Planned",
    "Telling",
    "acknowledged",
    "needs_plan",
    "plan_alert",
    "plan_end",
    "plan_notice",
    "raised",
    "settled",
]

MINUTE = 60.0
_SOON = 0.05  # a look that is due again at once would never end


def raised(before: Incident | None, status: Status, now: float) -> Incident:
    """What a report in an alert colour makes of the incident of its square, or the incident that it begins."""
    if before is None or before.ended:
        return _begun(before, status, now)
    if status.color is before.color:
        return replace(before, seen=now, reports=before.reports + 1)
    worse = status.color > before.worst
    # The board lifts an acknowledgement when the square becomes worse, where it is set so.
    ack = None if worse and status.acknowledged is None else before.ack
    return replace(
        before,
        color=status.color,
        worst=max(before.worst, status.color),
        color_since=status.since,
        seen=now,
        reports=before.reports + 1,
        rose=before.rose or worse,
        ack=ack,
        look_at=ack.until if ack is not None and now < ack.until else 0.0,
    )


def _begun(before: Incident | None, status: Status, now: float) -> Incident:
    return Incident(
        id=incident_id(status.key, status.since),
        key=status.key,
        started=status.since,
        color=status.color,
        worst=status.color,
        color_since=status.since,
        seen=now,
        told=_owed(before) if before is not None and before.pending else (),
    )


def _owed(before: Incident) -> tuple[Told, ...]:
    return tuple(told for told in before.told if told.wants_end and not told.end_told)


def settled(before: Incident) -> Incident:
    """What becomes of an ended incident when its square is bad again: a new one owes the end to who waited for it.

    It is to be saved beside the new one, unless that has the same `id`: the square was then bad all the time.
    """
    return replace(before, pending=False, look_at=NEVER)


def needs_plan(before: Incident | None, after: Incident) -> bool:
    """Whether a report changed anything that the rules may look at; for most reports it did not."""
    return (
        before is None
        or after.color is not before.color
        or bool(before.ended)
        or 0 < after.look_at_report <= after.reports
    )


def acknowledged(incident: Incident, ack: Ack, now: float) -> Incident:
    """Somebody works on it: nothing is due before the acknowledgement ends, whatever colour it becomes."""
    if incident.ended:
        return incident
    if ack.until <= now:
        return replace(incident, ack=None, look_at=now)
    return replace(incident, ack=ack, look_at=ack.until)


def plan_alert(incident: Incident, book: RuleBook, subject: Subject, now: float) -> Planned:
    """Who is due to be told that it lasts. To be asked when `look_at` has come, and after each `raised`.

    After a mere refresh there is nothing to ask: see `needs_plan`.
    """
    ack = incident.ack
    if incident.ended:
        return Planned(incident)
    if ack is not None and now < ack.until:
        return Planned(replace(incident, look_at=ack.until, look_at_report=0))
    return _Round(replace(incident, ack=None), book, replace(subject, kind=Kind.ALERT, acknowledged=False), now).plan()


class _Round:
    """One walk over the rules, and what comes of it."""

    def __init__(self, incident: Incident, book: RuleBook, subject: Subject, now: float) -> None:
        self.incident = incident
        self.book = book
        self.subject = subject
        self.now = now
        self.told = {told.who: told for told in incident.told}
        self.tell: list[Telling] = []
        self.moments: list[float] = []

    def plan(self) -> Planned:
        walked = matching.walk(self.book, self.subject)
        for name, entry in entries(walked.matched, self.incident, self.now).items():
            self._consider(name, entry)
        if walked.soonest is not None:
            self.moments.append(self.now + walked.soonest)
        if not self.moments:
            self.moments.append(self.now + MINUTE if walked.anybody else NEVER)
        after = replace(
            self.incident,
            rose=False,
            told=tuple(self.told.values()),
            look_at=max(min(self.moments), self.now + _SOON),
            look_at_report=self._next_threshold(),
        )
        return Planned(after, tuple(self.tell))

    def _consider(self, name: str, entry: Entry) -> None:
        before = self.told.get(name)
        if before is not None and (due := self._due(before, entry)) > self.now:
            self.moments.append(due)
            self.told[name] = noted(before, entry, due)
            return
        local, calendar = self.subject.local, self.subject.calendar
        if is_quiet(entry.recipient, local, calendar):
            self.moments.append(self.now + ask_again_in(entry.recipient, local, calendar))
            return
        told = told_now(entry, before, self.incident, self.now)
        told = replace(told, due=self.now + _gap(entry, told.count))
        news = before is None or self.incident.color > before.worst
        self.told[name] = told
        self.moments.append(told.due)
        if news and entry.recipient.later_only:
            return  # it counts as told: the reminders and the end follow from it
        self.tell.append(Telling(Kind.ALERT if news else Kind.REMINDER, told, _note(entry) if before is None else ""))

    def _due(self, before: Told, entry: Entry) -> float:
        """At once for a rise; and a clock that was set back must not put the next message off by as much."""
        if self.incident.rose and self.incident.color > before.worst:
            return 0.0
        return before.due if before.last <= self.now else min(before.due, self.now + _gap(entry, before.count))

    def _next_threshold(self) -> int:
        reports = self.incident.reports
        return min((threshold for threshold in _thresholds(self.book) if threshold > reports), default=0)


def _thresholds(book: RuleBook) -> frozenset[int]:
    """All that somebody waits for; worked out once for a book."""
    found: frozenset[int] | None = book.__dict__.get("thresholds")
    if found is None:
        found = frozenset(recipient.threshold for rule in book.rules for recipient in rule.recipients)
        book.__dict__["thresholds"] = found
    return found


def _gap(entry: Entry, sent: int) -> float:
    """xymond_alert, too, repeats once a minute what has no interval."""
    return delay(entry.recipient.pacing, sent) or MINUTE


def _note(entry: Entry) -> str:
    minutes = entry.recipient.after / MINUTE
    return f"nobody acknowledged it for {minutes:g} minutes" if minutes else ""


def plan_notice(book: RuleBook, subject: Subject, now: float) -> tuple[Telling, ...]:
    """Who is told of a `notify` message. It has no incident and touches none.

    `told.due` is when it may be sent: `now`, or the end of the recipient's quiet times.
    """
    found: dict[str, Telling] = {}
    for rule, recipient in matching.walk(book, replace(subject, kind=Kind.NOTICE)).matched:
        if recipient.method is Method.IGNORE or not wants_notices(rule, recipient):
            continue
        way = way_to(recipient, subject.key, subject.color, now)
        due = now + quiet_for(recipient, subject.local, subject.calendar)
        told = Told(
            who=who(way), way=way, first=now, last=now, due=due, line=recipient.line, rule=place(rule, recipient)
        )
        found.setdefault(told.who, Telling(Kind.NOTICE, told))
    return tuple(found.values())
