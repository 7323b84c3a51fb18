"""What agents have counted and measured for settings with TRACK: `NAME:VALUE` on each line."""

from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Dataset, Source, Update
from hexmon.graphs.datasets.reading import below, lines, made, value_for
from hexmon.graphs.datasets.sources import Sources, derives, gauges

COUNT = gauges("count")
LINES = derives("count")
SIZE = gauges("size")


def counts(prefix: str, sources: Sources) -> Dataset:
    """`PREFIX.NAME.rrd` for each line."""

    def read(source: Source) -> Iterator[Update]:
        for line in lines(below(source)):
            name, _, rest = line.lstrip(":").partition(":")
            value = rest.lstrip(":").partition(":")[0]
            if name and value:
                yield made(source, f"{prefix}.{name}", sources, value_for(sources[0], value))

    return read
