"""Which MACs a switch learned behind which interface (Q-BRIDGE-MIB, else BRIDGE-MIB). Pure."""

from collections.abc import Mapping
from typing import Final

from hexmon.probes.snmp.ber import Oid
from hexmon.probes.snmp.text import mac_of_arcs
from hexmon.probes.snmp.walk import Column

_LEARNED: Final = 3
_MAC_ARCS: Final = 6

# ifIndex -> MACs. Those on a bridge port that belongs to no interface are under 0.
Learned = dict[int, frozenset[str]]


def mac_of_tail(tail: Oid) -> str:
    """The MAC of a row: the last six numbers of its index; before them, with VLANs, the filtering database."""
    return mac_of_arcs(tail[-_MAC_ARCS:]) if _MAC_ARCS <= len(tail) <= _MAC_ARCS + 1 else ""


def learned(ports: Column, statuses: Column, base_ports: Column) -> Learned:
    """`ports` and `statuses` are columns of one table, `base_ports` is dot1dBasePortIfIndex.

    Without any status all rows count. Port 0 is no port. A bridge without a table of its ports numbers them as the
    interfaces are. A MAC in several VLANs counts once for a port.
    """
    to_interface = interface_of_port(base_ports)
    found: dict[int, set[str]] = {}
    for tail, port in ports.items():
        status = statuses.get(tail, _LEARNED)
        mac = mac_of_tail(tail)
        if status == _LEARNED and mac and isinstance(port, int) and port > 0:
            index = to_interface.get(port, 0) if to_interface else port
            found.setdefault(index, set()).add(mac)
    return {index: frozenset(macs) for index, macs in found.items()}


def interface_of_port(base_ports: Column) -> Mapping[int, int]:
    """Bridge port -> ifIndex."""
    return {
        tail[0]: index for tail, index in base_ports.items() if len(tail) == 1 and isinstance(index, int) and index > 0
    }


def distinct(found: Learned) -> int:
    """How many MACs the device has learned."""
    return len(frozenset[str]().union(*found.values()))
