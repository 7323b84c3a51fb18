"""The RRD files of a YAML site: their names, sources and archives, and what each check puts into them. Pure.

They are those that APMonitor makes with --generate-rrds, so that its files go on and its readers find what they know.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from hexmon.graphs.counters import CounterMemory, counted
from hexmon.graphs.schema import Archive, DataSource, Layout, Update
from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked
from hexmon.model.site import SNMP_TYPES, Monitor

MOST_INTERFACES = 1000  # of one device: the lowest numbers

SNMP_ENDING = "-snmp.rrd"
_PAIR = re.compile(r"if(0|[1-9][0-9]{0,9})_(?:in|out)\Z")
_DAY = 86400

_NETWORK = (
    "tcp_retrans",
    "total_bits_in",
    "total_bits_out",
    "total_pkts_in",
    "total_pkts_out",
    "total_errors_in",
    "total_errors_out",
    "total_pkts_ucast",
    "total_pkts_bmcast",
)
_LOAD = ("cpu_load", "memory_pct")
_HOST = ("context_switches", "swap_io", "disk_read", "disk_write", "disk_space_pct", "swap_used", "interrupts")
_DEVICE = ("ports_up_count", "nvram_flash_bytes", "mac_count", "arp_count")
_PERCENT = frozenset({"cpu_load", "memory_pct", "disk_space_pct"})
_GAUGES = _PERCENT | {"swap_used", *_DEVICE}
_FILLED = {
    "ports": frozenset({*_NETWORK, *_LOAD, *_DEVICE}),
    "port": frozenset(_NETWORK[1:]),
    "host": frozenset({*_LOAD, *_HOST}),
}


def file_of(monitor: Monitor, site_folder: str) -> str:
    """The name of a monitor's file: that of its host without the site's, in which all unsafe characters are `_`."""
    name = monitor.key.host.removeprefix(f"{site_folder}.")
    name = "_" + name[1:] if name.startswith(".") else name
    return name + (SNMP_ENDING if monitor.type in SNMP_TYPES else "-availability.rrd")


def step_of(monitor: Monitor) -> int:
    """The step of its file in seconds."""
    return max(1, round(min(monitor.check_every, 2**30)))


@lru_cache(maxsize=1024)
def layout_of(step: int) -> Layout:
    """31 days as they come; 5 minutes for 64 days, 30 for 387, hours for 5 years, days for 62 (with such a step)."""
    native = max(1, _DAY // step * 31 if step <= _DAY else 31 * _DAY // step)
    few = max(1, 300 // step)
    return Layout(
        step,
        (
            Archive("AVERAGE", 1, native),
            Archive("MIN", 1, native),
            Archive("MAX", 1, native),
            Archive("AVERAGE", few, 18600),
            Archive("AVERAGE", max(1, 1800 // step), 18600),
            Archive("AVERAGE", max(1, 3600 // step), 43830),
            Archive("AVERAGE", max(1, _DAY // step), 22692),
            Archive("MIN", few, 18600),
            Archive("MAX", few, 18600),
        ),
    )


@lru_cache(maxsize=1024)
def availability_sources(step: int) -> tuple[DataSource, ...]:
    """Of ping, http, quic, tcp and udp: milliseconds, and 100 or 0."""
    return (
        DataSource("response_time", "GAUGE", 2 * step, 0.0, None),
        DataSource("is_up", "GAUGE", 2 * step, 0.0, 100.0),
    )


@lru_cache(maxsize=4096)
def snmp_sources(step: int, indexes: tuple[int, ...]) -> tuple[DataSource, ...]:
    """Of ports, port and host: two for each interface, and 22 that all have."""
    pairs = [f"if{index}_{way}" for index in indexes for way in ("in", "out")]
    return tuple(_source(name, 2 * step) for name in (*pairs, *_NETWORK, *_LOAD, *_HOST, *_DEVICE))


def _source(name: str, heartbeat: int) -> DataSource:
    kind: str = "GAUGE" if name in _GAUGES else "COUNTER"
    return DataSource(name, kind, heartbeat, 0.0, 100.0 if name in _PERCENT else None)  # type: ignore[arg-type]


class Place(msgspec.Struct, frozen=True):
    """Where the figures of a monitor go: the folder below that of all RRD files, and the file in it."""

    folder: str
    file: str


def availability_update(monitor: Monitor, place: Place, checked: MonitorChecked) -> Update:
    """How long it took, while it is up, and whether it is."""
    step = step_of(monitor)
    took = f"{checked.seconds * 1000:.2f}" if checked.up else "U"
    return Update(
        folder=place.folder,
        file=place.file,
        sources=availability_sources(step),
        values=(took, "100" if checked.up else "0"),
        at=checked.at,
        layout=layout_of(step),
    )


def snmp_update(
    monitor: Monitor, place: Place, at: float, device: Device, memory: CounterMemory | None
) -> tuple[CounterMemory, Update]:
    """What a poll saw, and what is to be remembered of its counters for the next."""
    after, counters = counted(memory, device, at)
    step = step_of(monitor)
    sources = snmp_sources(step, indexes_of(monitor, device))
    wanted = _FILLED[monitor.type]
    values = tuple(_values(sources, wanted, device.values, counters))
    update = Update(folder=place.folder, file=place.file, sources=sources, values=values, at=at, layout=layout_of(step))
    return after, update


def indexes_of(monitor: Monitor, device: Device) -> tuple[int, ...]:
    """The interfaces that a file is about, in the order of their numbers."""
    if monitor.type == "host":
        return ()
    if monitor.type == "port":
        return () if monitor.port is None else (monitor.port,)
    named = {int(found[1]) for name in device.values if (found := _PAIR.match(name))}
    seen = {one.index for one in device.interfaces if 0 <= one.index < 2**31}
    return tuple(sorted(named | seen)[:MOST_INTERFACES])


def indexes_in(sources: Iterable[str]) -> list[int]:
    """The interfaces that a file has both ways of, by the names of its data sources, in the order of their numbers."""
    names = frozenset(sources)
    found = {match[1] for name in names if (match := _PAIR.match(name))}
    return sorted(int(index) for index in found if {f"if{index}_in", f"if{index}_out"} <= names)


def _values(
    sources: Iterable[DataSource],
    wanted: frozenset[str],
    values: Mapping[str, float | None],
    counters: Mapping[str, int | None],
) -> Iterator[str]:
    for source in sources:
        name = source.name
        if name not in wanted and not _PAIR.match(name):
            yield "U"
        elif source.kind == "COUNTER":
            count = counters.get(name)
            yield "U" if count is None else str(count)
        else:
            value = values.get(name)
            yield "U" if value is None or not math.isfinite(value) else f"{value:.2f}"
