"""Bringing reports to one server: what it did not take waits on disk, and goes before the next report."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from hexmon.agent.relaying import delayed
from hexmon.agent.spool import Spool, Waiting
from hexmon.clock import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")
Send = Callable[[bytes], Awaitable[bytes]]

_PROMPT = 5.0  # seconds after which a report says how late it is
_PATIENCE = 2  # reports that were taken while the oldest one that waits was not


class Courier:
    """To one server, called `name`. `trouble` says why the last report was not taken."""

    def __init__(self, name: str, send: Send, spool: Spool | None, clock: Clock) -> None:
        self.name = name
        self.trouble = ""
        self._send = send
        self._spool = spool
        self._clock = clock
        self._refused = 0
        self._one_by_one = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """How many reports wait."""
        return 0 if self._spool is None else len(self._spool)

    @property
    def dropped(self) -> int:
        """How many were given up."""
        return 0 if self._spool is None else self._spool.dropped

    async def deliver(self, report: bytes) -> bytes | None:
        """Bring this report, those that wait before it. The reply; None when it was not taken and waits now."""
        async with self._one_by_one:
            made = self._clock.now()
            try:
                caught_up = await self._send_waiting()
                now = self._clock.now()
                prompt = now - made < _PROMPT  # bringing what waited may have taken its time
                reply = await self._try(report if prompt else delayed(report, now - made))
            except asyncio.CancelledError:
                await asyncio.shield(self._keep(report, made))
                raise
            if reply is None:
                await self._keep(report, made)
            elif not caught_up:
                await self._doubt()
            return reply

    async def catch_up(self) -> bool:
        """Bring those that wait, oldest first; False when one was not taken."""
        async with self._one_by_one:
            return await self._send_waiting()

    async def _send_waiting(self) -> bool:
        while self._spool is not None and (batch := await self._on_disk(self._spool.oldest)):
            for one in batch.messages:
                now = self._clock.now()
                if await self._try(delayed(one.message, now - one.received)) is None:
                    return False
            await self._on_disk(partial(self._spool.remove, batch.number))
            self._refused = 0
        return True

    async def _try(self, message: bytes) -> bytes | None:
        try:
            reply = await self._send(message)
        except (OSError, TimeoutError) as error:
            if not self.trouble:
                said = str(error).removeprefix(f"{self.name}: ")
                log.warning("%s did not take a report: %s%s", self.name, said, "; it waits" if self._spool else "")
            self.trouble = str(error) or type(error).__name__
            return None
        if self.trouble:
            log.info("%s takes reports again", self.name)
        self.trouble = ""
        return reply

    async def _keep(self, report: bytes, made: float) -> None:
        if self._spool is None:
            return
        if await self._on_disk(partial(self._spool.append, (Waiting(made, report),))) is False:
            log.warning("the report cannot wait on disk: %s", self._spool.trouble)

    async def _on_disk(self, work: Callable[[], T]) -> T | None:
        """What the spool says; None when its disk does not let it: sending goes on without."""
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            log.warning("what waits for %s: %s", self.name, error)
            return None

    async def _doubt(self) -> None:
        """The server takes reports, but not the oldest that waits: it must not hold up all others for ever."""
        self._refused += 1
        if self._spool is None or self._refused < _PATIENCE:
            return
        batch = await self._on_disk(self._spool.oldest)
        if batch is not None:
            log.warning("%s refuses a report of %d s ago: it is given up", self.name, self._age(batch.messages))
            await self._on_disk(partial(self._spool.remove, batch.number))
            self._spool.dropped += len(batch.messages)
        self._refused = 0

    def _age(self, messages: tuple[Waiting, ...]) -> int:
        return int(self._clock.now() - messages[0].received)
