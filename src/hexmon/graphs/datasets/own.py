"""What hexmon tells of itself in its own square."""

import re
from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, made, whole
from hexmon.graphs.datasets.sources import derives, gauges

SOURCES = (*gauges("hosts squares waiting lateness50 lateness99"), *derives("checks messages"))

_WORDS: Mapping[str, re.Pattern[str]] = {
    "hosts": re.compile(r"\nHosts {1,20}: (\d{1,18})"),
    "squares": re.compile(r"\nSquares {1,20}: (\d{1,18})"),
    "waiting": re.compile(r"\nWaiting to be written {1,20}: (\d{1,18})"),
    "lateness50": re.compile(r"\nStart lateness {1,20}: p50 (\d{1,18}) ms"),
    "lateness99": re.compile(r"\nStart lateness {1,20}: p50 \d{1,18} ms, p99 (\d{1,18}) ms"),
    "checks": re.compile(r"\nChecks started {1,20}: (\d{1,18})"),
    "messages": re.compile(r"\nMessages {1,20}: (\d{1,18})"),
}


def hexmon(source: Source) -> Iterator[Update]:
    """`hexmon.rrd`: hosts, squares, statuses that wait for the disk, how late checks start (ms), checks, messages."""
    text = whole(source)
    said = {name: pattern.search(text) for name, pattern in _WORDS.items()}
    if any(said.values()):
        values = (found[1] if (found := said[one.name]) else UNKNOWN for one in SOURCES)
        yield made(source, "hexmon", SOURCES, *values)
