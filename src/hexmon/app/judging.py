"""Agents' messages to squares as they come, by the settings of analysis.cfg that are in force."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import Judged, judge_client
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile
from hexmon.judge.clients.selection import Analysis
from hexmon.judge.clients.systems import system_of
from hexmon.model.events import ClientReported
from hexmon.schedule.zone import MachineZone

log = logging.getLogger(__name__)

LARGE = 1 << 20  # bytes of a message that is judged beside the event loop
_AT_ONCE = 2  # of these
_WAITING = 3  # messages of a host behind one of its own that is large; of more the oldest is left out
_TURN = 0.01  # seconds of judging before others have their turn


class ClientJudge:
    """The judge of agents' messages; those of one host keep their order."""

    def __init__(self, board: Board, bus: LocalBus, clock: Clock, settings: ClientJudging) -> None:
        self._board = board
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._zone = MachineZone()
        self._analysis = Analysis(NO_RULES)
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._behind: dict[str, deque[ClientReported]] = {}  # of hosts with a large message under way

    def use(self, file: AnalysisFile) -> None:
        """From now on these settings hold."""
        if file is not self._analysis.file:
            self._analysis = Analysis(file)

    async def run(self) -> None:
        """Judge without end."""
        subscription = self._bus.follow("client judge", (ClientReported,), limit=10_000)
        async with asyncio.TaskGroup() as tasks:
            while True:
                begun = self._clock.monotonic()
                for event in await subscription.next_batch():
                    if isinstance(event, ClientReported):
                        self._take(event, tasks)
                    if self._clock.monotonic() - begun > _TURN:
                        await self._clock.sleep_until(self._clock.monotonic())
                        begun = self._clock.monotonic()

    def _take(self, event: ClientReported, tasks: asyncio.TaskGroup) -> None:
        host = event.message.host
        behind = self._behind.get(host)
        if behind is not None:
            if len(behind) >= _WAITING:
                behind.popleft()
                log.warning("%s sends large messages faster than they can be judged; one is left out", host)
            behind.append(event)
        elif len(event.message.message) > LARGE:
            self._behind[host] = deque()
            tasks.create_task(self._judge_large(event), name=f"large message of {host}")
        else:
            self._report(self._prepared(event)())

    async def _judge_large(self, event: ClientReported) -> None:
        """In a thread: it may take seconds; then what came of that host meanwhile."""
        host = event.message.host
        behind = deque([event])
        try:
            while behind:
                async with self._room:
                    judged = await asyncio.to_thread(self._prepared(behind.popleft()))
                self._report(judged)
                behind = behind or self._behind[host]
        finally:
            del self._behind[host]

    def _prepared(self, event: ClientReported) -> Callable[[], Judged]:
        """The judging of a message with everything that it needs; it is pure, and never fails."""
        message = event.message
        host = self._board.inventory.find(message.host)
        # The messages of collectors that nobody knows are data for other programs, not those of an unknown system.
        if host is None or (message.collector and system_of(message.os_type) is None):
            return Judged
        local = datetime.fromtimestamp(event.at, self._zone)
        rules = self._analysis.for_host(host, message.host_class, message.os_type, local)

        def judge() -> Judged:
            try:
                return judge_client(message, host, rules, event.at, self._settings)
            except Exception:
                # What an agent sends must not end the monitor, whatever it makes of our rules.
                log.exception("the client message of %s could not be judged", message.host)
                return Judged()

        return judge

    def _report(self, judged: Judged) -> None:
        for report in judged.reports:
            self._board.report(report)
        for figures in judged.figures:
            self._board.data(figures.key.host, figures.key.test, figures.sender, figures.text)
