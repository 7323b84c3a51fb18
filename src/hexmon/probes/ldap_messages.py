"""LDAP messages to and from bytes (RFC 4511), as far as a client needs them: StartTLS, bind, search, unbind. Pure.

Nothing here calls itself, and no length is believed before it was compared with a limit: what a server sends costs no
more than the bytes it sends.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

SEQUENCE, SET = 0x30, 0x31
BOOLEAN, INTEGER, OCTETS, ENUMERATED = 0x01, 0x02, 0x04, 0x0A

BIND_REQUEST, BIND_RESPONSE = 0x60, 0x61
UNBIND_REQUEST = 0x42
SEARCH_REQUEST, SEARCH_ENTRY, SEARCH_DONE, SEARCH_REFERENCE = 0x63, 0x64, 0x65, 0x73
EXTENDED_REQUEST, EXTENDED_RESPONSE = 0x77, 0x78
INTERMEDIATE = 0x79

SUCCESS, SIZE_LIMIT_EXCEEDED = 0, 4
START_TLS = b"1.3.6.1.4.1.1466.20037"

_VERSION = 3
_SIMPLE = 0x80
_REQUEST_NAME = 0x80
_NEVER_DEREFERENCE = 0
_LONG = 0x80
_HIGH_TAG = 0x1F
_LONGEST_INTEGER = 8

Scope = Literal["base", "one", "sub", "children"]
_SCOPES: dict[Scope, int] = {"base": 0, "one": 1, "sub": 2, "children": 3}

# RFC 4511, appendix A.2, in the words that OpenLDAP's tools made usual.
_RESULTS = {
    0: "Success",
    1: "Operations error",
    2: "Protocol error",
    3: "Time limit exceeded",
    4: "Size limit exceeded",
    7: "Authentication method not supported",
    8: "Stronger authentication required",
    10: "Referral",
    11: "Administrative limit exceeded",
    12: "Critical extension is unavailable",
    13: "Confidentiality required",
    14: "SASL bind in progress",
    16: "No such attribute",
    17: "Undefined attribute type",
    18: "Inappropriate matching",
    19: "Constraint violation",
    21: "Invalid syntax",
    32: "No such object",
    33: "Alias problem",
    34: "Invalid DN syntax",
    36: "Alias dereferencing problem",
    48: "Inappropriate authentication",
    49: "Invalid credentials",
    50: "Insufficient access",
    51: "Server is busy",
    52: "Server is unavailable",
    53: "Server is unwilling to perform",
    54: "Loop detected",
    80: "Internal error",
}


class MessageError(Exception):
    """Bytes that are no LDAP message, or none that could be meant here; the text is for people."""


class Message(msgspec.Struct, frozen=True):
    """One message: its number, the tag of its operation, what is in the operation. Controls are left out."""

    number: int
    operation: int
    content: bytes


class Result(msgspec.Struct, frozen=True):
    """How an operation ended: the code, the nearest entry that there is, and what the server says about it."""

    code: int
    matched: str = ""
    diagnostic: str = ""


def result_words(code: int) -> str:
    """The result code as people read it."""
    return _RESULTS.get(code, f"Result code {code}")


# Writing


def element(tag: int, *parts: bytes) -> bytes:
    """A tag, the length, the parts."""
    content = b"".join(parts)
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Two's complement, as few bytes as will do."""
    return element(tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def octets(text: str | bytes, tag: int = OCTETS) -> bytes:
    """Text goes as UTF-8; bytes that came as surrogates go as they were."""
    return element(tag, text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))


def message(number: int, operation: bytes) -> bytes:
    """The envelope of every request."""
    return element(SEQUENCE, integer(number), operation)


def start_tls_request() -> bytes:
    """RFC 4511, 4.14."""
    return element(EXTENDED_REQUEST, octets(START_TLS, _REQUEST_NAME))


def bind_request(user: str, password: str) -> bytes:
    """A simple bind; without a user it is anonymous."""
    return element(BIND_REQUEST, integer(_VERSION), octets(user), octets(password, _SIMPLE))


def unbind_request() -> bytes:
    """The farewell; nobody answers it."""
    return element(UNBIND_REQUEST)


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. `filter` is encoded already; no `attributes`: all. `seconds` and `entries` are limits."""

    base: str
    scope: Scope
    filter: bytes
    attributes: Sequence[str] = ()
    seconds: int = 0
    entries: int = 0


def search_request(search: Search) -> bytes:
    """RFC 4511, 4.5.1; aliases are entries like others."""
    return element(
        SEARCH_REQUEST,
        octets(search.base),
        integer(_SCOPES[search.scope], ENUMERATED),
        integer(_NEVER_DEREFERENCE, ENUMERATED),
        integer(search.entries),
        integer(search.seconds),
        element(BOOLEAN, b"\x00"),
        search.filter,
        element(SEQUENCE, *map(octets, search.attributes)),
    )


# Reading


def _header(data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """Tag, where the content begins, how long it is; None when the header is not complete."""
    if at + 2 > len(data):
        return None
    tag, size = data[at], data[at + 1]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise MessageError("The answer is not LDAP")
    if size < _LONG:
        return tag, at + 2, size
    count = size - _LONG
    if not 0 < count <= _LONGEST_INTEGER:
        raise MessageError("The answer is not LDAP")
    start = at + 2 + count
    if start > len(data):
        return None
    return tag, start, int.from_bytes(data[at + 2 : start], "big")


class _Cursor:
    """Reads the elements of one content, one after the other."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def any(self) -> tuple[int, bytes] | None:
        """The next element, whatever it is; None at the end."""
        if self._at == len(self._data):
            return None
        header = _header(self._data, self._at)
        if header is None or header[1] + header[2] > len(self._data):
            raise MessageError("An element of the answer is cut off")
        tag, start, size = header
        self._at = start + size
        return tag, self._data[start : self._at]

    def next(self, wanted: int) -> bytes:
        """The next element, which must be of that kind."""
        found = self.any()
        if found is None or found[0] != wanted:
            raise MessageError("An element of the answer is missing")
        return found[1]

    def integer(self, wanted: int = INTEGER) -> int:
        content = self.next(wanted)
        if not 0 < len(content) <= _LONGEST_INTEGER:
            raise MessageError("A number of the answer is none")
        return int.from_bytes(content, "big", signed=True)


class MessageReader:
    """Cuts a stream into messages. One longer than `limit` bytes is refused as soon as it says so."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()

    @property
    def pending(self) -> bool:
        """Whether there are bytes that were not read yet."""
        return bool(self._data)

    @property
    def heard(self) -> bytes:
        """How the bytes begin that were not read yet."""
        return bytes(self._data[:200])

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._data += data

    def next(self) -> Message | None:
        """The next message; None when it is not complete yet. Raises MessageError."""
        if self._data and self._data[0] != SEQUENCE:
            raise MessageError("The answer is not LDAP")
        header = _header(self._data, 0)
        if header is None:
            return None
        _, start, size = header
        if size > self._limit:
            raise MessageError(f"An answer of {size} bytes is too large")
        end = start + size
        if end > len(self._data):
            return None
        content = bytes(self._data[start:end])
        del self._data[:end]
        return _message(content)


def _message(content: bytes) -> Message:
    cursor = _Cursor(content)
    number = cursor.integer()
    operation = cursor.any()
    if operation is None:
        raise MessageError("An element of the answer is missing")
    return Message(number, *operation)


def read_result(content: bytes) -> Result:
    """What is in the answer to a bind, a search or an extended operation; referrals are left out."""
    cursor = _Cursor(content)
    code = cursor.integer(ENUMERATED)
    return Result(code, _text(cursor.next(OCTETS)), _text(cursor.next(OCTETS)))


def read_entry(content: bytes) -> tuple[bytes, Iterator[tuple[str, bytes | None]]]:
    """The name of an entry, and its values one by one with their attribute; None for an attribute without any.

    The values are decoded as they are taken. Raises MessageError, then as well.
    """
    cursor = _Cursor(content)
    return cursor.next(OCTETS), _values(cursor.next(SEQUENCE))


def _values(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    attributes = _Cursor(content)
    while (found := attributes.any()) is not None:
        attribute = _Cursor(found[1])
        name = _text(attribute.next(OCTETS))
        values = _Cursor(attribute.next(SET))
        empty = True
        while (value := values.any()) is not None:
            empty = False
            yield name, value[1]
        if empty:
            yield name, None


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
