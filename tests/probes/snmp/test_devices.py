"""Polls of devices of many vendors, which snmpsim plays: what is expected was worked out by hand."""

from collections.abc import Iterator
from typing import Any

import pytest

from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.observation import Observation, Outcome
from hexmon.probes.snmp.options import Kind, SnmpOptions
from tests.support.checks import a_check, observed
from tests.support.snmp_devices import DEVICES
from tests.support.snmpsim import snmpsim

BEYOND = 1 << 33


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("devices")
    for name, make in DEVICES.items():
        make().write(folder, name)
    with snmpsim(folder, tmp_path_factory.mktemp("scratch")) as port:
        yield port


async def poll(agents: int, kind: Kind, device: str, **more: Any) -> Observation:
    options = SnmpOptions(kind=kind, port=agents, community=device, **more)
    return await observed(a_check("snmp", options, timeout=20.0))


async def device_of(agents: int, kind: Kind, name: str, **more: Any) -> Device:
    observation = await poll(agents, kind, name, **more)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.OK, "OK")
    device = observation.reply.device
    assert device is not None
    assert device.notes == ()
    return device


async def test_a_stack_with_bridge_ports_neighbours_by_cdp_and_mixed_counters(agents: int) -> None:
    device = await device_of(agents, "ports", "cisco")
    assert (device.name, device.location, device.contact) == ("stack", "rack 7", "noc@example.test")
    assert (device.object_id, device.uptime, device.serial) == ("1.3.6.1.4.1.9.1.9999", 86400.0, "FOC1234")
    assert device.interfaces == (
        Interface(index=1, name="Vlan1", oper="up", admin="up", speed=1000.0),
        Interface(
            index=10101,
            name="GigabitEthernet1/0/1",
            oper="up",
            admin="up",
            macs=("00:1A:2B:00:00:0A", "00:1A:2B:00:00:0B"),
            alias="Büro <b>",
            slot="Switch 1 module",
            speed=10000.0,
        ),
        Interface(
            index=10201,
            name="GigabitEthernet2/0/1",
            oper="down",
            admin="up",
            alias="café",
            slot="Switch 2",
            speed=10.0,
        ),
    )
    assert device.neighbours == (
        Neighbour(index=10101, host="ap-1.example.test", port="GigabitEthernet0", protocol="CDP"),
        Neighbour(index=10201, host="core", port="Te1/1", protocol="CDP"),
    )
    wide = 10101 + 10201
    expected = {
        "if1_in": 100,
        "if1_out": 200,
        "if10101_in": BEYOND + 100 * 10101,
        "if10201_out": BEYOND + 200 * 10201,
        "total_bits_in": 8 * (100 + 2 * BEYOND + 100 * wide),
        "total_bits_out": 8 * (200 + 2 * BEYOND + 200 * wide),
        "total_pkts_in": 10 + 4 + 6 * BEYOND + 14 * wide,
        "total_pkts_out": 20 + 6 + 6 * BEYOND + 26 * wide,
        "total_pkts_ucast": 30 + 4 * BEYOND + 30 * wide,
        "total_pkts_bmcast": 10 + 8 * BEYOND + 10 * wide,
        "total_errors_in": 3 * (1 + wide),
        "total_errors_out": 4 * (1 + wide),
        "tcp_retrans": 77,
        "cpu_load": 20,
        "memory_pct": 25,
        "ports_up_count": 2,
        "mac_count": 2,
        "arp_count": 0,
        "nvram_flash_bytes": None,
        "swap_used": None,
    }
    assert {name: device.values[name] for name in expected} == expected
    assert {device.bits[name] for name in ("if1_in", "total_bits_in", "tcp_retrans")} == {32}
    assert device.bits["if10101_in"] == 64
    assert device.members["total_pkts_in"]["1.in_ucast"] == (10, 32)
    assert device.members["total_pkts_in"]["10201.in_other"][1] == 64
    for name, parts in device.members.items():
        assert sum(value for value, _ in parts.values()) == device.values[name]


async def test_macs_of_every_vlan_where_each_has_a_table_of_its_own(agents: int) -> None:
    device = await device_of(agents, "ports", "catalyst", vlan_contexts=True)
    assert [one.macs for one in device.interfaces] == [
        (),
        ("00:1A:2B:00:00:0A", "00:1A:2B:00:00:0B"),
        ("04:00:00:00:00:14",),
    ]
    assert device.values["mac_count"] == 3
    assert (await device_of(agents, "port", "catalyst", index=10201)).interfaces[0].macs == ()


async def test_a_switch_with_vlans_lldp_and_addresses_of_both_families(agents: int) -> None:
    device = await device_of(agents, "ports", "leaf")
    assert [one.macs for one in device.interfaces] == [("00:1A:2B:00:00:0A",), ("00:1A:2B:00:00:0B",), ()]
    assert device.arp == (
        ArpEntry(index=1000, mac="00:1A:2B:00:00:0A", ip="192.0.2.7"),
        ArpEntry(index=1000, mac="00:1A:2B:00:00:0B", ip="fe80::21a:2bff:fe00:b%1000"),
    )
    assert device.neighbours == (
        Neighbour(index=1, host="spine", port="to leaf", protocol="LLDP"),
        Neighbour(index=2, host="00:1A:2B:FF:00:78", port="00:1A:2B:FF:00:79", protocol="LLDP"),
    )
    values = device.values
    assert (values["mac_count"], values["arp_count"], values["ports_up_count"]) == (2, 2, 3)
    assert (values["cpu_load"], values["memory_pct"], values["nvram_flash_bytes"]) == (12.5, 50, 300 * 4096 + 24)
    assert device.bits["total_bits_in"] == 64


@pytest.mark.parametrize(
    ("name", "cpu", "memory"),
    [
        pytest.param("procurve", 42, 20, id="HP ProCurve: one figure of the processor, memory of each slot"),
        pytest.param("juniper", 12, 34, id="Juniper: the routing engine that is there, no fans"),
        pytest.param("mikrotik", 4, 25, id="MikroTik: the mean of the processors, main memory"),
        pytest.param("fortigate", 7, 61, id="Fortinet: percentages"),
        pytest.param("airos", 12.34, 75, id="Ubiquiti airOS: hundredths, total and free"),
        pytest.param("edgeswitch", 3.5547, 75, id="FASTPATH: a text, total and free"),
        pytest.param("comware", 20, 44, id="Comware: without the entities that have no processor, without nonsense"),
    ],
)
async def test_what_vendors_tell_of_cpu_and_memory(agents: int, name: str, cpu: float, memory: float) -> None:
    kinds: tuple[Kind, ...] = ("ports", "host")
    for kind in kinds:
        device = await device_of(agents, kind, name)
        assert device.values["cpu_load"] == pytest.approx(cpu)
        assert device.values["memory_pct"] == pytest.approx(memory)


async def test_without_a_table_of_bridge_ports_and_without_status_of_macs(agents: int) -> None:
    device = await device_of(agents, "ports", "procurve")
    assert [one.macs for one in device.interfaces] == [("02:00:00:00:00:0C",), ("00:1A:2B:00:00:0A",)]
    assert device.values["total_pkts_in"] == 3 * 14
    assert device.bits["if2_in"] == 32


async def test_rows_on_port_zero_are_of_no_interface_and_addresses_may_be_texts(agents: int) -> None:
    device = await device_of(agents, "ports", "mikrotik")
    assert [one.macs for one in device.interfaces] == [("00:1A:2B:00:00:0A",), ()]
    assert [one.mac for one in device.arp] == ["00:1A:2B:00:00:0A", "00:1A:2B:00:00:0B"]


async def test_slots_by_name(agents: int) -> None:
    device = await device_of(agents, "ports", "juniper")
    assert [one.slot for one in device.interfaces] == ["0", "1"]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_one_port_of_a_device(agents: int, version: Any) -> None:
    device = await device_of(agents, "port", "cisco", index=10101, version=version)
    (interface,) = device.interfaces
    assert (interface.name, interface.oper, interface.slot) == ("GigabitEthernet1/0/1", "up", "1")
    assert interface.macs == ("00:1A:2B:00:00:0A", "00:1A:2B:00:00:0B")
    assert device.values["total_errors_in"] == 3 * 10101
    assert device.values["cpu_load"] == 20
    assert device.values["memory_pct"] == 25
    assert device.values["tcp_retrans"] is None
    assert device.values["mac_count"] is None
    wide = None if version == "1" else 8 * (BEYOND + 100 * 10101)
    assert device.values["total_bits_in"] == wide


async def test_a_port_that_does_not_exist(agents: int) -> None:
    reply = (await poll(agents, "port", "cisco", index=3)).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "port ifIndex=3 does not exist")


async def test_a_device_without_interfaces(agents: int) -> None:
    reply = (await poll(agents, "ports", "windows")).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "no interfaces found")


async def test_version_1_has_counters_of_32_bits(agents: int) -> None:
    device = await device_of(agents, "ports", "procurve", version="1")
    assert device.values["total_bits_in"] == 8 * 300
    assert device.values["cpu_load"] == 42
    assert [one.macs for one in device.interfaces] == [("02:00:00:00:00:0C",), ("00:1A:2B:00:00:0A",)]


async def test_a_windows_host(agents: int) -> None:
    values = (await device_of(agents, "host", "windows")).values
    assert (values["cpu_load"], values["memory_pct"], values["disk_space_pct"]) == (60, 25, 25)
    assert values["swap_used"] == 40 * 65536
    assert values["disk_read"] is None


async def test_a_linux_host(agents: int) -> None:
    device = await device_of(agents, "host", "netsnmp")
    expected = {
        "cpu_load": 12,  # 100 less what was idle
        "memory_pct": 40,  # without buffers and cache
        "swap_used": 50 * 1024,
        "disk_space_pct": 50,
        "disk_read": 3 * (1 << 34) + 1 + 3 + 10,  # sda, nvme0n1, xvdb1
        "disk_write": 1000 * (1 + 3 + 10),
        "swap_io": 11,
        "interrupts": 111,
        "context_switches": 222,
        "total_bits_in": None,
        "ports_up_count": None,
    }
    assert {name: device.values[name] for name in expected} == expected
    assert (device.bits["disk_read"], device.bits["disk_write"], device.bits["interrupts"]) == (64, 32, 32)
    assert device.interfaces == ()


async def test_polls_are_economical(agents: int) -> None:
    """A switch of three interfaces with every table there is."""
    facts = (await poll(agents, "ports", "leaf")).reply.facts
    assert facts["requests"] <= 26
    assert facts["interfaces"] == 3
    assert (await poll(agents, "host", "netsnmp")).reply.facts["requests"] <= 10
    assert (await poll(agents, "port", "leaf", index=1)).reply.facts["requests"] <= 10
