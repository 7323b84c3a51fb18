"""One TCP connection of a probe, with TLS when it is wanted."""

import asyncio
import errno
import os
import socket
import ssl

from hexmon.probes.poller import READABLE, WRITABLE, Polled, Poller

# Linux, ip(7): the port is chosen at connect(), so that one local address has 28,000 ports per target, not in all.
_BIND_ADDRESS_NO_PORT = 24
_CHUNK = 16 * 1024
# So many bytes are taken at a stretch; then the event loop has its turn, however fast the other side sends.
_STRETCH = 4 * _CHUNK


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


class Wire(Polled):
    """A connection that waits without blocking. Raises OSError (SSLError included); close it, best by `with`."""

    __slots__ = ("_stretch", "_tls")

    def __init__(self, poller: Poller, address: str) -> None:
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        super().__init__(poller, socket.socket(family_of(address), kind))
        self._tls: _Tls | None = None
        self._stretch = 0

    def begin(self, address: str, port: int, source: str = "") -> "asyncio.Future[None] | None":
        """Start to connect to an IP literal, from a local one if that is given.

        Then await what is returned, if anything, and call `finish`.
        """
        if source:
            if family_of(source) != self._socket.family:
                raise OSError(errno.EADDRNOTAVAIL, f"{source} cannot be the source of a connection to {address}")
            self._socket.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            self._socket.bind((source, 0))
        code = self._socket.connect_ex((address, port))
        if code == errno.EINPROGRESS:
            return self._poller.wait(self._socket.fileno(), WRITABLE)
        if code:
            raise OSError(code, os.strerror(code))
        return None

    def finish(self) -> None:
        """Raises what kept the connection from standing."""
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    async def connect(self, address: str, port: int, source: str = "") -> None:
        """Connect to an IP literal, from a local one if that is given."""
        waiting = self.begin(address, port, source)
        if waiting is not None:
            await waiting
            self.finish()

    async def start_tls(self, context: ssl.SSLContext, server_name: str | None) -> ssl.SSLObject:
        """Shake hands, at the start or in the middle; the result is asked about the session and the certificates."""
        # Else what is said first waits until the other side acknowledges the end of the handshake: 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = _Tls(context, server_name)
        while not tls.shake():
            await self._send(tls.outgoing.read())
            tls.feed(await self._receive(_CHUNK))
        await self._send(tls.outgoing.read())
        self._tls = tls
        return tls.session

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        if self._tls is None:
            await self._send(data)
            return
        if data:
            self._tls.session.write(data)
            await self._send(self._tls.outgoing.read())

    async def receive(self, size: int) -> bytes:
        """Wait for up to `size` bytes; b"" at the end of the stream."""
        if self._tls is None:
            return await self._receive(size)
        while (data := self._tls.take(size)) is None:
            await self._send(self._tls.outgoing.read())
            self._tls.feed(await self._receive(_CHUNK))
        return data

    async def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                await self._poller.wait(self._socket.fileno(), WRITABLE)

    async def _receive(self, size: int) -> bytes:
        if self._stretch >= _STRETCH:
            await self._wait_readable()
        while True:
            try:
                data = self._socket.recv(size)
            except BlockingIOError:
                await self._wait_readable()
            else:
                self._stretch += len(data)
                return data

    async def _wait_readable(self) -> None:
        self._stretch = 0
        await self._poller.wait(self._socket.fileno(), READABLE)

    async def receive_exactly(self, size: int) -> bytes:
        """Wait for so many bytes; a stream that ends before counts as reset."""
        data = bytearray()
        while len(data) < size:
            part = await self.receive(size - len(data))
            if not part:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            data += part
        return bytes(data)


class _Tls:
    """A session over buffers of its own.

    OpenSSL reads a socket as long as anything comes that is not for us, such as tickets without end; what is handed to
    it in pieces cannot hold up the event loop.
    """

    __slots__ = ("_incoming", "outgoing", "session")

    def __init__(self, context: ssl.SSLContext, server_name: str | None) -> None:
        self._incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.session = context.wrap_bio(self._incoming, self.outgoing, server_hostname=server_name)

    def shake(self) -> bool:
        """One step of the handshake; False when it waits for the other side. Raises SSLError."""
        try:
            self.session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def feed(self, data: bytes) -> None:
        """What came; b"" is the end of the stream."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def take(self, size: int) -> bytes | None:
        """Up to `size` bytes, b"" at the end of the stream, None when more must come first."""
        try:
            return self.session.read(size)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
