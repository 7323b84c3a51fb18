"""Waiting for many short-lived sockets: one epoll instance that the event loop watches.

Registering each socket with the loop itself costs several times as much as one system call here, and a sweep opens
thousands of sockets that live for milliseconds.
"""

import asyncio
import select
import socket
from types import TracebackType
from typing import Self

READABLE = select.EPOLLIN | select.EPOLLRDHUP
WRITABLE = select.EPOLLOUT
_ONCE = select.EPOLLONESHOT
_BATCH = 512


class Polled:
    """A socket that a poller watches until it is closed, best by `with`."""

    __slots__ = ("_poller", "_socket")

    def __init__(self, poller: "Poller", polled: socket.socket) -> None:
        self._poller = poller
        self._socket = polled
        poller.register(polled.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close at once: what was sent still goes out, what comes is not wanted any more."""
        self._poller.forget(self._socket.fileno())
        self._socket.close()


class Poller:
    """Futures for "this descriptor can be read" and "written"; each descriptor has one waiter at most."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        loop.add_reader(self._epoll.fileno(), self._wake)

    def register(self, descriptor: int) -> None:
        """Make a fresh descriptor known; closing it makes it unknown."""
        self._epoll.register(descriptor, _ONCE)

    def wait(self, descriptor: int, events: int) -> asyncio.Future[None]:
        """Done when one of the events, an error or a hang-up has come. Raises OSError."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[descriptor] = future
        self._epoll.modify(descriptor, events | _ONCE)
        return future

    def forget(self, descriptor: int) -> None:
        """To be called before the descriptor is closed: its number may be another's at once."""
        self._waiting.pop(descriptor, None)

    def close(self) -> None:
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    def _wake(self) -> None:
        for descriptor, _ in self._epoll.poll(0, _BATCH):
            future = self._waiting.pop(descriptor, None)
            if future is not None and not future.done():
                future.set_result(None)
