"""Rules and subjects for tests, from as few words as possible."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hexmon.alerts.alerts_cfg import AlertDefaults, read_alerts
from hexmon.alerts.matching import Subject, Verdict, walk
from hexmon.alerts.rules import Method, Recipient, RuleBook
from hexmon.config.line import Line
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin

WEDNESDAY = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def lines_of(text: str) -> list[Line]:
    """The lines of an alerts.cfg without includes and continuations."""
    return [Line(line.strip(), Origin("alerts.cfg", number)) for number, line in enumerate(text.split("\n"), 1)]


def book_of(text: str, defaults: AlertDefaults | None = None) -> RuleBook:
    """The rules of an alerts.cfg."""
    return read_alerts(lines_of(text), defaults)


def a_subject(host: str = "www", test: str = "http", **facts: Any) -> Subject:
    """A red square, an hour old, on a Wednesday at nine."""
    usual = {"color": Color.RED, "age": 3600.0, "color_age": 3600.0, "local": WEDNESDAY}
    return Subject(key=StatusKey(host, test), **{**usual, **facts})


def told(book: RuleBook | str, subject: Subject | None = None) -> list[str]:
    """Who is told, in order."""
    rules = book_of(book) if isinstance(book, str) else book
    return [_name(recipient) for _, recipient in walk(rules, subject or a_subject()).matched]


def steps(book: RuleBook | str, subject: Subject | None = None) -> list[str]:
    """Each rule and recipient that was asked: `LINE WHO: reason or note`."""
    found: list[Verdict] = []
    walk(book_of(book) if isinstance(book, str) else book, subject or a_subject(), found.append)
    return list(_steps(found))


def _steps(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for one in verdicts:
        who = _name(one.recipient) if one.recipient is not None else "rule"
        outcome = one.failure.reason if one.failure is not None else one.note or "ok"
        yield f"{one.line} {who}: {outcome}"


def _name(recipient: Recipient) -> str:
    return (
        recipient.address or recipient.channel or (recipient.method.value if recipient.method is Method.IGNORE else "")
    )
