"""disk, inode, qtree, quotas, snapshot, TblSpace: how full what is mounted where is."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.dbcheck import tablespaces
from hexmon.graphs.datasets.disk_names import wanted_disks
from hexmon.graphs.datasets.netapp import netapp_disks
from hexmon.graphs.datasets.reading import below, columns, lines, made, whole, whole_number
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("pct", high=100) + gauges("used")

_NO_READING = ("-", "-")
_SIZES: Mapping[str, int] = {"M": 1024, "G": 1024**2, "T": 1024**3}


class _Use(NamedTuple):
    """Of a mount point: per cent, and KB."""

    name: str
    share: str
    used: int


def _irix(words: list[str]) -> _Use:
    return _Use(words[6], words[5], whole_number(words[3]))


def _as400(words: list[str]) -> _Use:
    return _Use("/DASD", next((word for word in reversed(words) if word), ""), 0)


def _windows(words: list[str]) -> _Use:
    return _Use(f"/{words[0]}", words[4], whole_number(words[2]))


def _unix(words: list[str]) -> _Use:
    return _Use(words[5], words[4], whole_number(words[2]))


def _netapp(words: list[str]) -> _Use:
    digits = words[3].rstrip("".join(_SIZES))
    return _Use(words[1], words[5], whole_number(words[3]) * _SIZES.get(words[3][len(digits) :][:1], 1))


def _netware(words: list[str]) -> _Use:
    return _Use(words[1], words[7], whole_number(words[3]))


_Reader = Callable[[list[str]], _Use]

# The first of the words that occurs says whose text it is.
_KINDS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    ((" xfs ", " efs ", " cxfs "), _irix),
    (("DASD",), _as400),
    (("NetWare Volumes",), _netware),
    (("NetAPP",), _netapp),
    (("Summary", "Filesystem"), _windows),
)
_SHOWN_TWICE = (_irix, _windows, _unix)  # file systems that are too full come once more, above the others


def disk(source: Source) -> Iterator[Update]:
    """`disk,var,log.rrd`: one file for each mount point, named after the column; `,root` for `/`."""
    text = whole(source)
    if "netapp.pl" in text:
        return netapp_disks(source)
    if "dbcheck.pl" in text:
        return tablespaces(source)
    return _disks(source, text)


def _disks(source: Source, text: str) -> Iterator[Update]:
    read = next((reader for words, reader in _KINDS if any(word in text for word in words)), _unix)
    only_unix = read is _windows and "Summary" not in text
    below_first = below(source)
    if only_unix:
        below_first = below_first.partition("<b>Limits:</b>")[0]
    wanted = wanted_disks(source)
    for line in lines(below_first):
        if not _is_row(line, read):
            continue
        words = columns(line)
        if only_unix and words[5] and "/" in words[0]:  # a Unix that says "Filesystem" as Windows does
            read, only_unix = _unix, False
        if (words[1], words[2]) == _NO_READING:
            continue
        use = read(words)
        if wanted(use.name):
            yield made(source, source.test + named(use.name), SOURCES, whole_number(use.share), use.used)


def _is_row(line: str, read: _Reader) -> bool:
    if read is _as400:
        return "DASD" in line
    if "/" not in line:
        return False
    return read not in _SHOWN_TWICE or not (line.startswith("&") or " red " in line or " yellow " in line)


def named(mount: str) -> str:
    """The part of the file's name."""
    return ",root" if mount == "/" else mount
