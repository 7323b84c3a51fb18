"""The basic encoding rules, as far as SNMP uses them (X.690, RFC 3417 section 8), and the values of variables."""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

Oid = tuple[int, ...]


class Absent(Enum):
    """What a device answers instead of a value (RFC 3416 section 3)."""

    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_VIEW = 0x82


# An address (IpAddress) is four octets. None: there was no value, or one that cannot be read.
Value = int | bytes | Oid | Absent | None

INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = 0x05
OBJECT_ID: Final = 0x06
SEQUENCE: Final = 0x30
_UNSIGNED: Final = frozenset({0x41, 0x42, 0x43, 0x46, 0x47})  # Counter32, Gauge32, TimeTicks, Counter64, UInteger32
_STRINGS: Final = frozenset({OCTETS, 0x40, 0x44, 0x03})  # octets, IpAddress, Opaque, BIT STRING
_ABSENT: Final = {one.value: one for one in Absent}

_MOST_ARCS = 128  # RFC 2578 section 3.5
_ARC_BITS = 32
_MOST_INTEGER = 9  # a Counter64 with its leading zero


class BadEncoding(ValueError):  # noqa: N818 - the name says what is so
    """These bytes are not what they should be."""


def tlv(tag: int, content: bytes) -> bytes:
    """A tag, the length, the content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    return tlv(OCTETS, value)


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    return tlv(tag, b"".join(parts))


@lru_cache(maxsize=4096)
def object_id(oid: Oid) -> bytes:
    """Asked again and again: the columns of every poll are the same."""
    return tlv(OBJECT_ID, bytes((oid[0] * 40 + oid[1],)) + b"".join(_arc(arc) for arc in oid[2:]))


def _arc(arc: int) -> bytes:
    if arc < 0x80:
        return bytes((arc,))
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))


def parse_oid(text: str) -> Oid:
    """`1.3.6.1` with or without a dot before it; ValueError for anything else."""
    return tuple(int(arc) for arc in text.removeprefix(".").split("."))


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))


class Reader:
    """Bytes read one element after the other. Everything raises BadEncoding."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._at = start
        self._end = len(data) if end is None else end

    @property
    def more(self) -> bool:
        return self._at < self._end

    @property
    def place(self) -> int:
        """Where in the data the next element begins."""
        return self._at

    def element(self) -> tuple[int, int, int]:
        """Its tag, and where its content begins and ends; the next one comes behind it."""
        data, at = self._data, self._at
        if at + 2 > self._end:
            raise BadEncoding("ends too early")
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4 or at + count > self._end:
                raise BadEncoding("a length that is none")
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > self._end:
            raise BadEncoding("longer than the message")
        self._at = at + size
        return tag, at, at + size

    def enter(self, *tags: int) -> "Reader":
        """A reader of the content of the next element, which has one of those tags."""
        return self.choice(*tags)[1]

    def choice(self, *tags: int) -> "tuple[int, Reader]":
        """The tag of the next element, and a reader of its content."""
        tag, start, end = self.element()
        if tag not in tags:
            raise BadEncoding(f"tag {tag:#04x} at a place where it cannot be")
        return tag, Reader(self._data, start, end)

    def integer(self) -> int:
        tag, start, end = self.element()
        if tag != INTEGER or not 0 < end - start <= _MOST_INTEGER:
            raise BadEncoding("no integer")
        return int.from_bytes(self._data[start:end], "big", signed=True)

    def octets(self) -> bytes:
        tag, start, end = self.element()
        if tag != OCTETS:
            raise BadEncoding("no octets")
        return self._data[start:end]

    def object_id(self) -> Oid:
        tag, start, end = self.element()
        if tag != OBJECT_ID:
            raise BadEncoding("no object identifier")
        return decode_oid(self._data[start:end])

    def value(self) -> Value:
        """Any value of a variable; one that cannot be read is None, what is around it stays readable."""
        tag, start, end = self.element()
        content = self._data[start:end]
        if tag in _STRINGS:
            return content
        if tag in _UNSIGNED:
            return int.from_bytes(content, "big") if 0 < len(content) <= _MOST_INTEGER else None
        if tag == INTEGER:
            return int.from_bytes(content, "big", signed=True) if 0 < len(content) <= _MOST_INTEGER else None
        if tag == OBJECT_ID:
            return _oid_or_none(content)
        return _ABSENT.get(tag)


def _oid_or_none(content: bytes) -> Oid | None:
    try:
        return decode_oid(content)
    except BadEncoding:
        return None


def decode_oid(content: bytes) -> Oid:
    """At most 128 numbers of 32 bits."""
    if not content:
        raise BadEncoding("an empty object identifier")
    arcs: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if number >> _ARC_BITS:
            raise BadEncoding("a number of more than 32 bits in an object identifier")
        if octet < 0x80:
            arcs.append(number)
            number = 0
    if content[-1] & 0x80 or len(arcs) > _MOST_ARCS:
        raise BadEncoding("no end of an object identifier")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - first * 40, *arcs[1:])


def variable(oid: Oid) -> bytes:
    """A variable without a value, as questions have them."""
    return sequence(object_id(oid), tlv(NULL, b""))


def variables(oids: Sequence[Oid]) -> bytes:
    return sequence(*(variable(oid) for oid in oids))
