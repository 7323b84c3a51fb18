"""Tells other servers the colours of our pages: the `summary` lines of hosts.cfg."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.client import SendError, exchange_async
from hexmon.model.color import Color
from hexmon.model.inventory import Summary
from hexmon.model.names import SUMMARY_HOST

log = logging.getLogger(__name__)

Exchange = Callable[[Address, bytes], Awaitable[object]]


class SummarySender:
    """Sends every summary in one round, to the address in its line; a server that is away holds up no other."""

    def __init__(
        self, board: Board, clock: Clock, color_of: Callable[[str], Color], exchange: Exchange = exchange_async
    ) -> None:
        self._board = board
        self._clock = clock
        self._color_of = color_of
        self._exchange = exchange
        self._away: set[str] = set()

    async def run(self) -> None:
        """One round."""
        async with asyncio.TaskGroup() as tasks:
            for summary in self._board.inventory.summaries:
                tasks.create_task(self._send(summary), name=f"summary {summary.name}")

    async def _send(self, summary: Summary) -> None:
        try:
            await self._exchange(parse_address(summary.ip), self._message(summary))
        except (SendError, ValueError) as error:
            if summary.name not in self._away:  # once, not every minute
                log.warning("%s: the summary %s could not be sent: %s", summary.origin, summary.name, error)
            self._away.add(summary.name)
        else:
            self._away.discard(summary.name)

    def _message(self, summary: Summary) -> bytes:
        """As xymongen words it."""
        date = time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(self._clock.now()))
        color = self._color_of(summary.url).word
        return f"summary {SUMMARY_HOST}.{summary.name} {color} {summary.url} {date}".encode(errors="surrogateescape")
