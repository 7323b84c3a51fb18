"""A little UDP server on loopback, for as long as a `with` lasts."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from typing import cast

Answers = Callable[[bytes], Iterable[bytes]]


class _Server(asyncio.DatagramProtocol):
    def __init__(self, answers: Answers, sender: socket.socket | None) -> None:
        self._answers = answers
        self._sender = sender
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        for answer in self._answers(data):
            (self.transport if self._sender is None else self._sender).sendto(answer, address)


@contextlib.asynccontextmanager
async def serve_datagrams(
    answers: Answers, *, address: str = "127.0.0.1", port: int = 0, sender: socket.socket | None = None
) -> AsyncIterator[int]:
    """Answer each datagram with those that `answers` gives, from another socket if there is a `sender`; the port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Server(answers, sender), (address, port))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def silence(_data: bytes) -> Iterable[bytes]:
    return ()


def closed_datagram_port() -> int:
    """A UDP port that nobody listens on."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
