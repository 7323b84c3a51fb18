"""The book of graphs in force: hexmon's own, and over it the graphs.cfg of this installation. Blocking."""

import logging
import threading
from pathlib import Path

from hexmon.config.lines import read_lines
from hexmon.config.source import LinesSource
from hexmon.graphs.graphs_cfg import GraphBook, read_graphs
from hexmon.model.origin import ConfigError, Problem

log = logging.getLogger(__name__)
BUILT_IN_FILE = Path(__file__).with_name("graphs.cfg")


def built_in() -> GraphBook:
    """The sections that come with hexmon."""
    problems: list[Problem] = []
    return read_graphs(read_lines(BUILT_IN_FILE, problems))


class GraphsSource:
    """Reads the file again when it, or what it includes, changes. A file that cannot be read keeps the old book."""

    def __init__(self, path: Path | None, *, required: bool = False) -> None:
        self._own = built_in()
        self._source = LinesSource(path, required=required)
        self._book: GraphBook | None = None
        self._lock = threading.Lock()
        self.problems: tuple[Problem, ...] = ()
        self.sections = 0  # of that file

    def book(self) -> GraphBook:
        """The book as the files are now."""
        with self._lock:
            if self._book is None or self._source.changed():
                self._book = self._read(self._book or self._own)
            return self._book

    def load(self) -> GraphBook:
        """Read everything now. Raises ConfigError when the file cannot be read."""
        found = self._source.lines(lenient=True)  # Xymon's own file includes what many installations do not have
        book = read_graphs(found.lines)
        self.problems = (*found.problems, *book.problems)
        self.sections = len(book.definitions)
        return book.over(self._own)

    def _read(self, before: GraphBook) -> GraphBook:
        try:
            return self.load()
        except ConfigError as error:
            log.error("graphs.cfg is refused, the graphs stay as they were:\n%s", error)  # noqa: TRY400
            self.problems = error.problems
            return before
