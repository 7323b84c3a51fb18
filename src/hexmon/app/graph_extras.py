"""What becomes of figures besides files: DS settings judge them, scripts make some, another program is told of them."""

import asyncio
import shlex
import shutil
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any

from hexmon.app.graph_processor import Processor
from hexmon.app.graph_rules import GraphRules
from hexmon.app.graph_scripts import GraphScripts, Take
from hexmon.app.lines import by_label, gauge
from hexmon.app.settings import Configuration
from hexmon.board.board import Board
from hexmon.clock import Clock
from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.metric_lines import MetricLines
from hexmon.judge.clients.rules import AnalysisFile


class GraphExtras:
    """`take` is given what the extra script made of a text, in the event loop; it hands that to `of_text`."""

    def __init__(self, configuration: Configuration, clock: Clock, board: Board, take: Take) -> None:
        settings = configuration.settings.graphs
        reading = settings.reading()
        self._columns = reading.columns
        self._tests = reading.extra_tests - DATASETS.keys()  # what we can read we read ourselves
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rules = GraphRules(board, self._later)
        self._scripts: GraphScripts | None = None
        self._processor: Processor | None = None
        if settings.extra_script:
            self._scripts = GraphScripts(_argv(configuration, settings.extra_script), take, clock)
        if settings.processor:
            lines = MetricLines(self._data_set, self._tests)
            self._processor = Processor(_argv(configuration, settings.processor), lines, clock, self._later)

    def use(self, file: AnalysisFile) -> None:
        """From now on these settings judge figures."""
        self._rules.use(file)

    # -- in the event loop ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """The loop that runs now is the one in which things are told."""
        self._loop = asyncio.get_running_loop()

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Their tasks, by name."""
        found: dict[str, Coroutine[Any, Any, None]] = {}
        if self._scripts is not None:
            found["graph scripts"] = self._scripts.run()
        if self._processor is not None:
            found["graph processor"] = self._processor.run()
        return found

    def read_by_script(self, source: Source) -> bool:
        """Whether a text is for the extra script, which has it then."""
        if self._scripts is None or self._data_set(source.test) not in self._tests:
            return False
        self._scripts.offer(source)
        return True

    async def close(self) -> None:
        """When no more figures come, and nothing runs any more."""
        if self._processor is not None:
            await self._processor.close()

    def _data_set(self, test: str) -> str:
        return self._columns.get(test.lower(), test)

    def _later(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    # -- where figures are read -----------------------------------------------------------------------------------

    def of_text(self, source: Source, updates: Iterable[Update]) -> Sequence[Update]:
        """The same updates, judged, and told to the processor."""
        found = list(updates)
        if found:
            self._rules.judge(source, found)
        return self.of_monitor(found)

    def of_monitor(self, updates: Iterable[Update]) -> Sequence[Update]:
        """Those of a YAML site: nobody judges them."""
        found = list(updates)
        if found and self._processor is not None:
            self._processor.feed(found)
        return found

    # -- what is told ---------------------------------------------------------------------------------------------

    def troubles(self) -> Iterator[str]:
        """What is wrong, for hexmon's own square."""
        if self._scripts is not None:
            yield from self._scripts.troubles()
        if self._processor is not None:
            yield from self._processor.troubles()

    def metrics(self) -> list[str]:
        """In Prometheus' text format."""
        lines = by_label("hexmon_graph_rules_total", "what", self._rules.counts)
        if self._scripts is not None:
            lines += by_label("hexmon_graph_scripts_total", "what", self._scripts.counts)
            lines += gauge("hexmon_graph_scripts_waiting", self._scripts.depth())
        if self._processor is not None:
            lines += by_label("hexmon_graph_processor_total", "what", self._processor.counts)
            lines += gauge("hexmon_graph_processor_waiting_bytes", self._processor.depth())
        return lines


def _argv(configuration: Configuration, command: str) -> list[str]:
    """The words of a command: a path is relative to hexmon.toml, a mere name is looked for in the PATH."""
    program, *words = shlex.split(command)
    found = str(configuration.locate(program)) if "/" in program else shutil.which(program) or program
    return [found, *words]
