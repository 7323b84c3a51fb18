"""The three polls: of all interfaces, of one, and of the machine itself."""

from collections.abc import Mapping
from typing import Final

import msgspec

from hexmon.model.device import Device
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.arp import read_arp
from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.bridge import distinct
from hexmon.probes.snmp.fdb import read_macs
from hexmon.probes.snmp.gather import Gathering
from hexmon.probes.snmp.interfaces import (
    COUNTERS_32,
    INTERFACE_COLUMNS,
    OLD_COLUMNS,
    STATE_COLUMNS,
    Count,
    indexes,
    interface_of,
    missing_counters,
    octet_totals,
    other_totals,
    traffic_of,
)
from hexmon.probes.snmp.neighbours import (
    CDP_COLUMNS,
    LLDP_COLUMNS,
    LLDP_LOCAL_COLUMNS,
    Ports,
    read_neighbours,
)
from hexmon.probes.snmp.session import Session
from hexmon.probes.snmp.slots import read_serial, read_slots, slot_of_name
from hexmon.probes.snmp.storage import (
    DISK_COLUMNS,
    disk_counts,
    flash_used,
    root_percent,
    swap_used,
)
from hexmon.probes.snmp.text import number_of
from hexmon.probes.snmp.walk import Column, walk

_MOST_HINT: Final = 5000
_PER_GET: Final = 30
_PER_WALK: Final = 45

Columns = dict[Oid, Column]


class NotThere(Exception):  # noqa: N818 - the name says what is so
    """The device answers, and has not what was asked for; the text says what."""


class WalkFailed(Exception):  # noqa: N818 - the name says what is so
    """What a poll cannot do without ended before its end; the text says why."""


async def poll_ports(session: Session, vlan_contexts: bool = False) -> Device:
    """All interfaces with the MACs, addresses and neighbours behind them. Raises NotThere, WalkFailed."""
    poll = Gathering(session)
    await poll.read_system(oids.IF_NUMBER, oids.TCP_RETRANS)
    columns = await _interfaces(poll)
    there = indexes(columns)
    if not there:
        raise NotThere("no interfaces found")
    poll.count_32("tcp_retrans", oids.TCP_RETRANS)
    _count_traffic(poll, columns, there)
    interfaces = [interface_of(columns, index) for index in there]
    poll.values["ports_up_count"] = sum(one.oper == "up" for one in interfaces)

    macs, known, bridge_ports = await read_macs(poll, vlan_contexts)
    arp = await poll.table("ARP", (oids.ARP,))
    old = await poll.table("ARP", (oids.ARP_OLD,)) if not arp[oids.ARP] else None
    entries = read_arp(arp[oids.ARP], {} if old is None else old[oids.ARP_OLD])
    lldp = (await poll.table("LLDP", LLDP_COLUMNS)).columns
    local = (await poll.table("LLDP", LLDP_LOCAL_COLUMNS)).columns if any(lldp.values()) else {}
    cdp = (await poll.table("CDP", CDP_COLUMNS)).columns
    ports = Ports(interfaces, columns.get(oids.IF_NAME, {}), local, bridge_ports)
    no_slots: dict[int, str] = {}
    aliases = await poll.table("slots", (oids.ENT_ALIAS,))
    slots = await poll.optional("slots", lambda: read_slots(session, aliases[oids.ENT_ALIAS]), no_slots)
    serial = await poll.optional("serial number", lambda: read_serial(session), "")

    await poll.read_load()
    poll.values["nvram_flash_bytes"] = flash_used(await poll.storage())
    poll.values["mac_count"] = distinct(macs) if known else None
    arp_known = not arp.failed and (old is None or not old.failed)
    poll.values["arp_count"] = len(entries) if arp_known else None
    return msgspec.structs.replace(
        poll.device(),
        serial=serial,
        macs_known=known,
        interfaces=tuple(
            msgspec.structs.replace(
                one,
                macs=tuple(sorted(macs.get(one.index, ()))),
                slot=slots.get(one.index) or slot_of_name(one.name),
            )
            for one in interfaces
        ),
        arp=entries,
        neighbours=read_neighbours(lldp, cdp, ports),
    )


async def poll_port(session: Session, index: int, vlan_contexts: bool = False) -> Device:
    """One interface with the MACs behind it. Raises NotThere."""
    poll = Gathering(session)
    wanted = (*INTERFACE_COLUMNS, *COUNTERS_32) if session.bulk else OLD_COLUMNS
    await poll.read_system(*((*column, index) for column in wanted))
    columns: Columns = {
        column: {(index,): poll.scalars[*column, index]} for column in wanted if (*column, index) in poll.scalars
    }
    if not indexes(columns):
        raise NotThere(f"port ifIndex={index} does not exist")
    _count_traffic(poll, columns, [index])
    macs, known, _ = await read_macs(poll, vlan_contexts)
    await poll.read_load()
    interface = interface_of(columns, index)
    found = tuple(sorted(macs.get(index, ())))
    return msgspec.structs.replace(
        poll.device(),
        macs_known=known,
        interfaces=(msgspec.structs.replace(interface, macs=found, slot=slot_of_name(interface.name)),),
    )


async def poll_host(session: Session) -> Device:
    """The machine itself. Raises NotThere when it tells no figure at all."""
    poll = Gathering(session)
    raw = (oids.RAW_INTERRUPTS, oids.RAW_CONTEXTS, oids.RAW_SWAP_IN, oids.RAW_SWAP_OUT)
    await poll.read_system(*raw)
    await poll.read_load()
    storage = await poll.storage()
    disks = (await poll.table("disks", DISK_COLUMNS)).columns
    read, written = disk_counts(disks)
    poll.count_together("disk_read", read)
    poll.count_together("disk_write", written)
    poll.count_32("interrupts", oids.RAW_INTERRUPTS)
    poll.count_32("context_switches", oids.RAW_CONTEXTS)
    ways = {"in": number_of(poll.scalars.get(oids.RAW_SWAP_IN)), "out": number_of(poll.scalars.get(oids.RAW_SWAP_OUT))}
    poll.count_together("swap_io", {way: Count(value, 32) for way, value in ways.items() if value is not None})
    poll.values["swap_used"] = swap_used(storage, poll.scalars)
    poll.values["disk_space_pct"] = root_percent(storage)
    if all(value is None for value in poll.values.values()):
        raise NotThere("no figures of a host found")
    serial = await poll.optional("serial number", lambda: read_serial(session), "")
    return msgspec.structs.replace(poll.device(), serial=serial)


async def _interfaces(poll: Gathering) -> Columns:
    """IF-MIB, with the counters of 32 bits of those interfaces that have none of 64."""
    rows = min(number_of(poll.scalars.get(oids.IF_NUMBER)) or 0, _MOST_HINT)
    table = await walk(poll.session, INTERFACE_COLUMNS if poll.session.bulk else OLD_COLUMNS, rows)
    broken = next((table.failed[column] for column in STATE_COLUMNS if column in table.failed), "")
    if broken:
        raise WalkFailed(broken)
    for failure in dict.fromkeys(table.failed.values()):
        poll.note("interfaces", failure)
    there = indexes(table.columns)
    missing = missing_counters(table.columns, there) if poll.session.bulk else []
    columns = dict.fromkeys(one[:-1] for one in missing)
    if not missing:
        return table.columns
    if len(missing) / _PER_GET > len(columns) * len(there) / _PER_WALK:
        more = (await poll.table("32-bit counters", tuple(columns), len(there))).columns
        return table.columns | more
    nothing: dict[Oid, Value] = {}
    found = await poll.optional("32-bit counters", lambda: poll.session.get(missing), nothing)
    return table.columns | {
        column: {oid[-1:]: value for oid, value in found.items() if oid[:-1] == column} for column in columns
    }


def _count_traffic(poll: Gathering, columns: Mapping[Oid, Column], there: list[int]) -> None:
    traffic = [traffic_of(columns, index) for index in there]
    for index, one in zip(there, traffic, strict=True):
        poll.count(f"if{index}_in", one.in_octets)
        poll.count(f"if{index}_out", one.out_octets)
    for name, count in octet_totals(traffic).items():
        poll.count(name, count)
    for name, parts in other_totals(dict(zip(there, traffic, strict=True))).items():
        poll.count_together(name, parts)
