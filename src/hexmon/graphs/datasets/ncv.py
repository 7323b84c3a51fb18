"""Any status with lines such as `NAME : value` or `NAME = value` (xymond_rrd(8), NCV and SPLITNCV)."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.ncv_lines import named_values
from hexmon.graphs.datasets.reading import below, made, value_for
from hexmon.graphs.datasets.sources import KINDS, DataSource

TYPES = "NCV"
SPLIT_TYPES = "SPLITNCV"

_LONGEST = 19
_LONGEST_SPLIT = 200
_MOST_SOURCES = 250
_LETTERS = re.compile(r"[^A-Za-z0-9]+")
_USUAL = "DERIVE"
_DROPPED = "NONE"
_OTHERS = "*"


class _Reading(NamedTuple):
    source: DataSource
    value: str


def ncv(source: Source) -> Iterator[Update]:
    """`COLUMN.rrd` with all of them; of a column of SPLITNCV `COLUMN,NAME.rrd`, each with the data source `lambda`."""
    if SPLIT_TYPES in source.settings:
        yield from _split(source)
    else:
        yield from _together(source)


def _together(source: Source) -> Iterator[Update]:
    kinds = _kinds(source.settings.get(TYPES, ""))
    found: dict[str, _Reading] = {}
    for name, value in named_values(below(source)):
        short = _LETTERS.sub("", name)[:_LONGEST]
        kind = kinds.get(short, kinds.get(_OTHERS, _USUAL))
        if short and short not in found and kind in KINDS:
            one = DataSource(short, kind)  # type: ignore[arg-type]
            found[short] = _Reading(one, value_for(one, value))
        if len(found) == _MOST_SOURCES:
            break
    if found:
        sources, values = zip(*found.values(), strict=True)
        yield made(source, source.test, sources, *values)


def _split(source: Source) -> Iterator[Update]:
    kinds = _kinds(source.settings[SPLIT_TYPES])
    for name, value in named_values(below(source)):
        short = _LETTERS.sub("_", name)[:_LONGEST_SPLIT].removesuffix("_")
        kind = kinds.get(short, kinds.get(_OTHERS, _USUAL))
        if short and kind in KINDS:
            one = DataSource("lambda", kind)  # type: ignore[arg-type]
            yield made(source, f"{source.test},{short}", (one,), value_for(one, value))


@lru_cache(maxsize=256)
def _kinds(text: str) -> Mapping[str, str]:
    """`name:TYPE,...,*:TYPE`; the first of a name counts."""
    found: dict[str, str] = {}
    for item in text.split(","):
        name, colon, kind = item.partition(":")
        if colon:
            found.setdefault(name, _DROPPED if kind[:4].upper() == _DROPPED else kind)
    return found
