"""The interfaces of a device: their state from IF-MIB, and what they counted, 64 bits first (RFC 2863)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from hexmon.model.device import Interface
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.text import counter_of, number_of, text_of
from hexmon.probes.snmp.walk import Column

OPER: Final = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "notPresent",
    7: "lowerLayerDown",
}
ADMIN: Final = {1: "up", 2: "down", 3: "testing"}

STATE_COLUMNS: Final = (oids.IF_DESCR, oids.IF_OPER, oids.IF_ADMIN)
_NAMES: Final = (oids.IF_NAME, oids.IF_ALIAS, oids.IF_SPEED, oids.IF_HIGH_SPEED)
_ERRORS: Final = (oids.IF_IN_ERRORS, oids.IF_OUT_ERRORS)

# What is counted: the column of 64 bits, and those of 32 bits that are added up where it is missing, in this order
# of preference.
_COUNTED: Final[Mapping[str, tuple[Oid, tuple[Oid, ...]]]] = {
    "in_octets": (oids.IF_HC_IN_OCTETS, (oids.IF_IN_OCTETS,)),
    "out_octets": (oids.IF_HC_OUT_OCTETS, (oids.IF_OUT_OCTETS,)),
    "in_ucast": (oids.IF_HC_IN_UCAST, (oids.IF_IN_UCAST,)),
    "out_ucast": (oids.IF_HC_OUT_UCAST, (oids.IF_OUT_UCAST,)),
    "in_mcast": (oids.IF_HC_IN_MCAST, (oids.IF_IN_MCAST,)),
    "in_bcast": (oids.IF_HC_IN_BCAST, (oids.IF_IN_BCAST,)),
    "out_mcast": (oids.IF_HC_OUT_MCAST, (oids.IF_OUT_MCAST,)),
    "out_bcast": (oids.IF_HC_OUT_BCAST, (oids.IF_OUT_BCAST,)),
}
# Where neither multicast nor broadcast is counted, what is not unicast is.
_NOT_UNICAST: Final = {"in": oids.IF_IN_NUCAST, "out": oids.IF_OUT_NUCAST}

_COUNTERS_64: Final = tuple(wide for wide, _ in _COUNTED.values())
COUNTERS_32: Final = (*(one for _, narrow in _COUNTED.values() for one in narrow), *_NOT_UNICAST.values())
INTERFACE_COLUMNS: Final = (*STATE_COLUMNS, *_NAMES, *_ERRORS, *_COUNTERS_64)
# Version 1 has no counters of 64 bits (RFC 3584 section 4.2.2.1).
OLD_COLUMNS: Final = (*STATE_COLUMNS, *_NAMES, *_ERRORS, *COUNTERS_32)

_SPEED_UNKNOWN: Final = 0xFFFF_FFFF
_MOST_INDEX: Final = 0x7FFF_FFFF

Columns = Mapping[Oid, Column]


class Count(msgspec.Struct, frozen=True, gc=False):
    """A counter as the device has it, and where it wraps."""

    value: int
    bits: int


_SUMS = {
    "total_pkts_in": ("in_ucast", "in_other"),
    "total_pkts_out": ("out_ucast", "out_other"),
    "total_errors_in": ("in_errors",),
    "total_errors_out": ("out_errors",),
    "total_pkts_ucast": ("in_ucast", "out_ucast"),
    "total_pkts_bmcast": ("in_other", "out_other"),
}


class Traffic(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one interface counted since its device started; None: it does not tell."""

    in_octets: Count | None = None
    out_octets: Count | None = None
    in_ucast: Count | None = None
    out_ucast: Count | None = None
    in_other: Count | None = None
    out_other: Count | None = None
    in_errors: Count | None = None
    out_errors: Count | None = None


def indexes(columns: Columns) -> list[int]:
    """Every ifIndex that has a name or a state, in order."""
    tails = {tail for column in STATE_COLUMNS for tail in columns.get(column, {})}
    return sorted(tail[0] for tail in tails if len(tail) == 1 and 0 < tail[0] <= _MOST_INDEX)


def interface_of(columns: Columns, index: int) -> Interface:
    """One row, with the defaults of what it lacks; MACs and slot come from elsewhere."""

    def cell(column: Oid) -> Value:
        return columns.get(column, {}).get((index,))

    oper, admin = cell(oids.IF_OPER), cell(oids.IF_ADMIN)
    return Interface(
        index=index,
        name=text_of(cell(oids.IF_DESCR)) or text_of(cell(oids.IF_NAME)) or f"if{index}",
        oper=OPER.get(oper, "unknown") if isinstance(oper, int) else "unknown",
        admin=ADMIN.get(admin, "down") if isinstance(admin, int) else "down",
        alias=text_of(cell(oids.IF_ALIAS)),
        speed=_speed(number_of(cell(oids.IF_HIGH_SPEED)), number_of(cell(oids.IF_SPEED))),
    )


def _speed(megabits: int | None, bits: int | None) -> float | None:
    """In Mbit/s. ifSpeed is at its end at 4.3 Gbit/s; ifHighSpeed is 0 for what is slower than half a Mbit/s."""
    if megabits:
        return float(megabits)
    if bits is not None and bits != _SPEED_UNKNOWN:
        return bits / 1e6
    return None if megabits is None else float(megabits)


def missing_counters(columns: Columns, indexes_: Iterable[int]) -> list[Oid]:
    """The instances of 32-bit counters that stand in for what no counter of 64 bits tells."""
    wanted: list[Oid] = []
    for index in indexes_:
        for name, (wide, narrow) in _COUNTED.items():
            if counter_of(columns.get(wide, {}).get((index,)), 64) is None:
                wanted += [(*column, index) for column in narrow]
                if name.endswith("_mcast"):
                    wanted.append((*_NOT_UNICAST[name.removesuffix("_mcast")], index))
    return wanted


def traffic_of(columns: Columns, index: int) -> Traffic:
    """What one interface counted. A counter that is negative, too large or no number is None."""

    def count(column: Oid, bits: int) -> Count | None:
        value = counter_of(columns.get(column, {}).get((index,)), bits)
        return None if value is None else Count(value, bits)

    def best(name: str) -> Count | None:
        wide, narrow = _COUNTED[name]
        return count(wide, 64) or total([count(column, 32) for column in narrow])

    def other(way: str) -> Count | None:
        return total([best(f"{way}_mcast"), best(f"{way}_bcast")]) or count(_NOT_UNICAST[way], 32)

    return Traffic(
        in_octets=best("in_octets"),
        out_octets=best("out_octets"),
        in_ucast=best("in_ucast"),
        out_ucast=best("out_ucast"),
        in_other=other("in"),
        out_other=other("out"),
        in_errors=count(oids.IF_IN_ERRORS, 32),
        out_errors=count(oids.IF_OUT_ERRORS, 32),
    )


def total(counts: Sequence[Count | None]) -> Count | None:
    """The sum of those that are there; it is as narrow as the narrowest of them."""
    there = [one for one in counts if one is not None]
    if not there:
        return None
    return Count(sum(one.value for one in there), min(one.bits for one in there))


def octet_totals(traffic: Sequence[Traffic]) -> dict[str, Count | None]:
    """The sums of octets, in bits, by the names of their data sources. Their parts are figures of the interfaces."""
    octets = {
        "total_bits_in": total([one.in_octets for one in traffic]),
        "total_bits_out": total([one.out_octets for one in traffic]),
    }
    return {name: None if one is None else Count(8 * one.value, one.bits) for name, one in octets.items()}


def other_totals(traffic: Mapping[int, Traffic]) -> dict[str, dict[str, Count]]:
    """The counters of which the other sums are made, by the names of their data sources."""
    return {
        name: {
            f"{index}.{field}": count
            for index, one in traffic.items()
            for field in fields
            if (count := getattr(one, field)) is not None
        }
        for name, fields in _SUMS.items()
    }
