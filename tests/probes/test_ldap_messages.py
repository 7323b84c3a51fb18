"""LDAP messages to and from bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.ldap_messages import (
    BIND_RESPONSE,
    SEARCH_DONE,
    SEARCH_ENTRY,
    Message,
    MessageError,
    MessageReader,
    Result,
    Search,
    bind_request,
    element,
    integer,
    message,
    read_entry,
    read_result,
    result_words,
    search_request,
    start_tls_request,
    unbind_request,
)
from tests.support.ldap_server import bound, done, entry, entry_content, result

LIMIT = 100_000


def all_of(data: bytes, limit: int = LIMIT) -> list[Message]:
    reader = MessageReader(limit)
    reader.feed(data)
    return drained(reader)


def drained(reader: MessageReader) -> list[Message]:
    found = []
    while (one := reader.next()) is not None:
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        # The example of RFC 4511, 5.1 and appendix of many books: an anonymous bind.
        pytest.param(message(1, bind_request("", "")), "300c 0201 01 6007 0201 03 0400 8000", id="an anonymous bind"),
        pytest.param(
            message(2, bind_request("cn=a", "pw")), "3012 0201 02 600d 0201 03 0404 636e3d61 8002 7077", id="a login"
        ),
        pytest.param(message(3, unbind_request()), "3005 0201 03 4200", id="unbind"),
        pytest.param(
            message(1, start_tls_request()),
            "301d 0201 01 7718 8016 312e332e362e312e342e312e313436362e3230303337",
            id="StartTLS",
        ),
        pytest.param(
            message(
                2,
                search_request(
                    Search(
                        base="dc=a", scope="sub", filter=b"\x87\x02cn", attributes=("cn", "sn"), seconds=5, entries=9
                    )
                ),
            ),
            "3028 0201 02 6323 0404 64633d61 0a0102 0a0100 020109 020105 010100 8702 636e 3008 0402 636e 0402 736e",
            id="a search",
        ),
    ],
)
def test_requests_are_these_bytes(written: bytes, wanted: str) -> None:
    assert written.hex() == wanted.replace(" ", "")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100"), (-1, "0201ff"), (-129, "0202ff7f")],
)
def test_integers(value: int, wanted: str) -> None:
    assert integer(value).hex() == wanted


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65536])
def test_lengths(size: int) -> None:
    assert all_of(message(7, element(SEARCH_DONE, b"x" * size))) == [Message(7, SEARCH_DONE, b"x" * size)]


def test_long_lengths_with_leading_zeros_are_read() -> None:
    # As Active Directory writes them.
    data = bytes.fromhex("30840000001002010161840000000702010004000400".replace("0201000400", "0a01000400"))
    (found,) = all_of(data)
    assert (found.number, found.operation, read_result(found.content)) == (1, BIND_RESPONSE, Result(0))


def test_controls_behind_the_operation_are_passed_over() -> None:
    data = element(0x30, integer(4), element(SEARCH_DONE, b"x"), element(0xA0, b"whatever"))
    assert all_of(data) == [Message(4, SEARCH_DONE, b"x")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="another protocol"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x28", id="a TLS alert"),
        pytest.param(b"\x30\x80\x02\x01\x01\x00\x00", id="an indefinite length"),
        pytest.param(b"\x30\xff" + b"\xff" * 127, id="a length of 127 bytes"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff", id="4 GB are announced"),
        pytest.param(b"\x30\x83\x01\x86\xa1", id="one byte more than the limit"),
        pytest.param(b"\x30\x00", id="an empty message"),
        pytest.param(b"\x30\x03\x02\x01\x01", id="no operation"),
        pytest.param(b"\x30\x04\x04\x00\x61\x00", id="no number"),
        pytest.param(b"\x30\x05\x02\x00\x61\x01\x00", id="a number without digits"),
        pytest.param(b"\x30\x0e\x02\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01\x61\x01\x00", id="a huge number"),
        pytest.param(b"\x30\x07\x02\x01\x01\x61\x7f\x00\x00", id="an operation longer than its message"),
        pytest.param(b"\x30\x05\x02\x01\x01\x1f\x00", id="a tag of several bytes"),
        pytest.param(b"\x30" * 20_000, id="nested 10,000 deep, as it seems"),
    ],
)
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(MessageError):
        all_of(data)


def test_a_deeply_nested_message_is_only_unwrapped_as_far_as_needed() -> None:
    content = b""
    for _ in range(10_000):
        content = element(0x30, content)
    (found,) = all_of(message(2, element(SEARCH_DONE, content)))
    with pytest.raises(MessageError):
        read_result(found.content)


def test_a_message_in_pieces() -> None:
    reader = MessageReader(LIMIT)
    found = []
    for byte in bound() + entry(cn=["a"]) + done():
        reader.feed(bytes([byte]))
        found += drained(reader)
    assert [one.operation for one in found] == [BIND_RESPONSE, SEARCH_ENTRY, SEARCH_DONE]
    assert not reader.pending


def test_what_was_not_read_is_pending() -> None:
    reader = MessageReader(LIMIT)
    reader.feed(bound() + b"\x30")
    assert reader.next() is not None
    assert (reader.pending, reader.heard) == (True, b"\x30")


@pytest.mark.parametrize(
    ("code", "words"), [(0, "Success"), (32, "No such object"), (49, "Invalid credentials"), (4096, "Result code 4096")]
)
def test_result_codes_in_words(code: int, words: str) -> None:
    assert result_words(code) == words


def test_an_entry() -> None:
    content = entry_content("cn=a,dc=b", {"cn": ["a", b"\xff"], "sn": []})
    name, values = read_entry(content)
    assert (name, list(values)) == (b"cn=a,dc=b", [("cn", b"a"), ("cn", b"\xff"), ("sn", None)])


@given(st.binary(max_size=200), st.integers(1, 200))
def test_any_bytes_are_messages_or_refused(data: bytes, piece: int) -> None:
    """The same ones, however they arrive."""

    def read(step: int) -> tuple[list[Message], bool]:
        reader = MessageReader(LIMIT)
        found: list[Message] = []
        try:
            for start in range(0, len(data), step):
                reader.feed(data[start : start + step])
                found += drained(reader)
        except MessageError:
            return found, True
        return found, False

    whole, refused = read(len(data) or 1)
    assert read(piece) == (whole, refused)


mutated = st.tuples(
    st.sampled_from([bound(1, 49, "no"), entry("cn=a", cn=["a", "b"], sn=[]), done(2, 32, "x")]),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
)


@given(mutated)
def test_nearly_right_messages_are_read_or_refused(case: tuple[bytes, list[tuple[int, int]]]) -> None:
    data = bytearray(case[0])
    for place, byte in case[1]:
        data[place % len(data)] = byte
    try:
        for one in all_of(bytes(data)):
            read_result(one.content)
    except MessageError:
        pass
    try:
        for one in all_of(bytes(data)):
            list(read_entry(one.content)[1])
    except MessageError:
        pass


texts = st.text(max_size=20)


@given(st.integers(0, 2**31 - 1), st.integers(-(2**31), 2**31 - 1), texts, texts)
def test_results_come_back_as_they_were(number: int, code: int, matched: str, diagnostic: str) -> None:
    (found,) = all_of(result(number, SEARCH_DONE, code, matched, diagnostic))
    assert (found.number, found.operation) == (number, SEARCH_DONE)
    assert read_result(found.content) == Result(code, matched, diagnostic)


@given(texts, st.dictionaries(texts, st.lists(st.binary(max_size=20), max_size=3), max_size=4))
def test_entries_come_back_as_they_were(name: str, attributes: dict[str, list[bytes]]) -> None:
    found, values = read_entry(entry_content(name, attributes))
    assert found == name.encode()
    wanted: list[tuple[str, bytes | None]] = []
    for key, listed in attributes.items():
        wanted += [(key, value) for value in listed] if listed else [(key, None)]
    assert list(values) == wanted
