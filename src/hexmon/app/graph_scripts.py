"""`extra_script` of [graphs]: a program that makes figures of the texts of some columns, as xymond_rrd runs it."""

import asyncio
import logging
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hexmon.alerts.notify.script import how_it_ended, own_environment
from hexmon.clock import Clock
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.printed import Printed, read_printed
from hexmon.model.names import host_to_wire
from hexmon.probes.programs import CannotStart, Flood, NoRoom, Programs

log = logging.getLogger(__name__)

AT_ONCE = 4
SECONDS = 30.0  # that one run may take
MOST_WAITING = 2000  # texts
MOST_BYTES = 64 * 1024 * 1024  # of texts that wait

_KEPT = 1024 * 1024  # bytes of what it prints; more than that ends it
_SILENCE = 300.0  # seconds between two complaints

Take = Callable[[Source, Sequence[Update]], object]


class GraphScripts:
    """`offer` never waits; `run` runs the program, at most AT_ONCE times beside each other, in the order of the texts.

    `take` is given what it made of a text, in the event loop. `counts`: runs that ended well, failed ones, files whose
    figures came, what could not be used of them, and texts that there was no room for.
    """

    def __init__(self, argv: Sequence[str], take: Take, clock: Clock) -> None:
        self.counts = Counter(run=0, failed=0, files=0, mistakes=0, lost=0)
        self._argv = argv
        self._take = take
        self._clock = clock
        self._programs = Programs(AT_ONCE)
        self._waiting: deque[Source] = deque()
        self._bytes = 0
        self._wanted = asyncio.Event()
        self._trouble = ""
        self._complained = -_SILENCE

    def offer(self, source: Source) -> bool:
        """Have a text read; False when too many wait, and this one is lost."""
        size = len(source.text)
        if len(self._waiting) >= MOST_WAITING or (self._bytes and self._bytes + size > MOST_BYTES):
            self.counts["lost"] += 1
            return False
        self._waiting.append(source)
        self._bytes += size
        self._wanted.set()
        return True

    def depth(self) -> int:
        """How many texts wait."""
        return len(self._waiting)

    async def run(self) -> None:
        """Run the program for ever; texts are in a folder that only we may read, and gone when it has ended."""
        with tempfile.TemporaryDirectory(prefix="hexmon-graphs-") as name:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for number in range(AT_ONCE):
                        tasks.create_task(self._work(Path(name) / f"message-{number}"), name=f"graph script {number}")
            finally:
                self._programs.close()

    async def _work(self, file: Path) -> None:
        while True:
            while not self._waiting:
                self._wanted.clear()
                await self._wanted.wait()
            source = self._waiting.popleft()
            self._bytes -= len(source.text)
            try:
                await self._read(source, file)
            except Exception:
                # One odd text, or a full disk, must not end the reading of all others.
                self._failed(source, "its text could not be handed over")
                log.debug("graphs: %s", source.host, exc_info=True)
            await asyncio.to_thread(_remove, file)

    async def _read(self, source: Source, file: Path) -> None:
        await asyncio.to_thread(_write, file, _message(source))
        try:
            async with asyncio.timeout(SECONDS), self._programs.place(SECONDS):
                argv = [*self._argv, source.host, source.test, str(file)]
                ended = await self._programs.run(argv, own_environment(), keep=_KEPT)
        except TimeoutError:
            self._failed(source, f"it did not end within {SECONDS:g} seconds")
        except (CannotStart, Flood, NoRoom) as error:
            self._failed(source, str(error))
        else:
            self._use(source, await asyncio.to_thread(_printed, source, ended.output))
            if ended.status != 0:
                self._failed(source, how_it_ended(ended))
            else:
                self.counts["run"] += 1

    def _use(self, source: Source, printed: Printed) -> None:
        self.counts["files"] += len(printed.updates)
        self.counts["mistakes"] += len(printed.mistakes)
        if printed.mistakes:
            self._say(source, printed.mistakes[0])
        elif printed.updates:
            self._trouble = ""
        if printed.updates:
            self._take(source, printed.updates)

    def _failed(self, source: Source, why: str) -> None:
        self.counts["failed"] += 1
        self._say(source, why)

    def _say(self, source: Source, why: str) -> None:
        self._trouble = f"the script of graphs, {self._argv[0]}, for {source.host}.{source.test}: {why}"
        now = self._clock.monotonic()
        if now - self._complained >= _SILENCE:
            self._complained = now
            log.warning("%s", self._trouble)

    def troubles(self) -> Iterator[str]:
        """What is wrong, for hexmon's own square."""
        if self._trouble:
            yield self._trouble
        if self.counts["lost"]:
            yield f"the script of graphs has not seen {self.counts['lost']} texts since the start: it is too slow"


def _message(source: Source) -> bytes:
    """The text as it is on the wire. Figures that we took from an agent's message have no line above them."""
    square = f"{host_to_wire(source.host)}.{source.test}".encode()
    if source.kind == "data":
        return source.text if source.text.startswith(b"data ") else b"data %s\n%s" % (square, source.text)
    return b"status %s %s" % (square, source.text)


def _write(file: Path, message: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(message)


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _printed(source: Source, output: bytes) -> Printed:
    return read_printed(source, output.decode(errors="replace"))
