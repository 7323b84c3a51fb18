"""Both kinds of ICMP socket, in a network whose router says no."""

import ctypes
import os
import select
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from hexmon.probes.icmp_packet import V4, V6, EchoError, EchoReply, Flavor
from hexmon.probes.icmp_socket import DatagramPing, Heard, PingSocket, RawPing, open_ping_socket

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET, sched.h
# `there` answers for itself and refuses what lies behind it.
_HERE = """
ip link set lo up
ip link add here address 02:00:00:00:00:01 type veth peer name there address 02:00:00:00:00:02 netns $OTHER
ip addr add 192.0.2.1/24 dev here; ip -6 addr add 2001:db8::1/64 dev here nodad; ip link set here up
nsenter -t $OTHER -n sh -ec '
ip addr add 192.0.2.2/24 dev there; ip -6 addr add 2001:db8::2/64 dev there nodad; ip link set there up
for address in 192.0.2.1 2001:db8::1; do ip neigh replace $address lladdr 02:00:00:00:00:01 dev there; done
echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip route add unreachable 198.51.100.0/24; ip -6 route add unreachable 2001:db8:1::/64'
for address in 192.0.2.2 2001:db8::2; do ip neigh replace $address lladdr 02:00:00:00:00:02 dev here; done
ip route add 198.51.100.0/24 via 192.0.2.2; ip -6 route add 2001:db8:1::/64 via 2001:db8::2
echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range
"""


def _enter_network() -> None:
    """Only the calling thread moves (unshare(2))."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "unshare")


def in_routed_network(act: Callable[[], None]) -> None:
    """Run it in a thread with a network of its own."""
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in ("ip", "nsenter", "unshare")):
        pytest.skip("not run: network namespaces need root, ip, nsenter and unshare")
    failures: list[BaseException] = []

    def run() -> None:
        try:
            _enter_network()
            with subprocess.Popen(
                ["unshare", "-n", "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE
            ) as other:
                try:
                    assert other.stdout is not None
                    other.stdout.readline()
                    subprocess.run(["sh", "-ec", _HERE], env={**os.environ, "OTHER": str(other.pid)}, check=True)
                    act()
                finally:
                    other.kill()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for failure in failures:
        raise failure


def heard_about(sock: PingSocket, address: str, number: int) -> list[Heard]:
    """What comes back. Asked again after two seconds: a fresh link may lose the first packet on a busy machine."""
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN | select.POLLERR)
    for _ in range(4):
        sock.send(address, number)
        if poll.poll(2000):
            return list(sock.drain())
    raise AssertionError(f"nothing about {address} within eight seconds")


KINDS = pytest.mark.parametrize("kind", [RawPing, DatagramPing])


@KINDS
@pytest.mark.parametrize(("flavor", "address"), [(V4, "192.0.2.2"), (V6, "2001:db8::2")], ids=["IPv4", "IPv6"])
def test_an_answer(kind: Callable[[Flavor], PingSocket], flavor: Flavor, address: str) -> None:
    def act() -> None:
        with closing(kind(flavor)) as sock:
            (heard,) = heard_about(sock, address, 0x12345678)
            assert heard.message == EchoReply(sock.identifier, sock.cookie, 0x12345678)
            assert heard.source == address
            assert heard.at > 1_700_000_000

    in_routed_network(act)


@KINDS
@pytest.mark.parametrize(
    ("flavor", "address", "router", "reason"),
    [
        (V4, "198.51.100.7", "192.0.2.2", "Host unreachable"),
        (V6, "2001:db8:1::7", "2001:db8::2", "No route to destination"),
    ],
    ids=["IPv4", "IPv6"],
)
def test_a_refusal(
    kind: Callable[[Flavor], PingSocket], flavor: Flavor, address: str, router: str, reason: str
) -> None:
    def act() -> None:
        with closing(kind(flavor)) as sock:
            (heard,) = heard_about(sock, address, 0x10005)
            assert heard.message == EchoError(sock.identifier, 5, address, reason)
            assert heard.source == router

    in_routed_network(act)


@KINDS
@pytest.mark.parametrize(
    ("flavor", "address"),
    [(V4, "192.0.2.2"), (V4, "198.51.100.7"), (V6, "2001:db8::2"), (V6, "2001:db8:1::7")],
    ids=["answers", "refusals", "answers of IPv6", "refusals of IPv6"],
)
def test_other_programs_pings_are_not_heard(kind: Callable[[Flavor], PingSocket], flavor: Flavor, address: str) -> None:
    def act() -> None:
        with closing(kind(flavor)) as deaf, closing(kind(flavor)) as sock:
            assert len(heard_about(sock, address, 1)) == 1
            assert list(deaf.drain()) == []

    in_routed_network(act)


@KINDS
def test_an_address_without_route(kind: Callable[[Flavor], PingSocket]) -> None:
    def act() -> None:
        with closing(kind(V4)) as sock:
            with pytest.raises(OSError, match="unreachable"):
                sock.send("203.0.113.1", 1)
            assert len(heard_about(sock, "192.0.2.2", 2)) == 1

    in_routed_network(act)


def test_raw_sockets_are_preferred() -> None:
    def act() -> None:
        with closing(open_ping_socket(V4)) as sock:
            assert sock.kind == "raw"

    in_routed_network(act)
