"""Bodies of HTTP requests as they come in: bounded each, and all together."""

import asyncio

import msgspec
from starlette.types import Receive

from hexmon.ingest.bodies import TooLongError


class GoneError(Exception):
    """The sender went away before its message was complete."""


class CrowdedError(Exception):
    """There is no room: this was the longest of the bodies that were coming in."""


class Incoming:
    """The events of a request; `ended` once its body is complete, after which there is nothing to wait for."""

    def __init__(self, receive: Receive) -> None:
        self.ended = False
        self._receive = receive

    async def part(self) -> bytes:
        """The next part of the body. Raises GoneError."""
        event = await self._receive()
        if event["type"] != "http.request":
            raise GoneError
        self.ended = not event.get("more_body", False)
        return bytes(event.get("body", b""))

    async def skip(self, most: int, seconds: float) -> bool:
        """Read the rest and forget it; whether it ended within so many bytes and seconds. Raises GoneError."""
        try:
            async with asyncio.timeout(seconds):
                while not self.ended and most >= 0:
                    most -= len(await self.part())
        except TimeoutError:
            return False
        return self.ended


class _Body(msgspec.Struct, eq=False):
    """One that is not complete."""

    content: bytearray
    given_up: bool = False


class Buffers:
    """What is coming in. When all together take more than `most_all` bytes the longest is given up."""

    def __init__(self, most_each: int, most_all: int) -> None:
        self.size = 0
        self._most_each = most_each
        self._most_all = most_all
        self._coming: set[_Body] = set()

    async def read(self, incoming: Incoming, seconds: float) -> bytes:
        """A whole body. Raises TooLongError, CrowdedError, GoneError, TimeoutError."""
        body = _Body(bytearray())
        self._coming.add(body)
        try:
            async with asyncio.timeout(seconds):
                while not incoming.ended:
                    self._take(body, await incoming.part())
            return bytes(body.content)
        finally:
            self._coming.discard(body)
            self.size -= len(body.content)

    def _take(self, body: _Body, part: bytes) -> None:
        if not body.given_up:
            body.content += part
            self.size += len(part)
            if len(body.content) > self._most_each:
                raise TooLongError
            if self.size > self._most_all:
                self._make_room()
        if body.given_up:
            raise CrowdedError

    def _make_room(self) -> None:
        longest = max(self._coming, key=_size)
        longest.given_up = True
        self.size -= len(longest.content)
        longest.content = bytearray()


def _size(body: _Body) -> int:
    return len(body.content)
