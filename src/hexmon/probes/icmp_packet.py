"""ICMP echo packets as bytes (RFC 792, RFC 4443); pure.

Every request carries a cookie that only its sender knows and the number of the request, so that an answer is believed
only when it is ours, whatever other programs use the same identifier.
"""

import socket
import struct

import msgspec

COOKIE_BYTES = 8
PAYLOAD_BYTES = 56
_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_ECHO = struct.Struct(f"!BBHHH{COOKIE_BYTES}sI")
_PADDING = bytes(range(0x10, 0x10 + PAYLOAD_BYTES - COOKIE_BYTES - 4))
_NUMBER_BITS = 32
_HEADER_BYTES = 8
_IPV4_BYTES = 20
_IPV6_BYTES = 40


class EchoReply(msgspec.Struct, frozen=True, gc=False):
    """An answer; `number` is the whole number of the request."""

    identifier: int
    cookie: bytes
    number: int


class EchoError(msgspec.Struct, frozen=True, gc=False):
    """What somebody said about a request to `target`; only the low 16 bits of its number are sure to come back."""

    identifier: int
    sequence: int
    target: str
    reason: str


class Flavor(msgspec.Struct, frozen=True):
    """The numbers of one IP version."""

    request: int
    reply: int
    errors: tuple[int, ...]


V4 = Flavor(request=8, reply=0, errors=(3, 11, 12))
V6 = Flavor(request=128, reply=129, errors=(1, 2, 3, 4))

_REASONS_V4 = {
    (3, 0): "Network unreachable",
    (3, 1): "Host unreachable",
    (3, 2): "Protocol unreachable",
    (3, 3): "Port unreachable",
    (3, 4): "Packet too big",
    (3, 9): "Network administratively prohibited",
    (3, 10): "Host administratively prohibited",
    (3, 13): "Communication administratively prohibited",
    (11, 0): "Time to live exceeded",
}
_REASONS_V6 = {
    (1, 0): "No route to destination",
    (1, 1): "Communication administratively prohibited",
    (1, 3): "Address unreachable",
    (1, 4): "Port unreachable",
    (2, 0): "Packet too big",
    (3, 0): "Hop limit exceeded",
}

# What a router says of a packet that may travel no further.
TOO_FAR = {V4: _REASONS_V4[11, 0], V6: _REASONS_V6[3, 0]}


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class RequestMaker:
    """Makes the requests of one sender: only the number changes, so most of the checksum is known beforehand."""

    __slots__ = ("_cookie", "_identifier", "_sum", "_type")

    def __init__(self, flavor: Flavor, identifier: int, cookie: bytes) -> None:
        self._type = flavor.request
        self._identifier = identifier
        self._cookie = cookie
        blank = _ECHO.pack(self._type, 0, 0, identifier, 0, cookie, 0) + _PADDING
        self._sum = ~checksum(blank) & 0xFFFF

    def request(self, number: int) -> bytes:
        """The packet with that number (32 bits); its low 16 bits are the sequence."""
        sequence = number & 0xFFFF
        total = self._sum + sequence + (number >> 16) + sequence
        total = (total >> 16) + (total & 0xFFFF)
        check = ~(total + (total >> 16)) & 0xFFFF
        return _ECHO.pack(self._type, 0, check, self._identifier, sequence, self._cookie, number) + _PADDING


def read_v4(packet: bytes) -> EchoReply | EchoError | None:
    """A packet of a raw IPv4 socket, which begins with the IP header; None when it says nothing about an echo."""
    if len(packet) < _IPV4_BYTES or packet[0] >> 4 != 4:
        return None
    offset = (packet[0] & 0x0F) * 4
    return _read_message(packet, offset, V4)


def read_v6(packet: bytes) -> EchoReply | EchoError | None:
    """A packet of a raw IPv6 socket, which begins with the ICMPv6 header."""
    return _read_message(packet, 0, V6)


def read_datagram(packet: bytes, flavor: Flavor) -> EchoReply | None:
    """A packet of an unprivileged ICMP socket: no IP header; the kernel has matched the identifier."""
    message = _read_message(packet, 0, flavor)
    return message if isinstance(message, EchoReply) else None


def read_request(packet: bytes, flavor: Flavor) -> EchoReply | None:
    """One of our own requests, which the kernel gives back with an error."""
    if len(packet) < _ECHO.size or packet[0] != flavor.request:
        return None
    _, _, _, identifier, _, cookie, number = _ECHO.unpack_from(packet)
    return EchoReply(identifier, cookie, number)


def reason_of(flavor: Flavor, kind: int, code: int) -> str:
    """The words of an error message's type and code."""
    reasons = _REASONS_V4 if flavor is V4 else _REASONS_V6
    return reasons.get((kind, code), f"ICMP error {kind}/{code}")


def _read_message(packet: bytes, offset: int, flavor: Flavor) -> EchoReply | EchoError | None:
    if len(packet) < offset + _HEADER_BYTES:
        return None
    kind = packet[offset]
    if kind == flavor.reply:
        if len(packet) < offset + _ECHO.size:
            return None
        _, _, _, identifier, _, cookie, number = _ECHO.unpack_from(packet, offset)
        return EchoReply(identifier, cookie, number)
    if kind in flavor.errors:
        return _read_error(packet, offset, flavor)
    return None


def _read_error(packet: bytes, offset: int, flavor: Flavor) -> EchoError | None:
    inner = offset + _HEADER_BYTES
    located = _inner_v4(packet, inner) if flavor is V4 else _inner_v6(packet, inner)
    if located is None:
        return None
    target, start = located
    if len(packet) < start + _HEADER_BYTES:
        return None
    kind, _, _, identifier, sequence = _HEADER.unpack_from(packet, start)
    if kind != flavor.request:
        return None
    return EchoError(identifier, sequence, target, reason_of(flavor, packet[offset], packet[offset + 1]))


def _inner_v4(packet: bytes, start: int) -> tuple[str, int] | None:
    """The destination of the packet that an error quotes, and where its ICMP header begins."""
    if len(packet) < start + _IPV4_BYTES or packet[start] >> 4 != 4 or packet[start + 9] != socket.IPPROTO_ICMP:
        return None
    target = socket.inet_ntop(socket.AF_INET, packet[start + 16 : start + 20])
    return target, start + (packet[start] & 0x0F) * 4


def _inner_v6(packet: bytes, start: int) -> tuple[str, int] | None:
    if len(packet) < start + _IPV6_BYTES or packet[start] >> 4 != 6 or packet[start + 6] != socket.IPPROTO_ICMPV6:
        return None
    return socket.inet_ntop(socket.AF_INET6, packet[start + 24 : start + 40]), start + _IPV6_BYTES
