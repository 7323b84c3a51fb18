"""An update as a line for another program: `xymond_rrd --processor` writes them so (xymond_rrd(8))."""

import re
from collections.abc import Callable, Collection

from hexmon.graphs.schema import Update

DISKS = frozenset({"disk", "inode", "qtree", "quotas", "snapshot", "TblSpace"})  # data sets with files COLUMN,MOUNT
TRENDS = "trends"

_SUFFIX = ".rrd"
_PAGES = ("tcp", "http")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f]")


class MetricLines:
    """`NAME:NAME TIME:VALUE:VALUE HOST WORD...`: the words are what the name of the file is made of.

    `data_set_of` knows the data set of a column; files of `scripts` (data sets, too) have names that a script chose.
    """

    def __init__(self, data_set_of: Callable[[str], str], scripts: Collection[str] = ()) -> None:
        self._data_set_of = data_set_of
        self._scripts = frozenset(scripts)

    def line(self, update: Update) -> bytes | None:
        """With its end; None for an update that no line can say."""
        names = ":".join(source.name for source in update.sources)
        values = ":".join(update.values)
        if _UNFIT.search(values) or _UNFIT.search(names) or len(update.values) != len(update.sources):
            return None
        words = " ".join(_UNFIT.sub("_", word) for word in (update.folder, *self._words(update)))
        return f"{names} {int(update.at)}:{values} {words}\n".encode(errors="replace")

    def _words(self, update: Update) -> tuple[str, ...]:
        """`disk ,root`, `tcp conn`, `tcp http www.example.com,`, `la`; the whole name where somebody else chose it."""
        file, test = update.file, update.test
        kind = self._data_set_of(test)
        if kind == TRENDS or kind in self._scripts:
            return (file,)
        stem = file.removesuffix(_SUFFIX)
        if kind in DISKS and stem.startswith(test):
            return tuple(filter(None, (test, stem[len(test) :])))
        place = min((found for sign in ".," if (found := stem.find(sign)) > 0), default=0)
        if not place:
            return (stem,)
        first, rest = stem[:place], stem[place + 1 :]
        if first == _PAGES[0] and rest.startswith(f"{_PAGES[1]}."):
            return (*_PAGES, rest[len(_PAGES[1]) + 1 :])
        return first, rest
