"""Sending messages by HTTP(S): one connection for many of them, no redirects, replies of a bounded size."""

import socket
import ssl
import time
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httptools

from hexmon.ingest.addresses import Address
from hexmon.ingest.http_proxy import Proxy, proxy_for, tunnel

LONGEST_REPLY = 256 * 1024 * 1024  # the board of a large site, with all texts
_LONGEST_HEAD = 64 * 1024
_READ = 256 * 1024
_NO_BODY = frozenset({204, 304})
_HINTS = {
    401: "the user, the password or the token is not right",
    403: "this is not allowed from here",
    404: "there are no messages taken at this path",
    413: "the message is too long for this server",
    429: "too many failures: it is too early to try again",
}


class HttpError(OSError):
    """The server did not take the message."""


class _Reply:
    """What a server answers, as it comes."""

    def __init__(self) -> None:
        self.ended = False
        self.body = bytearray()
        self.heard = 0  # bytes
        self.lasting = False  # the connection can be used again
        self._parser = httptools.HttpResponseParser(self)
        self._head = True
        self._framed = False
        self._too_long = False

    def feed(self, data: bytes) -> None:
        """The next bytes; none: the server closed. Raises HttpError."""
        if not data:
            if self._head or self._framed:
                raise HttpError("the server closed before its answer was complete")
            self.ended = True
            return
        self.heard += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise HttpError("the server wants to speak something else than HTTP") from error
        except httptools.HttpParserError as error:
            raise HttpError("the answer is not HTTP") from error
        if self._head and self.heard > _LONGEST_HEAD:
            raise HttpError("the head of the answer has no end")
        if self._too_long:
            raise HttpError(f"the answer has more than {LONGEST_REPLY} bytes")

    @property
    def status(self) -> int:
        """Its status code."""
        return int(self._parser.get_status_code())

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: ARG002
        self._framed |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self._framed |= self.status in _NO_BODY
        self._head = False

    def on_body(self, part: bytes) -> None:
        self._too_long |= len(self.body) + len(part) > LONGEST_REPLY
        if not self._too_long:
            self.body += part

    def on_message_complete(self) -> None:
        if 100 <= self.status < 200:  # it only says that it listens
            self._head, self._framed = True, False
            return
        self.ended = True
        self.lasting = bool(self._parser.should_keep_alive())


class HttpSender:
    """A connection to one server, opened when it is needed and kept. Blocking: for threads and command lines."""

    def __init__(
        self,
        address: Address,
        timeout: float = 15.0,
        tls: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        """`address` is one of http:// or https://; `timeout` is for each whole exchange.

        Without a `proxy` the environment says which one there is.
        """
        self.address = address
        self._proxy = proxy
        self._timeout = timeout
        self._tls = tls
        self._sock: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the next exchange connects again."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def exchange(self, message: bytes) -> bytes:
        """Send a message and return its reply. Raises OSError (HttpError for what the server says)."""
        try:
            reply = self._reply_to(message, time.monotonic() + self._timeout, again=self._sock is not None)
        except BaseException:
            self.close()  # or the next exchange would read the rest of this one
            raise
        if not reply.lasting:
            self.close()
        if reply.status != HTTPStatus.OK:
            raise HttpError(_refusal(reply.status))
        return bytes(reply.body)

    def _reply_to(self, message: bytes, deadline: float, *, again: bool) -> _Reply:
        """A server closes a kept connection when it likes: what it has not begun to answer is sent once more."""
        reply = _Reply()
        try:
            self._converse(message, reply, deadline)
        except (ConnectionError, HttpError):
            if not again or reply.heard:
                raise
            self.close()
            return self._reply_to(message, deadline, again=False)
        return reply

    def _converse(self, message: bytes, reply: _Reply, deadline: float) -> None:
        sock = self._connected(deadline)
        taken = _send(sock, self._head(len(message)), deadline) and _send(sock, message, deadline)
        while not reply.ended:
            sock.settimeout(time_left(deadline))
            reply.feed(sock.recv(_READ))
        if not taken:
            self.close()

    def _connected(self, deadline: float) -> socket.socket:
        if self._sock is None:
            address, proxy = self.address, self._proxy or proxy_for(self.address)
            where = (proxy.host, proxy.port) if proxy else (address.host, address.port)
            sock = socket.create_connection(where, time_left(deadline))
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if proxy:
                    tunnel(sock, proxy, address, lambda: time_left(deadline))
                if address.encrypted:
                    self._tls = self._tls or ssl.create_default_context()
                    sock.settimeout(time_left(deadline))
                    sock = self._tls.wrap_socket(sock, server_hostname=address.host)
            except BaseException:
                sock.close()
                raise
            self._sock = sock
        return self._sock

    def _head(self, length: int) -> bytes:
        _, _, rest = self.address.url.partition("://")
        place, slash, path = rest.partition("/")
        lines = [
            f"POST {slash}{path} HTTP/1.1",
            f"Host: {place}",
            "User-Agent: hexmon",
            "Content-Type: application/octet-stream",
            f"Content-Length: {length}",
        ]
        if self.address.authorization:
            lines.append(f"Authorization: {self.address.authorization}")
        return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def _send(sock: socket.socket, data: bytes, deadline: float) -> bool:
    """False when the server takes no more of it: it may have answered already."""
    left = memoryview(data)
    try:
        while left:
            sock.settimeout(time_left(deadline))
            left = left[sock.send(left[:_READ]) :]
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def time_left(deadline: float) -> float:
    """Seconds until that moment of the monotonic clock. Raises TimeoutError when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _refusal(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "no such status"
    hint = f": {_HINTS[status]}" if status in _HINTS else ""
    where = ": it sends elsewhere; write that address" if 300 <= status < 400 else hint
    return f"{status} {phrase}{where}"
