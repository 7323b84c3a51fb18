"""ifmib: the counters of network interfaces that a collector asked for by SNMP."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, below, lines, made, value_for, whole_number
from hexmon.graphs.datasets.sources import counters, gauges

SOURCES = (
    *counters("ifInNUcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutNUcastPkts ifOutDiscards ifOutErrors"),
    *gauges("ifOutQLen"),
    *counters(
        "ifInMcastPkts ifInBcastPkts ifOutMcastPkts ifOutBcastPkts ifHCInMcastPkts ifHCInBcastPkts ifHCOutMcastPkts"
        " ifHCOutBcastPkts InOctets OutOctets InUcastPkts OutUcastPkts"
    ),
)

# Which variables a data source is, the better one first.
_VARIABLES: Mapping[str, tuple[str, ...]] = {
    **{source.name: (source.name,) for source in SOURCES[:8]},
    "ifInMcastPkts": ("ifInMulticastPkts",),
    "ifInBcastPkts": ("ifInBroadcastPkts",),
    "ifOutMcastPkts": ("ifOutMulticastPkts",),
    "ifOutBcastPkts": ("ifOutBroadcastPkts",),
    "ifHCInMcastPkts": ("ifHCInMulticastPkts",),
    "ifHCInBcastPkts": ("ifHCInBroadcastPkts",),
    "ifHCOutMcastPkts": ("ifHCOutMulticastPkts",),
    "ifHCOutBcastPkts": ("ifHCOutBroadcastPkts",),
    "InOctets": ("ifHCInOctets", "ifInOctets"),
    "OutOctets": ("ifHCOutOctets", "ifOutOctets"),
    "InUcastPkts": ("ifHCInUcastPkts", "ifInUcastPkts"),
    "OutUcastPkts": ("ifHCOutUcastPkts", "ifOutUcastPkts"),
}
_ALL = frozenset(name for names in _VARIABLES.values() for name in names)
_PAIR = re.compile(r"[ \t]{0,99}([A-Za-z0-9]{1,40})[ =]{1,40}([^ =]{1,40})")
_INTERVAL = "Interval="
_USUAL = 300
_LONGEST_INTERVAL = 86400


def ifmib(source: Source) -> Iterator[Update]:
    """`ifmib.eth0.rrd` for each section `[eth0]` that has all variables; `Interval=60` says how often they come.

    A file of figures that come otherwise than every 300 seconds is made by the section `ifmib/60`.
    """
    device, values, step = "", dict[str, str](), _USUAL
    for line in lines(below(source)):
        stripped = line.lstrip(" \t")
        if stripped.startswith(_INTERVAL):
            step = _interval(stripped)
        elif stripped.startswith("["):
            yield from _device(source, device, values, step)
            device, values = stripped[1:].partition("]")[0], {}
        elif (pair := _PAIR.match(stripped)) and pair[1] in _ALL:
            values[pair[1]] = pair[2]
    yield from _device(source, device, values, step)


def _interval(text: str) -> int:
    seconds = whole_number(text.removeprefix(_INTERVAL))
    return seconds if 0 < seconds <= _LONGEST_INTERVAL else _USUAL


def _device(source: Source, device: str, values: Mapping[str, str], step: int) -> Iterator[Update]:
    if not device or values.keys() != _ALL:
        return
    known = []
    for one in SOURCES:
        said = [value_for(one, values[name]) for name in _VARIABLES[one.name]]
        known.append(next((value for value in said if value != UNKNOWN), UNKNOWN))
    update = made(source, f"ifmib.{device}", SOURCES, *known)
    yield update if step == _USUAL else msgspec.structs.replace(update, test=f"{source.test}/{step}")
