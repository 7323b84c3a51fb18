"""mqueues: depth and age of queues of IBM MQ that are TRACKed."""

import re
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, below, lines, made
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("depth age")

_LINE = re.compile(r"(\S{1,200}) depth=(\d{1,15})(?: age=(\d{1,15}))?")


def mqueues(source: Source) -> Iterator[Update]:
    """`mq.QM1:ORDERS.rrd`: messages, and seconds since the oldest one came."""
    for line in lines(below(source)):
        found = _LINE.fullmatch(line)
        if found:
            yield made(source, f"mq.{found[1]}", SOURCES, found[2], found[3] or UNKNOWN)
