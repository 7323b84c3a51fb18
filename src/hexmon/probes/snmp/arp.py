"""Which addresses a device knows behind which interface (IP-MIB, RFC 4293). Pure."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from hexmon.model.device import ArpEntry
from hexmon.probes.snmp.ber import Oid
from hexmon.probes.snmp.text import mac_of
from hexmon.probes.snmp.walk import Column

# InetAddressType (RFC 4001): how many octets such an address has, without its zone.
_IPV4, _IPV6, _IPV4_ZONE, _IPV6_ZONE = 1, 2, 3, 4
_OCTETS: Final = {_IPV4: 4, _IPV6: 16, _IPV4_ZONE: 4, _IPV6_ZONE: 16}
_ZONE: Final = 4
_MOST_OCTET: Final = 0xFF
_OLD_INDEX: Final = 5
_NEW_INDEX: Final = 3


def read_arp(physical: Column, media: Column) -> tuple[ArpEntry, ...]:
    """Rows of ipNetToPhysicalPhysAddress; those of ipNetToMediaPhysAddress where the device has none of these."""
    found: dict[tuple[int, str], str] = {}
    for column in (physical, media):
        for tail, value in column.items():
            index, address = address_of(tail) if column is physical else old_address_of(tail)
            mac = mac_of(value)
            if address and mac:
                found[index, address] = mac
        if found:
            break
    return tuple(ArpEntry(index=index, mac=mac, ip=address) for (index, address), mac in sorted(found.items()))


def address_of(tail: Oid) -> tuple[int, str]:
    """IfIndex and address of `ifIndex.type.length.octets`; the zone is a number behind them. "" for what is neither.

    Some devices leave out the length.
    """
    if len(tail) < _NEW_INDEX:
        return 0, ""
    index, kind, octets = tail[0], tail[1], tail[2:]
    size = _OCTETS.get(kind, 0)
    if len(octets) != size and octets[0] == len(octets) - 1:
        octets = octets[1:]
    if kind in (_IPV4_ZONE, _IPV6_ZONE) and len(octets) == size + _ZONE:
        return index, _literal(octets[:size], octets[size:])
    return (index, _literal(octets, ())) if len(octets) == size else (0, "")


def old_address_of(tail: Oid) -> tuple[int, str]:
    """IfIndex and address of `ifIndex.a.b.c.d`."""
    return (tail[0], _literal(tail[1:], ())) if len(tail) == _OLD_INDEX else (0, "")


def _literal(octets: Oid, zone: Oid) -> str:
    if not octets or any(octet > _MOST_OCTET for octet in (*octets, *zone)):
        return ""
    raw = bytes(octets)
    text = str(IPv4Address(raw)) if len(raw) == _OCTETS[_IPV4] else str(IPv6Address(raw))
    number = int.from_bytes(bytes(zone), "big")
    return f"{text}%{number}" if number else text
