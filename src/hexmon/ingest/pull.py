"""Fetching the messages that wait on a machine: what xymonfetch(8) says to msgcache(8), what it makes of the answer."""

import asyncio
import re

import msgspec

from hexmon.ingest.access import plain_address
from hexmon.ingest.client import failure

_READ = 64 * 1024
_INDEX = 1024 * 1024  # bytes of an index line that are looked at
_ENTRY = re.compile(rb"([0-9]{1,9}):(-?[0-9]{1,9})\Z").match
_MARKED = (b"status", b"data")


class PullError(OSError):
    """A machine could not be reached, or broke off; says why."""


class Pulled(msgspec.Struct, frozen=True):
    """A message, and for how many seconds it had waited."""

    age: int
    message: bytes


class Fetched(msgspec.Struct, frozen=True):
    """An answer as it came, and the address that gave it; `whole` is False when it was longer than it may be."""

    reply: bytes
    sender: str
    whole: bool


def pull_request(number: int, config: bytes) -> bytes:
    """What is asked: our id (1 to 31), and what its agent is to be told (its section of client-local.cfg)."""
    return b"pullclient %d\n%b" % (number, config)


def parse_pulled(reply: bytes) -> tuple[list[Pulled], str]:
    r"""The messages of an answer, and what is wrong with it (empty: nothing). Never raises.

    `LEN:AGE LEN:AGE ...\n`, then the messages without anything between them. What comes before a mistake is taken.
    """
    found: list[Pulled] = []
    end = reply.find(b"\n", 0, _INDEX)
    if end < 0:
        return found, "its answer does not begin with lengths" if reply else ""
    place = end + 1
    for word in reply[:end].split():
        entry = _ENTRY(word)
        if entry is None:
            return found, f"its answer has {word[:30].decode(errors='replace')!r} where LENGTH:AGE should be"
        length, age = int(entry[1]), int(entry[2])
        if length == 0 or place + length > len(reply):
            return found, f"its answer ends within a message of {length} bytes"
        found.append(Pulled(max(age, 0), reply[place : place + length]))
        place += length
    return found, ""


def as_received(pulled: Pulled, sender: str) -> bytes:
    """The message as the monitor is to see it: with where it came from, an agent's with how long it waited."""
    message = pulled.message
    if message.startswith(_MARKED):
        return b"%b\nStatus message received from %b\n" % (message, sender.encode())
    if message.startswith(b"client "):
        newline = b"" if message.endswith(b"\n") else b"\n"
        words = (message, newline, pulled.age, sender.encode())
        return b"%b%b[msgcache]\nCachedelay: %d\n[proxy]\nClientIP:%b\n" % words
    return message


async def fetch(address: str, port: int, request: bytes, *, seconds: float, most: int) -> Fetched:
    """Ask, and read at most so many bytes in so many seconds. Raises PullError."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                sender = plain_address(str(writer.get_extra_info("peername")[0]))
                writer.write(request)
                writer.write_eof()
                reply, whole = await _read(reader, most)
                return Fetched(reply, sender, whole)
            finally:
                # What it has not read of our request must not stay in memory.
                writer.transport.abort()
    except (OSError, ValueError) as error:  # UnicodeError, of a name that is none, is a ValueError
        raise PullError(failure(error)) from error


async def _read(reader: asyncio.StreamReader, most: int) -> tuple[bytes, bool]:
    parts, size = [], 0
    while data := await reader.read(_READ):
        parts.append(data)
        size += len(data)
        if size > most:
            return b"".join(parts)[:most], False
    return b"".join(parts), True
