"""pings=: how many packets, and what is too bad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.ping_tag import Pings, read_pings
from hexmon.model.inventory import NO_LIMITS, HostPolicy, PingLimits
from hexmon.probes.icmp import IcmpOptions
from tests.support.inventory import a_host_with, an_inventory_of, the_host


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("5", Pings(5), id="packets only"),
        pytest.param("5;loss=20:60", Pings(5, PingLimits(loss=(0.2, 0.6))), id="per cent"),
        pytest.param("5;loss=20%:60%", Pings(5, PingLimits(loss=(0.2, 0.6))), id="with the sign"),
        pytest.param("9;rtt=100:500", Pings(9, PingLimits(rtt=(0.1, 0.5))), id="milliseconds"),
        pytest.param("9;RTT=100ms:1.5s", Pings(9, PingLimits(rtt=(0.1, 1.5))), id="with units"),
        pytest.param("9;jitter=500us:2", Pings(9, PingLimits(jitter=(0.0005, 0.002))), id="jitter"),
        pytest.param("9;loss=10", Pings(9, PingLimits(loss=(0.1, 0.1))), id="one number is both"),
        pytest.param("1;rtt=100:500", Pings(1, PingLimits(rtt=(0.1, 0.5))), id="one packet has a round trip"),
        pytest.param(
            "5;loss=1:2;;rtt=3:4;jitter=5:6",
            Pings(5, PingLimits(loss=(0.01, 0.02), rtt=(0.003, 0.004), jitter=(0.005, 0.006))),
            id="all of them",
        ),
    ],
)
def test_good_values(value: str, expected: Pings) -> None:
    assert read_pings(value) == (expected, ())


@pytest.mark.parametrize(
    ("value", "message", "parsed"),
    [
        pytest.param("", "'' is not a number of packets", None, id="nothing"),
        pytest.param("0", "'0' is not a number of packets", None, id="none"),
        pytest.param("41", "from 1 to 40", None, id="too many"),
        pytest.param("loss=1:2", "is not a number of packets", None, id="no count"),
        pytest.param("5;loss=a:b", "'loss=a:b' is no limit", Pings(5), id="words"),
        pytest.param("5;loss=1:2:3", "is no limit", Pings(5), id="three numbers"),
        pytest.param("5;loss=10ms:20ms", "is no limit", Pings(5), id="a time for loss"),
        pytest.param("5;speed=1:2", "'speed=1:2' is no limit", Pings(5), id="something else"),
        pytest.param("5;loss=60:20", "the alarm would come before the warning", Pings(5), id="the wrong way round"),
        pytest.param("1;loss=20:60", "one packet tells nothing", Pings(1, PingLimits(loss=(0.2, 0.6))), id="one"),
    ],
)
def test_bad_values(value: str, message: str, parsed: Pings | None) -> None:
    found, [mistake] = read_pings(value)
    assert message in mistake.message
    assert found == parsed


@given(st.text(max_size=40) | st.text("0123456789;:=.%lossrtjie", max_size=40))
def test_no_value_is_an_exception(value: str) -> None:
    read_pings(value)


def test_the_host_that_has_it() -> None:
    host = a_host_with("pings=5;loss=20:60")
    assert host.checks[0].options == IcmpOptions(count=5, pause=0.2)
    assert host.policy == HostPolicy(ping_limits=PingLimits(loss=(0.2, 0.6)))


def test_several_addresses_are_pinged_as_often() -> None:
    host = a_host_with("pings=5 conn=worst,127.0.0.2")
    assert host.checks[0].options == IcmpOptions(count=5, pause=0.2, addresses=("127.0.0.2",), mode="worst")


def test_a_wrong_one_leaves_the_plain_ping() -> None:
    host = a_host_with("pings=many")
    assert (host.checks[0].options, host.policy.ping_limits) == (IcmpOptions(), NO_LIMITS)


def test_it_may_be_set_for_all_hosts() -> None:
    host = the_host("0.0.0.0 .default. # pings=3\n127.0.0.1 www # conn")
    assert host.checks[0].options == IcmpOptions(count=3, pause=0.2)
    [problem] = an_inventory_of("127.0.0.1 www # pings=x").problems
    assert problem.message.startswith("pings: 'x' is not a number of packets")
