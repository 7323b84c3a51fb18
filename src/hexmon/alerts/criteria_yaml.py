"""The filters of YAML rules, as rules have them: names with globs and exceptions, colours, times, ages. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import tzinfo

import msgspec

from hexmon.alerts.rules import Criteria
from hexmon.alerts.yaml_shapes import Match, When
from hexmon.alerts.zones import read_times
from hexmon.model.color import BY_WORD, Color
from hexmon.model.name_filter import Names
from hexmon.model.times import Times

Tell = Callable[[str, str, str], None]  # which key, what is wrong, a hint
_FIELDS = {"display_groups": "groups_shown"}
_NAMED = ("hosts", "tests", "pages", "display_groups", "classes", "groups")
_MARKS = re.compile(r"([*?])")
_GLOB = {"*": ".*", "?": "."}


class Wanted(msgspec.Struct):
    """What a list of names means: these, but not those; nothing means that it was not written."""

    names: Names | None = None
    ex_names: Names | None = None


def criteria_of(when: When, zone: tzinfo | None, tell: Tell) -> Criteria:
    """The filters of a rule or of somebody who is told. Mistakes are told with the key that has them."""
    match = when.match
    found: dict[str, object] = {}
    for field in _NAMED:
        wanted = names_of(getattr(match, field), getattr(match, f"ex_{field}"), lambda *said, of=field: tell(of, *said))
        name = _FIELDS.get(field, field)
        found[name], found[f"ex_{name}"] = wanted.names, wanted.ex_names
    return Criteria(
        **found,  # type: ignore[arg-type] # each has the type of its field
        colors=_colors(match),
        times=times_of(match.times, zone),
        ex_times=times_of(match.ex_times, zone),
        longer=when.longer,
        shorter=when.shorter,
        holding=when.for_,
    )


def times_of(spans: Iterable[str] | None, zone: tzinfo | None) -> Times | None:
    """The times that these spans cover together; they were read before."""
    return None if spans is None else read_times(",".join(spans), zone)


def _colors(match: Match) -> frozenset[Color] | None:
    if match.colors is None:
        return None
    words = [word.lower() for word in match.colors]
    wanted = {BY_WORD[word] for word in words if not word.startswith("!")}
    unwanted = {BY_WORD[word[1:]] for word in words if word.startswith("!")}
    return frozenset((wanted or set(Color)) - unwanted)


def names_of(
    names: tuple[str, ...] | None, ex_names: tuple[str, ...] | None, tell: Callable[[str, str], None]
) -> Wanted:
    """Lists, globs and expressions. alerts.cfg(5) has no lists of patterns: such a list becomes one expression."""
    items, out = _items(names or ()), _items(ex_names or ())
    unwanted = [item[1:] for item in items if item.startswith("!")]
    wanted = [item for item in items if not item.startswith("!")]
    if any(item.startswith("!") for item in out):
        tell("what is left out has no exceptions", "take the ! away")
        return Wanted()
    if any(_is_pattern(item.removeprefix("!")) for item in items):
        found = Wanted(_either(wanted), _either([*unwanted, *out]))
    else:
        found = Wanted(Names(",".join(items)) if items else None, _either(out))
    for one in (found.names, found.ex_names):
        if one is not None and one.mistake:
            tell(one.mistake, "")
    return found


def _items(texts: Iterable[str]) -> list[str]:
    """Every name; an expression may hold commas."""
    found: list[str] = []
    for text in texts:
        found += [text] if text.startswith(("%", "!%")) else [item.strip() for item in text.split(",") if item.strip()]
    return found


def _is_pattern(item: str) -> bool:
    """Whether it is an expression or a glob."""
    return item.startswith("%") or (bool(_MARKS.search(item)) and item != "*")


def _either(items: list[str]) -> Names | None:
    """One that means any of these."""
    if not items or "*" in items:
        return Names("*") if items else None
    if not any(map(_is_pattern, items)):
        return Names(",".join(items))
    expressions = [item[1:] if item.startswith("%") else _expression(item) for item in items]
    return Names("%" + ("|".join(f"(?:{one})" for one in expressions) if expressions[1:] else expressions[0]))


def _expression(item: str) -> str:
    return "^" + "".join(_GLOB.get(part) or re.escape(part) for part in _MARKS.split(item)) + "$"
