"""What an extra script prints (xymond_rrd(8)): definitions of data sources, the name of a file, its values."""

from collections.abc import Iterator

import msgspec

from hexmon.graphs.datasets.contract import DataSource, Source, Update
from hexmon.graphs.datasets.reading import file_name, lines, value_for
from hexmon.graphs.datasets.sources import Sources, distinct, parse_source

MOST_FILES = 5000  # of one run
_MOST_SOURCES = 500  # of one file
_DEFINITION = "DS:"


class Printed(msgspec.Struct, frozen=True):
    """The updates, and what could not be used of the output, in words, at most one for each line."""

    updates: tuple[Update, ...]
    mistakes: tuple[str, ...] = ()


def read_printed(source: Source, output: str) -> Printed:
    """Files until the next definitions have the same data sources. Whatever was printed, it raises nothing."""
    reader = _Reader(source)
    for line in lines(output):
        reader.take(line.strip("\r"))
    reader.end()
    return Printed(tuple(reader.updates), tuple(reader.mistakes))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.updates: list[Update] = []
        self.mistakes: list[str] = []
        self._source = source
        self._definitions: list[str] = []
        self._defining = False
        self._file = ""
        self._seen: set[str] = set()

    def take(self, line: str) -> None:
        if not line.strip() or len(self.updates) + len(self.mistakes) >= MOST_FILES:
            return
        if self._file:
            self._values(line)
        elif line[: len(_DEFINITION)].upper() == _DEFINITION:
            self._define(line)
        else:
            self._defining = False
            self._file = line

    def end(self) -> None:
        if self._file:
            self.mistakes.append(f"the file '{self._file[:200]}' has no values")

    def _define(self, line: str) -> None:
        """The first definition after values forgets those before."""
        if not self._defining:
            self._definitions.clear()
        self._defining = True
        if len(self._definitions) <= _MOST_SOURCES:
            self._definitions.append(line.strip())

    def _values(self, line: str) -> None:
        file, self._file = self._file, ""
        try:
            update = self._update(file, line.strip())
        except ValueError as error:
            self.mistakes.append(f"the file '{file[:200]}': {error}")
        else:
            if update.file not in self._seen:
                self._seen.add(update.file)
                self.updates.append(update)

    def _update(self, file: str, line: str) -> Update:
        """Raises ValueError."""
        sources = self._sources()
        values = line.split(":", _MOST_SOURCES + 1)
        if len(values) != len(sources):
            raise ValueError(f"{len(values)} values for {len(sources)} data sources")
        texts = tuple(value_for(one, text) for one, text in zip(sources, values, strict=True))
        return Update(
            folder=self._source.host,
            file=file_name(file),
            sources=sources,
            values=texts,
            at=self._source.at,
            test=self._source.test,
        )

    def _sources(self) -> Sources:
        found = list(_parsed(self._definitions))
        if not found:
            raise ValueError("no DS: line comes before it")
        if len(found) > _MOST_SOURCES:
            raise ValueError(f"more than {_MOST_SOURCES} data sources")
        if not distinct(found):
            raise ValueError("a data source is defined twice")
        return tuple(found)


def _parsed(definitions: list[str]) -> Iterator[DataSource]:
    for text in definitions:
        source = parse_source(text)
        if source is None:
            raise ValueError(f"'{text[:200]}' defines no data source (rrdcreate(1))")
        yield source
