"""Following the recipes of a vendor: scalars by one question for all of them, columns only when they are needed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.session import Session
from hexmon.probes.snmp.storage import share
from hexmon.probes.snmp.text import number_of, percent_of, text_of
from hexmon.probes.snmp.vendors import Recipe
from hexmon.probes.snmp.walk import Column, walk

_FEW: Final = 7  # processors, or pools of memory
_ANY_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%")


def scalars_of(recipes: Iterable[Recipe]) -> tuple[Oid, ...]:
    """All scalars that these recipes may need."""
    return tuple(dict.fromkeys(oid for recipe in recipes if recipe.scalar for oid in recipe.oids))


async def percentage(session: Session, recipes: Sequence[Recipe], scalars: Mapping[Oid, Value]) -> float | None:
    """What the first recipe gives that gives a percentage."""
    known: dict[Oid, Column] = {}
    for recipe in recipes:
        wanted = [one for one in (*recipe.oids, *([recipe.names] if recipe.names else ())) if one not in known]
        if not recipe.scalar and wanted:
            known |= (await walk(session, wanted, _FEW)).columns
        found = follow(recipe, scalars, known)
        if found is not None:
            return found
    return None


def follow(recipe: Recipe, scalars: Mapping[Oid, Value], columns: Mapping[Oid, Column]) -> float | None:
    """What one recipe makes of the answers; None: they are missing, or nonsense."""
    values = [_values(recipe, oid, scalars, columns) for oid in recipe.oids]
    match recipe.rule:
        case "percent" | "mean":
            return _mean(values[0], busy=False)
        case "hundredths":
            return _hundredths(number_of(values[0][0])) if values[0] else None
        case "mean_busy":
            return _mean(values[0], busy=True)
        case "text":
            return _behind(recipe.match, text_of(values[0][0])) if values[0] else None
        case "used_free" | "total_free" | "total_used":
            return _amounts(recipe.rule, values)


def _values(recipe: Recipe, oid: Oid, scalars: Mapping[Oid, Value], columns: Mapping[Oid, Column]) -> list[Value]:
    if recipe.scalar:
        return [scalars[oid]] if oid in scalars else []
    column = columns.get(oid, {})
    if not recipe.names:
        return list(column.values())
    names = columns.get(recipe.names, {})
    return [value for tail, value in column.items() if recipe.match in text_of(names.get(tail)).lower()]


def _mean(values: Sequence[Value], *, busy: bool) -> float | None:
    parts = [part for value in values if (part := percent_of(value)) is not None]
    if busy:
        parts = [part for part in parts if part] or parts[:1]
    return sum(parts) / len(parts) if parts else None


def _hundredths(value: int | None) -> float | None:
    return value / 100.0 if value is not None and value <= 100 * 100 else None


def _behind(word: str, text: str) -> float | None:
    """The percentage behind that word, else the first one of the text."""
    _, _, behind = text.partition(word)
    found = _ANY_PERCENT.search(behind) or _ANY_PERCENT.search(text)
    part = float(found[1]) if found else None
    return part if part is not None and part <= 100 else None


def _amounts(rule: str, values: Sequence[Sequence[Value]]) -> float | None:
    first, second = (_sum(one) for one in values)
    if first is None or second is None:
        return None
    match rule:
        case "used_free":
            return share(first, first + second)
        case "total_free":
            return share(first - second, first)
        case _:
            return share(second, first)


def _sum(values: Sequence[Value]) -> int | None:
    numbers = [number for value in values if (number := number_of(value)) is not None]
    return sum(numbers) if numbers else None
