"""The encoding of SNMP, the keys of version 3, and values as texts and numbers: for any bytes that may come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import (
    Absent,
    BadEncoding,
    Oid,
    Reader,
    Value,
    decode_oid,
    dotted,
    integer,
    object_id,
    octets,
    parse_oid,
    tlv,
)
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.snmp.pdu import GET, GET_BULK, Community, Question
from hexmon.probes.snmp.text import mac_of, number_of, percent_of, size_of, text_of
from hexmon.probes.snmp.usm import Usm
from hexmon.probes.snmp.usm_keys import DIGESTS, KEY_OCTETS, decrypt, encrypt, localized_key, privacy_key

ARCS = st.integers(0, 0xFFFF_FFFF)
TAILS = st.lists(ARCS, max_size=24).map(tuple)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.integers(-(1 << 63), 1 << 64), st.binary(max_size=40), TAILS, st.sampled_from(Absent)
)
COLUMNS = st.dictionaries(TAILS, VALUES, max_size=8)


# ------------------------------------------------------------------------------------------------------------- BER


@given(st.integers(-(1 << 63), (1 << 64) - 1))
def test_integers_come_back(value: int) -> None:
    assert Reader(integer(value)).value() == value


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        pytest.param("020100", 0, id="nothing"),
        pytest.param("0201ff", -1, id="less than nothing"),
        pytest.param("4104fffffffe", 0xFFFF_FFFE, id="an unsigned number without the leading zero"),
        pytest.param("460900ffffffffffffffff", (1 << 64) - 1, id="the largest counter"),
        pytest.param("4100", None, id="a number without any octet"),
        pytest.param("460affffffffffffffffffff", None, id="a number of ten octets"),
        pytest.param("0403616263", b"abc", id="a text"),
        pytest.param("4004c0000201", b"\xc0\x00\x02\x01", id="an address"),
        pytest.param("06032b0601", (1, 3, 6, 1), id="an object identifier"),
        pytest.param("060188", None, id="one that does not end"),
        pytest.param("8000", Absent.NO_SUCH_OBJECT, id="no such object"),
        pytest.param("8100", Absent.NO_SUCH_INSTANCE, id="no such instance"),
        pytest.param("8200", Absent.END_OF_VIEW, id="the end"),
        pytest.param("0500", None, id="null"),
        pytest.param("7f0101", None, id="a type that nobody knows"),
    ],
)
def test_values(encoded: str, value: Value) -> None:
    assert Reader(bytes.fromhex(encoded)).value() == value


@given(st.tuples(st.integers(0, 2), st.integers(0, 39)), st.lists(ARCS, max_size=100))
def test_object_identifiers_come_back(first: tuple[int, int], rest: list[int]) -> None:
    oid: Oid = (*first, *rest)
    assert Reader(object_id(oid)).object_id() == oid
    assert parse_oid("." + dotted(oid)) == oid


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for dialect in (Community(b"public", bulk=True), Usm(SnmpOptions(kind="host", user="u"), lambda: 0.0)):
        with pytest.raises(BadEncoding):
            dialect.unwrap(data)


@given(st.data())
def test_a_message_with_a_broken_octet_is_read_or_refused(data: st.DataObject) -> None:
    dialect = Community(b"public", bulk=True)
    good = bytearray(dialect.wrap(Question(GET, (oids.SYS_DESCR, oids.SYS_UPTIME)), 99).replace(b"\xa0", b"\xa2", 1))
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        dialect.unwrap(bytes(good))
    except BadEncoding:
        return


@given(st.binary(max_size=200))
def test_object_identifiers_of_any_bytes_are_bounded(data: bytes) -> None:
    try:
        assert len(decode_oid(data)) <= 129
    except BadEncoding:
        return


def test_lengths_of_more_than_127_octets() -> None:
    assert tlv(4, bytes(127))[:2] == b"\x04\x7f"
    assert tlv(4, bytes(200))[:3] == b"\x04\x81\xc8"
    assert octets(bytes(70000))[:5] == b"\x04\x83\x01\x11\x70"


# ------------------------------------------------------------------------------------------------- version 3's keys


def test_the_keys_of_rfc_3414() -> None:
    """Appendices A.3.1 and A.3.2."""
    engine = bytes.fromhex("000000000000000000000002")
    assert localized_key("MD5", "maplesyrup", engine).hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert localized_key("SHA", "maplesyrup", engine).hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@given(
    st.sampled_from(sorted(DIGESTS)),
    st.sampled_from(sorted(KEY_OCTETS)),
    st.binary(max_size=100),
    st.binary(min_size=8, max_size=8),
)
def test_what_is_encrypted_comes_back(digest: str, cipher: str, data: bytes, salt: bytes) -> None:
    key = privacy_key(digest, cipher, "a password", b"engine")
    assert len(key) == KEY_OCTETS[cipher]
    hidden = encrypt(cipher, key, (1, 2), salt, data)
    assert decrypt(cipher, key, (1, 2), salt, hidden)[: len(data)] == data


def test_a_message_that_was_changed_on_its_way_is_refused() -> None:
    """As a device would sign it: the same user on both ends."""
    options = SnmpOptions(kind="host", version="3", user="u", auth_password="authenticate me")  # noqa: S106
    usm = Usm(options, lambda: 0.0)
    usm.adopt(b"engine", 1, 100)
    message = usm.wrap(Question(GET_BULK, (oids.SYS_DESCR,), 1), 7)
    as_answer = bytearray(message)
    as_answer[-9] ^= 1
    with pytest.raises(BadEncoding, match="wrong signature"):
        usm.unwrap(bytes(as_answer))


# ------------------------------------------------------------------------------------------------- texts and numbers


@given(VALUES)
def test_texts_are_printable_and_short(value: Value) -> None:
    text = text_of(value, 50)
    assert len(text) <= 50
    assert text.isprintable()
    number_of(value), size_of(value), percent_of(value), mac_of(value)


@pytest.mark.parametrize(
    ("value", "mac"),
    [
        pytest.param(b"\x00\x1a\x2b\x3c\x4d\x5e", "00:1A:2B:3C:4D:5E", id="six octets"),
        pytest.param(b"0:1a:2b:3c:4d:5e", "00:1A:2B:3C:4D:5E", id="text without zeros"),
        pytest.param(b"00-1A-2B-3C-4D-5E", "00:1A:2B:3C:4D:5E", id="text with dashes"),
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"\x00\x1a\x2b\x3c\x4d\x5e\x6f\x70", "", id="eight octets"),
        pytest.param(7, "", id="a number"),
    ],
)
def test_macs(value: Value, mac: str) -> None:
    assert mac_of(value) == mac
