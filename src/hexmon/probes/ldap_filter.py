"""Search filters: from the text that people write (RFC 4515) to the bytes of a request (RFC 4511, 4.5.1). Pure."""

import re

from hexmon.probes.ldap_messages import SEQUENCE, element, octets

ALL_ENTRIES = "(objectClass=*)"
_AND, _OR, _NOT = 0xA0, 0xA1, 0xA2
_EQUAL, _SUBSTRINGS, _AT_LEAST, _AT_MOST, _PRESENT, _APPROXIMATE, _EXTENSIBLE = 0xA3, 0xA4, 0xA5, 0xA6, 0x87, 0xA8, 0xA9
_INITIAL, _ANY, _FINAL = 0x80, 0x81, 0x82
_RULE, _TYPE, _VALUE, _DN = 0x81, 0x82, 0x83, 0x84
_DEEPEST = 32
_COMPARISONS = {"=": _EQUAL, ">=": _AT_LEAST, "<=": _AT_MOST, "~=": _APPROXIMATE}
_SETS = {"&": _AND, "|": _OR}

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*(?:;[A-Za-z0-9._-]+)*"
_PLAIN = re.compile(rf"\s*(?P<name>{_NAME})\s*(?P<sign>[~<>]?=)(?P<value>.*)\Z", re.DOTALL)
_MATCHED = re.compile(
    rf"\s*(?P<name>{_NAME})?(?P<dn>:dn)?(?::(?P<rule>{_NAME}))?:=(?P<value>.*)\Z", re.DOTALL | re.IGNORECASE
)
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2})?")


class FilterError(ValueError):
    """What is wrong with a filter."""


def encode_filter(text: str) -> bytes:
    """The filter of a search request; the outermost parentheses may be left out. Raises FilterError."""
    whole = text.strip()
    return _Reader(whole if whole.startswith("(") else f"({whole})").read()


class _Reader:
    """Goes through the text once; nested filters are read by nested calls, down to a limit."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def read(self) -> bytes:
        found = self._filter()
        if self._at < len(self._text):
            raise FilterError(f"there is '{self._text[self._at :][:20]}' behind the filter")
        return found

    def _filter(self) -> bytes:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError(f"the filter is nested deeper than {_DEEPEST}")
        self._take("(")
        self._skip()
        sign = self._text[self._at : self._at + 1]
        if sign in ("&", "|", "!"):
            self._at += 1
            found = self._not() if sign == "!" else element(_SETS[sign], *self._several())
        else:
            found = self._item()
        self._skip()
        self._take(")")
        self._depth -= 1
        return found

    def _not(self) -> bytes:
        self._skip()
        return element(_NOT, self._filter())

    def _several(self) -> list[bytes]:
        found: list[bytes] = []
        self._skip()
        while self._text.startswith("(", self._at):
            found.append(self._filter())
            self._skip()
        return found

    def _item(self) -> bytes:
        end = self._at
        while end < len(self._text) and self._text[end] not in "()":
            end += 1
        item, self._at = self._text[self._at : end], end
        return _encode_item(item)

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _take(self, sign: str) -> None:
        if not self._text.startswith(sign, self._at):
            found = self._text[self._at :][:20]
            raise FilterError(f"there is '{found}' where '{sign}' should be" if found else f"'{sign}' is missing")
        self._at += 1


def _encode_item(text: str) -> bytes:
    """One comparison, without the parentheses: `cn=A*`, `age>=18`, `cn:dn:2.5.13.5:=x`."""
    match = _PLAIN.match(text)
    if match is None:
        return _extensible(text)
    name, sign, value = match.groups()
    if sign == "=" and value.strip() == "*":
        return octets(name, _PRESENT)
    if sign == "=" and "*" in value:
        return element(_SUBSTRINGS, octets(name), element(SEQUENCE, *_pieces(value)))
    return element(_COMPARISONS[sign], octets(name), octets(_unescaped(value)))


def _pieces(value: str) -> list[bytes]:
    first, *middle, last = map(_unescaped, value.split("*"))
    found = [octets(first, _INITIAL)] if first else []
    found += [octets(piece, _ANY) for piece in middle if piece]
    found += [octets(last, _FINAL)] if last else []
    if not found:
        raise FilterError(f"'{value}' says nothing: write one *")
    return found


def _extensible(text: str) -> bytes:
    match = _MATCHED.match(text)
    if match is None or not (match["name"] or match["rule"]):
        raise FilterError(f"'{text}' is no comparison: write (ATTRIBUTE=VALUE)")
    parts = [octets(match["rule"], _RULE)] if match["rule"] else []
    parts += [octets(match["name"], _TYPE)] if match["name"] else []
    parts.append(octets(_unescaped(match["value"]), _VALUE))
    parts += [element(_DN, b"\xff")] if match["dn"] else []
    return element(_EXTENSIBLE, *parts)


def _unescaped(value: str) -> bytes:
    r"""`\2a` is the byte 0x2a; all else is UTF-8."""
    try:
        raw = value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise FilterError("there is half a character") from None

    def byte(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            raise FilterError(f"'{value}': behind a backslash stand two hexadecimal digits")
        return bytes.fromhex(match[1].decode())

    return _ESCAPE.sub(byte, raw)
