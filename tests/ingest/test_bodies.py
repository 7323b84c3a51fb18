import gzip
import zlib
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.ingest.bodies import EncodingError, TooLongError, begins_with_command, message_of, unpacked
from hexmon.ingest.protocol import PARSERS

STATUS = b"status www,example,com.disk red 50% full & rising + more = bad\n/var 50%\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(STATUS, STATUS, id="a message is itself"),
        pytest.param(b"ping", b"ping", id="a word is itself"),
        pytest.param(b"ping\n", b"ping\n", id="and with the newline that wrappers add"),
        pytest.param(b"", b"", id="nothing is nothing"),
        pytest.param(b"status+30 a.b green", b"status+30 a.b green", id="a plus is not a blank"),
        pytest.param(b"status a.b green %41=1&2", b"status a.b green %41=1&2", id="nothing is decoded in a message"),
        pytest.param(b"data a.b\nx=1&y=%20", b"data a.b\nx=1&y=%20", id="nor in the lines of data"),
        pytest.param(b"data=status+a.b+green", b"status a.b green", id="a form whose field is called like a command"),
        pytest.param(b"message=" + quote_plus(STATUS).encode(), STATUS, id="a form with one field"),
        pytest.param(b"message=" + quote(STATUS).encode() + b"&x=1\n", STATUS, id="of several fields the first"),
        pytest.param(quote(STATUS).encode(), STATUS, id="a form without a name"),
        pytest.param(quote_plus(STATUS).encode(), STATUS, id="the same with plus signs"),
        pytest.param(b"=ping", b"ping", id="an empty name"),
        pytest.param(b"a=b", b"a=b", id="a form without a message"),
        pytest.param(b"nonsense%20a", b"nonsense%20a", id="what is no command when decoded"),
        pytest.param(b"xymondboard%20color=red", b"xymondboard color=red", id="an equals sign inside"),
        pytest.param(b"m=%zz", b"m=%zz", id="a broken escape"),
        pytest.param(b"m=status%20a.b%20green%00x", b"status a.b green\0x", id="a NUL"),
        pytest.param(b"combo%0Astatus%20a.b%20green", b"combo\nstatus a.b green", id="a combo in a form"),
    ],
)
def test_what_message_a_body_holds(body: bytes, message: bytes) -> None:
    assert message_of(body) == message


@given(
    st.sampled_from([prefix for prefix, _ in PARSERS]), st.binary(max_size=80), st.sampled_from([b" ", b"\n", b"\t"])
)
def test_a_message_of_more_than_one_word_is_never_changed(word: bytes, rest: bytes, blank: bytes) -> None:
    message = word.rstrip() + blank + rest.lstrip() + b"x"
    assert message_of(message) == message


@given(st.binary(max_size=200))
def test_a_body_that_is_no_form_is_never_changed(body: bytes) -> None:
    message = message_of(body)
    assert message == body or begins_with_command(message)


@given(st.sampled_from([prefix.strip() for prefix, _ in PARSERS]), st.binary(max_size=80), st.booleans())
def test_what_is_sent_as_a_form_comes_out_of_it(word: bytes, rest: bytes, plus: bool) -> None:
    message = word.rstrip(b"/") + b" " + rest
    encode = quote_plus if plus else quote
    assert message_of(b"message=" + encode(message, safe="").encode()) == message


def test_a_form_that_is_longer_than_old_programs_took_is_a_message() -> None:
    body = b"message=status+" + b"a" * (1 << 20)
    assert message_of(body) is body


def deflated(data: bytes, window: int) -> bytes:
    stream = zlib.compressobj(wbits=window)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", STATUS),
        ("identity", STATUS),
        ("gzip", gzip.compress(STATUS)),
        ("x-gzip", gzip.compress(STATUS)),
        ("deflate", deflated(STATUS, 15)),
        ("deflate", deflated(STATUS, -15)),
    ],
)
def test_compressed_bodies_are_unpacked(encoding: str, body: bytes) -> None:
    assert unpacked(body, encoding, len(STATUS)) == STATUS


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        pytest.param("br", STATUS, id="an encoding that is not known"),
        pytest.param("gzip, gzip", STATUS, id="two of them"),
        pytest.param("gzip", STATUS, id="what is not compressed"),
        pytest.param("gzip", gzip.compress(STATUS)[:-9], id="cut off"),
        pytest.param("gzip", gzip.compress(STATUS) + b"x", id="with something behind"),
        pytest.param("deflate", b"", id="nothing"),
    ],
)
def test_what_cannot_be_unpacked(encoding: str, body: bytes) -> None:
    with pytest.raises(EncodingError):
        unpacked(body, encoding, 1000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_ends_where_a_message_must(encoding: str) -> None:
    body = gzip.compress(bytes(10_000_000)) if encoding == "gzip" else deflated(bytes(10_000_000), 15)
    with pytest.raises(TooLongError):
        unpacked(body, encoding, 1_000_000)


@given(st.sampled_from(["gzip", "deflate", "identity", ""]), st.binary(max_size=100))
def test_no_body_raises_anything_else(encoding: str, body: bytes) -> None:
    try:
        assert len(unpacked(body, encoding, 1000)) <= 1000
    except (EncodingError, TooLongError):
        return
