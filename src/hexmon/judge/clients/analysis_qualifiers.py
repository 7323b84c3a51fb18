"""The qualifiers of analysis.cfg: for whom and when a setting holds. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from hexmon.judge.clients.analysis_words import Say
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import EVERYWHERE, Qualifiers
from hexmon.model.times import read_times

_LISTS = {
    "HOST": "hosts",
    "PAGE": "pages",
    "DISPLAYGROUP": "groups_shown",
    "CLASS": "classes",
    "OS": "systems",
}
_FIELDS: Mapping[str, str] = {
    **_LISTS,
    **{f"EX{word}": f"ex_{field}" for word, field in _LISTS.items()},
    "TIME": "times",
    "EXTIME": "ex_times",
}
WORDS: Mapping[str, str] = {field: word for word, field in _FIELDS.items()}
"""The word of every field of Qualifiers."""


class Scope(msgspec.Struct, frozen=True):
    """What qualifiers say of a setting, or of all that follow: for whom, and TEXT and GROUP."""

    qualifiers: Qualifiers = EVERYWHERE
    text: str = ""
    groups: tuple[str, ...] = ()


def with_qualifier(scope: Scope, word: str, value: str, mistake: Say) -> Scope:
    """The scope with one more qualifier; one of the same kind is replaced."""
    if word == "TEXT":
        return replace(scope, text=value)
    if word == "GROUP":
        return replace(scope, groups=tuple(filter(None, value.split(","))))
    found: Any = _times(word, value, mistake) if word.endswith("TIME") else _expression(word, value, mistake)
    return replace(scope, qualifiers=replace(scope.qualifiers, **{_FIELDS[word]: found}))


def _times(word: str, value: str, mistake: Say) -> Any:
    times, mistakes = read_times(value)
    for one in mistakes:
        mistake(f"{word}: {one}", "write: DAYS:HHMM:HHMM, such as W:0800:1800")
    return times


def _expression(word: str, value: str, mistake: Say) -> Expression:
    if word.endswith("OS") and not value.startswith("%"):
        value = value.lower()  # agents write theirs in any case
    found = Expression(value)
    items = value.split(",")
    if found.mistake:
        mistake(f"{word}: {found.mistake}; it means nothing", _hint(value))
    elif not value.startswith("%") and not any(item.strip("!") for item in items):
        mistake(f"{word}: an empty list means everything", "write * for everything")
    elif not value.startswith("%") and value != "*" and any("*" in item for item in items):
        hint = f"write a pattern: {word}=%{value.replace('.', chr(92) + '.').replace('*', '.*')}"
        mistake(f"{word}: * in '{value}' is a letter like any other", hint)
    return found


def _hint(value: str) -> str:
    opened = value.count("(") > value.count(")") or value.count("[") > value.count("]")
    return "a blank ends a word: write the whole word in double quotes, or \\s for the blank" if opened else ""
