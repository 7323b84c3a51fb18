"""Walking the rules: which recipients a square's alert goes to, and why the others not. Pure."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from hexmon.alerts.rules import Recipient, Rule, RuleBook
from hexmon.model.color import Color
from hexmon.model.holidays import NO_HOLIDAYS, Calendar
from hexmon.model.incident import Kind
from hexmon.model.names import StatusKey


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that filters look at. `known` False: no line of hosts.cfg; `age` and `color_age` are seconds."""

    key: StatusKey
    color: Color
    age: float
    color_age: float
    local: datetime  # the moment in the time zone of the host's calendar
    kind: Kind = Kind.ALERT
    known: bool = True
    pages: tuple[str, ...] = ("",)
    display_group: str | None = None
    host_class: str = ""
    groups: tuple[str, ...] = ()
    calendar: Calendar = NO_HOLIDAYS
    alert_colors: frozenset[Color] = frozenset()
    reports: int = 1
    acknowledged: bool = False


class Failure(msgspec.Struct, frozen=True, gc=False):
    """A filter that was not met. `retry_in` is the seconds until it will be, None when time alone does not help."""

    reason: str
    retry_in: float | None = None


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One step of a walk, for those who want to know why: a rule (`recipient` None) or one of its recipients."""

    rule: Rule
    recipient: Recipient | None
    failure: Failure | None
    note: str = ""  # "IGNORE", "not unmatched", "stop"


class Walk(msgspec.Struct, frozen=True):
    """Who is meant, in the order of the file; `soonest` is in how many seconds another might be, None for never.

    `anybody` False: no recipient could ever match, whatever time or age it becomes.
    """

    matched: tuple[tuple[Rule, Recipient], ...]
    soonest: float | None
    anybody: bool


Trace = Callable[[Verdict], None]


def walk(book: RuleBook, subject: Subject, trace: Trace | None = None) -> Walk:
    """Every recipient that the rules name for this subject."""
    raise NotImplementedError
