"""Agents' messages become squares, one at a time, between everything else that the event loop does.

Whoever sent one is answered when its squares are on disk. Of a host that reports faster than it can be judged the
newest message counts.
"""

import asyncio
import logging
from collections.abc import Callable

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.ingest.answer import Later
from hexmon.judge.clients.contract import ClientJudging, HostRules
from hexmon.judge.clients.judge import Judged, judge_client
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage

log = logging.getLogger(__name__)

RulesOf = Callable[[Host, ClientMessage], HostRules]

_BIG = 512 * 1024  # bytes: judging more takes too long for the event loop


class _Pending:
    """A message that waits for its judge."""

    def __init__(self, message: ClientMessage) -> None:
        self.message = message
        self._ticket: int | None = None
        self._waiting: list[Callable[[int], None]] = []

    def when_done(self, callback: Callable[[int], None]) -> None:
        if self._ticket is None:
            self._waiting.append(callback)
        else:
            callback(self._ticket)

    def done(self, ticket: int) -> None:
        self._ticket = ticket
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback(ticket)


class ClientJudge:
    """Judges what `judge` is given, while `run` runs.

    `judged` counts messages, `failed` those that it made mistakes with.
    """

    def __init__(self, board: Board, clock: Clock, rules_of: RulesOf, settings: ClientJudging) -> None:
        self.judged = 0
        self.failed = 0
        self.settings = settings
        self._board = board
        self._clock = clock
        self._rules_of = rules_of
        self._waiting: dict[tuple[str, str], _Pending] = {}
        self._wake = asyncio.Event()

    def depth(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def judge(self, message: ClientMessage) -> Later:
        """Have a message judged soon; calls back with the journal's ticket of what it became."""
        key = (message.host, message.collector)
        pending = self._waiting.get(key)
        if pending is None:
            pending = self._waiting[key] = _Pending(message)
        else:
            pending.message = message
        self._wake.set()
        return pending.when_done

    async def run(self) -> None:
        """Judge, in the order in which hosts began to wait."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                key = next(iter(self._waiting))
                pending = self._waiting.pop(key)
                pending.done(await self._judge(pending.message))
                await self._clock.sleep_until(self._clock.monotonic())  # everybody else's turn

    async def _judge(self, message: ClientMessage) -> int:
        host = self._board.inventory.find(message.host)
        if host is None:
            return 0
        self.judged += 1
        try:
            rules, now = self._rules_of(host, message), self._clock.now()
            if len(message.message) > _BIG or rules.may_be_slow:
                judged = await asyncio.to_thread(judge_client, message, host, rules, now, self.settings)
            else:
                judged = judge_client(message, host, rules, now, self.settings)
            return self._file(judged)
        except Exception:
            # What an agent sends must not end the monitor, whatever it makes of our rules.
            self.failed += 1
            log.exception("the client message of %s could not be judged", message.host)
            return 0

    def _file(self, judged: Judged) -> int:
        for figures in judged.figures:
            self._board.data(figures.key.host, figures.key.test, figures.sender, figures.text)
        return max((self._board.report(report) for report in judged.reports), default=0)
