"""What may be written in alerts.yaml, as people write it; `rules_yaml` makes rules of it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from hexmon.alerts.heartbeat import CheckHeartbeat
from hexmon.alerts.notify.http_options import read_url
from hexmon.alerts.zones import read_times, read_zone
from hexmon.config.settings import (
    LIST,
    PositiveCount,
    PositiveSeconds,
    Seconds,
    checked,
    from_text,
    named,
    parse_seconds,
)
from hexmon.model.color import BY_WORD

NEVER = "never"
NONE = "none"
_STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}


def read_every(text: str) -> float | None:
    """Seconds, or None for `never`. Raises ValueError."""
    if text.lower() == NEVER:
        return None
    seconds = parse_seconds(text)
    if seconds <= 0:
        raise ValueError('must be above 0; "never" means no reminders')
    return seconds


def _read_color(text: str) -> None:
    word = text.lower().removeprefix("!")
    if word not in BY_WORD:
        close = difflib.get_close_matches(word, BY_WORD, 1)
        hint = f"; did you mean {close[0]}?" if close else f": {', '.join(BY_WORD)}"
        raise ValueError(f"'{text}' is not a colour{hint}")


def _read_quiet(text: str) -> None:
    if text.lower() != NONE:
        read_times(text)


def _filled(text: str) -> None:
    if not text.strip():
        raise ValueError("is empty")


def _some(texts: tuple[str, ...]) -> None:
    if not texts:
        raise ValueError("an empty list means nothing; leave it out, or write what is meant")


def _read_url(text: str) -> None:
    if text:
        read_url(text)


Url = Annotated[str, checked(_read_url)]
Word = Annotated[str, checked(_filled)]
Words = Annotated[tuple[Word, ...], LIST, checked(_some)]
Colors = Annotated[tuple[Annotated[str, checked(_read_color)], ...], LIST, checked(_some)]
Spans = Annotated[tuple[Annotated[str, checked(read_times)], ...], LIST, checked(_some)]
Quiet = Annotated[tuple[Annotated[str, checked(_read_quiet)], ...], LIST, checked(_some)]
Zone = Annotated[str, checked(read_zone)]
Every = Annotated[str, checked(read_every)]


@dataclass(frozen=True, kw_only=True)
class Match:
    """Which squares. Names are as in alerts.cfg(5): `*`, lists, `!` for exceptions, `%` and an expression; or globs."""

    __pydantic_config__ = _STRICT
    hosts: Words | None = None
    ex_hosts: Words | None = None
    tests: Words | None = None
    ex_tests: Words | None = None
    pages: Words | None = None
    ex_pages: Words | None = None
    display_groups: Words | None = None
    ex_display_groups: Words | None = None
    classes: Words | None = None
    ex_classes: Words | None = None
    groups: Words | None = None
    ex_groups: Words | None = None
    colors: Colors | None = None
    times: Spans | None = None
    ex_times: Spans | None = None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Short gaps at first, `plateau` from the `ramp`-th reminder on."""

    __pydantic_config__ = _STRICT
    plateau: PositiveSeconds = 3600.0
    ramp: PositiveCount = 8


@dataclass(frozen=True, kw_only=True)
class When:
    """What rules and those who are told have in common.

    `for_` is the least age of the colour, `longer` and `shorter` limit that of the trouble. What somebody who is told
    does not have is taken from the rule.
    """

    __pydantic_config__ = _STRICT
    match: Match = field(default_factory=Match)
    for_: Annotated[Seconds | None, named("for")] = None
    longer: Seconds | None = None
    shorter: Seconds | None = None
    threshold: PositiveCount | None = None
    recover_after: PositiveCount | None = None
    quiet: Quiet | None = None
    zone: Zone | None = None
    every: Every | None = None
    pacing: Curve | None = None
    recovered: bool | None = None
    notice: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Tell(When):
    """Who is told: a `person` of ours, by `mail`, by a `script`, or `to` somebody through a `channel`."""

    __pydantic_config__ = _STRICT
    person: Word | None = None
    mail: Words | None = None
    script: Word | None = None
    channel: Word | None = None
    to: Words | None = None
    on_call: Word | None = None
    format: Word | None = None
    after: Seconds = 0.0
    stop: bool = False
    unmatched: bool = False


def _tell_of(text: str) -> object:
    """A word alone is an address of mail, a person, or a channel."""
    return {"mail": text} if "@" in text else {"person": text}


@dataclass(frozen=True, kw_only=True)
class RuleShape(When):
    """Whom these squares concern. `stop`: no later rule is looked at; `ignore`: nobody is told at all."""

    __pydantic_config__ = _STRICT
    name: str = ""
    tell: Annotated[tuple[Annotated[Tell, from_text(_tell_of)], ...], LIST] = ()
    stop: bool = False
    ignore: bool = False


@dataclass(frozen=True, kw_only=True)
class OverrideShape:
    """Somebody takes over for a while."""

    __pydantic_config__ = _STRICT
    from_: Annotated[str, named("from")]
    to: str
    member: Word


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Who is on call. `begins` is when the first member's first turn begins."""

    __pydantic_config__ = _STRICT
    members: Words
    begins: str
    every: PositiveSeconds = 7 * 86400.0
    zone: Zone | None = None
    overrides: tuple[OverrideShape, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ParentShape:
    """What stands behind what: alerts/topology.py."""

    __pydantic_config__ = _STRICT
    child: Words
    parents: Words
    need: Literal["any", "all"] = "all"


@dataclass(frozen=True, kw_only=True)
class ThresholdShape:
    """A row as gosrvmon has it: N different results in a row, then a URL, in both directions."""

    __pydantic_config__ = _STRICT
    host: Word
    test: Word = "*"
    threshold: PositiveCount = 1
    url: Url = field(default="", repr=False)
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertsShape:
    """The whole of alerts.yaml."""

    __pydantic_config__ = _STRICT
    zone: Zone | None = None
    quiet: Quiet | None = None
    people: Mapping[str, Mapping[str, Word]] = field(default_factory=dict, repr=False)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    rules: tuple[RuleShape, ...] = ()
    parents: tuple[ParentShape, ...] = ()
    heartbeats: tuple[CheckHeartbeat, ...] = field(default=(), repr=False)
    thresholds: tuple[ThresholdShape, ...] = ()
