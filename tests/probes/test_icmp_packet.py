"""ICMP packets as bytes."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.icmp_packet import (
    V4,
    V6,
    EchoError,
    EchoReply,
    Flavor,
    RequestMaker,
    checksum,
    read_datagram,
    read_request,
    read_v4,
    read_v6,
)

COOKIE = b"biscuit!"
numbers = st.integers(0, 2**32 - 1)


def ipv4(payload: bytes, *, source: str = "127.0.0.9", target: str = "127.0.0.1", options: bytes = b"") -> bytes:
    length = (20 + len(options)) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | length, 0, 20 + len(options) + len(payload), 0, 0, 64, 1, 0)
    return head + socket.inet_aton(source) + socket.inet_aton(target) + options + payload


def ipv6(payload: bytes, *, target: str = "2001:db8::9") -> bytes:
    head = struct.pack("!IHBB", 0x60000000, len(payload), 58, 64)
    return head + socket.inet_pton(socket.AF_INET6, "::1") + socket.inet_pton(socket.AF_INET6, target) + payload


def answer(request: bytes, flavor: Flavor) -> bytes:
    return bytes((flavor.reply,)) + request[1:]


@given(numbers, st.integers(0, 65535), st.binary(min_size=8, max_size=8))
def test_a_request_has_a_valid_checksum(number: int, identifier: int, cookie: bytes) -> None:
    packet = RequestMaker(V4, identifier, cookie).request(number)
    assert checksum(packet) == 0
    assert len(packet) == 64
    assert read_request(packet, V4) == EchoReply(identifier, cookie, number)


@given(numbers, st.integers(0, 10))
def test_an_answer_carries_the_whole_number(number: int, words: int) -> None:
    request = RequestMaker(V4, 7, COOKIE).request(number)
    reply = answer(request, V4)
    expected = EchoReply(7, COOKIE, number)
    assert read_v4(ipv4(reply, options=b"\1" * 4 * words)) == expected
    assert read_datagram(reply, V4) == expected
    assert read_v6(answer(RequestMaker(V6, 7, COOKIE).request(number), V6)) == expected


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        pytest.param(3, 0, "Network unreachable", id="no network"),
        pytest.param(3, 1, "Host unreachable", id="no host"),
        pytest.param(3, 13, "Communication administratively prohibited", id="a firewall"),
        pytest.param(11, 0, "Time to live exceeded", id="a loop"),
        pytest.param(3, 77, "ICMP error 3/77", id="a code nobody knows"),
    ],
)
def test_an_error_names_the_target_and_the_reason(kind: int, code: int, reason: str) -> None:
    request = RequestMaker(V4, 7, COOKIE).request(0x12345678)
    quoted = ipv4(request[:8], target="127.1.2.3", options=b"\1\1\1\1")
    packet = ipv4(struct.pack("!BBHI", kind, code, 0, 0) + quoted)
    assert read_v4(packet) == EchoError(7, 0x5678, "127.1.2.3", reason)


def test_an_error_of_ipv6() -> None:
    request = RequestMaker(V6, 7, COOKIE).request(5)
    packet = struct.pack("!BBHI", 1, 3, 0, 0) + ipv6(request)
    assert read_v6(packet) == EchoError(7, 5, "2001:db8::9", "Address unreachable")


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(ipv4(RequestMaker(V4, 7, COOKIE).request(5)), id="a request"),
        pytest.param(ipv4(struct.pack("!BBHI", 3, 1, 0, 0)), id="an error that quotes nothing"),
        pytest.param(
            ipv4(struct.pack("!BBHI", 3, 3, 0, 0) + ipv4(b"\0" * 8).replace(b"\x40\x01", b"\x40\x11")), id="of UDP"
        ),
        pytest.param(ipv4(b"\0\0\0\0\0\7\0\1short"), id="an answer to a smaller ping than ours"),
    ],
)
def test_what_is_not_ours_says_nothing(packet: bytes) -> None:
    assert read_v4(packet) is None


@given(st.binary(max_size=120), st.sampled_from([b"", b"\x45", b"\x4f", b"\x60"]))
def test_no_packet_is_too_strange(data: bytes, start: bytes) -> None:
    for read in (read_v4, read_v6):
        result = read(start + data)
        assert result is None or isinstance(result, EchoReply | EchoError)
