"""Recordings of real devices, where there are any: HEXMON_SNMP_RECORDINGS names their folder.

Each one is polled as ports and as host; what is found is compared with what the file says.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.model.device import Device
from hexmon.model.observation import Outcome, Reply
from hexmon.probes.snmp.options import Kind, SnmpOptions
from tests.support.checks import a_check, observed
from tests.support.snmp_devices import cisco_stack, net_snmp, vlan_switch
from tests.support.snmp_oracle import Oracle, recordings
from tests.support.snmpsim import snmpsim

FOLDER = os.environ.get("HEXMON_SNMP_RECORDINGS", "")
FILES = list(recordings(FOLDER))


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpsim(Path(FOLDER), tmp_path_factory.mktemp("scratch")) as port:
        yield port


async def polled(port: int, kind: Kind, community: str) -> Reply:
    options = SnmpOptions(kind=kind, port=port, community=community)
    return (await observed(a_check("snmp", options, timeout=60.0))).reply


def compare(device: Device, oracle: Oracle) -> None:
    expected = oracle.expected()
    assert device.notes == ()
    assert {str(one.index): (one.name, one.oper, one.admin) for one in device.interfaces} == expected.interfaces
    assert {str(one.index): list(one.macs) for one in device.interfaces} == expected.macs
    assert {name: device.values[name] for name in expected.values} == expected.values
    assert device.values["arp_count"] == expected.arp == len(device.arp)


@pytest.mark.skipif(not FILES, reason="not run: HEXMON_SNMP_RECORDINGS names no folder with recordings")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_recorded_devices(agents: int, path: Path) -> None:
    reply = await polled(agents, "ports", path.stem)
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert reply.device is not None
    compare(reply.device, Oracle(path))
    host = await polled(agents, "host", path.stem)
    assert host.device is not None
    assert host.device.notes == ()
    assert {name: host.device.values[name] for name in ("cpu_load", "memory_pct")} == {
        name: reply.device.values[name] for name in ("cpu_load", "memory_pct")
    }


async def test_the_comparison_itself(tmp_path: Path) -> None:
    """With devices of our own, so that it is known to work where no recordings are."""
    for name, make in (("stack", cisco_stack), ("leaf", vlan_switch), ("host", net_snmp)):
        make().write(tmp_path, name)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with snmpsim(tmp_path, scratch) as port:
        for name in ("stack", "leaf"):
            reply = await polled(port, "ports", name)
            assert reply.device is not None
            compare(reply.device, Oracle(tmp_path / f"{name}.snmprec"))
