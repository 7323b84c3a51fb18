"""Devices invented after the MIBs: what each of them tells, as a recording."""

from collections.abc import Mapping

from tests.support.snmprec import COUNTER, COUNTER64, GAUGE, INTEGER, OBJECT, OCTETS, Recording, Told

IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"
ENT = "1.3.6.1.2.1.47.1"
STORAGE = "1.3.6.1.2.1.25.2.3.1"
LOAD = "1.3.6.1.2.1.25.3.3.1.2"
BASE_PORT = "1.3.6.1.2.1.17.1.4.1.2"
DOT1D = "1.3.6.1.2.1.17.4.3.1"
DOT1Q = "1.3.6.1.2.1.17.7.1.2.2.1"
LLDP = "1.0.8802.1.1.2.1"
CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"
ARP = "1.3.6.1.2.1.4.35.1.4"
ARP_OLD = "1.3.6.1.2.1.4.22.1.2"
UCD = "1.3.6.1.4.1.2021"
RAM, SWAP, DISK, FLASH = (f"1.3.6.1.2.1.25.2.1.{kind}" for kind in (2, 3, 4, 9))

MAC_A, MAC_B, MAC_C = "0.26.43.0.0.10", "0.26.43.0.0.11", "2.0.0.0.0.12"


def interfaces(device: Recording, names: Mapping[int, str], *, down: tuple[int, ...] = ()) -> Recording:
    """Interface N has counted N times: 100, 200 octets in and out, 10 and 20 packets, 3 and 4 errors."""
    device.put("1.3.6.1.2.1.2.1.0", INTEGER, len(names))
    device.column(f"{IF}.2", OCTETS, {index: name.encode() for index, name in names.items()})
    device.column(f"{IF}.7", INTEGER, dict.fromkeys(names, 1))
    device.column(f"{IF}.8", INTEGER, {index: 2 if index in down else 1 for index in names})
    for column, unit in ((14, 3), (20, 4)):
        device.column(f"{IF}.{column}", COUNTER, {index: unit * index for index in names})
    return device


def wide(device: Recording, names: Mapping[int, str]) -> Recording:
    """Counters of 64 bits: beyond 2^32 by what they counted."""
    for column, unit in ((6, 100), (10, 200), (7, 10), (11, 20), (8, 1), (12, 2), (9, 3), (13, 4)):
        device.column(f"{IFX}.{column}", COUNTER64, {index: (1 << 33) + unit * index for index in names})
    return device


def narrow(device: Recording, names: Mapping[int, str]) -> Recording:
    """Counters of 32 bits, and what is not unicast in one."""
    for column, unit in ((10, 100), (16, 200), (11, 10), (17, 20), (12, 4), (18, 6)):
        device.column(f"{IF}.{column}", COUNTER, {index: unit * index for index in names})
    return device


def storage(device: Recording, rows: list[tuple[str, str, int, int, int]]) -> Recording:
    """Rows of type, description, octets of a unit, size, used."""
    for index, (kind, descr, *numbers) in enumerate(rows, 1):
        device.put(f"{STORAGE}.2.{index}", OBJECT, kind).put(f"{STORAGE}.3.{index}", OCTETS, descr.encode())
        for column, number in zip((4, 5, 6), numbers, strict=True):
            device.put(f"{STORAGE}.{column}.{index}", INTEGER, number)
    return device


def cisco_stack() -> Recording:
    """Two members, BRIDGE-MIB of VLAN 1, CDP; VLAN 1 itself counts with 32 bits only."""
    device = Recording().system("1.3.6.1.4.1.9.1.9999", "Cisco IOS Software", "stack", 8_640_000)
    ports = {10101: "GigabitEthernet1/0/1", 10201: "GigabitEthernet2/0/1"}
    names = {1: "Vlan1", **ports}
    narrow(wide(interfaces(device, names, down=(10201,)), ports), {1: "Vlan1"})
    device.column(f"{IFX}.1", OCTETS, {1: b"Vl1", 10101: b"Gi1/0/1", 10201: b"Gi2/0/1"})
    device.column(f"{IFX}.15", GAUGE, {1: 1000, 10101: 10000, 10201: 0})
    device.column(f"{IF}.5", GAUGE, {1: 1_000_000_000, 10101: 4_294_967_295, 10201: 10_000_000})
    device.column(f"{IFX}.18", OCTETS, {10101: "Büro <b>\x00\x07".encode(), 10201: b"caf\xe9"})
    device.column(BASE_PORT, INTEGER, {1: 10101, 2: 10201})
    device.column(f"{DOT1D}.2", INTEGER, {MAC_A: 1, MAC_B: 1, MAC_C: 2, "0.0.0.0.0.1": 0})
    device.column(f"{DOT1D}.3", INTEGER, {MAC_A: 3, MAC_B: 3, MAC_C: 4, "0.0.0.0.0.1": 3})
    device.column(f"{CDP}.6", OCTETS, {"10101.1": b"ap-1.example.test", "10201.4": b"core"})
    device.column(f"{CDP}.7", OCTETS, {"10101.1": b"GigabitEthernet0", "10201.4": b"Te1/1"})
    device.column("1.3.6.1.4.1.9.9.109.1.1.1.1.6", GAUGE, {1: 30, 2: 10})
    device.column("1.3.6.1.4.1.9.9.109.1.1.1.1.8", GAUGE, {1: 90, 2: 90})
    device.column("1.3.6.1.4.1.9.9.48.1.1.1.2", OCTETS, {1: b"Processor", 2: b"I/O"})
    device.column("1.3.6.1.4.1.9.9.48.1.1.1.5", GAUGE, {1: 250, 2: 999})
    device.column("1.3.6.1.4.1.9.9.48.1.1.1.6", GAUGE, {1: 750, 2: 1})
    # Stack 1 > chassis 1001 > module 1002 > port 1003; the port of member 2 is right in its chassis.
    classes = {1: 11, 1001: 3, 1002: 9, 1003: 10, 2001: 3, 2003: 10}
    above = {1: 0, 1001: 1, 1002: 1001, 1003: 1002, 2001: 1, 2003: 2001}
    texts = {1: b"Stack", 1001: b"Switch 1", 1002: b"Switch 1 module", 1003: b"Port", 2001: b"Switch 2", 2003: b"Port"}
    told: tuple[tuple[int, str, Mapping[int, str | int | bytes]], ...] = (
        (2, OCTETS, texts), (4, INTEGER, above), (5, INTEGER, classes), (11, OCTETS, {1001: b"FOC1234", 2001: b"FOC9"}),
    )  # fmt: skip
    for column, kind, rows in told:
        device.column(f"{ENT}.1.1.1.{column}", kind, dict(rows.items()))
    device.column(f"{ENT}.3.2.1.2", OBJECT, {"1003.0": f"{IF}.1.10101", "2003.0": f"{IF}.1.10201"})
    device.put("1.3.6.1.2.1.6.12.0", COUNTER, 77)
    return device


def catalyst() -> Recording:
    """The same with a list of VLANs: 20 is in use, 30 is suspended, 1002 is never used."""
    states: dict[int | str, Told] = {"1.20": 1, "1.30": 2, "1.1002": 1}
    return cisco_stack().column("1.3.6.1.4.1.9.9.46.1.3.1.1.2", INTEGER, states)


def vlan_of_catalyst() -> Recording:
    """What it shows to `community@20`."""
    device = cisco_stack()
    device.column(BASE_PORT, INTEGER, {2: 10201})
    for mac in (MAC_A, MAC_B, MAC_C, "0.0.0.0.0.1"):
        for column in (2, 3):
            del device.values[tuple(map(int, f"{DOT1D}.{column}.{mac}".split(".")))]
    return device.column(f"{DOT1D}.2", INTEGER, {"4.0.0.0.0.20": 2}).column(f"{DOT1D}.3", INTEGER, {"4.0.0.0.0.20": 3})


def vlan_switch() -> Recording:
    """Q-BRIDGE-MIB with LLDP whose local ports are numbered in their own way; addresses of both families."""
    names = {1: "Ethernet1", 2: "Ethernet2", 1000: "Vlan10"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.30065.1.1", name="leaf"), names), names)
    device.column(BASE_PORT, INTEGER, {11: 1, 12: 2})
    rows: dict[int | str, Told] = {
        f"10.{MAC_A}": 11,
        f"20.{MAC_A}": 11,
        f"10.{MAC_B}": 12,
        f"10.{MAC_C}": 0,
        "10.0.0.0.0.0.9": 12,
    }
    device.column(f"{DOT1Q}.2", INTEGER, rows)
    device.column(f"{DOT1Q}.3", INTEGER, {**dict.fromkeys(rows, 3), "10.0.0.0.0.0.9": 4})
    device.column(f"{LLDP}.3.7.1.2", INTEGER, {501: 5, 502: 5})
    device.column(f"{LLDP}.3.7.1.3", OCTETS, {501: b"Ethernet1", 502: b"Ethernet2"})
    device.column(
        f"{LLDP}.4.1.1.5", OCTETS, {"0.501.1": b"\x00\x1a\x2b\x00\x00\x77", "9.502.2": b"\x00\x1a\x2b\xff\x00\x78"}
    )
    device.column(f"{LLDP}.4.1.1.7", OCTETS, {"0.501.1": b"Eth9", "9.502.2": b"\x00\x1a\x2b\xff\x00\x79"})
    device.column(f"{LLDP}.4.1.1.8", OCTETS, {"0.501.1": b"to leaf", "9.502.2": b""})
    device.column(f"{LLDP}.4.1.1.9", OCTETS, {"0.501.1": b"spine", "9.502.2": b""})
    device.column(f"{CDP}.6", OCTETS, {"1.1": b"spine by CDP"})
    linklocal = ".".join(map(str, bytes.fromhex("fe80000000000000021a2bfffe00000b")))
    device.column(
        ARP,
        OCTETS,
        {
            "1000.1.4.192.0.2.7": bytes.fromhex("001a2b00000a"),
            f"1000.4.20.{linklocal}.0.0.3.232": bytes.fromhex("001a2b00000b"),
            "1000.1.4.192.0.2.8": b"",
        },
    )
    device.column(ARP_OLD, OCTETS, {"1000.192.0.2.99": bytes.fromhex("001a2b00000c")})
    device.column(LOAD, INTEGER, {1: 10, 2: 15})
    return storage(
        device,
        [
            (RAM, "RAM", 1024, 8000, 6000),
            (RAM, "RAM (Buffers)", 1024, 8000, 500),
            (RAM, "RAM (Cache)", 1024, 8000, 1500),
            (FLASH, "Flash", 4096, 1000, 300),
            (FLASH, "nvram:", 1, 1000, 24),
        ],
    )


def procurve() -> Recording:
    """No status of MACs, no table of bridge ports, two slots of memory, 32-bit counters."""
    names = {1: "1", 2: "2"}
    device = narrow(interfaces(Recording().system("1.3.6.1.4.1.11.2.3.7.11.999", "HP"), names), names)
    device.column(f"{DOT1Q}.2", INTEGER, {f"1.{MAC_A}": 2, f"1.{MAC_B}": 0, f"7.{MAC_C}": 1})
    device.put("1.3.6.1.4.1.11.2.14.11.5.1.9.6.1.0", INTEGER, 42)
    device.column("1.3.6.1.4.1.11.2.14.11.5.1.1.2.1.1.1.5", INTEGER, {1: 600, 2: 400})
    return device.column("1.3.6.1.4.1.11.2.14.11.5.1.1.2.1.1.1.6", INTEGER, {1: 500, 2: 300})


def juniper() -> Recording:
    """A routing engine, a second one that is not there, fans that are no processors."""
    names = {501: "ge-0/0/1", 502: "xe-1/2/0"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.2636.1.1.1.2.999"), names), names)
    rows: dict[int | str, Told] = {"4.1.0.0": b"FAN 1", "9.1.0.0": b"Routing Engine 0", "9.2.0.0": b"Routing Engine 1"}
    device.column("1.3.6.1.4.1.2636.3.1.13.1.5", OCTETS, rows)
    device.column("1.3.6.1.4.1.2636.3.1.13.1.8", GAUGE, {"4.1.0.0": 99, "9.1.0.0": 12, "9.2.0.0": 0})
    return device.column("1.3.6.1.4.1.2636.3.1.13.1.11", GAUGE, {"4.1.0.0": 99, "9.1.0.0": 34, "9.2.0.0": 0})


def mikrotik() -> Recording:
    names = {1: "ether1", 2: "bridge"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.14988.1", "RouterOS"), names), names)
    device.column(BASE_PORT, INTEGER, {1: 1})
    device.column(f"{DOT1Q}.2", INTEGER, {f"0.{MAC_A}": 1, f"0.{MAC_B}": 0})
    device.column(ARP_OLD, OCTETS, {"2.192.0.2.1": bytes.fromhex("001a2b00000a"), "2.192.0.2.2": b"0:1a:2b:0:0:b"})
    device.column(LOAD, INTEGER, {1: 1, 2: 2, 3: 3, 4: 10})
    return storage(device, [(RAM, "main memory", 1024, 2000, 500), (DISK, "system disk", 1024, 16384, 8192)])


def fortigate() -> Recording:
    names = {1: "port1"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.12356.101.1.999"), names), names)
    device.put("1.3.6.1.4.1.12356.101.4.1.3.0", GAUGE, 7)
    return device.put("1.3.6.1.4.1.12356.101.4.1.4.0", GAUGE, 61)


def air_os() -> Recording:
    names = {1: "lo", 2: "ath0"}
    device = narrow(interfaces(Recording().system("1.3.6.1.4.1.10002.1"), names), names)
    device.put("1.3.6.1.4.1.41112.1.4.8.3.0", INTEGER, 1234)
    device.put("1.3.6.1.4.1.10002.1.1.1.1.1.0", INTEGER, 60000)
    return device.put("1.3.6.1.4.1.10002.1.1.1.1.2.0", INTEGER, 15000)


def edge_switch() -> Recording:
    names = {1: "0/1"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.4413"), names), names)
    device.put("1.3.6.1.4.1.4413.1.1.1.1.4.9.0", OCTETS, b"    5 Secs (  3.5547%)   60 Secs ( 12.1%)")
    device.put("1.3.6.1.4.1.4413.1.1.1.1.4.1.0", INTEGER, 100)
    return device.put("1.3.6.1.4.1.4413.1.1.1.1.4.2.0", INTEGER, 400)


def comware() -> Recording:
    """A processor that tells nonsense besides the good one, and entities that have none."""
    names = {1: "GigabitEthernet1/0/1"}
    device = wide(interfaces(Recording().system("1.3.6.1.4.1.25506.11.1.999"), names), names)
    device.column("1.3.6.1.4.1.25506.2.6.1.1.1.1.6", INTEGER, {1: 0, 8: 20, 9: 255, 10: -1})
    return device.column("1.3.6.1.4.1.25506.2.6.1.1.1.1.8", INTEGER, {1: 0, 8: 44})


def windows() -> Recording:
    device = Recording().system("1.3.6.1.4.1.311.1.1.3.1.2", "Windows")
    device.column(LOAD, INTEGER, {4: 50, 5: 70})
    return storage(
        device,
        [
            (DISK, "C:\\ Label:System  Serial Number 1234abcd", 4096, 1000, 250),
            (DISK, "D:\\ Label:Data  Serial Number 99", 4096, -1, 5),
            ("1.3.6.1.2.1.25.2.1.3", "Virtual Memory", 65536, 100, 40),
            (RAM, "Physical Memory", 65536, 200, 50),
        ],
    )


def net_snmp() -> Recording:
    """Linux: memory with buffers and cache, a swap space, disks and parts of them, a file system beyond 2^31 units."""
    device = Recording().system("1.3.6.1.4.1.8072.3.2.10", "Linux host")
    storage(
        device,
        [
            (RAM, "Physical memory", 1024, 1000, 900),
            ("1.3.6.1.2.1.25.2.1.3", "Virtual memory", 1024, 3000, 950),
            (RAM, "Memory buffers", 1024, 1000, 100),
            (RAM, "Cached memory", 1024, 400, 400),
            ("1.3.6.1.2.1.25.2.1.3", "Swap space", 1024, 2000, 50),
            (DISK, "/", 4096, -2147483648, 1073741824),
            (DISK, "/run/program", 4096, 10, 10),
        ],
    )
    names = ("sda", "sda1", "nvme0n1", "nvme0n1p1", "loop0", "ram0", "dm-0", "md0", "sr0", "xvdb1")
    for index, name in enumerate(names, 1):
        device.put(f"{UCD}.13.15.1.1.2.{index}", OCTETS, name.encode())
        device.put(f"{UCD}.13.15.1.1.3.{index}", COUNTER, index)
        device.put(f"{UCD}.13.15.1.1.12.{index}", COUNTER64, (1 << 34) + index)
        device.put(f"{UCD}.13.15.1.1.4.{index}", COUNTER, 1000 * index)
    for scalar, value in ((59, 111), (60, 222), (62, 5), (63, 6)):
        device.put(f"{UCD}.11.{scalar}.0", COUNTER, value)
    return device.put(f"{UCD}.11.11.0", INTEGER, 88)


DEVICES = {
    "cisco": cisco_stack,
    "catalyst": catalyst,
    "catalyst@20": vlan_of_catalyst,
    "leaf": vlan_switch,
    "procurve": procurve,
    "juniper": juniper,
    "mikrotik": mikrotik,
    "fortigate": fortigate,
    "airos": air_os,
    "edgeswitch": edge_switch,
    "comware": comware,
    "windows": windows,
    "netsnmp": net_snmp,
}
