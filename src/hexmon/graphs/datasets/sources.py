"""Data sources, written shortly, and as rrdcreate(1) writes them."""

import re
from collections.abc import Iterable

from hexmon.graphs.schema import DataSource, Update

KINDS = frozenset({"GAUGE", "DERIVE", "COUNTER", "ABSOLUTE", "DCOUNTER", "DDERIVE"})
INTEGER_KINDS = frozenset({"DERIVE", "COUNTER", "ABSOLUTE"})

_DEFINITION = re.compile(
    r"DS:([A-Za-z0-9_-]{1,19}):(GAUGE|DERIVE|COUNTER|ABSOLUTE|DCOUNTER|DDERIVE):(\d{1,9}):([^:\s]{1,40}):([^:\s]{1,40})"
)
_LIMIT = re.compile(r"[-+]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})([eE][-+]?\d{1,3})?")

Sources = tuple[DataSource, ...]


def gauges(names: str, low: float | None = 0, high: float | None = None, heartbeat: int = 600) -> Sources:
    """A gauge for each word."""
    return tuple(DataSource(name, "GAUGE", heartbeat, low, high) for name in names.split())


def derives(names: str, low: float | None = 0) -> Sources:
    """What counts up, for each word."""
    return tuple(DataSource(name, "DERIVE", 600, low) for name in names.split())


def counters(names: str) -> Sources:
    """What counts up and wraps, for each word."""
    return tuple(DataSource(name, "COUNTER", 600, 0) for name in names.split())


def parse_source(text: str) -> DataSource | None:
    """`DS:name:TYPE:heartbeat:min:max`; None for what rrdcreate(1) refuses."""
    found = _DEFINITION.fullmatch(text)
    if found is None:
        return None
    name, kind, heartbeat, low, high = found.groups()
    limits = [_limit(word) for word in (low, high)]
    if "" in limits or not int(heartbeat):
        return None
    least, most = (None if limit is None else float(limit) for limit in limits)
    if least is not None and most is not None and least >= most:
        return None
    return DataSource(name, kind, int(heartbeat), least, most)  # type: ignore[arg-type]


def _limit(word: str) -> str | None:
    """A number, None for U, "" for anything else."""
    if word == "U":
        return None
    return word if _LIMIT.fullmatch(word) else ""


def distinct(sources: Iterable[DataSource]) -> bool:
    """Whether a file may have them all: it has every name once."""
    names = [source.name for source in sources]
    return len(set(names)) == len(names)


__all__ = ["DataSource", "Sources", "Update", "counters", "derives", "distinct", "gauges", "parse_source"]
