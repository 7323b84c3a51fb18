"""The filters of alerts.cfg: from `WORD=value` to fields of Criteria, with what is wrong with the value. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hexmon.config.suggest import Suggestions
from hexmon.model.color import BY_WORD, Color, parse_color
from hexmon.model.name_filter import Names
from hexmon.model.times import read_times
from hexmon.model.timespec import parse_duration, parse_duration_strict

_SECOND = 1.0
_CAPITAL = re.compile(r"[A-Z]")
_LISTS = {
    "PAGE": "pages",
    "DISPLAYGROUP": "groups_shown",
    "HOST": "hosts",
    "SERVICE": "tests",
    "CLASS": "classes",
    "GROUP": "groups",
}
_SINGULAR = ("CLASS", "GROUP")  # these have no other form
WISHES: Mapping[str, tuple[str, bool]] = {
    "NORECOVERED": ("recovered", False),
    "RECOVERED": ("recovered", True),
    "NONOTICE": ("notice", False),
    "NOTICE": ("notice", True),
}
"""Words without a value, and what they set. Longer words that begin so are the same."""

_COLOR_WORDS = Suggestions(BY_WORD)


class Found(NamedTuple):
    """What a filter sets, and what is wrong with it: pairs of message and hint. `field` empty: nothing is set."""

    field: str
    value: Any
    mistakes: tuple[tuple[str, str], ...] = ()


def _list(field: str, value: str, _alerting: frozenset[Color]) -> Found:
    names = Names(value, exact=True)
    mistakes: list[tuple[str, str]] = []
    if names.mistake:
        mistakes.append((f"{names.mistake}; it means nothing", ""))
    elif not names.items and value not in ("*", "%") and not value.startswith("%"):
        mistakes.append(("an empty list means everything", "write * for everything"))
    elif value.startswith(('"', "'")):
        mistakes.append(
            ("quotes are taken as they are", "a blank ends a value; write a pattern with \\s: %two\\swords")
        )
    elif "*" in names.items:
        mistakes.append(("* in a list is a name like any other", "write * alone, or a pattern: %."))
    return Found(field, names, tuple(mistakes))


def _colors(field: str, value: str, alerting: frozenset[Color]) -> Found:
    """Colours from the first `!` on are taken away: from those that alert when it comes first of all."""
    colors = set(alerting) if value.startswith("!") else set()
    mistakes: list[tuple[str, str]] = []
    taking = False
    for item in filter(None, value.split(",")):
        taking = taking or item.startswith("!")
        word = item.removeprefix("!")
        color = parse_color(word.split(";")[0].encode(errors="replace")) if word[:1].isalpha() else None
        if color is None:
            meant = _COLOR_WORDS.closest(word)
            mistakes.append((f"'{word}' is no colour", f"did you mean {meant}?" if meant else ""))
        elif taking:
            colors.discard(color)
            if not item.startswith("!"):
                mistakes.append((f"'{word}' behind a ! is taken away too", f"write: !{word}"))
        else:
            colors.add(color)
    if not colors & alerting:
        mistakes.append(("no colour that alerts is left: nobody is ever told", "write: COLOR=red,yellow"))
    return Found(field, frozenset(colors), tuple(mistakes))


def _times(field: str, value: str, _alerting: frozenset[Color]) -> Found:
    times, mistakes = read_times(value)
    return Found(field, times, tuple((mistake, "write: DAYS:HHMM:HHMM, such as W:0800:1800") for mistake in mistakes))


def _holding(field: str, value: str, _alerting: frozenset[Color]) -> Found:
    seconds = parse_duration_strict(value)
    if seconds is None:
        return Found("", None, ((f"'{value}' is no duration; the FOR is left out", "write: 10m, 1h30m, 2d"),))
    return Found(field, seconds)


_Reader = Callable[[str, str, frozenset[Color]], Found]


def _words() -> Iterator[tuple[str, tuple[str, _Reader]]]:
    for word, field in _LISTS.items():
        for prefix, start in (("", ""), ("EX", "ex_")):
            yield f"{prefix}{word}", (f"{start}{field}", _list)
            if word not in _SINGULAR:
                yield f"{prefix}{word}S", (f"{start}{field}", _list)
    for end in ("", "S"):
        yield f"COLOR{end}", ("colors", _colors)
        yield f"TIME{end}", ("times", _times)
        yield f"EXTIME{end}", ("ex_times", _times)
    yield "FOR", ("holding", _holding)


FILTERS = dict(_words())
"""Every filter that is written with an equals sign, in capitals."""


def read_filter(word: str, alerting: frozenset[Color]) -> Found | None:
    """What a word means as a filter; None when it is none."""
    capitals = word.upper()
    if capitals.startswith("DURATION"):
        return _duration(word[len("DURATION") :])
    name, equals, _ = capitals.partition("=")
    if equals and name in FILTERS:
        field, read = FILTERS[name]
        return read(field, word[len(name) + 1 :], alerting)
    for wish, (field, wanted) in WISHES.items():
        if capitals.startswith(wish):
            longer = len(word) > len(wish)
            return Found(field, wanted, ((f"'{word}' is taken as {wish}", f"write: {wish}"),) if longer else ())
    return None


def _duration(text: str) -> Found:
    """`>5` is above five minutes, `<5` below, `>=` and `<=` with five itself. No limit is nothing to set."""
    side, rest = text[:1], text[1:]
    if side not in ("<", ">"):
        return Found(
            "", None, ((f"'DURATION{text}' is no limit; it is left out", "write: DURATION>10 or DURATION<1h"),)
        )
    included = rest.startswith("=")
    limit, mistakes = duration(rest[included:])
    if not included:
        limit += _SECOND if side == ">" else -_SECOND
    return Found("longer" if side == ">" else "shorter", limit or None, mistakes)


def duration(text: str) -> tuple[float, tuple[tuple[str, str], ...]]:
    """A duration in seconds as xymond_alert reads it, and what is wrong with it: its units are small letters."""
    seconds = parse_duration(_CAPITAL.sub("?", text)) or 0.0
    if parse_duration_strict(text) == seconds:
        return seconds, ()
    return seconds, ((f"'{text}' is read as {seconds / 60:g} minutes", "write: 10, 90m, 1h30m, 2d"),)
