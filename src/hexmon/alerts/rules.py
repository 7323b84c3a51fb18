"""What the three front ends compile to: rules with recipients. alerts.cfg, YAML rules and API thresholds alike."""

from datetime import UTC, datetime, tzinfo
from enum import StrEnum

import msgspec

from hexmon.model.color import Color
from hexmon.model.holidays import xymon_weekday
from hexmon.model.name_filter import Names
from hexmon.model.origin import BUILT_IN, Origin, Problem
from hexmon.model.times import Times
from hexmon.model.timespec import TimeSpec, WeekdayOf


class Method(StrEnum):
    """How a recipient is reached. IGNORE sends nothing and ends the walk."""

    MAIL = "MAIL"
    SCRIPT = "SCRIPT"
    IGNORE = "IGNORE"
    CHANNEL = "CHANNEL"  # a channel of hexmon.toml by its name


class Format(StrEnum):
    """How much a message says (alerts.cfg(5)); SITE: the sentences of YAML sites."""

    TEXT = "TEXT"
    PLAIN = "PLAIN"
    SMS = "SMS"
    PAGER = "PAGER"
    SCRIPT = "SCRIPT"
    SITE = "SITE"


class Constant(msgspec.Struct, frozen=True, tag=True, gc=False):
    """REPEAT: every so many seconds."""

    seconds: float = 1800.0


class Bezier(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Short gaps at first, `plateau` seconds from the `ramp`-th reminder on (a quadratic Bezier curve)."""

    plateau: float
    ramp: int = 1


Pacing = Constant | Bezier


class ZonedTimes(TimeSpec, frozen=True):
    """Windows that hold in a time zone of their own, whatever zone they are asked in."""

    zone: tzinfo

    def covers(self, local: datetime, weekday_of: WeekdayOf = xymon_weekday) -> bool:
        """Whether that moment lies in any window there."""
        return TimeSpec.covers(self, local.astimezone(self.zone), weekday_of)

    def ahead_of(self, local: datetime) -> int:
        """Minutes that the clock there is ahead of that one."""
        there = local.astimezone(self.zone).replace(tzinfo=None)
        return round((there - local.replace(tzinfo=None)).total_seconds() / 60)


class Criteria(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The filters of a rule or of a recipient; None means that it was not written.

    Durations are seconds: `longer` is met from that age on, `shorter` up to it, both included. `holding` is FOR: the
    least age of the present colour. `recovered`, `notice`: whether these are wanted. `line` is the number of the last
    line that wrote one of them, `text` the first such line; 0 and nothing: those of the rule.
    """

    pages: Names | None = None
    ex_pages: Names | None = None
    groups_shown: Names | None = None  # DISPLAYGROUP
    ex_groups_shown: Names | None = None
    hosts: Names | None = None
    ex_hosts: Names | None = None
    tests: Names | None = None
    ex_tests: Names | None = None
    classes: Names | None = None
    ex_classes: Names | None = None
    groups: Names | None = None  # GROUP of analysis.cfg
    ex_groups: Names | None = None
    colors: frozenset[Color] | None = None
    times: Times | None = None
    ex_times: Times | None = None
    longer: float | None = None
    shorter: float | None = None
    holding: float | None = None
    recovered: bool | None = None
    notice: bool | None = None
    line: int = 0
    text: str = ""


EVERYTHING = Criteria()


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody takes over the turn from `begins` until before `ends` (epoch)."""

    begins: float
    ends: float
    member: str


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A rotation: `members` take turns of `seconds`, at least an hour, from `begins` (epoch) on.

    Turns change at the same time of day in `clock`, whatever its offset is then; `zone` is its IANA name, for showing.
    Of overrides that hold the last goes first.
    """

    name: str
    members: tuple[str, ...]
    begins: float
    seconds: float
    zone: str = "UTC"
    clock: tzinfo = UTC
    overrides: tuple[Override, ...] = ()


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be told, as one line names them.

    `address` may hold &host&, &service& and &color&. `text` is the line as written, `line` its number (cfid).
    The rest is for YAML rules: `threshold` bad reports in a row, `after` seconds without an acknowledgement,
    `on_call` the rotation that gives the address, `quiet` times in which nothing is sent until they end. It hears of
    the recovery after `recover_after` good reports in a row. `later_only`: not of the beginning, only of what follows.
    """

    method: Method
    address: str = ""
    program: str = ""
    channel: str = ""
    format: Format = Format.TEXT
    pacing: Pacing = Constant()
    criteria: Criteria = EVERYTHING
    stop: bool = False
    unmatched: bool = False
    noalert: bool = False
    threshold: int = 1
    recover_after: int = 1
    later_only: bool = False
    after: float = 0.0
    on_call: Shift | None = None
    quiet: Times | None = None
    line: int = 0
    text: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Filters and those who are told when all of them are met."""

    line: int
    text: str
    origin: Origin = BUILT_IN
    criteria: Criteria = EVERYTHING
    recipients: tuple[Recipient, ...] = ()


class RuleBook(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All rules in force, in their order, and the mistakes in their files.

    Beside its fields it may carry what was worked out of them once (matching).
    """

    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()


NO_RULES = RuleBook()
