"""Values of a device as texts and numbers. What it says is data: bounded, printable, and perhaps of a wrong type."""

import re
from typing import Final

from hexmon.probes.snmp.ber import Oid, Value, dotted

LONGEST: Final = 255
_MAC_OCTETS: Final = 6
_MAC: Final = re.compile(r"\s*([0-9A-Fa-f]{1,2})((?:[:\- ][0-9A-Fa-f]{1,2}){5})\s*\Z")
_NUMBER: Final = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)")
_U32: Final = 1 << 32


def text_of(value: Value, longest: int = LONGEST) -> str:
    """Printable and on one line; what is not UTF-8 is taken for Latin-1. Numbers and OIDs in their usual form."""
    match value:
        case bytes():
            return _printable(value[: 4 * longest], longest)
        case tuple():
            return dotted(value)[:longest]
        case bool() | int():
            return str(value)
        case _:
            return ""


def _printable(octets: bytes, longest: int) -> str:
    octets = octets.strip(b"\0")
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text.strip()[:longest].rstrip()


def number_of(value: Value) -> int | None:
    """A whole number that is not negative; devices also write them as text."""
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, bytes):
        found = _NUMBER.match(text_of(value))
        return int(float(found[1])) if found else None
    return None


def size_of(value: Value) -> int | None:
    """A number of units as INTEGER of 32 bits: beyond 2^31 it comes as a negative one (RFC 2790: hrStorageSize)."""
    if not isinstance(value, int):
        return None
    return value + _U32 if -(_U32 // 2) <= value < 0 else number_of(value)


def counter_of(value: Value, bits: int) -> int | None:
    """A counter of so many bits; anything else is none."""
    return value if isinstance(value, int) and 0 <= value < 1 << bits else None


def percent_of(value: Value) -> float | None:
    """0 to 100; text may have it as its first number. Anything else is nonsense."""
    if isinstance(value, bytes):
        found = _NUMBER.match(text_of(value))
        part = float(found[1]) if found else None
    else:
        part = float(value) if isinstance(value, int) and 0 <= value < _U32 else None
    return part if part is not None and part <= 100 else None


def mac_of(value: Value) -> str:
    """Six octets, or the same as text, as `00:1A:2B:3C:4D:5E`; "" for anything else."""
    if not isinstance(value, bytes):
        return ""
    if len(value) == _MAC_OCTETS:
        return value.hex(":").upper()
    found = _MAC.match(value[:40].decode("latin-1"))
    if found is None:
        return ""
    return ":".join(part.zfill(2) for part in re.split(r"[:\- ]", found[0].strip())).upper()


def mac_of_arcs(arcs: Oid) -> str:
    """Six numbers of an index; "" when they are no octets."""
    if len(arcs) != _MAC_OCTETS or any(arc > 0xFF for arc in arcs):
        return ""
    return bytes(arcs).hex(":").upper()
