"""Colours, names and escaped texts on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.color import Color, parse_color
from hexmon.model.names import StatusKey, host_from_wire, host_to_wire, split_square
from hexmon.model.text import first_reason, nl_decode, nl_encode, nl_encode_bytes, readable


@pytest.mark.parametrize(
    ("word", "color"),
    [
        (b"red", Color.RED),
        (b"GREEN", Color.GREEN),
        (b"Yellow:", Color.YELLOW),
        (b"purple", Color.PURPLE),
        (b"redish", None),
        (b"client", None),
        (b"", None),
        (b"1red", None),
    ],
)
def test_a_colour_is_the_leading_letters_in_any_case(word: bytes, color: Color | None) -> None:
    assert parse_color(word) is color


def test_the_order_of_the_colours_is_their_severity() -> None:
    order = ["green", "clear", "blue", "purple", "yellow", "red"]
    assert [color.word for color in sorted(Color)] == order
    assert [color.code for color in Color] == ["gr", "cl", "bl", "pu", "ye", "re"]


@pytest.mark.parametrize(
    ("word", "square"),
    [
        ("www,example,com.http", StatusKey("www.example.com", "http")),
        ("www.example.com.http", StatusKey("www.example.com", "http")),
        ("www,foo,com.a.b", StatusKey("www.foo.com.a", "b")),
        ("nodot", None),
        (".x", StatusKey("", "x")),
    ],
)
def test_the_test_follows_the_last_dot(word: str, square: StatusKey | None) -> None:
    assert split_square(word) == square


def test_hosts_travel_with_commas() -> None:
    assert host_to_wire("a.b.c") == "a,b,c"
    assert host_from_wire("a,b,c") == "a.b.c"
    assert str(StatusKey("a.b", "c")) == "a.b.c"


@given(st.text())
def test_escaping_comes_back_and_leaves_one_line(text: str) -> None:
    encoded = nl_encode(text)
    assert not set(encoded) & {"\n", "\r", "\t", "|"}
    assert nl_decode(encoded) == text


def test_the_escapes_are_those_of_the_protocol() -> None:
    assert nl_encode("a|b\\c\td\re\nf") == r"a\pb\\c\td\re\nf"
    assert nl_encode_bytes(b"\xff|") == b"\xff\\p"
    assert nl_decode(r"\q\p") == r"\q|"


def test_bytes_of_any_kind_can_be_read() -> None:
    assert readable("grün".encode()) == "grün"
    assert readable("grün".encode("latin-1")) == "grün"


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (b"red connection refused\n\nmore", "connection refused"),
        (b"red", ""),
        (b"", ""),
        (b"red wanted '&lt;b&gt; &amp;amp;'", "wanted '<b> &amp;'"),
        (b"red f\xfcr\nx", "f\u00fcr"),
    ],
)
def test_the_reason_of_a_report(report: bytes, reason: str) -> None:
    assert first_reason(report) == reason
