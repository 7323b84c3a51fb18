"""Which data set reads a text, and how much of what it finds is kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import msgspec

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.disk_names import NONE_OF, ONLY
from hexmon.graphs.datasets.ncv import SPLIT_TYPES, TYPES
from hexmon.graphs.datasets.net import PING_COLUMN
from hexmon.graphs.datasets.settings import DatasetSettings

MOST_UPDATES = 5000  # of one text
_MOST_HOSTS = 100_000
_FLAGS = re.compile(rb"\w{1,10} <!-- \[flags:(\w{1,20})\]")
_FROM_CPU = "memory."
_NO_FIGURES = "purple"  # nobody has reported anything


def dataset_of(source: Source, settings: DatasetSettings) -> str:
    """The name of the data set; "" for a text that has no figures.

    TEST2RRD decides; without a word there a column that is called like a data set is one, a column with types of NCV
    is `ncv`, and a status of a network test (which begins with its flags) is `tcp`. Reverse tests have no figures.
    """
    flags = _FLAGS.match(source.text) if source.kind == "status" else None
    if source.color == _NO_FIGURES or (flags and b"R" in flags[1]):
        return ""
    name = settings.columns.get(source.test.lower(), source.test)
    if name in DATASETS:
        return name
    if source.test in settings.ncv or source.test in settings.splitncv:
        return "ncv"
    return "tcp" if flags and source.test.lower() not in settings.columns else ""


def updates_of(source: Source, settings: DatasetSettings) -> Iterator[Update]:
    """The figures of a text: of a file that it tells of twice the first, and at most MOST_UPDATES of them."""
    name = dataset_of(source, settings)
    if not name:
        return
    informed = msgspec.structs.replace(source, settings={**source.settings, **_settings_for(source, settings)})
    yield from once_each(DATASETS[name](informed))


def once_each(updates: Iterable[Update]) -> Iterator[Update]:
    """Without those of a file that there was one of; bounded."""
    seen: set[str] = set()
    for update in islice(updates, MOST_UPDATES):
        if update.file not in seen:
            seen.add(update.file)
            yield update


def _settings_for(source: Source, settings: DatasetSettings) -> Mapping[str, str]:
    found = {PING_COLUMN: settings.ping_column, ONLY: settings.disks, NONE_OF: settings.no_disks}
    if source.test in settings.splitncv:
        found[SPLIT_TYPES] = settings.splitncv[source.test]
    elif source.test in settings.ncv:
        found[TYPES] = settings.ncv[source.test]
    return {name: text for name, text in found.items() if text or name == SPLIT_TYPES}


class Selector:
    """The same for texts as they come: memory in cpu counts only for hosts that have no square for it."""

    def __init__(self, settings: DatasetSettings) -> None:
        self.settings = settings
        self._with_memory: dict[str, None] = {}

    def updates_of(self, source: Source) -> Iterator[Update]:
        """The figures of a text."""
        name = dataset_of(source, self.settings)
        if name == "memory":
            self._has_memory(source.host)
        updates = updates_of(source, self.settings)
        if name == "la" and source.host in self._with_memory:
            return (update for update in updates if not update.file.startswith(_FROM_CPU))
        return updates

    def _has_memory(self, host: str) -> None:
        self._with_memory[host] = None
        if len(self._with_memory) > _MOST_HOSTS:
            del self._with_memory[next(iter(self._with_memory))]
