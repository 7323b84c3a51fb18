"""trends: files that a script names itself, with the definitions of their data sources."""

from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import below, lines, made, value_for
from hexmon.graphs.datasets.sources import DataSource, distinct, parse_source

_MOST_SOURCES = 250


def trends(source: Source) -> Iterator[Update]:
    """`[weather.rrd]`, then lines such as `DS:wind:GAUGE:600:0:U 12`.

    A file is left out when one of its lines is no good.
    """
    name = ""
    found: list[tuple[DataSource | None, str]] = []
    for line in lines(below(source)):
        if line.startswith("["):
            yield from _file(source, name, found)
            name, found = line[1:].partition("]")[0], []
        elif line.startswith("DS:") and len(found) <= _MOST_SOURCES:
            definition, *value = line.replace("\t", " ").split(" ", 1)
            if value:
                found.append((parse_source(definition), value[0]))
    yield from _file(source, name, found)


def _file(source: Source, name: str, found: list[tuple[DataSource | None, str]]) -> Iterator[Update]:
    sources = tuple(one for one, _ in found if one is not None)
    if name and found and len(sources) == len(found) <= _MOST_SOURCES and distinct(sources):
        values = [value_for(one, text) for one, (_, text) in zip(sources, found, strict=True)]
        yield made(source, name.removesuffix(".rrd"), sources, *values)
