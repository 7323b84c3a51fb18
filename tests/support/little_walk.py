"""A walk over the rules that knows the filters which decide about moments: enough to test the plan by itself.

It knows hosts, tests, colours, times, ages, thresholds and escalation; `matching.walk` knows all of them.
"""

from collections.abc import Iterator

from hexmon.alerts.hours import MINUTE, covers
from hexmon.alerts.matching import Subject, Trace, Walk
from hexmon.alerts.recipients import wants_notices
from hexmon.alerts.rules import Criteria, Method, Recipient, Rule, RuleBook
from hexmon.model.incident import Kind

NEVER = float("inf")
_Met = tuple[bool, float]


def little_walk(book: RuleBook, subject: Subject, trace: Trace | None = None) -> Walk:
    """As `matching.walk`."""
    assert trace is None
    matched: list[tuple[Rule, Recipient]] = []
    waits: list[float] = [NEVER]
    for rule, recipient, wait in _lines(book, subject):
        waits.append(wait)
        if wait:
            continue
        if _counts(recipient, subject.kind) and not (recipient.unmatched and matched and subject.kind is Kind.ALERT):
            matched.append((rule, recipient))
        if recipient.stop or recipient.method is Method.IGNORE:
            break
    soonest = min((wait for wait in waits if wait > 0), default=NEVER)
    return Walk(tuple(matched), None if soonest == NEVER else soonest, bool(matched) or soonest < NEVER)


def _counts(recipient: Recipient, kind: Kind) -> bool:
    return recipient.method is not Method.IGNORE and (not recipient.noalert or kind is Kind.NOTICE)


def _lines(book: RuleBook, subject: Subject) -> Iterator[tuple[Rule, Recipient, float]]:
    """Each recipient, and in how many seconds it may be told: 0.0 now, infinite never."""
    for rule in book.rules:
        for recipient in rule.recipients:
            waits = [_wait(rule.criteria, subject), _wait(recipient.criteria, subject), _own(rule, recipient, subject)]
            yield rule, recipient, max(waits)


def _wait(criteria: Criteria, subject: Subject) -> float:
    names = (criteria.hosts, subject.key.host), (criteria.tests, subject.key.test)
    if any(wanted is not None and not wanted.match(name) for wanted, name in names):
        return NEVER
    if subject.kind is Kind.NOTICE:
        return 0.0
    return max(_colors(criteria, subject), _ages(criteria, subject), _times(criteria, subject))


def _colors(criteria: Criteria, subject: Subject) -> float:
    return 0.0 if criteria.colors is None or subject.color in criteria.colors else NEVER


def _ages(criteria: Criteria, subject: Subject) -> float:
    if criteria.shorter is not None and subject.age > criteria.shorter:
        return NEVER
    return max((criteria.longer or 0.0) - subject.age, (criteria.holding or 0.0) - subject.color_age, 0.0)


def _times(criteria: Criteria, subject: Subject) -> float:
    local, calendar = subject.local, subject.calendar
    outside = criteria.times is not None and not covers(criteria.times, local, calendar)
    excluded = criteria.ex_times is not None and covers(criteria.ex_times, local, calendar)
    return MINUTE if outside or excluded else 0.0


def _own(rule: Rule, recipient: Recipient, subject: Subject) -> float:
    if subject.kind is Kind.NOTICE:
        return 0.0 if wants_notices(rule, recipient) else NEVER
    if subject.reports < recipient.threshold or (recipient.after and subject.acknowledged):
        return NEVER
    return max(recipient.after - subject.age, 0.0)
