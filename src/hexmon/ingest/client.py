"""Sending messages to a monitor: a connection each, our direction closed after the message, the reply read to its end.

Used by `hexmon send`, the sweep and the agent, in an event loop or without one. By HTTP(S) a connection can be kept.
"""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from hexmon.ingest.addresses import Address
from hexmon.ingest.http_client import LONGEST_REPLY, HttpSender, time_left
from hexmon.ingest.words import name_of

TIMEOUT = 15.0  # seconds for the whole exchange, as the C library has it
_READ = 256 * 1024
_LONGEST_PACK = 1024 * 1024  # of small messages; a long one goes alone

# These go to every server, all others to the first that answers.
_TO_ALL = (
    b"status", b"combo\n", b"extcombo ", b"meta", b"data", b"notify", b"enable", b"disable", b"drop", b"rename",
    b"client", b"schedule ",
)  # fmt: skip
_NOT_TO_ALL = (b"clientlog ",)
_OF_MANY = (b"combo\n", b"extcombo ", b"schedule ")  # not to be packed again; and what is run later keeps its sender

# The questions whose reply the `xymon` program prints without being asked to.
_ANSWERED = (
    b"query ", b"client ", b"config ", b"download ", b"xymondlog ", b"hobbitdlog ", b"xymondxlog ", b"hobbitdxlog ",
    b"xymondboard", b"hobbitdboard", b"xymondxboard", b"hobbitdxboard", b"clientlog ", b"hostdatasave", b"hostinfo",
    b"ping", b"pullclient", b"ghostlist", b"multisrclist",
)  # fmt: skip


class SendError(OSError):
    """A server could not be reached, or broke off."""


class Sent(msgspec.Struct, frozen=True):
    """What became of a message: the first reply, and why which servers failed. It was taken when `taken` > 0."""

    reply: bytes
    taken: int
    failures: tuple[str, ...] = ()


def expects_reply(message: bytes) -> bool:
    """Whether the `xymon` program prints the reply to this message."""
    if message.startswith(b"schedule"):
        return not message.startswith(b"schedule ")
    return message.startswith(_ANSWERED)


def goes_to_all(message: bytes) -> bool:
    """Whether a message is for all servers of a list and not for one of them."""
    return message.startswith(_TO_ALL) and not message.startswith(_NOT_TO_ALL)


def exchange(address: Address, message: bytes, timeout: float = TIMEOUT, tls: ssl.SSLContext | None = None) -> bytes:
    """Send one message to one server and return its reply. Raises SendError."""
    try:
        if address.url:
            with HttpSender(address, timeout, tls) as sender:
                return sender.exchange(message)
        deadline = time.monotonic() + timeout
        with socket.create_connection((address.host, address.port), timeout) as sock:
            line = _Line(sock, deadline)
            if address.tls:
                return _through_tls(line, address, message, tls)
            line.send(message)
            sock.shutdown(socket.SHUT_WR)
            reply = _Reply()
            while data := line.receive():
                reply.add(data)
            return bytes(reply.text)
    except (OSError, ValueError) as error:
        raise SendError(f"{address}: {failure(error)}") from error


class _Line:
    """A socket that has time until a deadline, however slowly its peer speaks. Raises TimeoutError."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def send(self, data: bytes) -> None:
        self._sock.settimeout(time_left(self._deadline))
        self._sock.sendall(data)

    def receive(self) -> bytes:
        self._sock.settimeout(time_left(self._deadline))
        return self._sock.recv(_READ)


class _Reply:
    """A reply as it comes, of a bounded size."""

    def __init__(self) -> None:
        self.text = bytearray()

    def add(self, part: bytes) -> None:
        """Raises SendError."""
        self.text += part
        if len(self.text) > LONGEST_REPLY:
            raise SendError(f"the answer has more than {LONGEST_REPLY} bytes")


def _through_tls(line: _Line, address: Address, message: bytes, tls: ssl.SSLContext | None) -> bytes:
    # An SSLSocket cannot close one direction; with buffers of our own between OpenSSL and the socket it is possible.
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    wire = (tls or ssl.create_default_context()).wrap_bio(coming, going, server_hostname=address.host)
    while not _shaken(wire):
        line.send(going.read())
        if not _feed(line, coming):
            raise SendError("closed during the TLS handshake")
    wire.write(message)
    with suppress(ssl.SSLWantReadError):  # our close_notify goes out; theirs comes after the reply
        wire.unwrap()
    line.send(going.read())
    reply = _Reply()
    while (data := _decrypted(wire)) != b"":
        if data:
            reply.add(data)
        else:
            _feed(line, coming)
    return bytes(reply.text)


def _shaken(wire: ssl.SSLObject) -> bool:
    try:
        wire.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _feed(line: _Line, coming: ssl.MemoryBIO) -> bool:
    data = line.receive()
    if data:
        coming.write(data)
    else:
        coming.write_eof()
    return bool(data)


def _decrypted(wire: ssl.SSLObject) -> bytes | None:
    """What was said; None: more must come first; empty: that was all."""
    try:
        return wire.read(_READ)
    except ssl.SSLWantReadError:
        return None
    except ssl.SSLZeroReturnError:
        return b""


# OpenSSL's numbers: self-signed, a chain that ends in an authority that nobody knows, or without one.
_NO_AUTHORITY = frozenset({18, 19, 20, 21})
_PLAIN = (OSError, ConnectionRefusedError, ConnectionResetError, ConnectionAbortedError)


def failure(error: Exception) -> str:
    """Why a server could not be reached, in the system's words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    # asyncio puts sentences of its own where the system's reason belongs.
    if type(error) in _PLAIN and isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_message:
        hint = "; --ca names an authority of your own" if error.verify_code in _NO_AUTHORITY else ""
        return f"certificate verify failed: {error.verify_message}{hint}"
    return getattr(error, "strerror", None) or str(error)


class KeptSenders:
    """Exchanges that keep a connection to each server that is spoken to by HTTP(S). Raises SendError, too."""

    def __init__(self, timeout: float = TIMEOUT, tls: ssl.SSLContext | None = None) -> None:
        self._timeout = timeout
        self._tls = tls
        self._kept: dict[Address, HttpSender] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sender in self._kept.values():
            sender.close()

    def exchange(self, address: Address, message: bytes) -> bytes:
        """Send one message to one server and return its reply. Raises SendError."""
        if not address.url:
            return exchange(address, message, self._timeout, self._tls)
        if address not in self._kept:
            self._kept[address] = HttpSender(address, self._timeout, self._tls)
        try:
            return self._kept[address].exchange(message)
        except (OSError, ValueError) as error:
            raise SendError(f"{address}: {failure(error)}") from error


def send(
    addresses: Sequence[Address], message: bytes, timeout: float = TIMEOUT, tls: ssl.SSLContext | None = None
) -> Sent:
    """Send a message where it belongs: to all servers, or to the first that answers. Failures are in the result."""
    return send_by(lambda address, part: exchange(address, part, timeout, tls), addresses, message)


def send_by(how: Callable[[Address, bytes], bytes], addresses: Sequence[Address], message: bytes) -> Sent:
    """The same by any exchange, as of `KeptSenders`."""
    failures: list[str] = []
    replies: list[bytes] = []
    for address in addresses:
        try:
            replies.append(how(address, message))
        except SendError as error:
            failures.append(str(error))
            continue
        if not goes_to_all(message):
            break
    return Sent(replies[0] if replies else b"", len(replies), tuple(failures))


async def exchange_async(
    address: Address,
    message: bytes,
    timeout: float = TIMEOUT,  # noqa: ASYNC109 - the twin of `exchange`
    tls: ssl.SSLContext | None = None,
) -> bytes:
    """The same as `exchange` without holding up the event loop."""
    if address.url or address.tls:
        return await asyncio.to_thread(exchange, address, message, timeout, tls)
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            try:
                writer.write(message)
                writer.write_eof()
                reply = _Reply()
                while data := await reader.read(_READ):
                    reply.add(data)
                return bytes(reply.text)
            finally:
                writer.close()
    except (OSError, ValueError) as error:
        raise SendError(f"{address}: {failure(error)}") from error


def packed(messages: Iterable[bytes], at_once: int = 100) -> Iterator[bytes]:
    """The same messages in the same order, those that are for all servers and have no reply in extcombos."""
    waiting: list[bytes] = []
    size = 0
    for message in messages:
        alone = expects_reply(message) or not goes_to_all(message) or message.startswith(_OF_MANY)
        if alone or len(waiting) == at_once or size + len(message) > _LONGEST_PACK:
            yield from combined(waiting, at_once)
            waiting, size = [], 0
        if alone:
            yield message
        else:
            waiting.append(message)
            size += len(message)
    yield from combined(waiting, at_once)


def combined(messages: Iterable[bytes], at_once: int = 100) -> list[bytes]:
    """Messages of any kind packed into extcombos of `at_once` each; a single one stays as it is."""
    waiting = list(messages)
    return [_pack(waiting[start : start + at_once]) for start in range(0, len(waiting), at_once)]


def _pack(messages: list[bytes]) -> bytes:
    if len(messages) == 1:
        return messages[0]
    # The offsets count from the start of the message, so their own length is fixed first, generously.
    room = len(b"extcombo \n") + 11 * (len(messages) + 1)
    offsets = [room]
    for message in messages:
        offsets.append(offsets[-1] + len(message))
    header = b"extcombo " + b" ".join(b"%d" % offset for offset in offsets)
    return header.ljust(room - 1) + b"\n" + b"".join(messages)


def text_of(reply: bytes) -> str:
    """A reply as people may read it."""
    return name_of(reply)
