"""Who hears of the end: everybody who was told and wants it, as soon as their times let it pass. Pure.

The rules need not name them any more: it is the alert that was sent which makes the end owed. Rules that do name them
say in which form they hear it, and may add the wish; they do not take it back.
"""

from msgspec.structs import replace

from hexmon.alerts import matching
from hexmon.alerts.matching import Subject
from hexmon.alerts.planned import NEVER, Planned, Telling
from hexmon.alerts.quiet import ask_again_in, closed_for, is_quiet
from hexmon.alerts.recipients import Entry, entries, way_to, who
from hexmon.alerts.rules import Method, Recipient, Rule, RuleBook
from hexmon.model.color import Color
from hexmon.model.incident import Incident, Kind, Told

_LONGEST_WAIT = 8 * 86400.0  # times of day come round in a week, and a day for a holiday that takes one's place
_NEXT_REPORT = 1.0  # seconds until another good report may be there
_ENDS = {Kind.RECOVERY: "recovered", Kind.DISABLED: "disabled"}


def plan_end(incident: Incident, book: RuleBook, subject: Subject, now: float) -> Planned:
    """Who is due to hear of the end; `subject.kind` is RECOVERY or DISABLED. Asked again while it is `pending`."""
    if incident.ended and not incident.pending:
        return Planned(replace(incident, look_at=NEVER))
    kind = Kind.DISABLED if (incident.end or _ENDS[subject.kind]) == _ENDS[Kind.DISABLED] else Kind.RECOVERY
    ended = incident.ended or now
    owed = [told for told in incident.told if not told.end_told and (told.wants_end or not incident.ended)]
    named = entries(matching.walk(book, replace(subject, kind=Kind.ALERT)).matched, incident, now) if owed else {}
    decide = _Decision(incident, book, subject, now, patient=now - ended < _LONGEST_WAIT)
    wanting = [told for told in owed if told.wants_end or (told.who in named and named[told.who].wants_end)]
    waits = {told.who: decide.wait(told, named.get(told.who)) for told in wanting}
    waiting = {name: seconds for name, seconds in waits.items() if seconds}
    heard = {told.who: _heard(told, named.get(told.who), now) for told in wanting if told.who not in waiting}
    order = [*(name for name in named if name in heard), *(name for name in heard if name not in named)]
    after = replace(
        incident,
        ended=ended,
        end=_ENDS[kind],
        pending=bool(waiting),
        look_at=now + min(waiting.values(), default=NEVER),
        told=tuple(heard.get(told.who) or _owed(told, told.who in waiting) for told in incident.told),
    )
    return Planned(after, tuple(Telling(kind, heard[name]) for name in order))


def _heard(told: Told, entry: Entry | None, now: float) -> Told:
    told = replace(told, last=now, due=0.0, count=told.count + 1, end_told=now)
    return told if entry is None else replace(told, way=entry.way, line=entry.recipient.line)


def _owed(told: Told, waits: bool) -> Told:
    return replace(told, wants_end=True) if waits else told


class _Decision:
    """Whether somebody has to wait for the end. `patient`: it is not so old that it has to be told at last."""

    def __init__(self, incident: Incident, book: RuleBook, subject: Subject, now: float, *, patient: bool) -> None:
        self._incident = incident
        self._book = book
        self._subject = subject
        self._now = now
        self._patient = patient
        self._disabled = subject.kind is Kind.DISABLED

    def wait(self, told: Told, entry: Entry | None) -> float:
        """0.0 when it may be told now; else its times do not cover this moment: in how many seconds to ask again."""
        local, calendar = self._subject.local, self._subject.calendar
        if not self._patient:
            return 0.0
        if entry is not None and self._wants_more(entry.recipient):
            return _NEXT_REPORT
        if entry is not None:
            quiet = is_quiet(entry.recipient, local, calendar)
            return ask_again_in(entry.recipient, local, calendar) if quiet else 0.0
        lines = self._lines_of(told)
        if lines and all(self._wants_more(recipient) for _, recipient in lines):
            return _NEXT_REPORT
        return min((closed_for(rule, recipient, local, calendar) for rule, recipient in lines), default=0.0)

    def _wants_more(self, recipient: Recipient) -> bool:
        """Whether it hears of the end only after more good reports in a row."""
        return recipient.recover_after > max(self._incident.goods, 1) and not self._disabled

    def _lines_of(self, told: Told) -> list[tuple[Rule, Recipient]]:
        """The lines that name it if filters are left out; its own line alone where it still stands."""
        lines = [
            (rule, recipient)
            for rule in self._book.rules
            for recipient in rule.recipients
            if recipient.method is not Method.IGNORE and self._names(recipient, told)
        ]
        own = [(rule, recipient) for rule, recipient in lines if recipient.line == told.line]
        return own or lines

    def _names(self, recipient: Recipient, told: Told) -> bool:
        if recipient.method.value != told.way.method or recipient.program != told.way.program:
            return False
        key, moments = self._incident.key, {self._now, told.first, told.last}
        colors = {self._incident.color, self._incident.worst, *Color} if "&" in recipient.address else {Color.RED}
        return any(told.who == who(way_to(recipient, key, color, moment)) for color in colors for moment in moments)
