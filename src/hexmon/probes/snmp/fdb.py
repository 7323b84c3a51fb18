"""Reading which MACs a switch learned: of all VLANs at once, or of each one by itself (Cisco IOS)."""

from collections.abc import Mapping
from typing import Final

from hexmon.probes.snmp import oids
from hexmon.probes.snmp.bridge import Learned, interface_of_port, learned
from hexmon.probes.snmp.gather import Gathering
from hexmon.probes.snmp.walk import Table

_OPERATIONAL: Final = 1
_RESERVED: Final = range(1002, 1006)  # FDDI and Token Ring, on every Cisco
_MOST_VLANS: Final = 4094


async def read_macs(poll: Gathering, vlan_contexts: bool) -> tuple[Learned, bool, Mapping[int, int]]:
    """What the switch learned, whether all of it could be read, and which interface each bridge port is."""
    base = await poll.table("bridge ports", (oids.BASE_PORT_IF_INDEX,))
    ports = base[oids.BASE_PORT_IF_INDEX]
    fdb = await poll.table("MACs", (oids.DOT1Q_PORT, oids.DOT1Q_STATUS))
    if fdb[oids.DOT1Q_PORT] or fdb.failed:
        found = learned(fdb[oids.DOT1Q_PORT], fdb[oids.DOT1Q_STATUS], ports)
        return found, not (fdb.failed or base.failed), interface_of_port(ports)
    fdb = await poll.table("MACs", (oids.DOT1D_PORT, oids.DOT1D_STATUS))
    found = learned(fdb[oids.DOT1D_PORT], fdb[oids.DOT1D_STATUS], ports)
    known = not (fdb.failed or base.failed)
    if vlan_contexts:
        known = await _read_vlans(poll, found) and known
    return found, known, interface_of_port(ports)


async def _read_vlans(poll: Gathering, found: Learned) -> bool:
    """Add what each VLAN learned; whether all could be read."""
    states = await poll.table("VLANs", (oids.VLAN_STATE,))
    try:
        for vlan in vlans(states):
            poll.session.vlan = vlan
            table = await poll.table(
                f"MACs of VLAN {vlan}", (oids.BASE_PORT_IF_INDEX, oids.DOT1D_PORT, oids.DOT1D_STATUS)
            )
            if table.failed:
                return False
            more = learned(table[oids.DOT1D_PORT], table[oids.DOT1D_STATUS], table[oids.BASE_PORT_IF_INDEX])
            for index, macs in more.items():
                found[index] = found.get(index, frozenset()) | macs
    finally:
        poll.session.vlan = 0
    return not states.failed


def vlans(states: Table) -> list[int]:
    """The VLANs that are in use; the index of a row is the VTP domain and the number."""
    used = {tail[-1] for tail, state in states[oids.VLAN_STATE].items() if state == _OPERATIONAL}
    return sorted(vlan for vlan in used if 0 < vlan <= _MOST_VLANS and vlan not in _RESERVED)
