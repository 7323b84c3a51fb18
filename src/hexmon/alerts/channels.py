"""The ways to send that hexmon.toml names: its tables [channels.NAME] to channels."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel, NotifierType
from hexmon.alerts.rules import Method, RuleBook
from hexmon.config.decode import Place, decode
from hexmon.config.settings import PositiveCount, PositiveSeconds, checked, line_of, parse_seconds
from hexmon.model.origin import ConfigError, Origin, Problem

ALWAYS = ("mail", "script")  # what MAIL and SCRIPT of alerts.cfg go through
_STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_RATE = re.compile(r"(\d+)\s*/\s*(\d*[smhd])\Z")

Tables = Mapping[str, Mapping[str, Any]]
Notifiers = Mapping[str, NotifierType]


def parse_rate(text: str) -> tuple[int, float]:
    """`30/1m`, `5/s`, or `30` a minute: how many messages in how many seconds. Raises ValueError."""
    if text.isdecimal():
        return int(text), 60.0
    match = _RATE.match(text)
    per = parse_seconds(match[2] if match[2][0].isdecimal() else f"1{match[2]}") if match else 0.0
    if match is None or per <= 0:
        raise ValueError(f'\'{text}\' is not a rate such as "30/1m", "5/s", or a number for each minute')
    return int(match[1]), per


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every channel has, whatever its type. `group_from` -1, `attempts` None: what is usual for the type."""

    __pydantic_config__ = _STRICT
    rate: Annotated[str, checked(parse_rate)] = "0"
    attempts: PositiveCount | None = None
    timeout: PositiveSeconds = 30.0
    group_from: int = -1


_COMMON = tuple(field.name for field in fields(Common))


def read_channels(
    tables: Tables,
    source: str,
    notifiers: Notifiers = NOTIFIERS,
    *,
    text: str = "",
    group_from: int | None = None,
) -> dict[str, Channel]:
    """Every channel by its name; "mail" and "script" exist always. Raises ConfigError with every mistake.

    `source` is the file for messages, `text` what stands in it, for the lines. Without a `type` a channel is of the
    type that is called like it. `group_from` is what is usual for types that make lists, instead of their own.
    """
    reader = _Reader(source, notifiers, text, group_from)
    found = {name: reader.channel(name, {}) for name in ALWAYS if name in notifiers and name not in tables}
    found |= {name: reader.channel(name, table) for name, table in tables.items()}
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return {name: channel for name, channel in found.items() if channel is not None}


def unknown_channels(book: RuleBook, channels: Collection[str]) -> Iterator[Problem]:
    """Recipients of a channel that nobody configured: nothing would reach them."""
    for rule in book.rules:
        for recipient in rule.recipients:
            name = recipient.channel
            if recipient.method is Method.CHANNEL and name not in channels:
                close = difflib.get_close_matches(name, channels, 1)
                hint = f"did you mean {close[0]}?" if close else f"add [channels.{name}] to hexmon.toml"
                origin = Origin(rule.origin.source, recipient.line or rule.origin.line)
                yield Problem(origin, f"there is no channel '{name}'", hint, fatal=False)


class _Reader:
    def __init__(self, source: str, notifiers: Notifiers, text: str, group_from: int | None) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._notifiers = notifiers
        self._text = text
        self._group_from = group_from

    def channel(self, name: str, table: Mapping[str, Any]) -> Channel | None:
        """One of them; None after a mistake, which is among the problems then."""
        before = len(self.problems)
        if not _NAME.match(name):
            self._tell((name,), f"'{name}' cannot be the name of a channel", "letters, digits and . _ - make a name")
        notifier = self._notifier(name, table)
        if notifier is None:
            return None
        unknown = list(self._unknown(name, notifier, table))
        known = {key: value for key, value in table.items() if key != "type" and key not in unknown}
        common = self._decoded(Common, name, {key: value for key, value in known.items() if key in _COMMON})
        own = {key: value for key, value in known.items() if key not in _COMMON}
        options = self._decoded(notifier.options, name, own)
        if len(self.problems) > before or common is None:
            return None
        rate, per = parse_rate(common.rate)
        return Channel(
            name=name,
            type=notifier.name,
            options=options,
            rate=rate,
            per=per,
            attempts=notifier.attempts if common.attempts is None else common.attempts,
            timeout=common.timeout,
            group_from=self._groups(notifier) if common.group_from < 0 else common.group_from,
        )

    def _groups(self, notifier: NotifierType) -> int:
        return notifier.groups if not notifier.groups or self._group_from is None else self._group_from

    def _notifier(self, name: str, table: Mapping[str, Any]) -> NotifierType | None:
        wanted = str(table.get("type", name))
        if name in ALWAYS and wanted != name:
            self._tell((name, "type"), f"the channel '{name}' is always of the type {name}", "give it another name")
            return None
        notifier = self._notifiers.get(wanted)
        if notifier is not None:
            return notifier
        if "type" in table:
            self._tell((name, "type"), f"there is no type '{wanted}'", self._types(wanted))
        else:
            self._tell((name,), "'type' is needed and missing", self._types(wanted))
        return None

    def _types(self, wanted: str) -> str:
        close = difflib.get_close_matches(wanted.lower(), self._notifiers, 1)
        return f"did you mean {close[0]}?" if close else f"the types are {', '.join(sorted(self._notifiers)) or 'none'}"

    def _unknown(self, name: str, notifier: NotifierType, table: Mapping[str, Any]) -> Iterator[str]:
        known = ("type", *_COMMON, *_options_of(notifier))
        for key in table:
            if key not in known:
                close = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {close[0]}?" if close else f"{notifier.name} has {', '.join(known[1:])}"
                self._tell((name, key), f"unknown option of a channel of the type {notifier.name}", hint)
                yield key

    def _decoded(self, kind: type[Any], name: str, table: Mapping[str, Any]) -> Any:
        try:
            return decode(kind, table, self._origin, ("channels", name))
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _origin(self, place: Place) -> Origin:
        words = [str(part) for part in place if isinstance(part, str)]
        lines = (line_of(self._text, words[:length]) for length in range(len(words), 1, -1))
        return Origin(self._source, next((line for line in lines if line is not None), None))

    def _tell(self, place: Place, message: str, hint: str = "") -> None:
        path = ("channels", *place)
        self.problems.append(Problem(self._origin(path), f"{'.'.join(map(str, path))}: {message}", hint))


def _options_of(notifier: NotifierType) -> list[str]:
    return [field.name for field in fields(notifier.options) if field.init]
