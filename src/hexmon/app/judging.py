"""Agents' messages become squares, one at a time, between everything else that the event loop does.

Whoever sent one is answered when its squares are on disk. Of a host that reports faster than it can be judged the
newest message counts. What takes long is judged in a thread, beside all others: it makes only its like wait.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from time import thread_time

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.ingest.answer import Later
from hexmon.judge.clients.contract import ClientJudging, HostRules
from hexmon.judge.clients.judge import Judged, judge_client
from hexmon.judge.clients.line_search import Effort, HurryError, hasty
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage

log = logging.getLogger(__name__)

RulesOf = Callable[[Host, ClientMessage], HostRules]

# Judging more takes too long for the event loop.
_BIG = 256 * 1024  # bytes
_MANY_LINES = 5_000
_MANY_SECTIONS = 1_000

_MOST_WAITING = 128 * 1024 * 1024  # bytes of each kind; one message is always taken
_FAILED = "the client message of %s could not be judged"


class _Pending:
    """A message that waits for its judge."""

    def __init__(self, message: ClientMessage) -> None:
        self.message = message
        self._ticket: int | None = None
        self._done = False
        self._waiting: list[Callable[[int | None], None]] = []

    def when_done(self, callback: Callable[[int | None], None]) -> None:
        if self._done:
            callback(self._ticket)
        else:
            self._waiting.append(callback)

    def done(self, ticket: int | None) -> None:
        self._ticket, self._done = ticket, True
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback(ticket)


_Key = tuple[str, str]


class _Queue:
    """Messages of one kind, in the order in which their hosts began to wait."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._size = 0
        self._waiting: dict[_Key, _Pending] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def has_room(self, key: _Key, message: ClientMessage) -> bool:
        """Whether that message may wait here, in the place of an older one of its key."""
        known = self._waiting.get(key)
        others = self._size - (len(known.message.message) if known else 0)
        return not others or others + len(message.message) <= _MOST_WAITING

    def put(self, key: _Key, message: ClientMessage, pending: _Pending | None = None) -> _Pending:
        """Have it wait. `pending` waited elsewhere for an older one."""
        known = self.take(key, keep_place=True) or pending or _Pending(message)
        known.message = message
        self._waiting[key] = known
        self._size += len(message.message)
        self.wake.set()
        return known

    def take(self, key: _Key, *, keep_place: bool = False) -> _Pending | None:
        """What waits of that key, which does not any more."""
        pending = self._waiting.get(key)
        if pending is not None:
            self._size -= len(pending.message.message)
            if not keep_place:
                del self._waiting[key]
        return pending

    async def next(self) -> tuple[_Key, _Pending]:
        """Who waits longest."""
        while not self._waiting:
            self.wake.clear()
            await self.wake.wait()
        key = next(iter(self._waiting))
        pending = self._waiting[key]
        self.take(key)
        return key, pending


class ClientJudge:
    """Judges what `judge` is given, while `run` runs.

    `counts`: messages that were judged, those of them that took long, those that it made mistakes with (failed), and
    those that there was no room for (refused).
    """

    def __init__(self, board: Board, clock: Clock, rules_of: RulesOf, settings: ClientJudging) -> None:
        self.counts = Counter(judged=0, slow=0, failed=0, refused=0)
        self.settings = settings
        self._board = board
        self._clock = clock
        self._rules_of = rules_of
        self._quick, self._slow = _Queue(), _Queue()
        self._in_thread: _Key | None = None
        self._overtaken: int | None = None  # the ticket of a newer message, which was judged meanwhile

    def depth(self) -> int:
        """How many messages wait."""
        return len(self._quick) + len(self._slow)

    def judge(self, message: ClientMessage) -> Later:
        """Have a message judged soon; calls back with the journal's ticket of what it became, or None: no room."""
        key = (message.host, message.collector)
        queue, other = (self._slow, self._quick) if _takes_long(message.message) else (self._quick, self._slow)
        if not queue.has_room(key, message):
            self.counts["refused"] += 1
            return _refused
        return queue.put(key, message, other.take(key)).when_done

    async def run(self) -> None:
        """Judge, in the order in which hosts began to wait."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run_quick(), name="quick messages")
            tasks.create_task(self._run_slow(), name="slow messages")

    async def _run_quick(self) -> None:
        while True:
            key, pending = await self._quick.next()
            try:
                ticket = self._file(self._judging(pending.message, hasty(thread_time))())
            except HurryError:
                self._move(key, pending)
            except Exception:
                log.exception(_FAILED, pending.message.host)
                self._failed(pending)
            else:
                if key == self._in_thread:
                    self._overtaken = ticket
                pending.done(ticket)
            await self._clock.sleep_until(self._clock.monotonic())  # everybody else's turn

    def _move(self, key: _Key, pending: _Pending) -> None:
        if self._slow.has_room(key, pending.message):
            self._slow.put(key, pending.message, pending)
        else:
            self.counts["refused"] += 1
            pending.done(None)

    async def _run_slow(self) -> None:
        while True:
            self._in_thread, pending = await self._slow.next()
            self._overtaken = None
            self.counts["slow"] += 1
            try:
                judged = await asyncio.to_thread(self._judging(pending.message, Effort(meter=thread_time)))
                pending.done(self._file(judged) if self._overtaken is None else self._overtaken)
            except Exception:
                log.exception(_FAILED, pending.message.host)
                self._failed(pending)
            finally:
                self._in_thread = None

    def _judging(self, message: ClientMessage, effort: Effort) -> Callable[[], Judged]:
        """What is to be done for a message, in any thread."""
        host = self._board.inventory.find(message.host)
        if host is None:
            return Judged
        rules, now = self._rules_of(host, message), self._clock.now()
        return partial(judge_client, message, host, rules, now, self.settings, effort)

    def _failed(self, pending: _Pending) -> None:
        """What an agent sends must not end the monitor, whatever it makes of our rules."""
        self.counts["failed"] += 1
        pending.done(0)

    def _file(self, judged: Judged) -> int:
        self.counts["judged"] += 1
        for figures in judged.figures:
            self._board.data(figures.key.host, figures.key.test, figures.sender, figures.text)
        return max((self._board.report(report) for report in judged.reports), default=0)


def _takes_long(message: bytes) -> bool:
    return len(message) > _BIG or message.count(b"\n") > _MANY_LINES or message.count(b"\n[") > _MANY_SECTIONS


def _refused(callback: Callable[[int | None], None]) -> None:
    callback(None)
