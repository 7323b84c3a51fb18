"""What is in an RRD file, and one update of it (rrdcreate(1), rrdupdate(1)). Pure values."""

from typing import Literal

import msgspec


class DataSource(msgspec.Struct, frozen=True, gc=False):
    """`DS:name:kind:heartbeat:low:high`; seconds; None is U."""

    name: str
    kind: Literal["GAUGE", "DERIVE", "COUNTER", "ABSOLUTE", "DCOUNTER", "DDERIVE"] = "GAUGE"
    heartbeat: int = 600
    low: float | None = None
    high: float | None = None


class Archive(msgspec.Struct, frozen=True, gc=False):
    """`RRA:function:xff:steps:rows`."""

    function: Literal["AVERAGE", "MIN", "MAX", "LAST"]
    steps: int
    rows: int
    xff: float = 0.5


class Layout(msgspec.Struct, frozen=True, gc=False):
    """How a file is created: its step in seconds, and its archives."""

    step: int
    archives: tuple[Archive, ...]


class Update(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Figures for one file, in the order of `sources`; a file that does not exist is made with these sources.

    `folder` is the host's name, or the folder of a site; `file` is a name without any slash, ending in `.rrd`. `values`
    are as rrdupdate takes them, "U" for unknown. `at` is epoch seconds. `layout` None: by rrddefinitions.cfg, for the
    column `test`. A file that exists keeps its sources unless `layout` says that they must all be there.
    """

    folder: str
    file: str
    sources: tuple[DataSource, ...]
    values: tuple[str, ...]
    at: float
    test: str = ""
    layout: Layout | None = None
