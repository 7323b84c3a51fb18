"""What the systems call the counters of netstat, in the order of the data sources; "" for what they do not count."""

from collections.abc import Mapping

_NONE = ("", "", "", "")

BEHIND: Mapping[str, tuple[str, ...]] = {
    "unix": (
        "udpInDatagrams",
        "udpOutDatagrams",
        "udpInErrors",
        "tcpActiveOpens",
        "tcpPassiveOpens",
        "tcpAttemptFails",
        "tcpEstabResets",
        "tcpCurrEstab",
        "tcpOutDataBytes",
        "tcpInInorderBytes",
        "tcpInUnorderBytes",
        "tcpRetransBytes",
        "tcpOutDataSegs",
        "tcpInInorderSegs",
        "tcpInUnorderSegs",
        "tcpRetransSegs",
    ),
    "windows": (
        "udpDatagramsReceived",
        "udpDatagramsSent",
        "udpReceiveErrors",
        "tcpActiveOpens",
        "tcpPassiveOpens",
        "tcpFailedConnectionAttempts",
        "tcpResetConnections",
        "tcpCurrentConnections",
        *_NONE,
        "tcpSegmentsSent",
        "tcpSegmentsReceived",
        "",
        "tcpSegmentsRetransmitted",
    ),
}

BEFORE: Mapping[str, tuple[str, ...]] = {
    "snmp": (
        "total datagrams received",
        "output datagram requests",
        "datagrams dropped due to errors",
        "active opens",
        "passive opens",
        "failed attempts",
        "resets of established connections",
        "current established connections",
        *_NONE,
        "segments sent",
        "segments received",
        "",
        "segments retransmitted",
    ),
}

BSD_WORDS = (
    "datagrams received",
    "datagrams output",
    "",
    "connection requests",
    "connection accepts",
    "bad connection attempts",
    "",
    "connections established",
    *_NONE,
    "packets sent",
    "received in-sequence",
    "out-of-order packets",
    "",
)


def _linux(active: str, sent: str, again: str) -> tuple[str, ...]:
    """What net-tools calls them; it has corrected its spelling."""
    return (
        "packets received",
        "packets sent",
        "packet receive errors",
        active,
        "passive connection openings",
        "failed connection attempts",
        "connection resets received",
        "connections established",
        *_NONE,
        sent,
        "segments received",
        "",
        again,
    )


LINUX = _linux("active connection openings", "segments sent out", "segments retransmitted")
LEGACY_LINUX = _linux("active connections openings", "segments send out", "segments retransmited")  # codespell:ignore

_BLANKS = r"^[\t ]*"
_N = r"([0-9]{1,20})"
_BYTES = rf"\({_N} bytes\)"


def _tcp(out_of_order: str = "out-of-order packets") -> tuple[tuple[str, str], ...]:
    return (
        ("tcpRetransPackets tcpRetransBytes", rf"{_BLANKS}{_N} data packets {_BYTES} retransmitted$"),
        ("tcpOutDataPackets tcpOutDataBytes", rf"{_BLANKS}{_N} data packets {_BYTES}$"),
        ("tcpInInorderPackets tcpInInorderBytes", rf"{_BLANKS}{_N} packets {_BYTES} received in-sequence$"),
        ("tcpInUnorderPackets tcpInUnorderBytes", rf"{_BLANKS}{_N} {out_of_order} {_BYTES}$"),
        ("tcpActiveOpens", rf"{_BLANKS}{_N} connection requests$"),
        ("tcpPassiveOpens", rf"{_BLANKS}{_N} connection accepts$"),
    )


def _udp(received: str, sent: str, *errors: str) -> tuple[tuple[str, str], ...]:
    kinds = errors or ("incomplete headers", "bad data length fields", "bad checksums")
    return (
        ("udpInDatagrams", rf"{_BLANKS}{_N} {received}$"),
        ("udpOutDatagrams", rf"{_BLANKS}{_N} {sent}$"),
        *((f"error{number}", rf"{_BLANKS}{_N} {words}$") for number, words in enumerate(kinds)),
    )


_USUAL = ("datagrams received", "datagrams output")
PATTERNS: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = {
    "osf": {"tcp:": _tcp(), "udp:": _udp("packets received", "packets sent")},
    "aix": {"tcp:": _tcp(), "udp:": _udp(*_USUAL)},
    "irix": {
        "tcp:": _tcp(),
        "udp:": _udp(
            "total datagrams received",
            "datagrams output",
            "incomplete header",
            "bad data length field",
            "bad checksum",
        ),
    },
    "hpux": {"tcp:": _tcp("out of order packets"), "udp:": _udp(*_USUAL)},
    "bsd": {
        "tcp:": _tcp(),
        "udp:": _udp(*_USUAL, "with incomplete header", "with bad data length field", "with bad checksum"),
    },
    "sco_sv": {"tcp:": _tcp(), "udp:": _udp("input packets delivered", "packets sent")},
}
