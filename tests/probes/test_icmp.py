"""conn on loopback, and in networks that lose, refuse and forbid."""

import asyncio
import json
import os
from typing import Any

import pytest

from hexmon.clock import SystemClock
from hexmon.model.observation import Observation, Outcome
from hexmon.probes.icmp import IcmpOptions, _milliseconds
from hexmon.probes.icmp_engine import IcmpEngine, Plan
from hexmon.probes.icmp_packet import V4
from hexmon.probes.icmp_socket import NOT_ALLOWED
from hexmon.probes.tools import open_tools
from tests.support.checks import a_check, observed
from tests.support.own_network import TWO_ROUTERS, in_own_network

# A network where 192.0.2.2 answers, 192.0.2.66 is silent (the interface leads nowhere), 198.51.100.7 is refused by
# the router 192.0.2.2, and 203.0.113.1 has no route here.
_ROUTED = """
unshare -n sleep 60 & other=$!
trap 'kill $other' EXIT
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do :; done
ip link add here address 02:00:00:00:00:01 type veth peer name there address 02:00:00:00:00:02 netns $other
ip addr add 192.0.2.1/24 dev here; ip -6 addr add 2001:db8::1/64 dev here nodad; ip link set here up
nsenter -t $other -n sh -c '
ip addr add 192.0.2.2/24 dev there; ip -6 addr add 2001:db8::2/64 dev there nodad; ip link set there up
for address in 192.0.2.1 2001:db8::1; do ip neigh replace $address lladdr 02:00:00:00:00:01 dev there; done
echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip route add unreachable 198.51.100.0/24; ip -6 route add unreachable 2001:db8:1::/64'
for address in 192.0.2.2 2001:db8::2; do ip neigh replace $address lladdr 02:00:00:00:00:02 dev here; done
ip neigh add 192.0.2.66 lladdr 02:00:00:00:00:66 dev here
ip route add 198.51.100.0/24 via 192.0.2.2; ip -6 route add 2001:db8:1::/64 via 2001:db8::2
"""
_EVERYBODY_MAY_PING = "echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range\n"
_UNPRIVILEGED = "setpriv --bounding-set=-net_raw --inh-caps=-net_raw "


def needs_raw_sockets() -> None:
    if os.geteuid() != 0:
        pytest.skip("not run: raw sockets need root")


async def ping(address: str = "127.0.0.1", **options: Any) -> Observation:
    names = {"second.test": "127.0.0.2"}
    return await observed(a_check("icmp", IcmpOptions(**options), address=address), names)


def probe_there(script: str, *arguments: str) -> dict[str, Any]:
    """`hexmon probe --json` in a network of its own."""
    done = in_own_network(f"{script} $HEXMON probe --json --timeout 0.6 {' '.join(arguments)}")
    assert done.returncode in {0, 1}, done.stderr
    (result,) = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize("address", ["127.0.0.1", "127.200.1.2", "::1", "0:0:0:0:0:0:0:1"])
async def test_loopback_answers(address: str) -> None:
    needs_raw_sockets()
    observation = await ping(address)
    reply = observation.reply
    assert (reply.outcome, reply.summary) == (Outcome.OK, "Host responds to ping")
    assert (reply.facts["sent"], reply.facts["received"]) == (1, 1)
    assert 0 < reply.facts["rtt_seconds"] <= observation.took
    assert reply.evidence.decode().startswith(f"{address} is alive (")


async def test_several_packets() -> None:
    needs_raw_sockets()
    reply = (await ping(count=4, pause=0.01)).reply
    assert (reply.facts["sent"], reply.facts["received"], reply.facts["loss"]) == (4, 4, 0)
    assert reply.facts["jitter_seconds"] >= 0
    assert reply.evidence.endswith(b", 4 of 4 packets answered")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        pytest.param(0.000031, "0.031", id="some microseconds"),
        pytest.param(0.0123456, "12.3", id="some milliseconds"),
        pytest.param(1.2345, "1234", id="a second and more"),
        pytest.param(12.3456, "12346", id="many seconds"),
        pytest.param(0.00000001, "0.000010", id="hardly any time"),
    ],
)
def test_times_have_no_exponent(seconds: float, shown: str) -> None:
    assert _milliseconds(seconds) == shown


@pytest.mark.parametrize(
    ("mode", "addresses", "outcome"),
    [
        pytest.param("worst", ("127.0.0.2", "::1"), Outcome.OK, id="all answer"),
        pytest.param("best", ("nobody.test",), Outcome.OK, id="one is enough for best"),
        pytest.param("worst", ("second.test", "nobody.test"), Outcome.TIMEOUT, id="not for worst"),
    ],
)
async def test_several_addresses(mode: str, addresses: tuple[str, ...], outcome: Outcome) -> None:
    needs_raw_sockets()
    reply = (await ping(mode=mode, addresses=addresses)).reply
    assert reply.outcome is outcome
    lines = reply.evidence.decode().splitlines()
    assert len(lines) == 1 + len(addresses) == reply.facts["addresses"]
    assert sum(" is alive" in line for line in lines) == reply.facts["answering"]


async def test_thousands_at_once_lose_nothing() -> None:
    needs_raw_sockets()
    clock = SystemClock()
    async with open_tools(clock) as tools:
        engine = tools.icmp
        plan = Plan(sends=1, wanted=1, pause=1.0)
        pings = [engine.ping(f"127.{n >> 8}.{n & 255}.9", plan, 4.0) for n in range(256, 3256)]
        results = await asyncio.gather(*pings)
    assert sum(result.received for result in results) == 3000


async def test_only_our_own_answers_count() -> None:
    needs_raw_sockets()
    clock = SystemClock()
    one, other = IcmpEngine(clock), IcmpEngine(clock)
    try:
        plan = Plan(sends=1, wanted=1, pause=1.0)
        mine = await one.ping("127.0.0.3", plan, 2.0)
        theirs = await other.ping("127.0.0.3", plan, 2.0)
        assert (mine.received, theirs.received) == (1, 1)
        assert one.kind(V4) == "raw"
    finally:
        one.close()
        other.close()


def test_silence_is_asked_three_times() -> None:
    result = probe_there(_ROUTED, "192.0.2.66", "conn")
    assert (result["outcome"], result["summary"]) == ("timeout", "Host does not respond to ping")
    assert result["facts"] == {"sent": 3, "received": 0}
    assert result["evidence"] == "192.0.2.66 is unreachable"


@pytest.mark.parametrize("privilege", ["", _EVERYBODY_MAY_PING + _UNPRIVILEGED], ids=["raw", "unprivileged"])
@pytest.mark.parametrize(
    ("address", "outcome", "words"),
    [
        pytest.param("192.0.2.2", "ok", "192.0.2.2 is alive (", id="a neighbour answers"),
        pytest.param(
            "198.51.100.7",
            "unreachable",
            "198.51.100.7 is unreachable (Host unreachable, says 192.0.2.2)",
            id="a router refuses",
        ),
        pytest.param("2001:db8::2", "ok", "2001:db8::2 is alive (", id="a neighbour of IPv6"),
        pytest.param(
            "2001:db8:1::7",
            "unreachable",
            "2001:db8:1::7 is unreachable (No route to destination, says 2001:db8::2)",
            id="a router of IPv6 refuses",
        ),
        pytest.param(
            "203.0.113.1", "unreachable", "203.0.113.1 is unreachable (Network is unreachable)", id="no route"
        ),
    ],
)
def test_answers_of_others(privilege: str, address: str, outcome: str, words: str) -> None:
    result = probe_there(_ROUTED + privilege, address, "conn")
    assert result["outcome"] == outcome
    assert str(result["evidence"]).startswith(words)


def test_without_any_permission_nothing_is_said_about_the_host() -> None:
    script = "echo 1 0 > /proc/sys/net/ipv4/ping_group_range\n" + _UNPRIVILEGED
    result = probe_there(script, "127.0.0.1", "conn")
    assert (result["outcome"], result["summary"]) == ("prevented", NOT_ALLOWED)


def test_a_router_that_forbids_one_host_does_not_keep_us_from_pinging_others() -> None:
    """To an unprivileged socket its refusal looks like a lack of permission of our own, at the next packet sent."""
    script = f"{TWO_ROUTERS}\n{_EVERYBODY_MAY_PING}{_UNPRIVILEGED}"
    command = "$HEXMON probe --json --timeout 0.6 203.0.114.9 conn=worst,203.0.113.2,2001:db8:4::9,2001:db8:3::2"
    done = in_own_network(f"{script}{command}")
    (result,) = json.loads(done.stdout)
    assert result["outcome"] == "unreachable", result
    assert result["facts"]["answering"] == 2
