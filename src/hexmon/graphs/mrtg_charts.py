"""The charts that MRTG shows of a monitor: two series of its file, what they are called, how large they get. Data."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hexmon.model.site import SNMP_TYPES, MonitorType

_NO_HEADINGS: Mapping[str, str] = MappingProxyType({})
_SERVICES = frozenset({"ping", "http", "quic", "tcp", "udp"})
_DEVICES = frozenset({"ports", "port"})
_PORTS = frozenset({"ports"})
_HOST = frozenset({"host"})


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """One target. `sources` are two data sources, `most` what they reach at most (MaxBytes1, MaxBytes2).

    `axes` are the texts beside the axes; `dual`: the second series has one of its own. `legends` name the series.
    `headings` are those of types that do not share `title`.
    """

    suffix: str
    types: frozenset[str]
    sources: tuple[str, str]
    most: tuple[int, int]
    title: str
    axes: tuple[str, str]
    legends: tuple[str, str]
    unit: str = ""
    dual: bool = False
    disk: bool = False  # its title tells how full the disk is
    headings: Mapping[str, str] = _NO_HEADINGS

    def heading(self, kind: str) -> str:
        """What it is called for a monitor of that type."""
        return self.headings.get(kind, self.title)


def _single(kind: str) -> Mapping[str, str]:
    return MappingProxyType({"port": kind})


# The totals of bits are bits, not bytes: MRTG's option `bits` would show eight times as many.
CHARTS: tuple[Chart, ...] = (
    Chart(
        suffix="",
        types=_SERVICES,
        sources=("response_time", "is_up"),
        most=(100_000, 100),
        title="Response Time & Availability",
        axes=("Response Time (ms)", "Availability (%)"),
        legends=("Response Time (ms)", "Availability (%)"),
        dual=True,
    ),
    Chart(
        suffix="-bandwidth",
        types=_DEVICES,
        sources=("total_bits_in", "total_bits_out"),
        most=(10**10, 10**10),
        title="Total Bandwidth In/Out",
        axes=("Bits per second", ""),
        legends=("Bits per second in", "Bits per second out"),
        unit="b/s",
        headings=_single("Bandwidth In/Out"),
    ),
    Chart(
        suffix="-packets",
        types=_DEVICES,
        sources=("total_pkts_in", "total_pkts_out"),
        most=(10**7, 10**7),
        title="Total Packets In/Out",
        axes=("Packets per second", ""),
        legends=("Packets per second in", "Packets per second out"),
        unit="pps",
        headings=_single("Packets In/Out"),
    ),
    Chart(
        suffix="-packets-type",
        types=_DEVICES,
        sources=("total_pkts_ucast", "total_pkts_bmcast"),
        most=(10**7, 10**7),
        title="Unicast vs B+Mcast",
        axes=("Packets per second", ""),
        legends=("Unicast packets per second", "Broadcast and multicast packets per second"),
        unit="pps",
        headings=_single("Unicast vs B+Mcast Packets"),
    ),
    Chart(
        suffix="-errors",
        types=_DEVICES,
        sources=("total_errors_in", "total_errors_out"),
        most=(10**6, 10**6),
        title="Interface Errors In/Out",
        axes=("Errors per second", ""),
        legends=("Errors per second in", "Errors per second out"),
        unit="err/s",
        headings=_single("Errors In/Out"),
    ),
    Chart(
        suffix="-retransmits",
        types=_PORTS,
        sources=("tcp_retrans", "tcp_retrans"),
        most=(10**5, 10**5),
        title="TCP Retransmits",
        axes=("Retransmits per second", ""),
        legends=("TCP retransmits per second", "TCP retransmits per second"),
        unit="retrans/s",
    ),
    Chart(
        suffix="-system",
        types=_PORTS,
        sources=("cpu_load", "memory_pct"),
        most=(100, 100),
        title="CPU & Memory",
        axes=("CPU (%)", "Memory (%)"),
        legends=("CPU (%)", "Memory (%)"),
        unit="%",
        dual=True,
    ),
    Chart(
        suffix="-tamper",
        types=_PORTS,
        sources=("ports_up_count", "nvram_flash_bytes"),
        most=(1000, 10**9),
        title="Active Ports & NVRAM/Flash",
        axes=("Ports up", "NVRAM and flash used (bytes)"),
        legends=("Ports up", "NVRAM and flash used (bytes)"),
        dual=True,
    ),
    Chart(
        suffix="-network",
        types=_PORTS,
        sources=("mac_count", "arp_count"),
        most=(10**5, 10**5),
        title="MACs & ARP Entries",
        axes=("MAC addresses", "ARP entries"),
        legends=("MAC addresses", "ARP entries"),
        dual=True,
    ),
    Chart(
        suffix="-system1",
        types=_HOST,
        sources=("cpu_load", "context_switches"),
        most=(100, 10**5),
        title="CPU & Load",
        axes=("CPU (%)", "Context switches per second"),
        legends=("CPU (%)", "Context switches per second"),
        dual=True,
    ),
    Chart(
        suffix="-system2",
        types=_HOST,
        sources=("memory_pct", "swap_io"),
        most=(100, 10**5),
        title="Memory & Paging",
        axes=("Memory (%)", "Pages swapped per second"),
        legends=("Memory (%)", "Pages swapped per second"),
        dual=True,
    ),
    Chart(
        suffix="-system3",
        types=_HOST,
        sources=("disk_read", "disk_write"),
        most=(10**9, 10**9),
        title="Disk I/O",
        axes=("Bytes read per second", "Bytes written per second"),
        legends=("Bytes read per second", "Bytes written per second"),
        unit="B/s",
        dual=True,
        disk=True,
    ),
    Chart(
        suffix="-system4",
        types=_HOST,
        sources=("swap_used", "interrupts"),
        most=(10**9, 10**5),
        title="System Thrashing",
        axes=("Swap used (bytes)", "Interrupts per second"),
        legends=("Swap used (bytes)", "Interrupts per second"),
        dual=True,
    ),
)


def charts_of(kind: MonitorType) -> tuple[Chart, ...]:
    """Those of a monitor of that type, in their order on the page."""
    return tuple(chart for chart in CHARTS if kind in chart.types)


def is_device(kind: MonitorType) -> bool:
    """Whether it is shown with the network, not with the services."""
    return kind in SNMP_TYPES
