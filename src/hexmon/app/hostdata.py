"""Keeps the client data of a host whose squares turn bad, and that of the next message when somebody asks for it."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable

import msgspec

from hexmon.app.lines import by_label, gauge
from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.history.hostdata import HostDataFiles, NameRefusedError
from hexmon.history.settings import HostDataSettings
from hexmon.model.client import together
from hexmon.model.events import ColorChanged, SquareDropped, SquareRenamed
from hexmon.model.status import ClientMessage

log = logging.getLogger(__name__)

BACKOFF = 300.0  # seconds that a host is left alone after its file could not be written
_MOST_WAITING = 200  # saves
_MOST_BYTES = 128 * 1024 * 1024  # of messages that wait; one is always taken
_SILENCE = 300.0  # seconds between two complaints about a full disk


class _Save(msgspec.Struct, frozen=True):
    host: str
    moment: int
    messages: tuple[ClientMessage, ...]
    forced: bool

    @property
    def size(self) -> int:
        return sum(len(message.message) for message in self.messages)


class _Host(msgspec.Struct):
    """Of a host: when something was kept of it lately, and until when it is left alone (both by monotonic time)."""

    saved: deque[float] = msgspec.field(default_factory=deque)
    quiet_until: float = 0.0
    latest: int = 0  # the moment of the message that was last considered


class HostDataKeeper:
    """Three tasks: `follow` looks at the board's events, `write` works on the disk, one file after the other.

    Nothing here ever waits for the disk except `write`. What comes faster than it can be written is left out.
    """

    def __init__(
        self, board: Board, bus: LocalBus, clock: Clock, files: HostDataFiles, settings: HostDataSettings
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._board = board
        self._bus = bus
        self._clock = clock
        self._files = files
        self._settings = settings
        self._chosen = settings.choice()
        self._hosts: dict[str, _Host] = {}
        self._armed: dict[str, float] = {}
        self._saves = 0
        self._bytes = 0
        self._work: deque[_Save | Callable[[], object]] = deque()
        self._wanted = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._complained = -_SILENCE

    # -- what is to be done ---------------------------------------------------------------------------------------

    def arm(self, host: str, seconds: float) -> None:
        """Keep the next message of that host, if it comes within that time."""
        self._armed[host] = self._clock.monotonic() + seconds

    def client_came(self, word: str) -> None:
        """A message of that host is on the board now."""
        if not self._armed:
            return
        host = self._board.canonical(word)
        until = self._armed.pop(host, 0.0) if host is not None else 0.0
        if host is not None and self._clock.monotonic() < until:
            self._save(host, forced=True)

    async def follow(self) -> None:
        """Look at colour changes, drops and renames for ever."""
        subscription = self._bus.follow("host data", (ColorChanged, SquareDropped, SquareRenamed))
        while True:
            for event in await subscription.next_batch():
                if isinstance(event, ColorChanged):
                    self._changed(event)
                elif isinstance(event, SquareDropped):
                    self._dropped(event)
                elif isinstance(event, SquareRenamed):
                    self._renamed(event)

    def _changed(self, event: ColorChanged) -> None:
        status = event.status
        if self._settings.recent_count and not event.downtime and self._chosen(status.color, status.key.test):
            self._save(status.key.host, forced=False)

    def _dropped(self, event: SquareDropped) -> None:
        if event.test is not None:
            return
        self._forget(event.host)
        if not event.forget:
            self._do(lambda: self._files.drop(event.host))

    def _renamed(self, event: SquareRenamed) -> None:
        if event.test is None:
            self._forget(event.host)
            self._forget(event.new_host)
            self._do(lambda: self._files.rename(event.host, event.new_host))

    def _forget(self, host: str) -> None:
        self._armed.pop(host, None)
        self._hosts.pop(host, None)

    def prune(self) -> None:
        """Delete what is older than the settings want it."""
        if self._settings.days:
            before = self._clock.now() - self._settings.days * 86400.0
            self._do(lambda: self._files.prune(before))

    def _save(self, host: str, *, forced: bool) -> None:
        messages = tuple(self._board.clients(host))
        if not messages:
            return
        moment = int(max(message.received for message in messages))
        known = self._hosts.setdefault(host, _Host())
        if not forced and known.latest == moment:
            return
        if self._saves >= _MOST_WAITING or self._bytes >= _MOST_BYTES:
            self.counts["too many"] += 1
            return
        known.latest = moment
        save = _Save(host, moment, messages, forced)
        self._saves += 1
        self._bytes += save.size
        self._do(save)

    def _do(self, work: _Save | Callable[[], object]) -> None:
        self._work.append(work)
        self._idle.clear()
        self._wanted.set()

    # -- doing it -------------------------------------------------------------------------------------------------

    async def write(self) -> None:
        """Do what waits, in its order, for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._work:
                work = self._work.popleft()
                if isinstance(work, _Save):
                    self._saves -= 1
                    self._bytes -= work.size
                    await self._write(work)
                else:
                    await self._work_on_files(work)
            self._idle.set()

    async def drained(self) -> None:
        """Return when nothing waits to be done."""
        await self._idle.wait()

    async def _work_on_files(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except (OSError, NameRefusedError) as error:
            self.counts["failed"] += 1
            log.warning("host data: %s", error)

    async def _write(self, job: _Save) -> None:
        known = self._hosts.get(job.host) or _Host()
        now = self._clock.monotonic()
        if now < known.quiet_until or not (job.forced or self._within_budget(known, now)):
            self.counts["left out"] += 1
            return
        try:
            saved = await asyncio.to_thread(self._write_now, job)
        except NameRefusedError as error:
            self.counts["refused"] += 1
            log.warning("host data: %s", error)
        except OSError as error:
            self.counts["failed"] += 1
            known.quiet_until = now + BACKOFF
            log.warning("host data: %s: %s; the next is tried in 5 minutes", job.host, error)
        else:
            self._note(known, now, saved, job.forced)

    def _note(self, known: _Host, now: float, saved: bool, forced: bool) -> None:
        if saved:
            self.counts["saved"] += 1
            if not forced:
                known.saved.append(now)
            return
        self.counts["disk full"] += 1
        if now - self._complained >= _SILENCE:
            self._complained = now
            free = self._settings.minimum_free
            log.warning("host data: nothing is kept: less than %d%% of %s is free", free, self._files.folder)

    def _within_budget(self, known: _Host, now: float) -> bool:
        while known.saved and known.saved[0] <= now - self._settings.recent_period:
            known.saved.popleft()
        return len(known.saved) < self._settings.recent_count

    def _write_now(self, job: _Save) -> bool:
        if self._settings.minimum_free and self._files.free_percent() < self._settings.minimum_free:
            return False
        self._files.save(job.host, job.moment, together(job.messages))
        return True

    def metrics(self) -> Iterable[str]:
        """For `/metrics`."""
        yield from by_label("hexmon_hostdata_total", "what", self.counts)
        yield from gauge("hexmon_hostdata_waiting", len(self._work))
