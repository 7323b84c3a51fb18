"""Calls to the portmapper and what it lists (RFC 5531, RFC 1833), decoded with a limit on everything. Pure."""

import struct
from collections.abc import Callable

import msgspec

PORTMAPPER = 100000
_DUMP = 4  # the same number in all three versions
VERSIONS = (2, 4, 3)  # of the portmapper, in the order of asking: only 4 and 3 are spoken over IPv6

_CALL, _REPLY, _RPC_VERSION = 0, 1, 2
_ACCEPTED, _SUCCESS, _MISMATCH = 0, 0, 2
_MOST_ENTRIES = 5000
_LONGEST_VERIFIER = 400
_LONGEST_STRING = 256
_PROTOCOLS = {6: "tcp", 17: "udp"}
_REFUSALS = {1: "program unavailable", 3: "procedure unavailable", 4: "garbage arguments", 5: "system error"}


class Malformed(Exception):  # noqa: N818 - it is a fact about the target
    """An answer that is not what RFC 5531 allows; the reason is its text."""


class OtherVersion(Malformed):
    """The portmapper does not speak that version."""


class Entry(msgspec.Struct, frozen=True):
    """One line of the portmapper's list. `port` is 0 where there is none, such as on a local socket."""

    program: int
    version: int
    protocol: str
    port: int


def dump_call(number: int, version: int) -> bytes:
    """The call "tell me everything", without credentials."""
    return struct.pack("!10I", number, _CALL, _RPC_VERSION, PORTMAPPER, version, _DUMP, 0, 0, 0, 0)


def is_reply_to(data: bytes, number: int) -> bool:
    """Whether a message answers that call."""
    return data[:8] == struct.pack("!2I", number, _REPLY)


def read_dump(data: bytes, version: int) -> list[Entry]:
    """The entries of a reply. Raises Malformed, and OtherVersion when another version should be tried."""
    try:
        reader = _Reader(data)
        _read_head(reader)
        return _read_list(reader, _read_mapping if version == 2 else _read_binding)
    except struct.error:
        raise Malformed("the list of the portmapper is cut short") from None


class _Reader:
    """XDR (RFC 4506): everything is in units of four bytes. Raises struct.error at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def number(self) -> int:
        (value,) = struct.unpack_from("!I", self._data, self._position)
        self._position += 4
        return int(value)

    def bytes(self, longest: int) -> bytes:
        length = self.number()
        if length > longest:
            raise Malformed(f"a text of {length} bytes in the list of the portmapper")
        value = self._data[self._position : self._position + length]
        self._position += length + -length % 4
        if self._position > len(self._data):
            raise struct.error
        return value


def _read_head(reader: _Reader) -> None:
    reader.number()  # the number of the call
    reader.number()  # that it is a reply
    if reader.number() != _ACCEPTED:
        raise Malformed("the portmapper rejects the call")
    reader.number()
    reader.bytes(_LONGEST_VERIFIER)
    status = reader.number()
    if status == _MISMATCH:
        raise OtherVersion("the portmapper speaks another version")
    if status != _SUCCESS:
        raise Malformed(f"the portmapper says: {_REFUSALS.get(status, f'error {status}')}")


def _read_list(reader: _Reader, read: Callable[[_Reader], Entry]) -> list[Entry]:
    """A chain: before each entry stands whether there is one."""
    entries: list[Entry] = []
    while reader.number():
        if len(entries) >= _MOST_ENTRIES:
            raise Malformed("the list of the portmapper has no end")
        entries.append(read(reader))
    return entries


def _read_mapping(reader: _Reader) -> Entry:
    program, version, protocol, port = (reader.number() for _ in range(4))
    return Entry(program, version, _PROTOCOLS.get(protocol, str(protocol)), port)


def _read_binding(reader: _Reader) -> Entry:
    program, version = reader.number(), reader.number()
    protocol, address, _owner = (reader.bytes(_LONGEST_STRING) for _ in range(3))
    return Entry(program, version, _printable(protocol), _port(address))


def _port(address: bytes) -> int:
    """The last two numbers of a universal address: `127.0.0.1.3.232` is port 1000 (RFC 5665)."""
    parts = address.split(b".")[-2:]
    good = len(parts) == 2 and all(part.isdigit() and len(part) <= 3 and int(part) < 256 for part in parts)
    return int(parts[0]) * 256 + int(parts[1]) if good else 0


def _printable(text: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 else "." for byte in text)
