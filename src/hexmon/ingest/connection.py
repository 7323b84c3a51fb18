"""One connection that was not complete when it was accepted: it reads, waits for the journal, writes, closes."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from hexmon.ingest.answer import Answer

PEEK = 32 * 1024
_READ = 256 * 1024
_READS_AT_ONCE = 16
_WRITE_AT_ONCE = 256 * 1024
DONTWAIT = int(socket.MSG_DONTWAIT)  # an enum's own operators cost more than the call
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds
_SOCKET, _LINGER = int(socket.SOL_SOCKET), int(socket.SO_LINGER)
_END_ON_CLOSE = struct.pack("ii", 0, 0)


class Owner(Protocol):
    """What a connection needs of its server."""

    loop: asyncio.AbstractEventLoop

    def received(self, connection: "Connection", more: int) -> bool:
        """Account for more bytes in memory; False when the connection was given up for it."""
        ...

    def complete(self, connection: "Connection", message: bytes) -> None:
        """The sender closed its direction: this is the message."""
        ...

    def forget(self, connection: "Connection") -> None:
        """The connection is closed."""
        ...


class Connection:
    """A socket and what is known about it. All input and output is non-blocking, in event loop callbacks."""

    __slots__ = (
        "_chunks",
        "_owner",
        "_pending",
        "_reading",
        "_writing",
        "buffers",
        "deadline",
        "fd",
        "sender",
        "size",
        "sock",
    )

    def __init__(self, owner: Owner, sock: socket.SocketType, sender: str, deadline: float) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.sender = sender
        self.deadline = deadline
        self.buffers: list[bytes] = []
        self.size = 0
        self._owner = owner
        self._chunks: Iterator[bytes] = iter(())
        self._pending = memoryview(b"")
        self._reading = False
        self._writing = False

    @property
    def closed(self) -> bool:
        """Whether the socket is gone."""
        return self.fd < 0

    def start(self) -> None:
        """Wait for what the sender has to say."""
        self._watch(read=True)

    def _watch(self, *, read: bool = False, write: bool = False) -> None:
        loop = self._owner.loop
        if read != self._reading:
            self._reading = read
            if read:
                loop.add_reader(self.fd, self.on_readable)
            else:
                loop.remove_reader(self.fd)
        if write != self._writing:
            self._writing = write
            if write:
                loop.add_writer(self.fd, self.on_writable)
            else:
                loop.remove_writer(self.fd)

    def on_readable(self) -> None:
        """Take what came; the end of the stream ends the message."""
        try:
            ended = self._read()
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.abort()
            return
        if ended and not self.closed:
            self._watch()
            message = b"".join(self.buffers) if len(self.buffers) != 1 else self.buffers[0]
            self.buffers = []
            self._owner.complete(self, message)

    def _read(self) -> bool:
        for _ in range(_READS_AT_ONCE):
            data = self._receive(_READ)
            if not data:
                return True
            self.buffers.append(data)
            self.size += len(data)
            if not self._owner.received(self, len(data)):
                return False
        self._again()
        return False

    def _receive(self, size: int) -> bytes:
        return self.sock.recv(size, DONTWAIT)

    def _send(self, data: memoryview) -> int:
        return self.sock.send(data, DONTWAIT)

    def _again(self) -> None:
        """More may be there; a plain socket is reported readable as long as it is."""

    def answer(self, answer: Answer) -> None:
        """Write the reply, piece by piece as the receiver takes it, then close."""
        if self.closed:
            return
        reply = answer.reply
        if not reply:
            self.close()
            return
        self._chunks = iter((reply,)) if isinstance(reply, bytes) else reply
        self.on_writable()

    def on_writable(self) -> None:
        """Write some more; a reader who is slow, or gone, holds up nobody else."""
        try:
            finished = self._write()
        except (BlockingIOError, InterruptedError):
            finished = False
        except OSError:
            self.abort()
            return
        if finished:
            self.close()
        elif not self.closed:
            self._watch(write=True)

    def _write(self) -> bool:
        left = _WRITE_AT_ONCE
        while left > 0:
            if not self._pending:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return True
                self._pending = memoryview(chunk)
                continue
            sent = self._send(self._pending)
            self._pending = self._pending[sent:]
            left -= sent
        return False

    def close(self) -> None:
        """Close in the ordinary way: the sender sees the end of the stream and knows that it was heard."""
        if self.closed:
            return
        self._watch()
        self._owner.forget(self)
        self.fd = -1
        self.buffers = []
        self._farewell()
        end_and_close(self.sock)

    def _farewell(self) -> None:
        """What is to be said before the socket closes."""

    def abort(self) -> None:
        """Close with a reset: the sender must not take it for an acknowledgement."""
        if self.closed:
            return
        self._watch()
        self._owner.forget(self)
        self.fd = -1
        self.buffers = []
        reset_and_close(self.sock)


def end_and_close(sock: socket.SocketType) -> None:
    """Close a socket so that its peer sees the end of the stream: that acknowledges the message.

    Until then it is set to be reset by a close, as the listener was that accepted it: when this process is killed, the
    kernel closes its sockets, and that must not look like an acknowledgement.
    """
    try:  # noqa: SIM105 - once for each message: the context manager costs as much as the call
        sock.setsockopt(_SOCKET, _LINGER, _END_ON_CLOSE)
    except OSError:
        pass  # it is gone already
    sock.close()


def reset_and_close(sock: socket.SocketType) -> None:
    """Close a socket so that its peer sees a reset."""
    with suppress(OSError):  # it is gone already
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    sock.close()
