"""Who is at the other end of an interface, as LLDP (IEEE 802.1AB) and CDP tell. Pure."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from hexmon.model.device import Interface, Neighbour
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.text import mac_of, number_of, text_of
from hexmon.probes.snmp.walk import Column

Columns = Mapping[Oid, Column]

LLDP_COLUMNS: Final = (
    oids.LLDP_CHASSIS_SUBTYPE,
    oids.LLDP_CHASSIS,
    oids.LLDP_PORT_SUBTYPE,
    oids.LLDP_PORT_ID,
    oids.LLDP_PORT_DESCR,
    oids.LLDP_SYS_NAME,
)
LLDP_LOCAL_COLUMNS: Final = (oids.LLDP_LOCAL_SUBTYPE, oids.LLDP_LOCAL_ID, oids.LLDP_LOCAL_DESCR)
CDP_COLUMNS: Final = (oids.CDP_DEVICE, oids.CDP_PORT)

_LLDP_INDEX: Final = 3  # time mark, local port, number
_CDP_INDEX: Final = 2  # ifIndex, number
_MAC_OCTETS: Final = 6
# LldpChassisIdSubtype and LldpPortIdSubtype: what is a MAC, what an address behind the number of its family.
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4
_FAMILIES: Final = {(1, 5): IPv4Address, (2, 17): IPv6Address}  # IANA's number, octets with it


class Ports:
    """How the numbers of local ports of LLDP are those of interfaces: by name, as a bridge port, or as they are."""

    def __init__(
        self, interfaces: Iterable[Interface], names: Column, local: Columns, bridge_ports: Mapping[int, int]
    ) -> None:
        """`names` is ifName, `local` the table of local ports, `bridge_ports` goes from bridge port to ifIndex."""
        self._by_name: dict[str, int] = {}
        self._indexes: set[int] = set()
        for interface in interfaces:
            self._indexes.add(interface.index)
            short = text_of(names.get((interface.index,)))
            for name in (interface.name, short, interface.alias):
                if name:
                    self._by_name.setdefault(name, interface.index)
        self._local = local
        self._bridge_ports = bridge_ports

    def interfaces(self, ports: Iterable[int]) -> dict[int, int]:
        """Local port -> ifIndex. Those without a name are bridge ports if all of them may be, else as they are."""
        found = {port: self._named(port) for port in ports}
        nameless = {port for port, index in found.items() if not index}
        as_bridge = nameless <= self._bridge_ports.keys()
        return {port: index or (self._bridge_ports[port] if as_bridge else port) for port, index in found.items()}

    def _named(self, port: int) -> int:
        for column in (oids.LLDP_LOCAL_ID, oids.LLDP_LOCAL_DESCR):
            name = text_of(self._local.get(column, {}).get((port,)))
            if name in self._by_name:
                return self._by_name[name]
        told = number_of(self._local.get(oids.LLDP_LOCAL_ID, {}).get((port,)))
        return told if told in self._indexes else 0


def read_neighbours(lldp: Columns, cdp: Columns, ports: Ports) -> tuple[Neighbour, ...]:
    """All of them, by interface; what CDP tells of an interface counts where LLDP tells nothing."""
    found = dict.fromkeys(_lldp(lldp, ports))
    known = {one.index for one in found}
    found |= dict.fromkeys(one for one in _cdp(cdp) if one.index not in known)
    return tuple(sorted(found, key=lambda one: (one.index, one.host, one.port)))


def _lldp(columns: Columns, ports: Ports) -> Iterable[Neighbour]:
    rows = [tail for tail in _rows(columns, LLDP_COLUMNS) if len(tail) == _LLDP_INDEX]
    interfaces = ports.interfaces(tail[1] for tail in rows)
    for tail in rows:
        host = text_of(_cell(columns, oids.LLDP_SYS_NAME, tail)) or _chassis(columns, tail)
        port = text_of(_cell(columns, oids.LLDP_PORT_DESCR, tail)) or _port(columns, tail)
        if host or port:
            yield Neighbour(index=interfaces[tail[1]], host=host, port=port, protocol="LLDP")


def _chassis(columns: Columns, tail: Oid) -> str:
    value, kind = _cell(columns, oids.LLDP_CHASSIS, tail), _cell(columns, oids.LLDP_CHASSIS_SUBTYPE, tail)
    return _identity(value, mac=kind == _CHASSIS_MAC, address=kind == _CHASSIS_ADDRESS)


def _port(columns: Columns, tail: Oid) -> str:
    value, kind = _cell(columns, oids.LLDP_PORT_ID, tail), _cell(columns, oids.LLDP_PORT_SUBTYPE, tail)
    return _identity(value, mac=kind == _PORT_MAC, address=kind == _PORT_ADDRESS)


def _cdp(columns: Columns) -> Iterable[Neighbour]:
    for tail in _rows(columns, CDP_COLUMNS):
        if len(tail) != _CDP_INDEX:
            continue
        host = _identity(_cell(columns, oids.CDP_DEVICE, tail))
        if host:
            port = _identity(_cell(columns, oids.CDP_PORT, tail))
            yield Neighbour(index=tail[0], host=host, port=port, protocol="CDP")


def _rows(columns: Columns, wanted: Iterable[Oid]) -> list[Oid]:
    return sorted({tail for column in wanted for tail in columns.get(column, {})})


def _cell(columns: Columns, column: Oid, tail: Oid) -> Value:
    return columns.get(column, {}).get(tail)


def _identity(value: Value, *, mac: bool = False, address: bool = False) -> str:
    """A name, a MAC or an address. Without its kind six octets are a MAC unless all of them are printable."""
    if not isinstance(value, bytes):
        return text_of(value)
    if mac and (found := mac_of(value)):
        return found
    if address and value and (family := _FAMILIES.get((value[0], len(value)))):
        return str(family(value[1:]))
    if len(value) == _MAC_OCTETS and not _is_plain(value):
        return mac_of(value)
    return text_of(value)


def _is_plain(octets: bytes) -> bool:
    return octets.isascii() and octets.decode().isprintable()
