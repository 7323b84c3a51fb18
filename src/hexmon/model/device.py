"""What one poll of a device by SNMP saw: its interfaces, its figures, its neighbours. Texts are data of the device."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

_NOTHING: Mapping[str, float | None] = MappingProxyType({})

Members = Mapping[str, tuple[int, int]]  # by any name that is the same in every poll: value, bits


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One row of IF-MIB (RFC 2863), by its ifIndex.

    `oper`, `admin` are the words of the MIB ("up", "down", "testing", "unknown", "dormant", "notPresent",
    "lowerLayerDown"). `macs` are those learned behind it, sorted, upper case, with colons. `speed` is in Mbit/s.
    """

    index: int
    name: str
    oper: str = "unknown"
    admin: str = "down"
    macs: tuple[str, ...] = ()
    alias: str = ""
    slot: str = ""
    speed: float | None = None


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at the other end of an interface, as LLDP or CDP tell."""

    index: int
    host: str
    port: str = ""
    protocol: str = "LLDP"


class ArpEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An address that the device knows behind an interface. `mac` is upper case, with colons."""

    index: int
    mac: str
    ip: str


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One poll. `values` are by the names of the data sources in the RRD of such a monitor (`if3_in`, `cpu_load`, ...).

    None is what the device does not tell. Counters are as the device has them: the total since it started, in its
    own unit but for `total_bits_*`. `bits` says of each counter how many bits it has there (32 or 64): where it wraps.
    `members` are the counters that a sum among the values is made of, where they are known and in their own unit
    (octets): each may wrap or be missing by itself. `serial` is that of the chassis, "" where it tells none. `uptime`
    is sysUpTime in seconds. `macs_known` False: the table of MACs could not be read in this poll.
    """

    name: str = ""
    description: str = ""
    location: str = ""
    contact: str = ""
    object_id: str = ""
    serial: str = ""
    uptime: float | None = None
    interfaces: tuple[Interface, ...] = ()
    macs_known: bool = True
    values: Mapping[str, float | None] = _NOTHING
    bits: Mapping[str, int] = MappingProxyType({})
    members: Mapping[str, Members] = MappingProxyType({})
    arp: tuple[ArpEntry, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be read, and why
