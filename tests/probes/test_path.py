"""The way to a host through two routers, beside the real traceroute."""

import re
import sys

import pytest

from hexmon.clock import SystemClock
from hexmon.probes.icmp_engine import IcmpEngine
from hexmon.probes.path import Answer, Hop, find_path, path_text
from tests.probes.test_icmp import needs_raw_sockets
from tests.support.own_network import TWO_ROUTERS, in_own_network

_EVERYBODY_MAY_PING = "echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range\n"
_UNPRIVILEGED = "setpriv --bounding-set=-net_raw --inh-caps=-net_raw "
_FIND = """
import asyncio, sys
from hexmon.clock import SystemClock
from hexmon.probes.icmp_engine import IcmpEngine
from hexmon.probes.path import find_path, path_text
async def main():
    engine = IcmpEngine(SystemClock())
    for address in sys.argv[1:]:
        print(path_text("host.test", address, await find_path(address, engine, 0.5)))
    engine.close()
asyncio.run(main())
"""
TIME = re.compile(r"\d+\.\d{3} ms")


def paths_there(*addresses: str, privilege: str = "") -> list[str]:
    """What is found in the network of two routers, the times left out."""
    settings, _, command = privilege.rpartition("\n")
    script = f"{TWO_ROUTERS}\n{settings}\n{command}{sys.executable} -c '{_FIND}' {' '.join(addresses)}"
    done = in_own_network(script)
    assert done.returncode == 0, done.stderr
    return [TIME.sub("N ms", text) for text in done.stdout.split("\n\n") if text]


@pytest.mark.parametrize("privilege", ["", _EVERYBODY_MAY_PING + _UNPRIVILEGED], ids=["raw", "unprivileged"])
def test_as_far_as_packets_get(privilege: str) -> None:
    # The forbidden ones first: a router refuses only so much in a second, whatever it refuses.
    forbidden, forbidden6, answering, silent, answering6 = paths_there(
        "203.0.114.9", "2001:db8:4::9", "203.0.113.2", "203.0.113.66", "2001:db8:3::2", privilege=privilege
    )
    routers = " 1  192.0.2.2  N ms  N ms  N ms\n 2  198.51.100.2  N ms  N ms  N ms\n"
    assert answering == (
        f"traceroute to host.test (203.0.113.2), 30 hops max\n{routers} 3  203.0.113.2  N ms  N ms  N ms"
    )
    assert silent == (
        f"traceroute to host.test (203.0.113.66), 30 hops max\n{routers} 3  * * *  (no answer from here on)"
    )
    assert forbidden.endswith(" 1  192.0.2.2  N ms  N ms  N ms\n 2  198.51.100.2  N ms !X  N ms !X  N ms !X")
    assert answering6.strip().splitlines()[1:] == [
        " 1  2001:db8:1::2  N ms  N ms  N ms",
        " 2  2001:db8:2::2  N ms  N ms  N ms",
        " 3  2001:db8:3::2  N ms  N ms  N ms",
    ]
    assert forbidden6.endswith(" 2  2001:db8:2::2  N ms !X  N ms !X  N ms !X")


async def test_this_machine_is_one_hop_away() -> None:
    needs_raw_sockets()
    engine = IcmpEngine(SystemClock())
    try:
        [hop] = await find_path("127.0.0.9", engine)
    finally:
        engine.close()
    assert (hop.number, hop.last, hop.silent) == (1, True, False)
    assert all(answer is not None and answer.source == "127.0.0.9" for answer in hop.answers)
    assert all(0 < answer.seconds < 4 for answer in hop.answers if answer)


NEAR, FAR = Answer("192.0.2.1", 0.0005), Answer("192.0.2.9", 0.0123)


@pytest.mark.parametrize(
    ("hops", "lines"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([Hop(1, (NEAR, NEAR, NEAR))], [" 1  192.0.2.1  0.500 ms  0.500 ms  0.500 ms"], id="one"),
        pytest.param([Hop(1, (NEAR, None, NEAR))], [" 1  192.0.2.1  0.500 ms  *  192.0.2.1  0.500 ms"], id="a gap"),
        pytest.param([Hop(1, (NEAR, FAR, None))], [" 1  192.0.2.1  0.500 ms  192.0.2.9  12.300 ms  *"], id="two ways"),
        pytest.param(
            [Hop(1, (None, None, None)), Hop(2, (FAR, FAR, FAR))],
            [" 1  *  *  *", " 2  192.0.2.9  12.300 ms  12.300 ms  12.300 ms"],
            id="a silent router on the way",
        ),
        pytest.param(
            [Hop(1, (NEAR,)), *(Hop(number, (None,)) for number in range(2, 11))],
            [" 1  192.0.2.1  0.500 ms", " 2  * * *  (no answer from here on)"],
            id="silence at the end is one line",
        ),
        pytest.param(
            [Hop(1, (Answer("", 0.0, "!N"),), last=True)], [" 1  this machine  0.000 ms !N"], id="no way at all"
        ),
    ],
)
def test_how_it_is_printed(hops: list[Hop], lines: list[str]) -> None:
    text = path_text("www.test", "192.0.2.9", hops)
    assert text.splitlines() == ["traceroute to www.test (192.0.2.9), 30 hops max", *lines]
