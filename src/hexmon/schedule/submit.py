"""How a sweep's messages reach a monitor: packed into extcombos, one connection for each."""

import asyncio
from collections.abc import Iterator, Sequence

from hexmon.model.status import DataMessage, Report

PER_PACKET = 100
_PATIENCE = 15.0


def messages(reports: Sequence[Report], data: Sequence[DataMessage] = ()) -> list[bytes]:
    """The reports, and then the figures, as they go over the wire."""
    return [report.head + report.text for report in reports] + [message.text for message in data]


def packets(parts: Sequence[bytes]) -> Iterator[bytes]:
    """Extcombos of at most 100 messages: a line with the offset of each and of the end, then the messages."""
    for first in range(0, len(parts), PER_PACKET):
        yield _packet(parts[first : first + PER_PACKET])


def _packet(parts: Sequence[bytes]) -> bytes:
    """The offsets count from the start of the packet, so they depend on their own length: grow until they fit."""
    start = 0
    while True:
        offsets = [start]
        for part in parts:
            offsets.append(offsets[-1] + len(part))
        line = f"extcombo {' '.join(map(str, offsets))}\n".encode()
        if len(line) == start:
            return line + b"".join(parts)
        start = max(len(line), start)
        if len(line) < start:
            return line[:-1].ljust(start - 1) + b"\n" + b"".join(parts)


async def submit(parts: Sequence[bytes], host: str, port: int) -> None:
    """Send every packet; returns when the monitor has closed each connection.

    Raises OSError when it cannot, TimeoutError (an OSError) when the monitor does not close within 15 s.
    """
    for packet in packets(parts):
        async with asyncio.timeout(_PATIENCE):
            await _send(packet, host, port)


async def _send(packet: bytes, host: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(packet)
        writer.write_eof()
        await reader.read()
    finally:
        writer.close()
