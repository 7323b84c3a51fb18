"""One TCP connection of a probe, with TLS when it is wanted."""

import errno
import os
import socket
import ssl
from types import TracebackType
from typing import Self

from hexmon.probes.poller import READABLE, WRITABLE, Poller

# Linux, ip(7): the port is chosen at connect(), so that one local address has 28,000 ports per target, not in all.
_BIND_ADDRESS_NO_PORT = 24


def family_of(address: str) -> socket.AddressFamily:
    """AF_INET6 for literals with a colon."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def is_address(text: str) -> bool:
    """Whether it is an IP literal."""
    try:
        socket.inet_pton(family_of(text), text.partition("%")[0])
    except OSError:
        return False
    return True


class Wire:
    """A connection that waits without blocking. Raises OSError (SSLError included); close it, best by `with`."""

    __slots__ = ("_poller", "_socket")

    def __init__(self, poller: Poller, address: str) -> None:
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self._socket = socket.socket(family_of(address), kind)
        self._poller = poller
        poller.register(self._socket.fileno())

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

    async def connect(self, address: str, port: int, source: str = "") -> None:
        """Connect to an IP literal, from a local one if that is given."""
        if source:
            self._socket.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            self._socket.bind((source, 0))
        code = self._socket.connect_ex((address, port))
        if code == errno.EINPROGRESS:
            await self._poller.wait(self._socket.fileno(), WRITABLE)
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    async def start_tls(self, context: ssl.SSLContext, server_name: str | None) -> ssl.SSLSocket:
        """Shake hands; the result is asked about the session and the certificate."""
        secured = context.wrap_socket(self._socket, server_hostname=server_name, do_handshake_on_connect=False)
        self._socket = secured
        while True:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                await self._poller.wait(secured.fileno(), READABLE)
            except ssl.SSLWantWriteError:
                await self._poller.wait(secured.fileno(), WRITABLE)
            else:
                return secured

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                await self._poller.wait(self._socket.fileno(), WRITABLE)
            except ssl.SSLWantReadError:
                await self._poller.wait(self._socket.fileno(), READABLE)

    async def receive(self, size: int) -> bytes:
        """Wait for up to `size` bytes; b"" at the end of the stream."""
        while True:
            try:
                return self._socket.recv(size)
            except (BlockingIOError, ssl.SSLWantReadError):
                await self._poller.wait(self._socket.fileno(), READABLE)
            except ssl.SSLWantWriteError:
                await self._poller.wait(self._socket.fileno(), WRITABLE)
            except ssl.SSLZeroReturnError:
                return b""

    async def receive_exactly(self, size: int) -> bytes:
        """Wait for so many bytes; a stream that ends before counts as reset."""
        data = bytearray()
        while len(data) < size:
            part = await self.receive(size - len(data))
            if not part:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            data += part
        return bytes(data)
