"""Programs of the administrator that make figures of texts, and one that is told all figures (xymond_rrd(8))."""

import asyncio
import shlex
import shutil
import subprocess
import tempfile
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hexmon.alerts.notify.script import how_it_ended, own_environment
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.script_output import updates_from
from hexmon.graphs.datasets.select import is_extra
from hexmon.graphs.datasets.settings import DatasetSettings
from hexmon.graphs.schema import Update
from hexmon.graphs.settings import GraphSettings
from hexmon.probes.programs import CannotStart, Flood, Programs

LONGEST = 30.0  # seconds that a script may take
_AT_ONCE = 4
_MOST_TEXTS = 1000  # that wait; of a square the newest
_MOST_LINES = 100_000  # that wait for the processor
_AGAIN = 10.0  # seconds after which a processor that has ended is started again
_LAST_WORDS = 2.0  # seconds that it has when hexmon stops


class CommandError(ValueError):
    """A command that cannot be run; its text says why."""


def words_of(command: str, setting: str) -> list[str]:
    """The words of a command, the program as a path. Raises CommandError."""
    try:
        program, *arguments = shlex.split(command)
    except ValueError as error:
        raise CommandError(f"[graphs] {setting}: '{command}' is no command: {error}") from None
    path = shutil.which(program)
    if path is None:
        raise CommandError(f"[graphs] {setting}: there is no program {program} that can be run")
    return [path, *arguments]


class ExtraScript:
    """Runs `PROGRAM HOST TEST FILE` for texts that are `put`, while `run` runs, and hands over the figures it prints.

    `counts`: run, failed (with the last reason in `trouble`), lost (too many texts came at once).
    """

    def __init__(self, argv: list[str], programs: Programs, offer: Callable[[Iterable[Update]], object]) -> None:
        self.counts: Counter[str] = Counter()
        self.trouble = ""
        self._argv = argv
        self._programs = programs
        self._offer = offer
        self._waiting: OrderedDict[tuple[str, str, str], Source] = OrderedDict()
        self._wanted = asyncio.Event()

    def put(self, source: Source) -> None:
        """Have a text read soon, instead of an older one of the same square."""
        key = (source.kind, source.host, source.test)
        self._waiting.pop(key, None)
        self._waiting[key] = source
        if len(self._waiting) > _MOST_TEXTS:
            self._waiting.popitem(last=False)
            self.counts["lost"] += 1
        self._wanted.set()

    async def run(self) -> None:
        """Work, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(_AT_ONCE):
                tasks.create_task(self._work(), name=f"extra script {number + 1}")

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._wanted.clear()
                await self._wanted.wait()
            source = self._waiting.popitem(last=False)[1]
            try:
                self._offer(list(await self._read(source)))
            except TimeoutError:
                self._failed(source, f"it took longer than {LONGEST:g} seconds")
            except (OSError, CannotStart, Flood) as error:
                self._failed(source, str(error))

    async def _read(self, source: Source) -> Iterator[Update]:
        name = await asyncio.to_thread(_written, source.text)
        try:
            async with asyncio.timeout(LONGEST):
                ended = await self._programs.run([*self._argv, source.host, source.test, name], own_environment())
        finally:
            _remove(name)
        self.counts["run"] += 1
        if ended.status != 0:
            self._failed(source, how_it_ended(ended))
        return updates_from(ended.output.decode(errors="replace"), source)

    def _failed(self, source: Source, reason: str) -> None:
        self.counts["failed"] += 1
        self.trouble = f"the extra script of graphs failed for {source.host}.{source.test}: {reason}"


def _written(text: bytes) -> str:
    """The name of a file with that text, which only we may read."""
    with tempfile.NamedTemporaryFile(prefix="hexmon-figures-", delete=False) as file:
        file.write(text)
    return file.name


def _remove(name: str) -> None:
    with suppress(OSError):
        Path(name).unlink()


class Processor:
    """A program that is told every update on its standard input, by a thread of its own: nothing waits for it.

    A line is `SOURCE:SOURCE SECONDS:VALUE:VALUE HOST WORD...`; the words are the parts of the file's name. `counts`:
    told, lost (it reads too slowly, or is not there), started.
    """

    def __init__(self, argv: list[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.trouble = ""
        self._argv = argv
        self._lines: deque[bytes] = deque()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="figures processor", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def tell(self, update: Update) -> None:
        """From any thread."""
        if len(self._lines) >= _MOST_LINES:
            self.counts["lost"] += 1
            return
        self._lines.append(line_of(update))
        self._wanted.set()

    def stop(self) -> None:
        """End it: what waits is told if it reads that within LAST_WORDS seconds. Waits: not in the event loop."""
        self._ended.set()
        self._wanted.set()
        self._thread.join(_LAST_WORDS)
        process = self._process
        if process is not None:
            process.kill()
        self._thread.join(_LAST_WORDS)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._serve()
            except OSError as error:
                self.trouble = f"the processor of graphs has ended: {error}"
            self._ended.wait(_AGAIN)

    def _serve(self) -> None:
        """Start it, and tell it all until it ends or we do. Raises OSError."""
        with subprocess.Popen(  # noqa: S603 - the administrator's own program
            self._argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            self._process = process
            self.counts["started"] += 1
            self.trouble = ""
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            while self._lines or not self._ended.is_set():
                self._wanted.wait()
                self._wanted.clear()
                while self._lines:
                    process.stdin.write(self._lines.popleft())
                    self.counts["told"] += 1
                process.stdin.flush()
            process.stdin.close()


def line_of(update: Update) -> bytes:
    """An update as xymond_rrd(8) tells it."""
    names = ":".join(source.name for source in update.sources)
    values = ":".join((str(int(update.at)), *update.values))
    return f"{names} {values} {update.folder} {' '.join(_parts(update))}\n".encode(errors="replace")


def _parts(update: Update) -> list[str]:
    """`disk ,var`, `tcp http www.example.com`, `la`."""
    stem = update.file.removesuffix(".rrd")
    test = update.test.partition("/")[0]
    if test and stem.startswith(f"{test},"):
        return [test, stem[len(test) :]]
    first, dot, rest = stem.partition(".")
    if stem.startswith("tcp.http."):
        return ["tcp", "http", stem.removeprefix("tcp.http.")]
    return [first, rest] if dot else [stem]


class Scripts:
    """Both programs, as far as `settings` ask for them; a command that cannot be run is told in `troubles`."""

    def __init__(
        self, settings: GraphSettings, programs: Programs, offer: Callable[[Iterable[Update]], object]
    ) -> None:
        self._mistakes: list[str] = []
        self._tests = settings.reading().extra_tests
        extra = self._words(settings.extra_script, "extra_script") if self._tests else None
        self._extra = ExtraScript(extra, programs, offer) if extra else None
        processor = self._words(settings.processor, "processor")
        self.processor = Processor(processor) if processor else None

    def _words(self, command: str, setting: str) -> list[str] | None:
        try:
            return words_of(command, setting) if command else None
        except CommandError as error:
            self._mistakes.append(str(error))
            return None

    @contextmanager
    def running(self) -> Iterator[None]:
        """The processor runs while it is open; closing waits for its last words."""
        if self.processor is not None:
            self.processor.start()
        try:
            yield
        finally:
            if self.processor is not None:
                self.processor.stop()

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """The tasks of these, by name."""
        return {"extra script of graphs": self._extra.run()} if self._extra is not None else {}

    def take(self, source: Source, settings: DatasetSettings) -> bool:
        """Whether the script reads this text; then it does so soon."""
        if self._extra is None or not is_extra(source, settings):
            return False
        self._extra.put(source)
        return True

    def troubles(self) -> Iterator[str]:
        """What is wrong with them, for people."""
        yield from self._mistakes
        for one in (self._extra, self.processor):
            if one is not None and one.trouble:
                yield one.trouble
            if one is not None and one.counts["lost"]:
                yield f"{one.counts['lost']} figures were not told to a program of graphs: it is too slow"
