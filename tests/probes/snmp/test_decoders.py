"""What is made of the tables of a device, for any that may come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.device import Interface, Neighbour
from hexmon.probes.snmp import oids
from hexmon.probes.snmp.arp import address_of, old_address_of, read_arp
from hexmon.probes.snmp.ber import (
    Absent,
    Oid,
    Value,
    parse_oid,
)
from hexmon.probes.snmp.bridge import distinct, learned, mac_of_tail
from hexmon.probes.snmp.interfaces import Count, interface_of, total
from hexmon.probes.snmp.neighbours import Ports, read_neighbours
from hexmon.probes.snmp.recipes import follow
from hexmon.probes.snmp.slots import ports_of_aliases, slot_above, slot_of_name
from hexmon.probes.snmp.storage import disk_counts, memory_percent, root_percent, storages, swap_used, whole_disks
from hexmon.probes.snmp.vendors import VENDORS, Recipe, vendor_of

ARCS = st.integers(0, 0xFFFF_FFFF)
TAILS = st.lists(ARCS, max_size=24).map(tuple)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.integers(-(1 << 63), 1 << 64), st.binary(max_size=40), TAILS, st.sampled_from(Absent)
)
COLUMNS = st.dictionaries(TAILS, VALUES, max_size=8)


# ------------------------------------------------------------------------------------------------ MACs and addresses


@pytest.mark.parametrize(
    ("tail", "mac"),
    [
        pytest.param((10, 0, 26, 43, 60, 77, 94), "00:1A:2B:3C:4D:5E", id="with a VLAN"),
        pytest.param((0, 26, 43, 60, 77, 94), "00:1A:2B:3C:4D:5E", id="without one"),
        pytest.param((10, 0, 26, 43, 60, 77, 256), "", id="no octet"),
        pytest.param((1, 2), "", id="too short"),
        pytest.param((1, 2, 0, 26, 43, 60, 77, 94), "", id="too long"),
    ],
)
def test_macs_of_rows(tail: Oid, mac: str) -> None:
    assert mac_of_tail(tail) == mac


@given(COLUMNS, COLUMNS, COLUMNS)
def test_any_table_of_macs_is_read(ports: dict[Oid, Value], statuses: dict[Oid, Value], base: dict[Oid, Value]) -> None:
    found = learned(ports, statuses, base)
    assert distinct(found) <= len(ports)


@pytest.mark.parametrize(
    ("tail", "address"),
    [
        pytest.param((3, 1, 4, 192, 0, 2, 1), (3, "192.0.2.1"), id="IPv4"),
        pytest.param((3, 1, 192, 0, 2, 1), (3, "192.0.2.1"), id="IPv4 without the length"),
        pytest.param((3, 2, 16, 0x20, 1, 13, 184, *[0] * 11, 1), (3, "2001:db8::1"), id="IPv6"),
        pytest.param((3, 3, 8, 192, 0, 2, 1, 0, 0, 0, 5), (3, "192.0.2.1%5"), id="IPv4 with a zone"),
        pytest.param((3, 4, 20, 0xFE, 0x80, *[0] * 13, 1, 0, 0, 1, 4), (3, "fe80::1%260"), id="IPv6 with a zone"),
        pytest.param((3, 1, 4, 192, 0, 2, 256), (3, ""), id="no octet"),
        pytest.param((3, 16, 4, 1, 2, 3, 4), (0, ""), id="a name"),
        pytest.param((3,), (0, ""), id="too short"),
    ],
)
def test_addresses_of_rows(tail: Oid, address: tuple[int, str]) -> None:
    assert address_of(tail) == address


@given(COLUMNS, COLUMNS)
def test_any_table_of_addresses_is_read(physical: dict[Oid, Value], media: dict[Oid, Value]) -> None:
    assert len(read_arp(physical, media)) <= len(physical) + len(media)


@given(TAILS)
def test_any_index_of_an_address_is_read(tail: Oid) -> None:
    address_of(tail)
    old_address_of(tail)


# -------------------------------------------------------------------------------------------------------- neighbours

SOME = (Interface(index=5, name="Gi0/5", alias="uplink"), Interface(index=9, name="Gi0/9"))


@pytest.mark.parametrize(
    ("local", "bridge", "index"),
    [
        pytest.param({oids.LLDP_LOCAL_ID: {(1,): b"Gi0/5"}}, {}, 5, id="by the name of the interface"),
        pytest.param({oids.LLDP_LOCAL_ID: {(1,): b"g5"}}, {}, 5, id="by its short name"),
        pytest.param({oids.LLDP_LOCAL_ID: {(1,): b"9"}}, {}, 9, id="by its number"),
        pytest.param({oids.LLDP_LOCAL_DESCR: {(1,): b"Gi0/9"}}, {}, 9, id="by the description"),
        pytest.param({oids.LLDP_LOCAL_ID: {(1,): b"uplink"}}, {}, 5, id="by its alias"),
        pytest.param({}, {1: 9}, 9, id="as a bridge port"),
        pytest.param({oids.LLDP_LOCAL_ID: {(1,): b"77"}}, {}, 1, id="as it is"),
    ],
)
def test_local_ports_of_lldp(local: dict[Oid, dict[Oid, Value]], bridge: dict[int, int], index: int) -> None:
    assert Ports(SOME, {(5,): b"g5"}, local, bridge).interfaces([1]) == {1: index}


def test_numbers_of_which_some_are_no_bridge_ports_are_those_of_interfaces() -> None:
    assert Ports(SOME, {}, {}, {1: 5, 2: 9}).interfaces([2, 9]) == {2: 2, 9: 9}


def test_a_neighbour_that_was_told_twice_is_one() -> None:
    lldp: dict[Oid, dict[Oid, Value]] = {oids.LLDP_SYS_NAME: {(0, 5, 1): b"core", (7, 5, 2): b"core"}}
    assert read_neighbours(lldp, {}, Ports(SOME, {}, {}, {})) == (Neighbour(index=5, host="core"),)


@pytest.mark.parametrize(
    ("chassis", "port", "host", "its_port"),
    [
        pytest.param((4, b"@ABCD0"), (3, b"abcdef"), "40:41:42:43:44:30", "61:62:63:64:65:66", id="printable MACs"),
        pytest.param((4, b"0:1b:3f:0:0:1"), (3, b"00-1b-3f-00-00-02"), "00:1B:3F:00:00:01", "00:1B:3F:00:00:02",
                     id="MACs as text"),
        pytest.param((7, b"core-1"), (5, b"abcdef"), "core-1", "abcdef", id="names of six letters"),
        pytest.param((5, b"\x01\xc0\x00\x02\x07"), (4, b"\x02\x20\x01\x0d\xb8" + bytes(11) + b"\x05"),
                     "192.0.2.7", "2001:db8::5", id="addresses"),
        pytest.param((5, b"10.1"), (4, b"\x09\x01"), "10.1", "", id="addresses that are none"),
        pytest.param((None, b"\x00\x1b\x3f\x00\x00\x01"), (None, b"g1"), "00:1B:3F:00:00:01", "g1", id="no kinds"),
    ],
)  # fmt: skip
def test_a_neighbour_without_names_is_told_by_its_ids(
    chassis: tuple[int | None, bytes], port: tuple[int | None, bytes], host: str, its_port: str
) -> None:
    row = (0, 5, 1)
    lldp: dict[Oid, dict[Oid, Value]] = {
        oids.LLDP_CHASSIS_SUBTYPE: {row: chassis[0]}, oids.LLDP_CHASSIS: {row: chassis[1]},
        oids.LLDP_PORT_SUBTYPE: {row: port[0]}, oids.LLDP_PORT_ID: {row: port[1]},
    }  # fmt: skip
    (found,) = read_neighbours(lldp, {}, Ports(SOME, {}, {}, {}))
    assert (found.host, found.port) == (host, its_port)


@given(COLUMNS, COLUMNS, COLUMNS, COLUMNS)
def test_any_table_of_neighbours_is_read(
    names: dict[Oid, Value], port_ids: dict[Oid, Value], local: dict[Oid, Value], cdp: dict[Oid, Value]
) -> None:
    ports = Ports(SOME, names, {oids.LLDP_LOCAL_ID: local}, {})
    lldp = {oids.LLDP_SYS_NAME: names, oids.LLDP_PORT_ID: port_ids, oids.LLDP_PORT_SUBTYPE: local}
    lldp[oids.LLDP_CHASSIS], lldp[oids.LLDP_CHASSIS_SUBTYPE] = port_ids, cdp
    read_neighbours(lldp, {oids.CDP_DEVICE: cdp}, ports)


# ------------------------------------------------------------------------------------------------------------- slots


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("Gi1/0/24", "1"), ("GigabitEthernet2/0/1", "2"), ("ge-0/0/1", "0"), ("Gi0/24", "0"), ("1/0/24", "1"),
        ("Ethernet3/1.100", "3"), ("Slot: 0 Port: 1", ""), ("Vlan1", ""), ("eth0", ""), ("1", ""), ("", ""),
    ],
)  # fmt: skip
def test_slots_of_names(name: str, slot: str) -> None:
    assert slot_of_name(name) == slot


def test_entities_that_contain_each_other_end() -> None:
    known: dict[Oid, Value] = {(*oids.ENT_CONTAINED_IN, 1): 2, (*oids.ENT_CONTAINED_IN, 2): 1}
    assert slot_above(known, 1) == ""


@given(COLUMNS)
def test_any_table_of_aliases_is_read(aliases: dict[Oid, Value]) -> None:
    assert len(ports_of_aliases(aliases)) <= len(aliases)


# ------------------------------------------------------------------------------------------------ figures of machines


@pytest.mark.parametrize(
    ("names", "wholes"),
    [
        pytest.param(["sda", "sda1", "sda2", "sdb"], {"sda", "sdb"}, id="partitions"),
        pytest.param(["nvme0n1", "nvme0n1p1", "nvme1n1"], {"nvme0n1", "nvme1n1"}, id="disks with numbers"),
        pytest.param(["mmcblk0", "mmcblk0p2", "mmcblk0boot0"], {"mmcblk0", "mmcblk0boot0"}, id="cards"),
        pytest.param(["xvda1", "xvdb"], {"xvda1", "xvdb"}, id="a partition without its disk"),
        pytest.param(["vda", "dm-0", "md0", "loop3", "ram0", "zram0", "sr0"], {"vda"}, id="no disks"),
        pytest.param(["dm-0", "dm-1", "loop0"], {"dm-0", "dm-1"}, id="a machine that shows nothing else"),
        pytest.param(["ada0", "ada0p1", "da0", "da0s1", "da0s1a", "cd0", "pass1"], {"ada0", "da0"}, id="FreeBSD"),
        pytest.param([], set(), id="none"),
    ],
)
def test_whole_disks(names: list[str], wholes: set[str]) -> None:
    assert whole_disks(names) == wholes


def rows(*told: tuple[str, int, int]) -> dict[Oid, dict[Oid, Value]]:
    numbered = list(enumerate(told, 1))
    return {
        oids.STORAGE_DESCR: {(at,): descr.encode() for at, (descr, _, _) in numbered},
        oids.STORAGE_UNITS: {(at,): 10 for at, _ in numbered},
        oids.STORAGE_SIZE: {(at,): size for at, (_, size, _) in numbered},
        oids.STORAGE_USED: {(at,): used for at, (_, _, used) in numbered},
    }


@pytest.mark.parametrize(
    ("told", "percent"),
    [
        pytest.param([("/", 100, 30)], 30, id="a root file system"),
        pytest.param([("/boot", 100, 9), ("C:\\ Label:  Serial Number 1", 100, 40)], 40, id="Windows"),
        pytest.param([("c:", 100, 41)], 41, id="a bare drive"),
        pytest.param([("root", 100, 42)], 42, id="by its name"),
        pytest.param([("/, type: ufs, dev: /dev/ada0p2", 100, 43)], 43, id="FreeBSD"),
        pytest.param([("/", -2, 1 << 31)], (1 << 31) * 100 / ((1 << 32) - 2), id="beyond 2^31"),
        pytest.param([("/home", 100, 9), ("C:\\Data", 100, 9)], None, id="none"),
        pytest.param([("/", 0, 0)], None, id="an empty one"),
    ],
)
def test_root_file_systems(told: list[tuple[str, int, int]], percent: float | None) -> None:
    assert root_percent(storages(rows(*told))) == percent


@pytest.mark.parametrize(
    ("told", "percent"),
    [
        pytest.param(
            [("Physical memory", 100, 90), ("Cached memory", 40, 40), ("Memory buffers", 100, 5)], 45, id="net-snmp"
        ),
        pytest.param([("Real Memory", 100, 60)], 60, id="FreeBSD"),
        pytest.param([("RAM", 100, 80), ("RAM (Buffers)", 100, 5), ("RAM (Cache)", 100, 15)], 60, id="Arista"),
        pytest.param([("main memory", 100, 7)], 7, id="MikroTik"),
        pytest.param([("Memory", 100, 8)], 8, id="by its name alone"),
        pytest.param([("/mnt/ramdisk", 100, 8), ("/usr/program", 100, 8)], None, id="ram in names of paths"),
        pytest.param([("Virtual memory", 100, 8)], None, id="memory and swap together"),
    ],
)  # fmt: skip
def test_memory(told: list[tuple[str, int, int]], percent: float | None) -> None:
    assert memory_percent(storages(rows(*told))) == percent


@pytest.mark.parametrize(
    ("told", "scalars", "used"),
    [
        pytest.param([("Virtual memory", 9, 8), ("Swap space", 9, 3)], {}, 30, id="the swap space"),
        pytest.param([("Virtual memory", 9, 8)], {oids.MEM_TOTAL_SWAP: 9, oids.MEM_AVAIL_SWAP: 7}, 2048, id="UCD"),
        pytest.param([("Virtual Memory", 9, 8)], {}, 80, id="nothing else"),
        pytest.param([], {}, None, id="none"),
    ],
)
def test_swap(told: list[tuple[str, int, int]], scalars: dict[Oid, Value], used: int | None) -> None:
    assert swap_used(storages(rows(*told)), scalars) == used


@given(COLUMNS, COLUMNS, COLUMNS)
def test_any_table_of_storage_and_disks_is_read(
    first: dict[Oid, Value], second: dict[Oid, Value], third: dict[Oid, Value]
) -> None:
    columns = (oids.STORAGE_DESCR, oids.STORAGE_UNITS, oids.STORAGE_SIZE, oids.STORAGE_USED)
    told = storages(dict(zip(columns, (first, second, third, second), strict=True)))
    memory_percent(told), root_percent(told), swap_used(told, second)
    disk_counts({oids.DISK_NAME: first, oids.DISK_READ: second, oids.DISK_READ_64: third})


@pytest.mark.parametrize(
    ("object_id_", "name"),
    [
        ("1.3.6.1.4.1.9.1.1208", "Cisco"), ("1.3.6.1.4.1.9.12.3.1.3.1", "Cisco NX-OS"),
        ("1.3.6.1.4.1.9.6.1.83", "Cisco small business"), ("1.3.6.1.4.1.11.2.3.7.11.1", "HP ProCurve"),
        ("1.3.6.1.4.1.8072.3.2.10", "net-snmp"), ("1.3.6.1.4.1.99999", ""), ("1.3.6.1.4.1.90.1", ""), ("0.0", ""),
    ],
)  # fmt: skip
def test_vendors_by_prefix(object_id_: str, name: str) -> None:
    assert vendor_of(parse_oid(object_id_)).name == name


@given(VALUES, VALUES, COLUMNS)
def test_any_answer_to_a_recipe_is_a_percentage_or_nothing(
    first: Value, second: Value, column: dict[Oid, Value]
) -> None:
    for vendor in VENDORS:
        for recipe in (*vendor.cpu, *vendor.memory):
            scalars = dict(zip(recipe.oids, (first, second), strict=False))
            columns = {**dict.fromkeys(recipe.oids, column), recipe.names: column}
            found = follow(recipe, scalars, columns)
            assert found is None or 0 <= found <= 100


def test_a_text_without_the_word_tells_by_its_first_percentage() -> None:
    recipe = Recipe("text", (parse_oid("1.3.0"),), "5 Secs")
    assert follow(recipe, {parse_oid("1.3.0"): b"CPU 17% busy"}, {}) == 17
    assert follow(recipe, {parse_oid("1.3.0"): b"idle"}, {}) is None
    assert follow(recipe, {parse_oid("1.3.0"): b"5 Secs (999%)"}, {}) is None


# -------------------------------------------------------------------------------------------------------- interfaces


@pytest.mark.parametrize(
    ("high", "low", "speed"),
    [
        pytest.param(1000, 10, 1000, id="ifHighSpeed"),
        pytest.param(0, 64000, 0.064, id="slower than half a Mbit/s"),
        pytest.param(None, 100_000_000, 100, id="ifSpeed"),
        pytest.param(None, 0xFFFF_FFFF, None, id="at the end of ifSpeed"),
        pytest.param(10000, 0xFFFF_FFFF, 10000, id="at its end, with ifHighSpeed"),
        pytest.param(0, None, 0, id="none at all"),
        pytest.param(None, None, None, id="not told"),
        pytest.param(-1, b"fast", None, id="nonsense"),
    ],
)
def test_speeds(high: Value, low: Value, speed: float | None) -> None:
    columns: dict[Oid, dict[Oid, Value]] = {oids.IF_HIGH_SPEED: {(1,): high}, oids.IF_SPEED: {(1,): low}}
    assert interface_of(columns, 1).speed == speed


def test_names_of_interfaces() -> None:
    columns: dict[Oid, dict[Oid, Value]] = {oids.IF_NAME: {(1,): b"Gi1"}, oids.IF_DESCR: {(2,): b"eth0\x00"}}
    assert [interface_of(columns, index).name for index in (1, 2, 3)] == ["Gi1", "eth0", "if3"]


def test_a_sum_is_as_narrow_as_its_narrowest_part() -> None:
    assert total([Count(1, 64), None, Count(2, 32)]) == Count(3, 32)
    assert total([None]) is None
