"""The table that df(1) prints, in the many ways of many systems."""

from collections.abc import Iterator, Sequence

import msgspec

from hexmon.judge.clients.contract import Table
from hexmon.judge.clients.lines import columns_of
from hexmon.judge.clients.numbers import whole

_MOST_FIGURES = 20  # columns between the device and the per cent, in a table with names that have blanks
_MOST_BLANKS = 200  # that such a name may have


class FileSystem(msgspec.Struct, frozen=True, gc=False):
    """A row as it came, and what it says: `used` per cent, `free` units of df; None for a word that is no number.

    A column that the row is too short for is -1, as in Xymon. Without a mount point the row is none of a file system:
    headings, and what else commands print.
    """

    row: str
    mount: str | None = None
    used: int | None = None
    free: int | None = None


class _Columns(msgspec.Struct, frozen=True, gc=False):
    """Where they are. The first column stands for one whose heading is not there, as in Xymon."""

    free: int
    capacity: int
    mount: int

    @property
    def mount_is_last(self) -> bool:
        return self.mount > max(self.capacity, self.free)


def file_systems(text: str, table: Table) -> list[FileSystem] | None:
    """All rows; None when no line has a heading of these columns."""
    lines = text.rstrip("\n").split("\n")
    found: list[FileSystem] = []
    for number, line in enumerate(lines):
        found.append(FileSystem(line))
        columns = _columns(line, table)
        if columns is not None:
            found += (_file_system(shown, row, columns) for shown, row in _unwrapped(lines[number + 1 :]))
            return found
    return None


def _columns(line: str, table: Table) -> _Columns | None:
    words = columns_of(line.lower())
    capacity = next((words.index(name) for name in table.capacity.lower().split("|") if name in words), None)
    mount, free = (words.index(name) if name in words else None for name in (table.mount.lower(), table.free.lower()))
    if capacity is None and mount is None:
        return None
    return _Columns(free or 0, capacity or 0, mount or 0)


def _unwrapped(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """As they came, and as one line: a long device name makes df go on in a second one."""
    device = ""
    for line in lines:
        if device and line[:1] in (" ", "\t"):
            yield f"{device}\n{line}", f"{device} {line}"
            device = ""
            continue
        if device:
            yield device, device
            device = ""
        if line and line[0] not in " \t" and len(line.split(None, 1)) == 1:
            device = line
        else:
            yield line, line
    if device:
        yield device, device


def _file_system(shown: str, row: str, columns: _Columns) -> FileSystem:
    words = columns_of(row)
    shift = _blanks(words, columns) if columns.mount_is_last and columns.capacity else 0
    place = columns.mount + shift
    if len(words) <= place:
        return FileSystem(shown)
    mount = " ".join(words[place:]) if columns.mount_is_last else words[place]
    return FileSystem(shown, mount, _word(words, columns.capacity + shift), _word(words, columns.free + shift))


def _blanks(words: list[str], columns: _Columns) -> int:
    """How many blanks the name of the device has: the figures stand so many words further on."""
    if len(words) <= columns.mount or words[columns.capacity][-1:] in ("%", "-"):
        return 0
    figures = columns.capacity - 1
    if figures > _MOST_FIGURES:
        return 0
    for place in range(columns.capacity + 1, min(len(words) - 1, columns.capacity + _MOST_BLANKS)):
        if words[place][-1:] == "%" and all(_is_figure(word) for word in words[place - figures : place + 1]):
            return place - columns.capacity
    return 0


def _is_figure(word: str) -> bool:
    return word[:1] in tuple("0123456789-")


def _word(words: list[str], place: int) -> int | None:
    return whole(words[place]) if place < len(words) else -1
