"""Net-SNMP's snmpd tells of this machine: polled in every version and compared with snmpbulkwalk and /proc."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hexmon.model.device import Device
from hexmon.model.observation import Outcome, Reply
from hexmon.probes.snmp.options import SnmpOptions
from tests.support.checks import a_check, observed
from tests.support.snmpd import COMMUNITY, PASSWORD, SECRET, USERS, bulk_walk, snmpd

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd")) as at:
        yield at


async def polled(port: int, *, seconds: float = 10.0, **options: Any) -> Reply:
    given = {"kind": "host", "community": COMMUNITY, "port": port, **options}
    return (await observed(a_check("snmp", SnmpOptions(**given), timeout=seconds))).reply


async def device_of(port: int, **options: Any) -> Device:
    reply = await polled(port, **options)
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert reply.device is not None
    return reply.device


def of_user(name: str, **more: str) -> dict[str, str]:
    auth, privacy = USERS[name]
    options = {"version": "3", "user": name}
    if auth:
        options |= {"auth_protocol": auth, "auth_password": PASSWORD}
    if privacy:
        options |= {"privacy_protocol": privacy, "privacy_password": SECRET}
    return options | more


def _memory() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def _counted() -> dict[str, int]:
    rows = (line.split() for line in Path("/proc/stat").read_text().splitlines())
    return {name: int(numbers[0]) for name, *numbers in rows}


def _received() -> int:
    return int(Path("/sys/class/net/lo/statistics/rx_bytes").read_text())


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_this_machine_as_a_host(port: int, version: str) -> None:
    device = await device_of(port, version=version)
    assert (device.name, device.location, device.contact) == ("this-machine", "under the desk", "noc@example.test")
    assert device.object_id == "1.3.6.1.4.1.8072.3.2.10"
    values = {name: value for name, value in device.values.items() if value is not None}
    memory = _memory()
    used = memory["MemTotal"] - memory["MemFree"] - memory["Buffers"] - memory["Cached"]
    assert values["memory_pct"] == pytest.approx(used * 100 / memory["MemTotal"], abs=10)
    assert values["swap_used"] == pytest.approx((memory["SwapTotal"] - memory["SwapFree"]) * 1024, abs=50e6)
    loads = bulk_walk(port, "1.3.6.1.2.1.25.3.3.1.2")  # an agent that has just started does not know them
    assert 0 <= values.get("cpu_load", 0) <= 100
    assert ("cpu_load" in values) == bool(loads)
    counted = _counted()
    assert 0 <= values["context_switches"] <= counted["ctxt"]
    assert 0 <= values["interrupts"] <= counted["intr"]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_the_interfaces_of_this_machine(port: int, version: str) -> None:
    device = await device_of(port, kind="ports", version=version)
    names = bulk_walk(port, "1.3.6.1.2.1.2.2.1.2")
    oper = bulk_walk(port, "1.3.6.1.2.1.2.2.1.8")
    assert {str(one.index): one.name for one in device.interfaces} == names
    assert device.values["ports_up_count"] == sum(state in ("1", "up") for state in oper.values())
    loopback = next(one for one in device.interfaces if one.name == "lo")
    told = _received()
    counted = device.values[f"if{loopback.index}_in"]
    assert counted is not None
    if version == "2c":
        assert 0 <= told - counted < 100e6
        assert device.bits[f"if{loopback.index}_in"] == 64
    else:
        assert device.bits[f"if{loopback.index}_in"] == 32
    again = bulk_walk(port, "1.3.6.1.2.1.31.1.1.1.6")
    assert again[str(loopback.index)].isdigit()


async def test_one_interface_of_this_machine(port: int) -> None:
    device = await device_of(port, kind="port", index=1)
    assert [one.name for one in device.interfaces] == ["lo"]


@pytest.mark.parametrize("user", USERS)
async def test_every_protocol_of_version_3(port: int, user: str) -> None:
    device = await device_of(port, **of_user(user))
    assert device.name == "this-machine"


async def test_interfaces_by_version_3(port: int) -> None:
    by_3 = await device_of(port, kind="ports", **of_user("shaaes"))
    by_2 = await device_of(port, kind="ports")
    assert [one.name for one in by_3.interfaces] == [one.name for one in by_2.interfaces]


@pytest.mark.parametrize(
    ("options", "summary"),
    [
        pytest.param({"user": "stranger"}, "unknown user", id="a user that the device does not know"),
        pytest.param(
            {"auth_password": "something else"},
            "wrong password or protocol of authentication",
            id="a wrong password",
        ),
        pytest.param(
            {"auth_protocol": "MD5"},
            "wrong password or protocol of authentication",
            id="a protocol that is not the user's",
        ),
    ],
)
async def test_why_version_3_is_refused(port: int, options: dict[str, str], summary: str) -> None:
    reply = await polled(port, seconds=8.0, **of_user("shaaes", **options))
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, summary)


async def test_a_wrong_password_of_privacy_is_silence_with_a_hint(port: int) -> None:
    reply = await polled(port, seconds=4.0, **{**of_user("shaaes"), "privacy_password": "something else"})
    assert (reply.outcome, reply.summary) == (Outcome.TIMEOUT, "timeout")
    assert "is the password of privacy right?" in reply.detail


async def test_less_security_than_the_user_needs(port: int) -> None:
    reply = await polled(port, seconds=2.0, version="3", user="shaaes", auth_password=PASSWORD)
    assert reply.outcome is not Outcome.OK


async def test_a_wrong_community_is_silence(port: int) -> None:
    """What ends it on a busy machine is the check's own time, with words of its own; the monitor's are the same."""
    reply = await polled(port, seconds=1.5, community="another")
    assert reply.outcome is Outcome.TIMEOUT
    assert reply.device is None


async def test_a_restricted_view_is_no_host(tmp_path: Path) -> None:
    more = "rocommunity narrow 127.0.0.1 .1.3.6.1.2.1.1\n"
    with snmpd(tmp_path, more) as at:
        reply = await polled(at, community="narrow")
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "no figures of a host found")
