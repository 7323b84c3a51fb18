"""What a directory says, and little servers that say it."""

import asyncio
from collections.abc import Mapping, Sequence

from hexmon.probes.ldap_messages import (
    BIND_RESPONSE,
    ENUMERATED,
    EXTENDED_RESPONSE,
    SEARCH_DONE,
    SEARCH_ENTRY,
    SEQUENCE,
    SET,
    element,
    integer,
    message,
    octets,
)
from tests.support.servers import Dialogue


def result(number: int, operation: int, code: int = 0, matched: str = "", diagnostic: str = "") -> bytes:
    """The end of an operation."""
    return message(number, element(operation, integer(code, ENUMERATED), octets(matched), octets(diagnostic)))


def bound(number: int = 1, code: int = 0, diagnostic: str = "") -> bytes:
    return result(number, BIND_RESPONSE, code, diagnostic=diagnostic)


def done(number: int = 2, code: int = 0, diagnostic: str = "") -> bytes:
    return result(number, SEARCH_DONE, code, diagnostic=diagnostic)


def extended(number: int = 1, code: int = 0, diagnostic: str = "") -> bytes:
    return result(number, EXTENDED_RESPONSE, code, diagnostic=diagnostic)


def entry_content(name: str, attributes: Mapping[str, Sequence[str | bytes]]) -> bytes:
    """An entry without its envelope."""
    listed = [
        element(SEQUENCE, octets(attribute), element(SET, *map(octets, values)))
        for attribute, values in attributes.items()
    ]
    return octets(name) + element(SEQUENCE, *listed)


def entry(name: str = "cn=a", number: int = 2, **attributes: Sequence[str | bytes]) -> bytes:
    """An entry that a search found."""
    return message(number, element(SEARCH_ENTRY, entry_content(name, attributes)))


def converses(*answers: bytes, heard: list[bytes] | None = None) -> Dialogue:
    """Take one request before each answer, and listen on."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            request = await reader.read(65536)
            if heard is not None:
                heard.append(request)
            writer.write(answer)
            await writer.drain()
        rest = await reader.read()
        if heard is not None:
            heard.append(rest)

    return dialogue
