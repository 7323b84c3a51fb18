"""The one thread that writes RRD files: figures are offered to it from anywhere and wait in a bounded queue."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

import msgspec

from hexmon.clock import Clock
from hexmon.graphs.batches import Batches
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.schema import Update

log = logging.getLogger(__name__)

_TURN = 0.2  # seconds that it sleeps at most
_MOST_BYTES = 256 * 1024 * 1024  # of texts that wait to be read
_SLICE = 200  # jobs, or files, before it looks at the other


class _Job(msgspec.Struct, frozen=True, gc=False):
    work: Callable[[], object]
    weight: int
    size: int


class Writer:
    """Nothing that is called from the event loop ever waits for the disk. `counts`: lost and wrong offers.

    What is offered first is done first, so a flush after an offer has its figures in the file.
    """

    def __init__(
        self, files: RrdFiles, clock: Clock, *, flush: float = 30.0, batch: int = 12, limit: int = 200_000
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.seconds = 0.0  # of work on files
        self._clock = clock
        self._files = files
        self._limit = limit
        self._batches = Batches(files, clock, flush=flush, batch=batch, limit=limit)
        self._jobs: deque[_Job] = deque()
        self._lock = threading.Lock()
        self._waiting = 0
        self._bytes = 0
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    # -- from anywhere --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="rrd files", daemon=True)
        self._thread.start()

    def offer(self, updates: Iterable[Update], *, weight: int = 1, size: int = 0) -> bool:
        """Figures, in the order of their time; False when too many wait, and these are lost.

        The iterable is walked in the writer's thread, so it may read texts that take a while: `weight` is how many
        there are, `size` their bytes.
        """
        return self._put(lambda: self._batches.take(updates), weight, size)

    def flush(self, folder: str, file: str) -> Future[None]:
        """Done when all that was offered for a file before is in it, or cannot be written now."""
        return self._asked(lambda: self._batches.write_file(folder, file))

    def flush_all(self) -> Future[None]:
        """The same for all files."""
        return self._asked(self._batches.write_all)

    def do(self, work: Callable[[], object]) -> None:
        """Anything that must happen in this thread, in its turn."""
        self._put(work, 0, 0)

    def drop(self, folder: str, file: str = "") -> None:
        """Delete the files of a host, or one of them."""
        self._put(lambda: self._batches.drop(folder, file), 0, 0)

    def rename(self, old: str, new: str) -> None:
        """Give the files of a host to another name."""
        self._put(lambda: self._batches.rename(old, new), 0, 0)

    def stop(self, seconds: float) -> bool:
        """Write everything that waits, and end. False when that takes longer. Waits: not in the event loop."""
        if self._thread is None:
            return True
        self._ended.set()
        self._wanted.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def depth(self) -> int:
        """How many texts and figures wait to be read."""
        return self._waiting

    def pending(self) -> int:
        """How many figures wait to be written."""
        return self._batches.pending

    def totals(self) -> Counter[str]:
        """What was done since the start, by words."""
        return self.counts + self._files.counts + self._batches.counts

    def files(self) -> int:
        """How many files were written lately."""
        return self._files.known()

    def troubles(self) -> Iterator[str]:
        """What is wrong, for people."""
        if self.counts["lost"]:
            yield f"{self.counts['lost']} texts with figures were lost since the start: too many came at once"
        yield from self._batches.troubles()

    def _asked(self, work: Callable[[], object]) -> Future[None]:
        done: Future[None] = Future()

        def run() -> None:
            try:
                work()
            finally:
                with suppress(InvalidStateError):  # who asked may have gone
                    done.set_result(None)

        if self._thread is None or not self._thread.is_alive():
            done.set_result(None)
        else:
            self._put(run, 0, 0)
        return done

    def _put(self, work: Callable[[], object], weight: int, size: int) -> bool:
        with self._lock:
            full = self._waiting + weight > self._limit or (self._bytes and self._bytes + size > _MOST_BYTES)
            if weight and full:
                self.counts["lost"] += weight
                return False
            self._waiting += weight
            self._bytes += size
            self._jobs.append(_Job(work, weight, size))
        self._wanted.set()
        return True

    # -- in the thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait(_TURN)
            self._wanted.clear()
            while self._turn():
                pass
        while self._turn():
            pass
        self._safely(self._batches.write_all)
        self._files.close()

    def _turn(self) -> bool:
        """Some of what waits; whether there may be more."""
        begun = self._clock.monotonic()
        for _ in range(_SLICE):
            if not self._jobs:
                break
            job = self._jobs.popleft()
            with self._lock:
                self._waiting -= job.weight
                self._bytes -= job.size
            self._safely(job.work)
        more = self._safely(lambda: self._batches.write_due(_SLICE))
        self.seconds += self._clock.monotonic() - begun
        return bool(self._jobs) or bool(more)

    def _safely(self, work: Callable[[], object]) -> object:
        """One bad text must not end the writing of all others."""
        try:
            return work()
        except Exception:
            self.counts["mistakes"] += 1
            log.exception("figures could not be kept")
            return False
