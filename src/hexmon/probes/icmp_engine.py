"""Pinging many addresses at once through one socket per IP version.

Sending is paced and interleaved with receiving, so that neither the network nor our own receive buffer is flooded;
the kernel's receive times keep our own delays out of the round-trip times.
"""

import asyncio
import errno
import heapq
import itertools
import os
import socket
from collections import deque
from collections.abc import Callable

from hexmon.clock import Clock
from hexmon.probes.icmp_packet import V4, V6, EchoError, EchoReply, Flavor
from hexmon.probes.icmp_socket import Heard, PingSocket, open_ping_socket
from hexmon.probes.wire import family_of

_BATCH = 64
# Timers are late by a millisecond or more: what was not sent meanwhile may follow, but no more than this.
_MOST_CREDIT = 512.0
_BUSY_PAUSE = 0.002
_TRY_AGAIN = (errno.EAGAIN, errno.ENOBUFS)
_NUMBERS = 1 << 32
_SEQUENCES = 1 << 16


class Ping:
    """One address being pinged. Times are monotonic seconds, `round_trips` seconds in the order of arrival.

    `error` is what `offender` said `refused_after` so many seconds.
    """

    __slots__ = (
        "address", "deadline", "done", "error", "flavor", "hops", "numbers", "offender", "pause", "pending", "received",
        "refusals", "refused_after", "round_trips", "sends", "sent", "wanted",
    )  # fmt: skip

    def __init__(self, address: str, plan: "Plan", deadline: float, done: asyncio.Future[None]) -> None:
        family = family_of(address)
        self.address = address
        self.flavor = V6 if family == socket.AF_INET6 else V4
        # As the kernel will write it; a name must never come so far, as sending to it would look it up and wait.
        self.wanted = socket.inet_ntop(family, socket.inet_pton(family, address.partition("%")[0]))
        self.sends = plan.sends
        self.pending = plan.wanted
        self.pause = plan.pause
        self.hops = plan.hops
        self.deadline = deadline
        self.done = done
        self.sent = 0
        self.received = 0
        self.refusals = 0
        self.numbers: list[int] = []
        self.round_trips: list[float] = []
        self.error = ""
        self.offender = ""
        self.refused_after = 0.0


class Plan:
    """How often to send: at most `sends` packets, `pause` seconds apart, until `wanted` of them are answered.

    Each may pass `hops` routers and no more; 0: as many as usual.
    """

    __slots__ = ("hops", "pause", "sends", "wanted")

    def __init__(self, sends: int, wanted: int, pause: float, hops: int = 0) -> None:
        self.sends = sends
        self.wanted = wanted
        self.pause = pause
        self.hops = hops


class IcmpEngine:
    """`ping` raises PingNotAllowed when this process may not ping at all.

    `rate` is the most packets a second that it sends; `opener` a test's own sockets.
    """

    def __init__(
        self, clock: Clock, rate: float = 25_000.0, opener: Callable[[Flavor], PingSocket] = open_ping_socket
    ) -> None:
        self._open = opener
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._rate = rate
        self._sockets: dict[Flavor, PingSocket] = {}
        self._outbox: deque[Ping] = deque()
        self._in_flight: dict[int, tuple[Ping, float, float]] = {}
        self._numbers = itertools.count(int.from_bytes(os.urandom(4), "big"))
        self._last_number = 0
        self._agenda: list[tuple[float, int, Ping]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._pumping = False
        self._credit = _MOST_CREDIT
        self._credited = 0.0

    def close(self) -> None:
        """Close the sockets; nobody may be waiting any more."""
        if self._timer is not None:
            self._timer.cancel()
        for sock in self._sockets.values():
            self._loop.remove_reader(sock.fileno())
            sock.close()
        self._sockets.clear()
        self._outbox.clear()

    def kind(self, flavor: Flavor) -> str:
        """How that IP version is pinged: "raw" or "unprivileged"; opens the socket."""
        return self._socket(flavor).kind

    async def ping(self, address: str, plan: Plan, limit: float) -> Ping:
        """Ping an IP literal until the plan is fulfilled or `limit` seconds are over; raises OSError."""
        ping = Ping(address, plan, self._clock.monotonic() + limit, self._loop.create_future())
        self._socket(ping.flavor)
        self._outbox.append(ping)
        self._start_pumping()
        try:
            await ping.done
        finally:
            for number in ping.numbers:
                self._in_flight.pop(number, None)
        return ping

    def _socket(self, flavor: Flavor) -> PingSocket:
        sock = self._sockets.get(flavor)
        if sock is None:
            sock = self._sockets[flavor] = self._open(flavor)
            self._loop.add_reader(sock.fileno(), self._drain, sock)
        return sock

    # Sending

    def _start_pumping(self) -> None:
        if not self._pumping:
            self._pumping = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        now = self._clock.monotonic()
        self._credit = min(self._credit + (now - self._credited) * self._rate, _MOST_CREDIT)
        self._credited = now
        blocked = False
        while self._outbox and self._credit >= 1 and not blocked:
            blocked = not self._send_batch(now)
            for sock in self._sockets.values():
                self._drain(sock)
        if not self._outbox:
            self._pumping = False
        elif blocked:
            self._loop.call_later(_BUSY_PAUSE, self._pump)
        else:
            self._loop.call_later((_BATCH - self._credit) / self._rate, self._pump)

    def _send_batch(self, now: float) -> bool:
        """False when a socket has no room."""
        for _ in range(min(_BATCH, int(self._credit), len(self._outbox))):
            ping = self._outbox.popleft()
            if ping.done.done():
                continue
            if now >= ping.deadline:
                ping.done.set_result(None)
                continue
            self._credit -= 1
            if not self._send(ping):
                return False
        return True

    def _send(self, ping: Ping) -> bool:
        """False when the socket has no room now; the ping is then first in the queue."""
        number = next(self._numbers) % _NUMBERS
        sock = self._sockets[ping.flavor]
        before = self._clock.now()
        moment = self._clock.monotonic()
        try:
            sock.send(ping.address, number, ping.hops)
        except OSError as error:
            if error.errno in _TRY_AGAIN:
                self._outbox.appendleft(ping)
                return False
            self._failed_to_send(ping, error)
        else:
            self._in_flight[number] = (ping, before, moment)
            ping.numbers.append(number)
            self._last_number = number
        ping.sent += 1
        self._plan(ping, min(moment + ping.pause, ping.deadline) if ping.sent < ping.sends else ping.deadline)
        return True

    def _failed_to_send(self, ping: Ping, error: OSError) -> None:
        if error.errno in (errno.EPERM, errno.EACCES):
            ping.done.set_exception(error)
            return
        self._refused(ping, error.strerror or str(error), "")

    # Time

    def _plan(self, ping: Ping, moment: float) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), ping))
        self._set_timer()

    def _set_timer(self) -> None:
        if not self._agenda:
            return
        moment = self._agenda[0][0]
        if self._timer is not None:
            if self._timer_at <= moment:
                return
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self._loop.call_later(max(moment - self._clock.monotonic(), 0.0), self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._clock.monotonic()
        while self._agenda and self._agenda[0][0] <= now:
            _, _, ping = heapq.heappop(self._agenda)
            if ping.done.done():
                continue
            if now >= ping.deadline:
                ping.done.set_result(None)
            else:
                self._outbox.append(ping)
                self._start_pumping()
        self._set_timer()

    # Receiving

    def _drain(self, sock: PingSocket) -> None:
        for heard in sock.drain():
            message = heard.message
            if message.identifier != sock.identifier:
                continue
            if not isinstance(message, EchoReply):
                self._heard_error(heard, message)
            elif message.cookie == sock.cookie:
                self._heard_reply(heard, message.number)

    def _heard_reply(self, heard: Heard, number: int) -> None:
        entry = self._in_flight.get(number)
        if entry is None:
            return  # a duplicate, or too late
        ping = entry[0]
        if heard.source.partition("%")[0] != ping.wanted:
            return
        del self._in_flight[number]
        ping.received += 1
        ping.round_trips.append(self._elapsed(entry, heard))
        self._finish(ping)

    def _elapsed(self, entry: tuple[Ping, float, float], heard: Heard) -> float:
        """The time between sending and the kernel's hearing of it."""
        _, before, moment = entry
        elapsed = self._clock.monotonic() - moment
        round_trip = heard.at - before
        # The wall clock may have been set meanwhile; the monotonic one then gives an upper bound.
        return round_trip if heard.at and 0.0 <= round_trip <= elapsed else elapsed

    def _heard_error(self, heard: Heard, error: EchoError) -> None:
        number = (self._last_number & ~(_SEQUENCES - 1)) | error.sequence
        if number > self._last_number:
            number = (number - _SEQUENCES) % _NUMBERS
        entry = self._in_flight.get(number)
        if entry is None or entry[0].wanted != error.target:
            return
        del self._in_flight[number]
        entry[0].refused_after = self._elapsed(entry, heard)
        self._refused(entry[0], error.reason, heard.source)

    def _refused(self, ping: Ping, reason: str, offender: str) -> None:
        ping.error = reason
        ping.offender = offender
        ping.refusals += 1
        self._finish(ping)

    def _finish(self, ping: Ping) -> None:
        """A reply is the end of it when it was the last one wanted; refusals only when nothing is left to try."""
        complete = ping.received >= ping.pending or ping.received + ping.refusals >= ping.sends
        if complete and not ping.done.done():
            ping.done.set_result(None)
