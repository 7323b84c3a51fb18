"""gosrvmon's thresholds: N different results in a row, then a URL is called, in both directions. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hexmon.alerts.paced import NO_REMINDERS
from hexmon.alerts.rules import Criteria, Method, Recipient, Rule
from hexmon.model.color import Color
from hexmon.model.name_filter import Names
from hexmon.model.origin import BUILT_IN, Origin

URL = "url"  # the type of channel that fills placeholders in


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A row. `test` "*" means each test of the host; `url` is a secret. With a `channel` that one is used instead."""

    host: str
    test: str = "*"
    threshold: int = 1
    url: str = msgspec.field(default="")
    channel: str = ""
    origin: Origin = BUILT_IN

    def __repr__(self) -> str:
        return f"Threshold({self.host!r}, {self.test!r}, {self.threshold})"


class Thresholds(msgspec.Struct, frozen=True):
    """The rules, and the tables of the channels that they name (alerts/channels.py)."""

    rules: tuple[Rule, ...] = ()
    channels: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)


def thresholds_of(rows: Iterable[Threshold]) -> Thresholds:
    """What these rows mean.

    A square is down when it is red: what nobody knows (purple, clear) is no result. There are no reminders. A URL has a
    channel of its own, `threshold.HOST.TEST`, so that neither rules nor the notification log hold it.
    """
    rules: list[Rule] = []
    channels: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        name = row.channel or _unused(f"threshold.{row.host}" + (f".{row.test}" if row.test != "*" else ""), channels)
        if not row.channel:
            channels[name] = {"type": URL, "url": row.url}
        rules.append(_rule(row, name))
    return Thresholds(tuple(rules), channels)


def _unused(name: str, taken: Mapping[str, object]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}.{number}" in taken:
        number += 1
    return f"{name}.{number}"


def _rule(row: Threshold, channel: str) -> Rule:
    line = row.origin.line or 0
    square = row.host if row.test == "*" else f"{row.host}.{row.test}"
    text = f"threshold {row.threshold} of {square}"
    recipient = Recipient(
        method=Method.CHANNEL,
        channel=channel,
        pacing=NO_REMINDERS,
        criteria=Criteria(recovered=True),
        threshold=row.threshold,
        recover_after=row.threshold,
        line=line,
        text=text,
    )
    return Rule(
        line=line,
        text=text,
        origin=row.origin,
        criteria=Criteria(
            hosts=Names(row.host),
            tests=None if row.test == "*" else Names(row.test),
            colors=frozenset({Color.RED}),
        ),
        recipients=(recipient,),
    )
