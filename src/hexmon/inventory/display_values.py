"""The values of the tags that say how a host is shown, graphed and reported. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from hexmon.inventory.tag_values import Mistake, Read, Reader
from hexmon.model.display import AS_USUAL, Compact, Critical, Display, Reporting, Selection, Trends
from hexmon.model.patterns import PatternError, compile_pattern

_FLAGS = {"FLAG_NOINFO": "info", "FLAG_NOTRENDS": "graphs", "FLAG_NOCLIENT": "clients"}


def selection(value: str) -> Read:
    """`a,b`, or `+a,-b` against a general list."""
    names = [name for name in value.split(",") if name]
    if names and names[0][0] not in "+-":
        return Selection(frozenset(name.lstrip("+-") for name in names)), ()
    added = frozenset(name.removeprefix("+") for name in names if name[0] != "-")
    return Selection(None, added, frozenset(name[1:] for name in names if name[0] == "-")), ()


def compact(value: str) -> Read:
    """`COL=a|b,COL=c|d` (hosts.cfg) or `COL=a,b;COL=c,d` (bb-hosts)."""
    old = ";" in value or ("|" not in value and value.count("=") < 2)
    found, mistakes = [], []
    for item in filter(None, value.split(";" if old else ",")):
        column, _, tests = item.partition("=")
        members = tuple(dict.fromkeys(filter(None, re.split(r"[,|]", tests))))
        if column and members:
            found.append(Compact(column, members))
        else:
            mistakes.append(Mistake(f"'{item}' is not a column with its tests", "write: COMPACT:COLUMN=TEST|TEST"))
    return tuple(found), tuple(mistakes)


def trends(value: str) -> Read:
    """`*,!users,netstat:netstat2|netstat3`."""
    words = [word for word in value.split(",") if word]
    parts = {}
    for word in words:
        name, colon, rest = word.partition(":")
        if colon and not word.startswith("!"):
            parts[name] = tuple(filter(None, rest.split("|")))
    chosen = tuple(word.partition(":")[0] for word in words if word != "*" and not word.startswith("!"))
    left_out = frozenset(word[1:] for word in words if word.startswith("!"))
    subgraphs = tuple((name, tests) for name, tests in parts.items() if tests)
    return Trends("*" in words, chosen, left_out, subgraphs), ()


def pattern(value: str) -> Read:
    """A regular expression."""
    try:
        compile_pattern(value)
    except PatternError as error:
        return "", (Mistake(str(error)),)
    return value, ()


READERS: Mapping[str, Reader] = {
    "COMPACT": compact,
    "TRENDS": trends,
    "LARRD": trends,
    "WML": selection,
    "INTERFACES": pattern,
}
"""XMH item -> the reader of its value."""


def display_of(items: Mapping[str, str], parsed: Mapping[str, Any]) -> Display:
    """How the host is shown; hosts that say nothing of it share a value."""
    fields: dict[str, Any] = {name: False for flag, name in _FLAGS.items() if flag in items}
    if "COMPACT" in items:
        fields["compact"] = parsed["COMPACT"]
    if items.keys() & {"NK", "NKTIME", "WML"}:
        fields["critical"] = Critical(parsed.get("NK") or frozenset(), parsed.get("NKTIME"), parsed.get("WML"))
    if items.keys() & {"REPORTTIME", "WARNPCT", "WARNSTOPS"}:
        fields["reporting"] = Reporting(parsed.get("REPORTTIME"), parsed.get("WARNPCT"), parsed.get("WARNSTOPS"))
    if "TRENDS" in items:
        fields["trends"] = parsed["TRENDS"]
    if "INTERFACES" in items:
        fields["interfaces"] = parsed["INTERFACES"]
    return Display(**fields) if fields else AS_USUAL
