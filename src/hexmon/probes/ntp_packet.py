"""Packets of NTP, as a client sends and reads them (RFC 5905). Pure."""

import struct

import msgspec

# leap/version/mode, stratum, poll, precision, root delay, root dispersion, reference id, then the four stamps.
_PACKET = struct.Struct("!BBbbII4sQQQQ")
_VERSION, _CLIENT, _SERVER = 4, 3, 4
_UNSYNCHRONISED = 3
_LAST_STRATUM = 15
_MOST_DISTANCE = 1.0
_EPOCH = 2_208_988_800  # 1970 in seconds of NTP's first era
_SHORT, _LONG = 1 << 16, 1 << 32
_ERA = 1 << 64

_KISSES = {
    "ACST": "it belongs to an anycast server",
    "AUTH": "authentication failed",
    "BCST": "it belongs to a broadcast server",
    "CRYP": "authentication failed",
    "DENY": "we may not ask",
    "DROP": "it lost its peer",
    "INIT": "it has just started",
    "MCST": "it belongs to a multicast server",
    "NKEY": "it does not know the key",
    "RATE": "we ask too often",
    "RMOT": "it is being configured",
    "RSTR": "we may not ask",
    "STEP": "its clock has just been set",
}
_LEAPS = {1: "leap second is added today", 2: "leap second is left out today"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a server's clock says. Seconds, but for stratum and version.

    `offset` is how far its clock is ahead of ours, and off by `delay` / 2 + `root_distance` at most; `root_distance` is
    how far it may be from true time: half its root delay and its root dispersion. `fault` says why it is not to be
    believed, "" for nothing.
    """

    fault: str
    version: int
    stratum: int
    reference: str
    offset: float
    delay: float
    root_distance: float
    leap: str = ""

    @property
    def uncertainty(self) -> float:
        return self.delay / 2 + self.root_distance


def stamp(moment: float) -> int:
    """Epoch seconds as NTP's 64 bits: 32 of seconds, which begin anew in 2036, and 32 of the fraction."""
    return (int(moment) + _EPOCH) * _LONG % _ERA + int(moment % 1 * _LONG)


def _apart(later: int, earlier: int) -> float:
    """Seconds from one stamp to another, across the end of an era too (RFC 5905, section 6)."""
    difference = (later - earlier) % _ERA
    return (difference - _ERA if difference >= _ERA // 2 else difference) / _LONG


def request(cookie: int) -> bytes:
    """A client's packet. It gives nothing away but 64 random bits, which the answer must repeat."""
    return _PACKET.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, b"", 0, 0, 0, cookie)


def read_reply(data: bytes, cookie: int, sent: float, received: float) -> Reading | None:
    """The answer to the request with that cookie, or None. `sent` and `received` are epoch seconds of our clock."""
    if len(data) < _PACKET.size:
        return None
    first, stratum, _, _, root_delay, dispersion, reference, _, origin, arrived, left = _PACKET.unpack_from(data)
    if origin != cookie or first & 7 != _SERVER:
        return None
    leap, version = first >> 6, first >> 3 & 7
    distance = root_delay / _SHORT / 2 + dispersion / _SHORT
    before, after = _apart(arrived, stamp(sent)), _apart(left, stamp(received))
    return Reading(
        fault=_fault(leap, version, stratum, reference) or _stamps_fault(arrived, left) or _distance_fault(distance),
        version=version,
        stratum=stratum,
        reference=_reference(reference, stratum),
        offset=(before + after) / 2,
        delay=max(before - after, 0.0),
        root_distance=distance,
        leap=_LEAPS.get(leap, ""),
    )


def _fault(leap: int, version: int, stratum: int, reference: bytes) -> str:
    if not 1 <= version <= _VERSION:
        return f"version {version} of NTP"
    if stratum == 0:
        code = _printable(reference)
        return f"Kiss-o'-Death {code}" + (f": {_KISSES[code]}" if code in _KISSES else "")
    if leap == _UNSYNCHRONISED:
        return "clock is not synchronised"
    return f"clock is not synchronised (stratum {stratum})" if stratum > _LAST_STRATUM else ""


def _stamps_fault(arrived: int, left: int) -> str:
    if not arrived or not left:
        return "no time in the answer"
    return "answer sent before the question came" if _apart(left, arrived) < 0 else ""


def _distance_fault(distance: float) -> str:
    return f"root distance is {distance:.3f} seconds" if distance > _MOST_DISTANCE else ""


def _reference(reference: bytes, stratum: int) -> str:
    """The name of a clock at stratum 1; else four bytes that look like an address, and are one over IPv4."""
    return _printable(reference) if stratum <= 1 else ".".join(map(str, reference))


def _printable(code: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 else "." for byte in code.rstrip(b"\0"))
