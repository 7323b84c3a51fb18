"""Asking time servers: the arithmetic of the offset, and answers that are none."""

import struct
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.clock import SystemClock
from hexmon.model.observation import Observation, Outcome
from hexmon.probes.ntp import NtpOptions
from hexmon.probes.ntp_packet import read_reply, request, stamp
from tests.support.checks import a_check, observed
from tests.support.datagrams import closed_datagram_port, serve_datagrams, silence

PACKET = struct.Struct("!BBbb II 4s QQQQ")
SENT = 1_795_219_200.0


def reply(cookie: int, came: float, went: float, **fields: int | bytes) -> bytes:
    """A good answer of a server at stratum 2, but for what `fields` says."""
    values: dict[str, int | bytes] = {
        "first": 4 << 3 | 4, "stratum": 2, "root_delay": 655, "dispersion": 655, "reference": b"\x7f\0\0\1",
        "origin": cookie, "arrived": stamp(came), "left": stamp(went), **fields,
    }  # fmt: skip
    order = ("first", "stratum", None, None, "root_delay", "dispersion", "reference", None, "origin", "arrived", "left")
    return PACKET.pack(*(0 if name is None else values[name] for name in order))


def test_offset_and_delay() -> None:
    """The server's clock is 10 s ahead; the way there takes 0.1 s, the way back 0.3 s, its work 0.5 s."""
    reading = read_reply(reply(7, SENT + 10.1, SENT + 10.6), 7, SENT, SENT + 0.9)
    assert reading is not None
    assert reading.fault == ""
    assert reading.offset == pytest.approx(9.9, abs=1e-6)
    assert reading.delay == pytest.approx(0.4, abs=1e-6)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"stratum": 0, "reference": b"RATE"}, "Kiss-o'-Death RATE", id="a kiss of death"),
        pytest.param({"stratum": 16}, "clock is not synchronised (stratum 16)", id="a stratum beyond 15"),
        pytest.param({"first": 3 << 6 | 4 << 3 | 4}, "clock is not synchronised", id="the leap bits of an unset clock"),
        pytest.param({"left": stamp(SENT - 5)}, "answer sent before the question came", id="stamps that go backwards"),
        pytest.param({"arrived": 0}, "no time in the answer", id="no stamp"),
        pytest.param({"dispersion": 2 << 16}, "root distance is 2.0", id="a root distance above one second"),
        pytest.param({"first": 4}, "version 0 of NTP", id="a version that does not exist"),
    ],
)
def test_servers_that_are_not_usable(fields: dict[str, int | bytes], fault: str) -> None:
    reading = read_reply(reply(7, SENT, SENT, **fields), 7, SENT, SENT)
    assert reading is not None
    assert reading.fault.startswith(fault)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"origin": 8}, id="the cookie of somebody else"),
        pytest.param({"first": 4 << 3 | 3}, id="a client's packet"),
        pytest.param({"first": 4 << 3 | 5}, id="a broadcast"),
    ],
)
def test_packets_that_are_no_answer(fields: dict[str, int | bytes]) -> None:
    assert read_reply(reply(7, SENT, SENT, **fields), 7, SENT, SENT) is None


@given(st.binary(max_size=100), st.floats(0, 4e9), st.floats(0, 4e9))
def test_any_bytes_are_an_answer_or_none(data: bytes, sent: float, received: float) -> None:
    read_reply(data, 7, sent, received)


@given(st.binary(min_size=24, max_size=24), st.binary(min_size=16, max_size=16))
def test_any_answer_with_the_cookie_is_read(head: bytes, tail: bytes) -> None:
    reading = read_reply(bytes([4 << 3 | 4]) + head[1:] + (7).to_bytes(8) + tail, 7, SENT, SENT)
    assert reading is not None


def time_server(ahead: float, **fields: int | bytes) -> Callable[[bytes], Iterable[bytes]]:
    def answers(data: bytes) -> Iterable[bytes]:
        now = SystemClock().now() + ahead
        return [reply(int.from_bytes(data[40:48]), now, now, **fields)]

    return answers


async def ask(port: int, within: float = 2.0, **limits: float) -> Observation:
    return await observed(a_check("ntp", NtpOptions(port=port, **limits), timeout=within))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ahead", "outcome"),
    [
        pytest.param(0.0, Outcome.OK, id="right"),
        pytest.param(-7.0, Outcome.UNEXPECTED, id="behind, beyond the warning"),
        pytest.param(70.0, Outcome.UNEXPECTED, id="ahead, beyond the alarm"),
    ],
)
async def test_limits_of_the_offset(ahead: float, outcome: Outcome) -> None:
    async with serve_datagrams(time_server(ahead)) as port:
        seen = await ask(port, warn=5.0, alarm=60.0)
    assert seen.reply.outcome is outcome
    assert seen.reply.facts["offset_seconds"] == pytest.approx(ahead, abs=1.0)
    assert [one.held for one in seen.reply.assertions] == [abs(ahead) < 60, abs(ahead) < 5]


async def test_the_text_that_graphs_read() -> None:
    async with serve_datagrams(time_server(0.0)) as port:
        seen = await ask(port)
    lines = seen.reply.evidence.decode().splitlines()
    assert lines[0] == "NTP server 127.0.0.1 is synchronised"
    assert lines[1].startswith("stratum 2, offset ")
    assert " +/- " in lines[1]


async def test_an_unusable_server_says_why() -> None:
    async with serve_datagrams(time_server(0.0, stratum=0, reference=b"DENY")) as port:
        seen = await ask(port)
    assert seen.reply.outcome is Outcome.ERROR
    assert seen.reply.summary.startswith("Kiss-o'-Death DENY")


async def test_silence_and_a_closed_port() -> None:
    async with serve_datagrams(silence) as port:
        assert (await ask(port, within=0.3)).reply.outcome is Outcome.TIMEOUT
    assert (await ask(closed_datagram_port())).reply.outcome is Outcome.REFUSED


def test_a_request_gives_nothing_away() -> None:
    packet = request(0x0123456789ABCDEF)
    assert packet[0] == 4 << 3 | 3
    assert packet[1:40] == bytes(39)
    assert packet[40:] == bytes.fromhex("0123456789abcdef")
