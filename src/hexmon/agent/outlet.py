"""One server of a relay, and what waits for it: in memory while it answers, on disk while it does not.

A message is `settled` when the server has taken it or the disk holds it. What is stored is sent first and in order;
what comes meanwhile queues behind it. Client messages go beside the queue, each for itself, as their senders wait.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from hexmon.agent.relaying import MOST_BYTES, MOST_TOGETHER, Packing, Parcel
from hexmon.agent.spool import Batch, Spool, Waiting
from hexmon.clock import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

Exchange = Callable[[bytes], Awaitable[bytes]]
"""Sends a message and returns the reply, in bounded time; raises OSError when the server is away or broke off."""

Settled = Callable[[bool], None]
"""Called once: whether the message is safe."""

_TRIES = 5  # a server that answers a ping but breaks off a message so often will never take it
_NOT_THERE = (TimeoutError, ConnectionRefusedError)
_CHUNK = 1024 * 1024  # bytes of one file of the spool, so that little is given up at once
_LAST_EXCHANGE = 3.0  # seconds that one has to end when the relay stops


class OutletSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, bytes, messages a second; `rate` 0: a server that is back gets everything at once."""

    gather: float = 0.25
    memory: int = 32 * 1024 * 1024
    at_once: int = 16
    rate: float = 1000.0
    retry: float = 1.0
    retry_most: float = 30.0


class Counts(msgspec.Struct):
    """Since the start: messages, and what they became."""

    taken: int = 0  # messages that the server has
    sent: int = 0  # exchanges with it
    merged: int = 0  # messages that went with others
    combos: int = 0  # what they became
    stored: int = 0
    not_stored: int = 0  # the disk did not take them: lost, or their sender was not answered
    refused: int = 0  # by the server, again and again: given up
    failures: int = 0


class _Item(msgspec.Struct, frozen=True, eq=False):
    waiting: Waiting
    settled: Settled


class Outlet:
    """Give it messages with `put` and `deliver`; `run` sends them until `close`."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        name: str,
        exchange: Exchange,
        spool: Spool,
        packing: Packing,
        clock: Clock,
        settings: OutletSettings,
        heard: Callable[[bytes, bytes], None] = lambda _message, _reply: None,
    ) -> None:
        self.name = name
        self.counts = Counts()
        self.trouble = ""  # why the server does not take anything; empty while it does
        self.disk_trouble = ""
        self.away_since: float | None = None  # monotonic
        self.oldest: float | None = None  # epoch: when the first message came that is stored, as far as it is known
        self._exchange, self._spool, self._packing = exchange, spool, packing
        self._clock, self._settings, self._heard = clock, settings, heard
        self._fresh: deque[_Item] = deque()
        self._sending: dict[int, _Item] = {}
        self._bytes = 0
        self._storing = len(spool) > 0
        self._closing = False
        self._disk = asyncio.Lock()
        self._work, self._to_store = asyncio.Event(), asyncio.Event()
        self._slots = asyncio.Semaphore(settings.at_once)
        self._failed = _Failed()
        self._done_of = (0, 0)  # batch, and how many of its parcels the server has
        self._sender: asyncio.Task[None] | None = None
        self._storer: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        """Whether the last exchange failed."""
        return self.away_since is not None

    @property
    def queueing(self) -> bool:
        """Whether a message that comes now must wait behind others."""
        return self._storing or self.away or self._closing

    @property
    def dropped(self) -> int:
        """Messages that were lost: there was no room, or the server will not have them."""
        return self._spool.dropped + self.counts.refused + self.counts.not_stored

    def waiting(self) -> tuple[int, int, int]:
        """Messages in memory, files on disk, and the bytes of both."""
        return len(self._fresh) + len(self._sending), len(self._spool), self._bytes + self._spool.size

    def put(self, waiting: Waiting, settled: Settled) -> None:
        """A message that has no reply."""
        self._fresh.append(_Item(waiting, settled))
        self._bytes += len(waiting.message)
        if self._bytes > self._settings.memory and not self._storing:
            log.warning("%s: takes less than comes; what is new goes to the disk", self.name)
            self._storing = True
        if self._storing:
            self._to_store.set()
        self._work.set()

    async def deliver(self, waiting: Waiting, settled: Settled) -> bytes | None:
        """A client message: its reply, or None when it waits for better times."""
        reply = None if self.queueing else await self._delivered(waiting, settled)
        if reply is None:
            self.put(waiting, settled)
        else:
            settled(True)
        return reply

    async def _delivered(self, waiting: Waiting, settled: Settled) -> bytes | None:
        size = len(waiting.message)
        self._bytes += size
        try:
            async with self._slots:
                if self.queueing:  # by now: who waited must not try, one after the other, a server that does not answer
                    return None
                reply = await self._send(waiting.message, 1)
        except OSError as error:
            self._failed_with(error)
            return None
        except asyncio.CancelledError:
            self.put(waiting, settled)  # the relay stops: it goes to the disk with the others
            raise
        finally:
            self._bytes -= size
        self._heard(waiting.message, reply)
        return reply

    async def ask(self, message: bytes) -> bytes:
        """A question's answer. Raises OSError."""
        self._refuse_when_away()
        async with self._slots:
            self._refuse_when_away()
            return await self._exchange(message)

    def _refuse_when_away(self) -> None:
        if self.away:
            raise ConnectionRefusedError(f"{self.name} is away")

    async def tell(self, message: bytes) -> bool:
        """Something that is not worth keeping; a server that takes it is there."""
        try:
            async with self._slots:
                await self._send(message, 1)
        except OSError:
            return False
        return True

    async def run(self) -> None:
        """Send and store until `close`."""
        async with asyncio.TaskGroup() as tasks:
            self._sender = tasks.create_task(self._send_all())
            self._storer = tasks.create_task(self._store_all())

    async def close(self) -> None:
        """End; what is in memory goes to the disk."""
        self._closing = True
        self._work.set()
        self._to_store.set()
        if self._sender is not None:
            await asyncio.wait([self._sender], timeout=0.0 if self.away else _LAST_EXCHANGE)
            self._sender.cancel()
            await asyncio.wait([self._sender])
        if self._storer is not None:
            await asyncio.wait([self._storer])
        async with self._disk:
            await self._store(list(self._sending.values()), ahead=self._storing)
            self._sending.clear()
            while self._fresh:
                await self._store(_take(self._fresh, _CHUNK))

    # Sending

    async def _send_all(self) -> None:
        while not self._closing:
            if self._storing:
                await self._send_stored()
            elif self._fresh:
                await self._send_fresh()
            else:
                await self._work.wait()
                self._work.clear()

    async def _send_fresh(self) -> None:
        """Gather for a moment, so that small messages travel together."""
        if len(self._fresh) < MOST_TOGETHER:
            passed = self._clock.now() - self._fresh[0].waiting.received
            gather = self._settings.gather
            await self._clock.sleep_until(self._clock.monotonic() + (gather - passed if 0 <= passed < gather else 0))
        taken = _take(self._fresh, 4 * MOST_BYTES)
        self._sending = {id(item.waiting): item for item in taken}
        try:
            for parcel in self._packing.parcels([item.waiting for item in taken], self._clock.now()):
                async with self._slots:
                    await self._hand_over(parcel)
                for one in parcel.of:
                    self._settle(self._sending.pop(id(one)), kept=True)
        except OSError as error:
            self._failed_with(error)
            async with self._disk:
                left = list(self._sending.values())
                self._sending = {}
                await self._store(left, ahead=True)

    async def _send_stored(self) -> None:
        begun = self._clock.monotonic()
        try:
            async with self._disk:
                batch = await _in_thread(self._spool.oldest)
                if batch is None and not self._fresh:
                    self._storing, self.oldest = False, None
                    log.info("%s: nothing waits any more", self.name)
                    return
            if batch is None:  # what is in memory is about to be stored
                self._to_store.set()
                await self._clock.sleep_until(begun + self._settings.gather)
                return
            await self._send_batch(batch)
            async with self._disk:
                await _in_thread(lambda: self._spool.remove(batch.number))
                self._done_of = (0, 0)
        except OSError as error:
            self._failed_with(error)
            await self._clock.sleep_until(self._clock.monotonic() + self._failed.pause(self._settings))
        else:
            if self._settings.rate:
                await self._clock.sleep_until(begun + len(batch.messages) / self._settings.rate)

    async def _send_batch(self, batch: Batch) -> None:
        self.oldest = min((one.received for one in batch.messages), default=self.oldest)
        parcels = self._packing.parcels(batch.messages, self._clock.now(), stored=True)
        number, done = self._done_of
        for index in range(done if number == batch.number else 0, len(parcels)):
            try:
                async with self._slots:
                    await self._hand_over(parcels[index])
            except OSError as error:
                if not await self._never(error, (batch.number, index)):
                    raise
                await self._one_by_one(parcels[index])
            self._done_of = (batch.number, index + 1)

    async def _never(self, error: OSError, place: tuple[int, int]) -> bool:
        """Whether a server that is well breaks off this parcel whenever it comes; one that is slow may yet take it."""
        if isinstance(error.__cause__ or error, _NOT_THERE) or self._failed.times(place) < _TRIES:
            return False
        async with self._slots:
            await self._exchange(b"ping")
        return True

    async def _one_by_one(self, parcel: Parcel) -> None:
        """Give up the message that is not taken, and not those that travel with it."""
        for one in parcel.of:
            try:
                async with self._slots:
                    if len(parcel.of) > 1:
                        await self._send(one.message, 1)
                        continue
            except OSError:
                async with self._slots:
                    await self._exchange(b"ping")
            self.counts.refused += 1
            log.warning("%s: breaks off a message, which is given up: %r", self.name, one.message[:100])

    async def _hand_over(self, parcel: Parcel) -> None:
        reply = await self._send(parcel.message, len(parcel.of))
        if len(parcel.of) > 1:
            self.counts.merged += len(parcel.of)
            self.counts.combos += 1
        else:
            self._heard(parcel.of[0].message, reply)

    async def _send(self, message: bytes, count: int) -> bytes:
        reply = await self._exchange(message)
        self.counts.sent += 1
        self.counts.taken += count
        if self.away:
            log.info("%s: is back", self.name)
        self.trouble, self.away_since = "", None
        self._failed = _Failed()
        return reply

    def _failed_with(self, error: OSError) -> None:
        self.counts.failures += 1
        self.trouble = str(error)
        self._storing = True
        if self.away_since is None:
            self.away_since = self._clock.monotonic()
            said = str(error).removeprefix(f"{self.name}: ")
            log.warning("%s: %s; what comes for it is kept", self.name, said)
        self._to_store.set()
        self._work.set()

    # Storing

    async def _store_all(self) -> None:
        while not self._closing:
            await self._to_store.wait()
            self._to_store.clear()
            async with self._disk:
                while self._storing and self._fresh:
                    await self._store(_take(self._fresh, _CHUNK))

    async def _store(self, items: list[_Item], *, ahead: bool = False) -> None:
        """On disk, or not: their senders hear of it. The caller holds the lock."""
        if not items:
            return
        waiting = [item.waiting for item in items]
        kept = False
        try:
            kept = await _in_thread(lambda: self._spool.append(waiting, ahead=ahead))
            self.disk_trouble = "" if kept else self._spool.trouble
        except OSError as error:
            self.disk_trouble = str(error)
        if kept:
            self.counts.stored += len(items)
            self.oldest = min(self.oldest or waiting[0].received, waiting[0].received)
        else:
            self.counts.not_stored += len(items)
            log.error("%s: %d messages cannot be kept: %s", self.name, len(items), self.disk_trouble)
        for item in items:
            self._settle(item, kept=kept)

    def _settle(self, item: _Item, *, kept: bool) -> None:
        self._bytes -= len(item.waiting.message)
        item.settled(kept)


def _take(fresh: deque[_Item], most: int) -> list[_Item]:
    """Some combos' worth: the rest can go to the disk when the server goes away now."""
    taken: list[_Item] = []
    size = 0
    while fresh and size < most and len(taken) < 4 * MOST_TOGETHER:
        item = fresh.popleft()
        size += len(item.waiting.message)
        taken.append(item)
    return taken


async def _in_thread(work: Callable[[], T]) -> T:
    """A thread cannot be stopped: whoever is cancelled meanwhile waits for its end, since the spool is its own."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class _Failed:
    """How often in a row, and how often at the last place."""

    def __init__(self) -> None:
        self._rounds = 0
        self._place = (0, 0)
        self._times = 0

    def pause(self, settings: OutletSettings) -> float:
        """Seconds until the next try."""
        self._rounds += 1
        return float(min(settings.retry * 2 ** min(self._rounds - 1, 20), settings.retry_most))

    def times(self, place: tuple[int, int]) -> int:
        """Count one more at that place."""
        self._times = self._times + 1 if place == self._place else 1
        self._place = place
        return self._times
