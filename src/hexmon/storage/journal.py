"""The one writer thread: takes records in order, commits them in groups, then says so in the event loop."""

import asyncio
import heapq
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol

import msgspec

from hexmon.board.store import Record
from hexmon.clock import Clock
from hexmon.storage.metrics import JournalCounters
from hexmon.storage.writers import Batch

log = logging.getLogger(__name__)


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the journal works; all in seconds or records."""

    batch_records: int = 10_000  # taken into one transaction while writing works
    high_water: int = 500_000  # waiting records from which `trouble` says so
    retry_first: float = 0.1
    retry_most: float = 5.0
    close_within: float = 10.0  # after which a close gives up what cannot be written


class NotStoredError(Exception):
    """The database is away, full or locked; trying again may help. Its text is the reason."""


class Target(Protocol):
    """Where batches go. All is called in the writer thread."""

    def write(self, batch: Batch) -> int:
        """Commit the batch, return how many records had to be left out; raises NotStoredError."""
        ...

    def chore(self) -> bool:
        """One small step of housekeeping between batches; whether more is to do; raises NotStoredError."""
        ...

    def close(self) -> None: ...


class WriterJournal:
    """The journal of `board/store.py` over a Target. `append` and the waiting belong to the loop's thread."""

    def __init__(
        self, target: Target, loop: asyncio.AbstractEventLoop, clock: Clock, settings: JournalSettings
    ) -> None:
        self.counters = JournalCounters()
        self._target = target
        self._loop = loop
        self._clock = clock
        self._settings = settings
        self._queue: queue.SimpleQueue[tuple[int, Sequence[Record]] | None] = queue.SimpleQueue()
        self._ticket = 0
        self._durable = 0
        self._appended = 0
        self._written = 0
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._reason = ""
        self._closing = threading.Event()
        self._rest = threading.Event()  # never set
        self._give_up_at = float("inf")
        self._chores = True
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # The loop's side.

    @property
    def trouble(self) -> str:
        depth = self.depth()
        if self._reason:
            return f"nothing is being stored, {depth} records wait: {self._reason}"
        if depth > self._settings.high_water:
            return f"{depth} records wait to be stored, more than {self._settings.high_water}: the disk is too slow"
        return ""

    def append(self, records: Sequence[Record]) -> int:
        self._ticket += 1
        self._appended += len(records)
        self._queue.put((self._ticket, records))
        return self._ticket

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:
        if ticket <= self._durable:
            callback()
        else:
            heapq.heappush(self._waiting, (ticket, next(self._order), callback))

    async def durable(self, ticket: int) -> None:
        if ticket <= self._durable:
            return
        future: asyncio.Future[None] = self._loop.create_future()
        self.when_durable(ticket, lambda: None if future.done() else future.set_result(None))
        await future

    def depth(self) -> int:
        return self._appended - self._written

    def do_chores(self) -> None:
        """There is housekeeping to do."""
        self._chores = True
        self._queue.put(None)

    async def close(self) -> None:
        """Write what waits, then stop. What cannot be written in time is lost, and logged."""
        if not self._closing.is_set():
            self._give_up_at = self._clock.monotonic() + self._settings.close_within
            self._closing.set()
            self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _resolve(self, ticket: int) -> None:
        self._durable = ticket
        waiting = self._waiting
        while waiting and waiting[0][0] <= ticket:
            callback = heapq.heappop(waiting)[2]
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - one waiter's mistake must not cost the others their answer
                self._loop.call_exception_handler({"message": "a journal callback failed", "exception": error})

    # The thread's side.

    def _run(self) -> None:
        try:
            while (batch := self._collect()) is not None:
                if batch.ticket and not self._store(batch):
                    break
                if self._chores and self._queue.empty():
                    self._do_chore()
        except BaseException:
            self._reason = "the writer thread has died; the log says why"
            log.exception("the writer thread has died")
            raise
        finally:
            self._target.close()

    def _collect(self) -> Batch | None:
        """All that waits, up to the limit; an empty batch when woken for a chore; None to stop."""
        batch = Batch()
        idle = not self._chores and not self._closing.is_set()
        while batch.records < self._settings.batch_records:
            try:
                item = self._queue.get(block=idle and not batch.ticket)
            except queue.Empty:
                break
            if item is None:
                idle = False
            else:
                batch.add(*item)
        return None if self._closing.is_set() and not batch.ticket else batch

    def _store(self, batch: Batch) -> bool:
        """Write it, however often it takes; False when closing and out of time."""
        delay = self._settings.retry_first
        while not self._attempt(batch):
            if self._clock.monotonic() + delay > self._give_up_at:
                log.error("closing: %d records could not be stored: %s", self.depth(), self._reason)
                return False
            # A close ends the pause that it finds; those after it must last.
            (self._rest if self._closing.is_set() else self._closing).wait(delay)
            delay = min(delay * 2, self._settings.retry_most)
            self._merge_waiting(batch)
        return True

    def _attempt(self, batch: Batch) -> bool:
        begun = self._clock.monotonic()
        try:
            refused = self._target.write(batch)
        except NotStoredError as error:
            self._note_failure(str(error))
            return False
        finally:
            spent = self._clock.monotonic() - begun
            self.counters.commit_seconds += spent
            self.counters.slowest_commit = max(self.counters.slowest_commit, spent)
        if self._reason:
            log.warning("storing works again; %d records were waiting", self.depth())
            self._reason = ""
        self.counters.batches += 1
        self.counters.records += batch.records
        self.counters.refused += refused
        self._written += batch.records
        self._announce(batch.ticket)
        return True

    def _note_failure(self, reason: str) -> None:
        self.counters.failures += 1
        if reason != self._reason:
            log.error("nothing is being stored: %s", reason)
            self._reason = reason

    def _announce(self, ticket: int) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resolve, ticket)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self._durable = ticket

    def _merge_waiting(self, batch: Batch) -> None:
        """While the database is away, what newer statuses replace need not be kept."""
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                batch.add(*item)

    def _do_chore(self) -> None:
        self._chores = False  # before the step: who asks during it asks for another
        try:
            if self._target.chore():
                self._chores = True
        except NotStoredError as error:
            log.warning("housekeeping is put off: %s", error)
