"""One connection of a browser: uvicorn's, with bounds on what a client may send and how long it may take."""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024  # bytes of a request before its body
LONGEST_BARE_HEAD = 8 * 1024  # where lines end with a bare newline
REQUEST_SECONDS = 30.0  # from its first byte to its last
READ_SECONDS = 60.0  # in which a client must have read some of its answer
MOST_CONNECTIONS = 2000
CERTIFICATE = "certificate"  # in the state of a request: the names in the certificate that its sender has shown

_BARE_END = re.compile(rb"(?<!\r)\n")
_REFUSED = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """uvicorn lets a request come as slowly and its head be as long as the client likes, and waits for readers."""

    _head = 0
    _in_head = True
    _beginning: bytearray | None  # of the connection, until it is known how its lines end
    _timer: asyncio.TimerHandle | None = None
    _cycles: tuple[Any, ...] = ()  # requests of this connection that are not answered; uvicorn knows only the last

    def connection_made(self, transport: Any) -> None:
        self._beginning = bytearray()
        super().connection_made(transport)
        if certificate := transport.get_extra_info("peercert"):
            self.app_state = {**self.app_state, CERTIFICATE: names_of(certificate)}
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._limit(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limit(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._timer is None:
            self._limit(REQUEST_SECONDS)
        if self._beginning is not None:
            self._beginning += data
            begun = self._begun() if b"\n" in data else b""
        else:
            begun = data
        if begun:
            super().data_received(begun)
        if self._in_head:  # still: what came was all head, and no body
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.give_up()

    def _begun(self) -> bytes:
        """What came, once it can be read: the `xymon` program ends the lines of its head with bare newlines.

        Only a connection that begins so is read so, and only its first head: that program sends one request.
        """
        begun = bytes(self._beginning or b"")
        if begun[: begun.index(b"\n")].endswith(b"\r"):
            self._beginning = None
            return begun
        head, whole, body = begun.partition(b"\n\n")
        if whole:
            self._beginning = None
            return _BARE_END.sub(b"\r\n", head + whole) + body
        if len(begun) > LONGEST_BARE_HEAD:
            self.give_up()
        return b""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Without a word: an old agent would take it for its configuration."""
        self.transport.write(_REFUSED)
        self.transport.close()

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


def names_of(certificate: dict[str, Any]) -> tuple[str, ...]:
    """Who a certificate is for: the subject's common name, and the DNS names."""
    common = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    others = [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    return tuple(dict.fromkeys([*common, *others]))
