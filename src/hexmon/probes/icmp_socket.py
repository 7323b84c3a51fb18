"""The sockets that ICMP goes through: raw ones, or the unprivileged kind that Linux offers (icmp(7), raw(7)).

Both give (source address, kernel's receive time or 0, what was said) and know nothing of who waits for it.
"""

import ctypes
import errno
import secrets
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Protocol

import msgspec

from hexmon.probes.icmp_packet import (
    COOKIE_BYTES,
    V4,
    V6,
    EchoError,
    EchoReply,
    Flavor,
    RequestMaker,
    read_datagram,
    read_request,
    read_v4,
    read_v6,
    reason_of,
)

_RECEIVE_BUFFER = 16 * 1024 * 1024
_MOST_AT_ONCE = 2048
_TRIES = 3
_PACKET = 2048
_ANCILLARY = 512
# Linux numbers that Python's socket module does not name (asm-generic/socket.h, linux/icmp.h, linux/in.h).
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_SO_ATTACH_FILTER = 26
_SOL_RAW = 255
_ICMP_FILTER = 1
_ICMP6_FILTER = 1
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_MSG_ERRQUEUE = 0x2000
_HOP_LIMIT = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)
_TIMESPEC = struct.Struct("@qq")
_EXTENDED_ERROR = struct.Struct("@IBBBBII")  # errno, origin, type, code, pad, info, data
_ORIGINS_ICMP = (2, 3)
_NOTHING_MORE = (errno.EAGAIN, errno.EINTR)

NOT_ALLOWED = (
    "no permission to ping: give the program CAP_NET_RAW "
    "(setcap cap_net_raw+ep on its Python, AmbientCapabilities=CAP_NET_RAW in a systemd unit), "
    "or put its group into the range of sysctl net.ipv4.ping_group_range"
)


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One message: who sent it, when the kernel got it (epoch seconds, 0 unknown), what it says."""

    source: str
    at: float
    message: EchoReply | EchoError


class PingSocket(Protocol):
    """One way of sending echo requests over one IP version."""

    identifier: int
    cookie: bytes
    kind: str

    def fileno(self) -> int: ...

    def send(self, address: str, number: int, hops: int = 0) -> None:
        """Send one request, which may pass so many hops (0: as many as usual). Raises OSError."""
        ...

    def drain(self) -> Iterator[Heard]:
        """What has arrived, but not so much that nothing else gets its turn."""
        ...

    def close(self) -> None: ...


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


# Classic BPF (linux/filter.h, bpf_common.h): what the two programs below are made of.
_LDX_IP_LENGTH = 0xB1  # x = 4 * (byte[k] & 0xf)
_LD_BYTE_X = 0x50  # a = byte[x + k]
_LD_HALF_X = 0x48
_LD_BYTE = 0x30
_LD_HALF = 0x28
_AND = 0x54
_SHIFT_LEFT = 0x64
_ADD_X = 0x0C
_A_TO_X = 0x07
_JUMP_EQUAL = 0x15
_RETURN = 0x06
_ALL = 0xFFFFFFFF


def _filter_v4(identifier: int) -> list[tuple[int, int, int, int]]:
    """Answers to us, and errors about packets of ours."""
    return [
        (_LDX_IP_LENGTH, 0, 0, 0),
        (_LD_BYTE_X, 0, 0, 0),
        (_JUMP_EQUAL, 0, 2, V4.reply),
        (_LD_HALF_X, 0, 0, 4),
        (_JUMP_EQUAL, 7, 8, identifier),
        (_LD_BYTE_X, 0, 0, 8),  # an error: skip the quoted IP header
        (_AND, 0, 0, 0x0F),
        (_SHIFT_LEFT, 0, 0, 2),
        (_ADD_X, 0, 0, 0),
        (_A_TO_X, 0, 0, 0),
        (_LD_HALF_X, 0, 0, 8 + 4),
        (_JUMP_EQUAL, 0, 1, identifier),
        (_RETURN, 0, 0, _ALL),
        (_RETURN, 0, 0, 0),
    ]


def _filter_v6(identifier: int) -> list[tuple[int, int, int, int]]:
    return [
        (_LD_BYTE, 0, 0, 0),
        (_JUMP_EQUAL, 0, 2, V6.reply),
        (_LD_HALF, 0, 0, 4),
        (_JUMP_EQUAL, 2, 3, identifier),
        (_LD_HALF, 0, 0, 8 + 40 + 4),
        (_JUMP_EQUAL, 0, 1, identifier),
        (_RETURN, 0, 0, _ALL),
        (_RETURN, 0, 0, 0),
    ]


def _attach(sock: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    instructions = (_Instruction * len(program))(*(_Instruction(*step) for step in program))
    wanted = _Program(len(program), ctypes.addressof(instructions))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(wanted))


def _enlarge(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)


def _arrival(ancillary: list[tuple[int, int, bytes]]) -> float:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return float(seconds + nanoseconds / 1e9)
    return 0.0


def _send(sock: socket.socket, packet: bytes, address: str, hops: int) -> None:
    if not hops:
        sock.sendto(packet, (address, 0))
        return
    limit = (socket.IPPROTO_IP, socket.IP_TTL) if sock.family == socket.AF_INET else _HOP_LIMIT
    sock.sendmsg([packet], [(*limit, struct.pack("@i", hops))], 0, (address, 0))


class RawPing:
    """A raw socket, which needs CAP_NET_RAW; the kernel lets through what concerns our identifier only."""

    kind = "raw"

    def __init__(self, flavor: Flavor) -> None:
        family, protocol = _FAMILIES[flavor]
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
        self._read = read_v4 if flavor is V4 else read_v6
        self.identifier = secrets.randbits(16)
        self.cookie = secrets.token_bytes(COOKIE_BYTES)
        self._maker = RequestMaker(flavor, self.identifier, self.cookie)
        self._filter(flavor)
        _enlarge(self._socket)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def _filter(self, flavor: Flavor) -> None:
        wanted = (flavor.reply, *flavor.errors)
        if flavor is V4:
            mask = ~sum(1 << kind for kind in wanted) & 0xFFFFFFFF
            self._socket.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", mask))
            _attach(self._socket, _filter_v4(self.identifier))
        else:
            words = [0xFFFFFFFF] * 8
            for kind in wanted:
                words[kind >> 5] &= ~(1 << (kind & 31))
            self._socket.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("@8I", *words))
            _attach(self._socket, _filter_v6(self.identifier))

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, address: str, number: int, hops: int = 0) -> None:
        _send(self._socket, self._maker.request(number), address, hops)

    def drain(self) -> Iterator[Heard]:
        receive = self._socket.recvmsg
        for _ in range(_MOST_AT_ONCE):
            try:
                data, ancillary, _, source = receive(_PACKET, _ANCILLARY)
            except OSError as error:
                if error.errno in _NOTHING_MORE:
                    return
                continue  # the report of an earlier packet's failure: read away
            message = self._read(data)
            if message is not None:
                yield Heard(source[0], _arrival(ancillary), message)

    def close(self) -> None:
        self._socket.close()


class DatagramPing:
    """The unprivileged socket of icmp(7), for groups in net.ipv4.ping_group_range; errors come by its error queue."""

    kind = "unprivileged"

    def __init__(self, flavor: Flavor) -> None:
        family, protocol = _FAMILIES[flavor]
        self._flavor = flavor
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
        self._socket.bind(("", 0) if flavor is V4 else ("::", 0))
        self.identifier = self._socket.getsockname()[1]
        self.cookie = secrets.token_bytes(COOKIE_BYTES)
        self._maker = RequestMaker(flavor, self.identifier, self.cookie)
        if flavor is V4:
            self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        else:
            self._socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        _enlarge(self._socket)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, address: str, number: int, hops: int = 0) -> None:
        packet = self._maker.request(number)
        for _ in range(_TRIES - 1):
            try:
                _send(self._socket, packet, address, hops)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    raise
                # It may be the report of an earlier packet's failure ("administratively prohibited" is EACCES), which
                # sending has now cleared.
            else:
                return
        _send(self._socket, packet, address, hops)

    def drain(self) -> Iterator[Heard]:
        for _ in range(_MOST_AT_ONCE):
            try:
                data, ancillary, _, source = self._socket.recvmsg(_PACKET, _ANCILLARY)
            except OSError as error:
                yield from self._errors()
                if error.errno in _NOTHING_MORE:
                    return
                continue
            message = read_datagram(data, self._flavor)
            if message is not None:
                yield Heard(source[0], _arrival(ancillary), message)

    def _errors(self) -> Iterator[Heard]:
        for _ in range(_MOST_AT_ONCE):
            try:
                data, ancillary, _, target = self._socket.recvmsg(_PACKET, _ANCILLARY, _MSG_ERRQUEUE)
            except OSError:
                return
            request = read_request(data, self._flavor)
            if request is None or request.cookie != self.cookie:
                continue
            for level, _, field in ancillary:
                if level in (socket.IPPROTO_IP, socket.IPPROTO_IPV6) and len(field) >= _EXTENDED_ERROR.size:
                    yield self._error(request, target[0], field)

    def _error(self, request: EchoReply, target: str, field: bytes) -> Heard:
        number, origin, kind, code, _, _, _ = _EXTENDED_ERROR.unpack_from(field)
        if origin in _ORIGINS_ICMP:
            reason = reason_of(self._flavor, kind, code)
            offender = _address_of(field[_EXTENDED_ERROR.size :])
        else:
            reason, offender = errno.errorcode.get(number, str(number)), ""
        # The kernel keeps its own identifier in the packet it gives back; the cookie has proved that it is ours.
        return Heard(offender, 0.0, EchoError(self.identifier, request.number & 0xFFFF, target, reason))

    def close(self) -> None:
        self._socket.close()


_FAMILIES = {
    V4: (socket.AF_INET, socket.IPPROTO_ICMP),
    V6: (socket.AF_INET6, socket.IPPROTO_ICMPV6),
}


def _address_of(sockaddr: bytes) -> str:
    """The address in a struct sockaddr_in or sockaddr_in6; "" if there is none."""
    family = int.from_bytes(sockaddr[:2], sys.byteorder) if len(sockaddr) >= 2 else 0
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return socket.inet_ntop(socket.AF_INET, sockaddr[4:8])
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sockaddr[8:24])
    return ""


class PingNotAllowed(PermissionError):  # noqa: N818 - the name says what is so
    """Neither kind of socket is allowed; the text says what to do."""

    def __str__(self) -> str:
        return NOT_ALLOWED


def open_ping_socket(flavor: Flavor) -> PingSocket:
    """The best that is allowed; raises PingNotAllowed, and other OSErrors on a machine without that IP version."""
    try:
        return RawPing(flavor)
    except PermissionError:
        try:
            return DatagramPing(flavor)
        except PermissionError:
            raise PingNotAllowed from None
