"""`processor` of [graphs]: a program that reads a line for every figure, as `xymond_rrd --processor` feeds it."""

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hexmon.alerts.notify.script import own_environment
from hexmon.clock import Clock
from hexmon.graphs.metric_lines import MetricLines
from hexmon.graphs.schema import Update
from hexmon.probes.programs import CannotStart
from hexmon.probes.standing import Standing

log = logging.getLogger(__name__)

PAUSE = 5.0  # seconds until it is started again
MOST_WAITING = 8 * 1024 * 1024  # bytes of lines
LAST_WORDS = 3.0  # seconds that it has to read the rest, and then to end

_AT_ONCE = 16  # writes before the event loop has its turn; a pipe holds 64 KB

Later = Callable[[Callable[[], None]], object]


class _Chunk:
    __slots__ = ("data", "lines", "written")

    def __init__(self, data: bytes, lines: int) -> None:
        self.data = memoryview(data)
        self.lines = lines
        self.written = 0


class Processor:
    """`feed` is called from any thread; the lines that do not fit into its queue are lost and counted.

    `counts`: lines that were given, lost (it read too slowly, or was not there for too long), odd (no line can say
    them), and how often it was started and failed to start.
    """

    def __init__(self, argv: Sequence[str], lines: MetricLines, clock: Clock, later: Later) -> None:
        self.counts = Counter(given=0, lost=0, odd=0, starts=0, failed=0)
        self._argv = argv
        self._lines = lines
        self._clock = clock
        self._later = later
        self._lock = threading.Lock()
        self._waiting: deque[_Chunk] = deque()
        self._size = 0
        self._program: Standing | None = None
        self._called = False
        self._closing: asyncio.Future[None] | None = None
        self._trouble = ""

    # -- from any thread ------------------------------------------------------------------------------------------

    def feed(self, updates: Iterable[Update]) -> None:
        """Have it read them, in their order."""
        found = [self._lines.line(update) for update in updates]
        lines = [line for line in found if line is not None]
        self.counts["odd"] += len(found) - len(lines)
        data = b"".join(lines)
        if not data:
            return
        with self._lock:
            if self._size + len(data) > MOST_WAITING:
                self.counts["lost"] += len(lines)
                return
            self._size += len(data)
            self._waiting.append(_Chunk(data, len(lines)))
            call, self._called = not self._called, True
        if call:
            self._later(self._pump)

    def depth(self) -> int:
        """How many bytes wait."""
        return self._size

    # -- in the event loop ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep it running, for ever. What was given to one that died is gone; what waits is for the next."""
        while True:
            await self._once()
            await self._clock.sleep_until(self._clock.monotonic() + PAUSE)

    async def _once(self) -> None:
        try:
            program = self._program = Standing(self._argv, own_environment())
        except CannotStart as error:
            self.counts["failed"] += 1
            self._say(str(error))
            return
        self.counts["starts"] += 1
        self._pump()
        status = await asyncio.shield(program.ended)
        self._program = None
        self._forget_the_rest()
        self._say(f"it ended ({'nobody knows how' if status is None else status}) and is started again")

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("graphs: the processor %s: %s", self._argv[0], trouble)
        self._trouble = trouble

    def _pump(self) -> None:
        """Give it what it takes now."""
        self._called = False
        program = self._program
        if program is None:
            return
        for _ in range(_AT_ONCE):
            if not self._waiting:
                if self._closing is not None and not self._closing.done():
                    self._closing.set_result(None)
                return
            chunk = self._waiting[0]
            try:
                taken = program.give(chunk.data[chunk.written :])
            except OSError:
                program.kill()  # it reads no more, whatever else it may do
                return
            if not taken:
                program.when_it_reads(self._pump)
                return
            self._took(chunk, taken)
        self._later(self._pump)

    def _took(self, chunk: _Chunk, taken: int) -> None:
        chunk.written += taken
        if chunk.written == len(chunk.data):
            self.counts["given"] += chunk.lines
            self._trouble = ""
            self._drop_first()

    def _drop_first(self) -> None:
        with self._lock:
            self._size -= len(self._waiting.popleft().data)

    def _forget_the_rest(self) -> None:
        """Nobody knows which lines of a chunk that was begun were read: they are not given twice."""
        if self._waiting and self._waiting[0].written:
            with self._lock:
                self.counts["lost"] += self._waiting[0].lines
            self._drop_first()

    async def close(self) -> None:
        """Give it what waits, tell it that there is no more, and let it end; not longer than LAST_WORDS each."""
        program = self._program
        if program is None:
            return
        self._closing = asyncio.get_running_loop().create_future()
        self._pump()
        either: set[asyncio.Future[Any]] = {self._closing, program.ended}
        await asyncio.wait(either, timeout=LAST_WORDS, return_when=asyncio.FIRST_COMPLETED)
        program.hang_up()
        await asyncio.wait({program.ended}, timeout=LAST_WORDS)
        program.give_up()

    def troubles(self) -> Iterator[str]:
        """What is wrong, for hexmon's own square."""
        if self._trouble:
            yield f"the processor of graphs, {self._argv[0]}: {self._trouble}"
        if self.counts["lost"]:
            yield f"the processor of graphs has lost {self.counts['lost']} lines since the start: it reads too slowly"
