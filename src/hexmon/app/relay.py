"""`hexmon relay`: takes messages as a monitor does and hands them on to one or several."""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hexmon.agent.outlet import Outlet, OutletSettings
from hexmon.agent.relaying import Packing, Remembered, Way, marked, way_of, whole
from hexmon.agent.spool import Spool, Waiting
from hexmon.app.receipts import Receipt, Receipts
from hexmon.app.relay_report import Teller
from hexmon.app.relay_server import Guard, exchange, message_settings, packed, unpacked
from hexmon.app.relay_settings import RelayConfiguration
from hexmon.app.spools import spool_folder
from hexmon.clock import Clock
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.tcp import MessageServer

log = logging.getLogger(__name__)

_STEP = 100  # parts of a big message handled before others get their turn


class Relay:
    """Handles the messages of a message server. `run` serves until `stop`."""

    def __init__(self, configuration: RelayConfiguration, clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        settings = configuration.settings
        self.counts: Counter[str] = Counter(status=0, client=0, data=0, combo=0, question=0, other=0, refused=0)
        self.receipts = Receipts()
        self.remembered = Remembered()
        self.server = MessageServer(self, self.receipts, clock, message_settings(configuration))
        self._settings, self._clock = settings, clock
        self._guard = Guard(configuration, self.counts)
        self.outlets = [self._outlet(parse_address(text), configuration.data_dir, tls) for text in settings.servers]
        self._answers = self.outlets[0 if settings.answers == "first" else -1]
        self._teller = Teller(settings, clock, self.outlets, self.counts, self._tables)
        self._tasks: asyncio.TaskGroup | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    def _outlet(self, address: Address, folder: Path, tls: ssl.SSLContext | None) -> Outlet:
        settings = self._settings
        return Outlet(
            str(address),
            partial(exchange, address, settings.timeout, tls),
            Spool(folder / spool_folder(address), settings.spool),
            Packing(packed),
            self._clock,
            OutletSettings(
                gather=settings.gather,
                memory=settings.memory // 2,
                at_once=settings.connections,
                rate=settings.rate,
                retry=settings.retry,
                retry_most=settings.retry_most,
            ),
            self.remembered.heard,
        )

    def stop(self) -> None:
        """Put on disk what waits and return from `run`."""
        self._stop.set()

    async def run(self, started: Callable[[Sequence[Address]], None] = lambda _: None) -> None:
        """Serve until `stop`. Raises ConfigError when it cannot listen."""
        addresses = self.server.bind()
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for outlet in self.outlets:
                tasks.create_task(outlet.run())
            listening = tasks.create_task(self.server.serve())
            telling = tasks.create_task(self._teller.run())
            started(addresses)
            await self._stop.wait()
            self.server.stop_accepting()
            ending = [telling, *self._under_way]
            for task in ending:
                task.cancel()
            await asyncio.wait(ending)
            await asyncio.gather(*(outlet.close() for outlet in self.outlets))
            listening.cancel()

    def _tables(self) -> dict[str, int]:
        return {
            "open connections": self.server.connections(),
            "messages on their way": len(self.receipts),
            "remembered replies": len(self.remembered),
        }

    # The messages

    def handle(self, message: bytes, sender: str) -> Answer:
        """Take a message. Never raises."""
        try:
            return self._handle(whole(message), sender)
        except Exception:
            # A mistake of ours in one message must not take the others down.
            log.exception("from %s, not handled: %r", sender, message[:200])
            return NO_ANSWER

    def _handle(self, message: bytes, sender: str) -> Answer:
        way = way_of(message)
        self.counts[_kind(message, way)] += 1
        if way is Way.NOWHERE or not self._guard.allows(message, sender):
            return NO_ANSWER
        receipt = self.receipts.take(len(message))
        if way is Way.SPLIT:
            self._parts(unpacked(message), sender, receipt)
        elif way is Way.ASK:
            self._start(self._ask(message, receipt.part(1), receipt))
        else:
            self._hand_on(message, sender, receipt, answered=way is Way.CLIENT)
        receipt.close()
        return Answer(receipt.answer(), receipt.number)

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        """A big message of many parts, with pauses. Never raises."""
        message = whole(message)
        if way_of(message) is not Way.SPLIT:
            yield self.handle(message, sender).ticket
            return
        self.counts["combo"] += 1
        receipt = self.receipts.take(len(message))
        receipt.in_steps = True
        parts = unpacked(message)
        for start in range(0, len(parts), _STEP):
            yield receipt.number
            self._parts(parts[start : start + _STEP], sender, receipt)
        receipt.close()
        yield receipt.number

    def _parts(self, parts: Sequence[bytes], sender: str, receipt: Receipt) -> None:
        """Each goes its own way; their replies are not used, and they do not nest."""
        for part in parts:
            message = whole(part)
            way = way_of(message)
            if way in (Way.ALL, Way.CLIENT) and self._guard.allows(message, sender):
                self.counts[_kind(message, way)] += 1
                self._hand_on(message, sender, receipt, answered=False)

    def _hand_on(self, message: bytes, sender: str, receipt: Receipt, *, answered: bool) -> None:
        waiting = Waiting(self._clock.now(), marked(message, sender))
        settled = receipt.part(len(self.outlets))
        alone = way_of(message) is Way.CLIENT
        for outlet in self.outlets:
            if not alone:
                outlet.put(waiting, settled)
            elif answered and outlet is self._answers:
                self._start(self._deliver(outlet, waiting, settled, receipt.part(1), receipt))
            else:
                self._start(_delivered(outlet, waiting, settled))

    async def _deliver(
        self,
        outlet: Outlet,
        waiting: Waiting,
        settled: Callable[[bool], None],
        replied: Callable[[bool], None],
        receipt: Receipt,
    ) -> None:
        try:
            reply = await outlet.deliver(waiting, settled)
            receipt.reply = self.remembered.reply_to(waiting.message) if reply is None else reply
        finally:
            replied(True)

    async def _ask(self, message: bytes, replied: Callable[[bool], None], receipt: Receipt) -> None:
        answered = False
        try:
            receipt.reply = await self._answers.ask(message)
            answered = True
        except OSError as error:
            log.debug("a question is not answered: %s", error)
        finally:
            replied(answered)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            work.close()
            return
        task = self._tasks.create_task(_logged(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


async def _delivered(outlet: Outlet, waiting: Waiting, settled: Callable[[bool], None]) -> None:
    await outlet.deliver(waiting, settled)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("a message was not handled to its end")


def _kind(message: bytes, way: Way) -> str:
    if way is Way.ALL:
        return "status" if message.startswith(b"status") else "data" if message.startswith(b"data") else "other"
    return {Way.SPLIT: "combo", Way.CLIENT: "client", Way.ASK: "question"}.get(way, "other")
