"""One question over UDP: asked again while nothing comes, answered only by the address that was asked."""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import TypeVar

from hexmon.probes.poller import READABLE, Polled, Poller
from hexmon.probes.wire import family_of

# Whoever talks this much beside the point is not going to answer.
_MOST_STRAYS = 200
LARGEST = 16384

T = TypeVar("T")


class Datagrams(Polled):
    """A UDP socket that knows one address only: the kernel drops what comes from any other.

    Raises OSError; a closed port is ECONNREFUSED. Close it, best by `with`.
    """

    __slots__ = ()

    def __init__(self, poller: Poller, address: str, port: int, source: str = "") -> None:
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        super().__init__(poller, socket.socket(family_of(address), kind))
        try:
            if source:
                self._socket.bind((source, 0))
            self._socket.connect((address, port))
        except BaseException:
            self.close()
            raise

    def send(self, data: bytes) -> None:
        """Send it, or lose it: a full buffer is one more way in which datagrams get lost."""
        try:
            self._socket.send(data)
        except BlockingIOError:
            return

    async def receive(self) -> bytes:
        """Wait for a datagram. Others are let in between any two, however fast they come."""
        while True:
            await self._poller.wait(self._socket.fileno(), READABLE)
            try:
                return self._socket.recv(LARGEST)
            except BlockingIOError:
                continue  # a broken checksum wakes, and brings nothing

    def pending(self) -> bytes | None:
        """A datagram that is there already, None for none."""
        try:
            return self._socket.recv(LARGEST)
        except BlockingIOError:
            return None

    async def ask(self, request: bytes, accept: Callable[[bytes], T | None], pauses: tuple[float, ...]) -> T:
        """Send the request once for each pause (seconds) and listen that long; what `accept` makes of the answer.

        What `accept` gives None for is a stray and does not count. Raises TimeoutError.
        """
        strays = 0
        for pause in pauses:
            self.send(request)
            try:
                async with asyncio.timeout(pause):
                    while (answer := accept(await self.receive())) is None:
                        strays += 1
                        if strays >= _MOST_STRAYS:
                            raise ConnectionError(errno.EPROTO, "answers to nothing that was asked")
                    return answer
            except TimeoutError:
                continue
        raise TimeoutError


def pauses_within(seconds: float, tries: int, longest: float) -> tuple[float, ...]:
    """How long to listen after each try, so that all of them fit."""
    return (max(min(seconds / tries, longest), 0.001),) * tries
