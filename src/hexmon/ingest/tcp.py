"""The server of port 1984: one message per connection, ended by the sender closing its direction.

Most messages are complete when their connection is accepted: they are read, handled and closed at once, without being
registered anywhere. Only the others become `Connection` objects; a silent one costs its socket and nothing else.
"""

import asyncio
import errno
import logging
import resource
import socket
import ssl
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from hexmon.board.store import Journal
from hexmon.clock import Clock
from hexmon.ingest.access import plain_address
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.answer import Answer
from hexmon.ingest.connection import DONTWAIT, PEEK, RESET_ON_CLOSE, Connection, end_and_close
from hexmon.ingest.protocol import is_in_steps
from hexmon.ingest.settings import MessageSettings
from hexmon.ingest.tls import Certificates, TlsConnection
from hexmon.model.origin import ConfigError, Origin, Problem

log = logging.getLogger(__name__)

_ACCEPTS_AT_ONCE = 128
_MORE = 4096  # what is looked for behind a message, usually its end
_PAUSE = 0.1  # before accepting again when there are no file descriptors and nothing to close
_TICK = 1.0  # how often the time limit is looked at
_FOR_OTHERS = 5000  # file descriptors left to probes, pages and the database
_NO_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Handler(Protocol):
    """Who understands the messages."""

    def handle(self, message: bytes, sender: str) -> Answer:
        """Do what a message says. Never raises."""
        ...

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        """A big combo, with pauses; yields journal tickets."""
        ...


class MessageServer:
    """Accepts connections on all configured addresses and hands each message to the handler.

    `counters`: connections, timeouts, floods (too long), crowded (given up for newer ones or for memory), resets,
    refused (because too much waits for the disk).
    """

    def __init__(self, handler: Handler, journal: Journal, clock: Clock, settings: MessageSettings) -> None:
        self.loop = asyncio.get_running_loop()
        self.counters = {"connections": 0, "timeouts": 0, "floods": 0, "crowded": 0, "resets": 0, "refused": 0}
        self.buffered = 0
        self._handler = handler
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._most = settings.max_connections
        self._listeners: list[tuple[socket.socket, ssl.SSLContext | None]] = []
        self._certificates: Certificates | None = None
        # Both in the order of accepting, which is the order of their deadlines.
        self._open: OrderedDict[Connection, None] = OrderedDict()
        self._answering: OrderedDict[Connection, None] = OrderedDict()

    def bind(self, addresses: Iterable[str] | None = None) -> list[Address]:
        """Listen on the configured (or these) addresses; returns the real ones. ConfigError names all that failed."""
        limit = raise_descriptor_limit()
        self._most = min(self._settings.max_connections, limit - min(_FOR_OTHERS, limit // 2))
        problems: list[Problem] = []
        for text in self._settings.addresses if addresses is None else addresses:
            try:
                self._listen(parse_address(text))
            except ConfigError as error:
                problems.extend(error.problems)
            except (OSError, ValueError) as error:
                said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
                origin = Origin(self._settings.addresses_key)
                problems.append(Problem(origin, f"{text}: {said}", self._settings.addresses_hint))
        if problems:
            self.close()
            raise ConfigError(tuple(problems))
        for sock, context in self._listeners:
            self.loop.add_reader(sock.fileno(), self._accept, sock, context)
        return [_bound(sock, context) for sock, context in self._listeners]

    def _listen(self, address: Address) -> None:
        settings = self._settings
        context = None
        if address.tls:
            if self._certificates is None:
                self._certificates = Certificates((settings.certificate, settings.key, settings.client_ca))
            context = self._certificates.context
        found = socket.getaddrinfo(address.host or None, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, where in found:
            sock = socket.socket(family, kind, protocol)
            self._listeners.append((sock, context))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            # Inherited by every accepted connection; see end_and_close.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            sock.setblocking(False)
            sock.bind(where)
            sock.listen(settings.backlog)

    async def serve(self) -> None:
        """Keep the time limits until cancelled, then close everything. `bind` before."""
        try:
            while True:
                await self._clock.sleep_until(self._clock.monotonic() + _TICK)
                self.expire(self._clock.monotonic())
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening; unfinished connections are reset."""
        for sock, _ in self._listeners:
            if sock.fileno() >= 0:
                self.loop.remove_reader(sock.fileno())
                sock.close()
        self._listeners.clear()
        for connection in [*self._open, *self._answering]:
            connection.abort()

    def stop_accepting(self) -> None:
        """Take no new connections; those that wait for the journal or for their answer go on."""
        for sock, _ in self._listeners:
            self.loop.remove_reader(sock.fileno())
            sock.close()
        self._listeners.clear()

    def renew(self) -> None:
        """Take a renewed certificate; blocking."""
        if self._certificates is not None:
            self._certificates.renew()

    def connections(self) -> int:
        """How many are open."""
        return len(self._open) + len(self._answering)

    def expire(self, now: float) -> None:
        """Close what has been open for too long."""
        for waiting in (self._open, self._answering):
            while waiting:
                connection = next(iter(waiting))
                if connection.deadline > now:
                    break
                self.counters["timeouts"] += 1
                connection.abort()

    def _accept(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        family = listener.family
        # While the database is away what waits for it is kept in memory, and must end: a reset acknowledges nothing.
        crowded = self._journal.depth() > self._settings.max_waiting
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                # What socket.accept() does, without the wrapping that most connections do not live to use.
                number, peer = listener._accept()  # type: ignore[attr-defined]
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._cannot_accept(listener, context, error)
                return
            self.counters["connections"] += 1
            if crowded:
                self.counters["refused"] += 1
                socket.SocketType(family, socket.SOCK_STREAM, 0, number).close()
                continue
            sender = peer[0]
            if ":" in sender:
                sender = plain_address(sender)
            if context is None:
                self._greet(socket.SocketType(family, socket.SOCK_STREAM, 0, number), sender)
            else:
                self._greet_tls(socket.socket(family, socket.SOCK_STREAM, 0, number), sender, context)

    def _greet_tls(self, sock: socket.socket, sender: str, context: ssl.SSLContext) -> None:
        try:
            connection = TlsConnection(self, sock, sender, self._deadline(), context)
        except (OSError, ValueError):  # it went away, or spoke before the handshake
            self.counters["resets"] += 1
            sock.close()
            return
        self._register(connection)

    def _greet(self, sock: socket.SocketType, sender: str) -> None:
        """Most often the message and its end are there already."""
        try:
            data = sock.recv(PEEK, DONTWAIT)
        except BlockingIOError:
            self._register(Connection(self, sock, sender, self._deadline()))
            return
        except OSError:
            self.counters["resets"] += 1
            sock.close()
            return
        try:
            more = sock.recv(_MORE, DONTWAIT) if data else b""
        except BlockingIOError:
            self._register(Connection(self, sock, sender, self._deadline()), data)
            return
        except OSError:
            self.counters["resets"] += 1
            sock.close()
            return
        if more:
            self._register(Connection(self, sock, sender, self._deadline()), data + more)
            return
        answer = self._handler.handle(data, sender)
        if answer.reply or answer.ticket or answer.later:
            connection = Connection(self, sock, sender, self._deadline())
            self._answering[connection] = None
            self._finish(connection, answer)
        else:
            end_and_close(sock)

    def _deadline(self) -> float:
        return self._clock.monotonic() + self._settings.timeout

    def _register(self, connection: Connection, data: bytes = b"") -> None:
        self._open[connection] = None
        if data:
            connection.buffers.append(data)
            connection.size = len(data)
            if not self.received(connection, len(data)):
                return
        connection.start()
        if len(self._open) + len(self._answering) > self._most:
            self._make_room()

    def _make_room(self) -> bool:
        """Give up the oldest connection that has not said its message yet."""
        for waiting in (self._open, self._answering):
            if waiting:
                self.counters["crowded"] += 1
                next(iter(waiting)).abort()
                return True
        return False

    def _cannot_accept(self, listener: socket.socket, context: ssl.SSLContext | None, error: OSError) -> None:
        if error.errno in _NO_DESCRIPTORS and self._make_room():
            return  # the listener is still readable: we are called again at once
        log.warning("messages: cannot accept a connection: %s", error)
        self.loop.remove_reader(listener.fileno())
        self.loop.call_later(_PAUSE, self._accept_again, listener, context)

    def _accept_again(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        if listener.fileno() >= 0:
            self.loop.add_reader(listener.fileno(), self._accept, listener, context)

    def received(self, connection: Connection, more: int) -> bool:
        """Keep the limits of one message and of all together."""
        self.buffered += more
        if connection.size > self._settings.max_message:
            self.counters["floods"] += 1
            start = connection.buffers[0][:200].split(b"\n", 1)[0]
            log.warning(
                "messages: %s sent more than %d bytes: %r", connection.sender, self._settings.max_message, start
            )
            connection.abort()
            return False
        while self.buffered > self._settings.max_buffered and self._open:
            self.counters["crowded"] += 1
            max(self._open, key=_size).abort()
        return not connection.closed

    def complete(self, connection: Connection, message: bytes) -> None:
        """Handle a whole message; a big combo in steps, so that others are served in between."""
        self._open.pop(connection, None)
        self._answering[connection] = None
        if is_in_steps(message):
            self._step(connection, self._handler.handle_in_steps(message, connection.sender), 0)
        else:
            self._finish(connection, self._handler.handle(message, connection.sender))

    def _step(self, connection: Connection, steps: Iterator[int], ticket: int) -> None:
        latest = next(steps, None)
        if latest is None:
            self._finish(connection, Answer(ticket=ticket))
        else:
            self.loop.call_soon(self._step, connection, steps, max(ticket, latest))

    def _finish(self, connection: Connection, answer: Answer) -> None:
        self.buffered -= connection.size
        connection.size = 0
        if answer.later is not None:
            answer.later(partial(self._settle, connection, answer))
        else:
            self._settle(connection, answer, 0)

    def _settle(self, connection: Connection, answer: Answer, later: int | None) -> None:
        """Nothing is left to be done but to wait for the disk."""
        if later is None:
            self.counters["refused"] += 1
            connection.abort()
            return
        ticket = max(answer.ticket, later)
        if ticket:
            self._journal.when_durable(ticket, partial(connection.answer, answer))
        else:
            connection.answer(answer)

    def forget(self, connection: Connection) -> None:
        """A connection closes."""
        if connection in self._open:
            del self._open[connection]
        else:
            self._answering.pop(connection, None)
        self.buffered -= connection.size
        connection.size = 0


def _size(connection: Connection) -> int:
    return connection.size


def _bound(sock: socket.socket, context: ssl.SSLContext | None) -> Address:
    host, port = sock.getsockname()[:2]
    return Address(host, port, "tcp" if context is None else "tls")


def raise_descriptor_limit() -> int:
    """Allow this process as many file descriptors as the system does; returns the number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # containers may forbid it
        return soft
    return hard
