"""The one LDAP request that STARTTLS needs, and the answer to it (RFC 4511 4.12, 4.14); pure."""

from typing import NamedTuple

# LDAPMessage 1 with an ExtendedRequest for the object identifier of StartTLS (RFC 4511 4.14.1).
START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
_EXTENDED_RESPONSE = 0x78
_SEQUENCE = 0x30
_LONG_FORM = 0x80
_MOST_LENGTH = 16 * 1024
_MOST_LENGTH_BYTES = 4


class Element(NamedTuple):
    """One BER element: its tag, its contents, and where the next one begins."""

    tag: int
    value: bytes
    end: int


def read_element(data: bytes, start: int = 0) -> Element | None:
    """The element at `start` (X.690 8.1, definite length); None when it is not all there. Raises ValueError."""
    if len(data) < start + 2:
        return None
    length, position = data[start + 1], start + 2
    if length & _LONG_FORM:
        count = length & ~_LONG_FORM
        if not 0 < count <= _MOST_LENGTH_BYTES:
            raise ValueError("no such length")
        if len(data) < position + count:
            return None
        length, position = int.from_bytes(data[position : position + count], "big"), position + count
    if length > _MOST_LENGTH:
        raise ValueError("too long")
    end = position + length
    return Element(data[start], data[position:end], end) if end <= len(data) else None


def end_of_message(unseen: bytes) -> int | None:
    """How long the element at the beginning is; None when it is not all there. Raises ValueError."""
    element = read_element(unseen)
    return None if element is None else element.end


def extended_result(message: bytes) -> tuple[int, bytes]:
    """The result code and the words of an LDAP ExtendedResponse (RFC 4511 4.12). Raises ValueError."""
    outer = read_element(message)
    identifier = read_element(outer.value) if outer is not None and outer.tag == _SEQUENCE else None
    answer = read_element(outer.value, identifier.end) if outer is not None and identifier is not None else None
    if answer is None or answer.tag != _EXTENDED_RESPONSE:
        raise ValueError("no ExtendedResponse")
    code = read_element(answer.value)
    matched = read_element(answer.value, code.end) if code is not None else None
    words = read_element(answer.value, matched.end) if matched is not None else None
    if code is None or words is None:
        raise ValueError("an ExtendedResponse without a result")
    return int.from_bytes(code.value[:4], "big"), words.value
