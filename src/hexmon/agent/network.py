"""The sections about the network, as ifconfig(8) and netstat(8) print them."""

import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

from hexmon.agent.facts import Facts, Unknown

_PROC = Path("/proc/net")
_ROUTE_FLAGS = ((0x1, "U"), (0x2, "G"), (0x4, "H"), (0x8, "R"), (0x10, "D"), (0x20, "M"), (0x200, "!"))
_ROUTE_COLUMNS = 11

# What netstat -s says of the kernel's counters: those that Xymon's graphs are made of.
_WORDS = {
    "Ip": {
        "InReceives": "{} total packets received",
        "ForwDatagrams": "{} forwarded",
        "InDiscards": "{} incoming packets discarded",
        "InDelivers": "{} incoming packets delivered",
        "OutRequests": "{} requests sent out",
    },
    "Icmp": {
        "InMsgs": "{} ICMP messages received",
        "InErrors": "{} input ICMP message failed",
        "OutMsgs": "{} ICMP messages sent",
        "OutErrors": "{} ICMP messages failed",
    },
    "Tcp": {
        "ActiveOpens": "{} active connection openings",
        "PassiveOpens": "{} passive connection openings",
        "AttemptFails": "{} failed connection attempts",
        "EstabResets": "{} connection resets received",
        "CurrEstab": "{} connections established",
        "InSegs": "{} segments received",
        "OutSegs": "{} segments sent out",
        "RetransSegs": "{} segments retransmitted",
        "InErrs": "{} bad segments received",
        "OutRsts": "{} resets sent",
    },
    "Udp": {
        "InDatagrams": "{} packets received",
        "NoPorts": "{} packets to unknown port received",
        "InErrors": "{} packet receive errors",
        "OutDatagrams": "{} packets sent",
    },
}


def ifconfig(_facts: Facts) -> str:
    """The network cards: addresses, and what went through them."""
    cards, counters = psutil.net_if_stats(), psutil.net_io_counters(pernic=True)
    blocks = []
    for name, addresses in sorted(psutil.net_if_addrs().items()):
        card, counted = cards.get(name), counters.get(name)
        flags = (card.flags.upper() if card.flags else "UP" if card.isup else "") if card else ""
        lines = [f"{name}: flags=<{flags}>  mtu {card.mtu if card else 0}"]
        lines += [f"        {text}" for text in _addresses(addresses)]
        if counted:
            lines += [
                f"        RX packets {counted.packets_recv}  bytes {counted.bytes_recv} ({_size(counted.bytes_recv)})",
                f"        RX errors {counted.errin}  dropped {counted.dropin}",
                f"        TX packets {counted.packets_sent}  bytes {counted.bytes_sent} ({_size(counted.bytes_sent)})",
                f"        TX errors {counted.errout}  dropped {counted.dropout}",
            ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _addresses(addresses: Iterable[Any]) -> Iterator[str]:
    for one in addresses:
        if one.family == socket.AF_INET:
            broadcast = f"  broadcast {one.broadcast}" if one.broadcast else ""
            yield f"inet {one.address}  netmask {one.netmask}{broadcast}"
        elif one.family == socket.AF_INET6:
            yield f"inet6 {one.address.partition('%')[0]}  netmask {one.netmask}"
        elif one.family == psutil.AF_LINK:
            yield f"ether {one.address}"


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def ports(_facts: Facts) -> str:
    """All sockets of TCP and UDP."""
    rows = [
        "Active Internet connections (servers and established)",
        f"Proto Recv-Q Send-Q {'Local Address':23} {'Foreign Address':23} State",
    ]
    for kind in ("tcp", "udp"):
        for one in psutil.net_connections(kind):
            version = "6" if one.family == socket.AF_INET6 else ""
            state = "" if one.status == psutil.CONN_NONE else one.status
            anywhere = "::" if version else "0.0.0.0"  # noqa: S104 - how netstat writes it
            local = f"{one.laddr.ip}:{one.laddr.port}" if one.laddr else f"{anywhere}:*"
            remote = f"{one.raddr.ip}:{one.raddr.port}" if one.raddr else f"{anywhere}:*"
            rows.append(f"{kind + version:5} {0:6} {0:6} {local:23} {remote:23} {state}")
    return "\n".join(rows)


def route(_facts: Facts) -> str:
    """The routes of IPv4. Only Linux tells without a program."""
    rows = [
        "Kernel IP routing table",
        f"{'Destination':15} {'Gateway':15} {'Genmask':15} {'Flags':5} MSS Window  irtt Iface",
    ]
    for line in _read("route")[1:]:
        words = line.split()
        if len(words) >= _ROUTE_COLUMNS:
            bits = int(words[3], 16)
            flags = "".join(letter for bit, letter in _ROUTE_FLAGS if bits & bit)
            target, gateway, mask = (_address(words[place]) for place in (1, 2, 7))
            sizes = f"{words[8]:>3} {words[9]:>6} {words[10]:>5}"
            rows.append(f"{target:15} {gateway:15} {mask:15} {flags:5} {sizes} {words[0]}")
    return "\n".join(rows)


def netstat(_facts: Facts) -> str:
    """What the protocols counted. Only Linux tells without a program."""
    lines = _read("snmp")
    rows: list[str] = []
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        protocol, _, rest = names.partition(":")
        words = _WORDS.get(protocol, {})
        counted = dict(zip(rest.split(), values.split()[1:], strict=False))
        found = [f"    {words[name].format(count)}" for name, count in counted.items() if name in words]
        rows += [f"{protocol}:", *found] if found else []
    return "\n".join(rows)


def _read(name: str) -> list[str]:
    try:
        return (_PROC / name).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        raise Unknown from None


def _address(text: str) -> str:
    """The kernel writes an address as a number of this machine's byte order."""
    return socket.inet_ntoa(int(text, 16).to_bytes(4, sys.byteorder))
