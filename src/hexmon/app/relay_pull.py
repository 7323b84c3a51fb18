"""`hexmon relay --pull`: keeps the messages of this machine until servers fetch them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from hexmon.agent.msgcache import MessageCache
from hexmon.agent.relaying import whole
from hexmon.agent.spool import Spool
from hexmon.app.receipts import Receipts
from hexmon.app.relay_server import Guard, message_settings
from hexmon.app.relay_settings import RelayConfiguration
from hexmon.clock import Clock
from hexmon.ingest.access import AccessList, read_networks
from hexmon.ingest.addresses import Address
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.tcp import MessageServer

log = logging.getLogger(__name__)

_SWEEP = 5.0  # seconds between looks for what is too old
_MOST_TOLD = 1_000


class PullRelay:
    """Handles the messages of a message server. `run` serves until `stop`; what nobody fetched outlives a restart."""

    def __init__(self, configuration: RelayConfiguration, clock: Clock) -> None:
        settings = configuration.settings
        self.counts: Counter[str] = Counter(refused=0, pulls=0)
        self.cache = MessageCache(settings.max_age, settings.memory)
        self.server = MessageServer(self, Receipts(), clock, message_settings(configuration))
        self._clock = clock
        self._guard = Guard(configuration, self.counts)
        networks = [network for text in settings.allow for network in read_networks(text)]
        self._allowed = AccessList(networks) if networks else None
        self._spool = Spool(configuration.data_dir / "pull", settings.spool)
        self._told: set[str] = set()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Put on disk what nobody fetched and return from `run`."""
        self._stop.set()

    async def run(self, started: Callable[[Sequence[Address]], None] = lambda _: None) -> None:
        """Serve until `stop`. Raises ConfigError when it cannot listen, OSError when the disk fails at the end."""
        await asyncio.to_thread(self._restore)
        addresses = self.server.bind()
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(self.server.serve()), tasks.create_task(self._expire())]
            started(addresses)
            await self._stop.wait()
            for task in loops:
                task.cancel()
        if not await asyncio.to_thread(self._spool.append, left := self.cache.unfetched()):
            log.error("%d messages that nobody fetched are lost: %s", len(left), self._spool.trouble)

    def _restore(self) -> None:
        while (batch := self._spool.oldest()) is not None:
            for one in batch.messages:
                self.cache.restore(one)
            self._spool.remove(batch.number)

    async def _expire(self) -> None:
        while True:
            self.cache.expire(self._clock.now())
            await self._clock.sleep_until(self._clock.monotonic() + _SWEEP)

    def handle(self, message: bytes, sender: str) -> Answer:
        """Keep a message, or hand out what is kept. Never raises."""
        now = self._clock.now()
        if not message.startswith(b"pullclient"):
            if not self._guard.allows(whole(message), sender):
                return NO_ANSWER
            return Answer(self.cache.put(message, now))
        if self._allowed is not None and not self._allowed.holds(sender):
            self._refuse(sender)
            return NO_ANSWER
        self.counts["pulls"] += 1
        return Answer(self.cache.fetch(whole(message), now))

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        """A big one is kept like any other."""
        self.handle(message, sender)
        yield 0

    def _refuse(self, sender: str) -> None:
        self.counts["refused"] += 1
        if sender not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(sender)
            log.warning("refused to hand out messages to %s: it is not in `allow`", sender)
