"""One connection of a browser: uvicorn's, with bounds on what a client may send and how long it may take."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024  # bytes of a request before its body
REQUEST_SECONDS = 30.0  # from its first byte to its last
READ_SECONDS = 60.0  # in which a client must have read some of its answer
MOST_CONNECTIONS = 2000


class BoundedConnection(HttpToolsProtocol):
    """uvicorn lets a request come as slowly and its head be as long as the client likes, and waits for readers."""

    _head = 0
    _in_head = True
    _timer: asyncio.TimerHandle | None = None
    _cycles: tuple[Any, ...] = ()  # requests of this connection that are not answered; uvicorn knows only the last

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._limit(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limit(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.give_up()
                return
            if self._timer is None:
                self._limit(REQUEST_SECONDS)
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()
        cycles = {*self._cycles, self.cycle} - {None}  # there is none for an upgrade
        self._cycles = tuple(cycle for cycle in cycles if not cycle.response_complete)

    def on_message_complete(self) -> None:
        self._limit(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._in_head = True
        self._head = 0
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._limit(READ_SECONDS)  # what was written may never be read

    def pause_writing(self) -> None:
        self._limit(READ_SECONDS)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._limit(None)
        super().resume_writing()

    def give_up(self) -> None:
        """Close at once, whatever is still to be written."""
        self.pipeline.clear()
        for cycle in self._cycles:
            cycle.disconnected = True  # or it would write once more
        self.transport.abort()

    def _limit(self, seconds: float | None) -> None:
        """Give the connection up after so many seconds; None: it is not waited for."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self.give_up)
