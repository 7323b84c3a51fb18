"""The folders in which messages wait for a server."""

import hashlib
import re
from collections.abc import Iterable

from hexmon.ingest.addresses import Address, parse_address

_LONGEST = 60  # characters of the legible part


def spool_folder(address: Address) -> str:
    """The name of a server's folder: legible, and no two servers have the same."""
    text = str(address)
    legible = re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("_.")[:_LONGEST]
    return f"{legible}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def refuse_twins(servers: Iterable[str]) -> None:
    """ValueError names a server that is there twice, be it with two passwords: both would share a folder."""
    seen: set[Address] = set()
    for address in map(parse_address, servers):
        bare = Address(address.host, address.port, address.scheme, address.url)
        if bare in seen:
            raise ValueError(f"{address} is named twice")
        seen.add(bare)
