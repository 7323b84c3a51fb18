"""What a script of the administrator prints for a text: definitions, the name of a file, values (xymond_rrd(8))."""

from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import lines, made, value_for
from hexmon.graphs.datasets.select import once_each
from hexmon.graphs.datasets.sources import DataSource, Sources, distinct, parse_source

_MOST_SOURCES = 250


def updates_from(output: str, source: Source) -> Iterator[Update]:
    """`DS:` lines, a name, a line of values with colons; then more of that, with or without new `DS:` lines."""
    return once_each(_updates(output, source))


def _updates(output: str, source: Source) -> Iterator[Update]:
    found: list[DataSource | None] = []
    name = ""
    begun = False  # a file was named since the last definition
    for line in lines(output):
        if not line.strip():
            continue
        if line[:3].upper() == "DS:" and not name:
            found = [] if begun else found
            begun = False
            found.append(parse_source(f"DS:{line[3:].strip()}") if len(found) < _MOST_SOURCES else None)
        elif not name:
            name, begun = line.strip(), True
        else:
            yield from _file(source, name, found, line)
            name = ""


def _file(source: Source, name: str, found: list[DataSource | None], line: str) -> Iterator[Update]:
    """Nothing when a definition is no good, or there are other values than sources."""
    sources: Sources = tuple(one for one in found if one is not None)
    values = line.strip().split(":")
    if sources and len(sources) == len(found) == len(values) and distinct(sources):
        known = (value_for(one, value) for one, value in zip(sources, values, strict=True))
        yield made(source, name.removesuffix(".rrd"), sources, *known)
