"""Telnet negotiation: text out, refusals back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.telnet import Negotiation

DO_ECHO, WONT_ECHO = b"\xff\xfd\x01", b"\xff\xfc\x01"
WILL_SGA, DONT_SGA = b"\xff\xfb\x03", b"\xff\xfe\x03"


@pytest.mark.parametrize(
    ("data", "text", "answer"),
    [
        pytest.param(b"login: ", b"login: ", b"", id="plain text passes"),
        pytest.param(DO_ECHO + b"login: ", b"login: ", WONT_ECHO, id="a request is declined"),
        pytest.param(b"a" + WILL_SGA + b"b", b"ab", DONT_SGA, id="an offer is declined"),
        pytest.param(b"\xff\xfe\x01\xff\xfc\x01x", b"x", b"", id="a refusal needs no answer"),
        pytest.param(b"\xff\xfa\x18\x01\xff\xf0x", b"x", b"", id="a subnegotiation is skipped"),
        pytest.param(b"a\xff\xffb", b"a\xffb", b"", id="a doubled byte 255 is data"),
        pytest.param(b"\xff\xf9x", b"x", b"", id="go ahead is skipped"),
        pytest.param(b"x\xff", b"x", b"", id="an unfinished command waits"),
    ],
)
def test_feed(data: bytes, text: bytes, answer: bytes) -> None:
    assert Negotiation().feed(data) == (text, answer)


@given(st.lists(st.sampled_from([b"hello", DO_ECHO, WILL_SGA, b"\xff\xff", b"\xff\xfa\x01z\xff\xf0", b"\xff\xf9"])))
def test_where_the_segments_end_does_not_matter(parts: list[bytes]) -> None:
    data = b"".join(parts)
    one_by_one = Negotiation()
    pieces = [one_by_one.feed(bytes((byte,))) for byte in data]
    whole = Negotiation().feed(data)
    assert (b"".join(text for text, _ in pieces), b"".join(answer for _, answer in pieces)) == whole


def test_a_server_that_asks_for_ever_is_not_answered_for_ever() -> None:
    _, answer = Negotiation().feed(DO_ECHO * 10_000)
    assert len(answer) == 300


@given(st.binary())
def test_no_bytes_are_too_strange(data: bytes) -> None:
    text, answer = Negotiation().feed(data)
    assert len(text) <= len(data)
    assert len(answer) <= len(data)
