"""Blocks of devmon: `<!--DEVMON RRD: BASE 0 0`, definitions, then `NAME value:value` on each line, and `-->`."""

from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import lines, made, value_for, whole
from hexmon.graphs.datasets.sources import DataSource, Sources, distinct, parse_source

_BEGIN = "<!--DEVMON RRD: "
_MOST_SOURCES = 20


def devmon(source: Source) -> Iterator[Update]:
    """`BASE.NAME.rrd` for each line."""
    base: str | None = None
    sources: Sources = ()
    for line in lines(whole(source)):
        if line.startswith(_BEGIN):
            words = line[len(_BEGIN) :].split()
            base, sources = (words[0] if words else source.test), ()
        elif line.startswith("-->"):
            base = None
        elif base is not None and line.startswith("DS:"):
            sources = _sources(line)
        elif base is not None and sources:
            yield from _row(source, base, sources, line)


def _sources(line: str) -> Sources:
    """All of a line, or none when one of them is no good."""
    words = [word for word in line.split(" ") if word][: _MOST_SOURCES + 1]
    found: list[DataSource] = []
    for word in words:
        if not word.startswith("DS:"):
            break
        one = parse_source(word)
        if one is None:
            return ()
        found.append(one)
    return tuple(found) if len(found) <= _MOST_SOURCES and distinct(found) else ()


def _row(source: Source, base: str, sources: Sources, line: str) -> Iterator[Update]:
    words = [word for word in line.split(" ") if word]
    if len(words) != 2:
        return
    values = [value for value in words[1].split(":") if value]
    if len(values) >= len(sources):
        known = [value_for(one, value) for one, value in zip(sources, values, strict=False)]
        yield made(source, f"{base}.{words[0]}", sources, *known)
