"""Little real servers on port 0 of loopback, for as long as a `with` lasts."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import cache

import trustme

from tests.support.clock import settle

Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serve(
    dialogue: Dialogue, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Run the dialogue with each caller; gives the port (a free one, unless one is given).

    At the end of the `with` dialogues may go on for a second, as their callers have gone; then they are cut.
    """
    writers: set[asyncio.StreamWriter] = set()
    idle = asyncio.Event()
    idle.set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        idle.clear()
        with contextlib.suppress(OSError, EOFError):
            await dialogue(reader, writer)
        writer.close()
        writers.discard(writer)
        if not writers:
            idle.set()

    server = await asyncio.start_server(converse, address, port, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await settle()  # a caller that is just being accepted could not be cut: let it come in
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await idle.wait()
        server.close()
        for writer in writers:
            writer.transport.abort()
        await settle()


def says(*parts: bytes, heard: list[bytes] | None = None) -> Dialogue:
    """Say the parts, then listen until the caller goes."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await settle(1)  # each part in a segment of its own
        data = await reader.read()
        if heard is not None:
            heard.append(data)

    return dialogue


def forever(head: bytes, part: bytes, *, after: bytes = b"\r\n\r\n") -> Dialogue:
    """Once `after` was heard: the head, then the part again and again, as fast as it is taken."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(after)
        writer.write(head)
        while True:
            writer.write(part * max(1, 65536 // len(part)))
            await writer.drain()

    return dialogue


def drips(head: bytes, part: bytes, *, after: bytes = b"\r\n\r\n") -> Dialogue:
    """The same now and then, so that something always happens."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(after)
        writer.write(head)
        while True:
            writer.write(part)
            await writer.drain()
            await settle(200)

    return dialogue


def resets(data: bytes, *, after: bytes = b"\r\n\r\n") -> Dialogue:
    """Once `after` was heard: the data, then a reset."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(after)
        writer.write(data)
        await writer.drain()
        await settle()
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    return dialogue


def hangs_up(*parts: bytes) -> Dialogue:
    """Say the parts and end the stream; what the caller says is read, since unread bytes make a close a reset."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        writer.write_eof()
        await reader.read()

    return dialogue


def replies(answers: Mapping[bytes, bytes], *, heard: list[bytes] | None = None) -> Dialogue:
    """Answer each first read by the entry it starts with."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read(65536)
        if heard is not None:
            heard.append(data)
        answer = next((text for start, text in answers.items() if data.startswith(start)), None)
        if answer is not None:
            writer.write(answer)
            await writer.drain()

    return dialogue


def http_reply(status: str = "200 OK", body: bytes = b"", *, headers: str = "") -> bytes:
    """A whole HTTP/1.1 response."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@contextlib.contextmanager
def black_hole(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A port whose queue is full: the kernel lets further connection attempts wait in silence."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts."""
    return trustme.CA()


@cache
def tls_context(name: str = "www.test", **certificate: object) -> ssl.SSLContext:
    """A server's context with a certificate of `authority` for that name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority().issue_cert(name, **certificate).configure_cert(context)  # type: ignore[arg-type]
    return context
