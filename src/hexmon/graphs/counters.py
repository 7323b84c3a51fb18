"""Counters of a device from poll to poll: what wrapped, what started again, and sums that never fall. Pure.

An RRD takes every counter that falls for one that wrapped. So a counter that started again, and a sum of which one part
wrapped or is missing, would be a spike; here the first is unknown once, and the second grows by what its parts did.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from hexmon.model.device import Device, Members

SUMS = frozenset(
    {
        "total_bits_in",
        "total_bits_out",
        "total_pkts_in",
        "total_pkts_out",
        "total_errors_in",
        "total_errors_out",
        "total_pkts_ucast",
        "total_pkts_bmcast",
        "swap_io",
        "disk_read",
        "disk_write",
    }
)
_OF_INTERFACES = {"total_bits_in": "_in", "total_bits_out": "_out"}
_WHOLE = ""  # the only member of a sum whose parts nobody knows
_BITS_OF_OCTET = 8
_UPTIME_WRAPS = 2**32 / 100  # seconds: sysUpTime has hundredths in 32 bits
_SLACK = 5.0
_PLAUSIBLE = {32: 2**31, 64: 2**48}  # a counter that grew by more between two polls did not wrap
_FORGET = 5  # polls after which a missing member begins anew
_MOST_MEMBERS = 50_000  # of one sum
_MODULUS = 2**64


class Member(msgspec.Struct, frozen=True, gc=False):
    """What a counter was when it was last there, and for how many polls it has been missing."""

    value: int
    bits: int
    missing: int = 0


class CounterMemory(msgspec.Struct, frozen=True):
    """What is remembered of the counters of one device; `members` and `totals` are by the sum's name.

    `totals` are what the sums have come to, `raw` the counters that are no sums.
    """

    at: float
    uptime: float | None
    indexes: frozenset[str]
    members: Mapping[str, Mapping[str, Member]] = MappingProxyType({})
    totals: Mapping[str, int] = MappingProxyType({})
    raw: Mapping[str, Member] = MappingProxyType({})


def memory_of_file(at: float, last: Mapping[str, str]) -> CounterMemory:
    """What an RRD file remembers by itself: the last values that it was given, by source, as texts."""
    numbers = {name: int(text) for name, text in last.items() if text.isascii() and text.isdigit() and len(text) < 21}
    raw = {name: Member(value, 0) for name, value in numbers.items() if name not in SUMS}
    members: dict[str, Mapping[str, Member]] = {}
    for name, ending in _OF_INTERFACES.items():
        parts = {one: Member(value.value, 0) for one, value in raw.items() if _is_pair(one, ending)}
        if name in numbers and parts:
            members[name] = parts
    totals = {name: value for name, value in numbers.items() if name in SUMS}
    return CounterMemory(at, None, frozenset(one for one in raw if _is_pair(one, "_in")), members, totals, raw)


def counted(memory: CounterMemory | None, device: Device, at: float) -> tuple[CounterMemory, Mapping[str, int | None]]:
    """The memory after a poll, and the value of each counter for the RRD: None where it is unknown this once.

    Counters are the values that have `bits`. A sum is what it came to since it was first seen, modulo 2**64.
    """
    values = {name: int(value) for name in device.bits if (value := _number(device.values.get(name))) is not None}
    restarted = memory is not None and _restarted(memory, device.uptime, at)
    known = memory or CounterMemory(at, None, frozenset())
    indexes = frozenset(name for name in values if _is_pair(name, "_in"))
    found: dict[str, int | None] = {}
    raw: dict[str, Member] = {}
    for name, value in values.items():
        if name not in SUMS:
            raw[name] = Member(value, device.bits[name])
            before = known.raw.get(name)
            found[name] = value if _goes_on(before, raw[name], device, restarted=restarted) else None
    members, totals = dict(known.members), dict(known.totals)
    for name in SUMS & values.keys():
        parts = _parts(device, name, values[name])
        rebase = restarted or (_WHOLE in parts and indexes != known.indexes)
        found[name] = _sum(name, parts, (members, totals), device, rebase=rebase)
    return CounterMemory(at, device.uptime, indexes, members, totals, raw), found


def _sum(
    name: str,
    parts: Members,
    kept: tuple[dict[str, Mapping[str, Member]], dict[str, int]],
    device: Device,
    *,
    rebase: bool,
) -> int | None:
    """What a sum has come to; None when how much it grew is not known of any of its parts."""
    members, totals = kept
    before = members.get(name, {})
    grown, known = 0, False
    after: dict[str, Member] = {}
    for part, (value, bits) in parts.items():
        after[part] = Member(value, bits)
        growth = _growth(before.get(part), after[part], device) if not rebase else None
        grown += growth or 0
        known = known or growth is not None
    for part, member in before.items():
        if part not in after and not rebase and member.missing < _FORGET and len(after) < _MOST_MEMBERS:
            after[part] = Member(member.value, member.bits, member.missing + 1)
    members[name] = after
    begun = totals.get(name)
    if begun is None:
        totals[name] = sum(value for value, _ in parts.values()) * _scale(name, parts) % _MODULUS
        return totals[name]
    totals[name] = (begun + grown * _scale(name, parts)) % _MODULUS
    return totals[name] if known else None


def _growth(before: Member | None, now: Member, device: Device) -> int | None:
    """By how much a counter grew; None when nobody can know."""
    if before is None or before.bits not in (0, now.bits):
        return None
    grown = now.value - before.value
    if grown >= 0:
        return grown
    plausible = _PLAUSIBLE.get(now.bits)
    if plausible is None:
        return None
    if now.bits == 32 and device.uptime is not None and before.bits:
        plausible = 2**32  # a device that was up all the time starts no counter again: it wrapped, however fast it is
    wrapped = grown + 2**now.bits
    return wrapped if 0 <= wrapped < plausible else None


def _goes_on(before: Member | None, now: Member, device: Device, *, restarted: bool) -> bool:
    return before is None or (not restarted and _growth(before, now, device) is not None)


def _parts(device: Device, name: str, value: int) -> Members:
    """The counters of a sum, as far as they are known."""
    parts = device.members.get(name)
    if parts:
        return dict(list(parts.items())[:_MOST_MEMBERS])
    ending = _OF_INTERFACES.get(name)
    if ending is not None:
        pairs = ((one, device.values[one]) for one in device.bits if _is_pair(one, ending) and one in device.values)
        found = {one: (int(number), device.bits[one]) for one, text in pairs if (number := _number(text)) is not None}
        if found:
            return found
    return {_WHOLE: (value, device.bits[name])}


def _scale(name: str, parts: Iterable[str]) -> int:
    """Octets to bits; a sum whose parts nobody knows is in bits already."""
    return 1 if name not in _OF_INTERFACES or _WHOLE in parts else _BITS_OF_OCTET


def _restarted(memory: CounterMemory, uptime: float | None, at: float) -> bool:
    """Whether the device started again since: sysUpTime is smaller, and did not merely wrap after 497 days."""
    if uptime is None:
        return False
    passed = max(at - memory.at, 0.0)
    if memory.uptime is None:
        return uptime < passed - _SLACK
    wraps = memory.uptime + passed > _UPTIME_WRAPS - _SLACK
    return not wraps and (uptime < memory.uptime or uptime < passed - _SLACK)


def _is_pair(name: str, ending: str) -> bool:
    return name.startswith("if") and name.endswith(ending) and name[2 : -len(ending)].isdigit()


def _number(value: float | None) -> float | None:
    """What a counter can be."""
    return value if value is not None and 0 <= value < 2.0**80 else None
