"""How the figures of an RRD file move to one with more sources or more rows, every one of them as it was. Pure.

`rrdtool create --source` fills gaps of a fine archive with what a coarse one says of that time; here a gap stays one.
"""

import math
import struct
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from hexmon.graphs.rrd_bytes import Head, Places, newest_row, pointer_bytes, with_rows
from hexmon.graphs.schema import Archive, DataSource, Layout

_VALUE = 8
_NAN = struct.pack("@d", math.nan)
_ROWS_AT_ONCE = 512

Buffer = bytes | memoryview


class Target(msgspec.Struct, frozen=True):
    """What a file is to become: sources and archives."""

    sources: tuple[DataSource, ...]
    layout: Layout


def target_of(
    have: Sequence[DataSource], layout: Layout, wanted: Sequence[DataSource], wanted_layout: Layout
) -> Target | None:
    """What a file must become to hold all that is wanted; None when it does.

    Nothing that it has is given up. A file of another step keeps its archives, because theirs mean something else.
    """
    by_name = {source.name: source for source in have}
    names = {source.name for source in wanted}
    sources = [_joined(by_name.get(source.name), source) for source in wanted]
    sources += [source for source in have if source.name not in names]
    archives = list(layout.archives)
    if layout.step == wanted_layout.step:
        archives = _archives(layout.archives, wanted_layout.archives)
    if {source.name: source for source in sources} == by_name and tuple(archives) == layout.archives:
        return None
    return Target(tuple(sources), Layout(layout.step, tuple(archives)))


def _joined(have: DataSource | None, wanted: DataSource) -> DataSource:
    """A source of the file may wait longer for its next value, and is otherwise as it was."""
    if have is None:
        return wanted
    return replace(have, heartbeat=max(have.heartbeat, wanted.heartbeat))


def _archives(have: Sequence[Archive], wanted: Sequence[Archive]) -> list[Archive]:
    rows = {key: archive.rows for key, archive in _numbered(wanted)}
    known = dict(_numbered(have))
    grown = [replace(one, rows=max(one.rows, rows.get(key, 0))) for key, one in known.items()]
    return grown + [one for key, one in _numbered(wanted) if key not in known]


def _numbered(archives: Sequence[Archive]) -> Iterator[tuple[tuple[str, int, int], Archive]]:
    """With a long step several archives may have the same function and steps: the first is the first, and so on."""
    seen: dict[tuple[str, int], int] = {}
    for one in archives:
        number = seen.get((one.function, one.steps), 0)
        seen[one.function, one.steps] = number + 1
        yield (one.function, one.steps, number), one


def moved(old: Buffer, head: Head, fresh: bytes, target: Target) -> Iterator[bytes]:
    """The bytes of the new file, in pieces.

    `fresh` is the head of an empty file made by librrd with the target's sources and archives, of one row each, that
    begins at the last update of `old`.
    """
    old_layout = [(function, steps) for function, steps in zip(head.functions, head.steps, strict=True)]
    new_layout = target.layout.archives
    matches = _match(old_layout, [(one.function, one.steps) for one in new_layout])
    positions = {name: index for index, name in enumerate(head.names)}
    columns = [positions.get(source.name) for source in target.sources]
    yield _head(bytes(old[: head.size]), head, fresh, target, (matches, columns))
    starts = _starts(head)
    for index, archive in enumerate(new_layout):
        match = matches[index]
        have = head.rows[match] if match is not None else 0
        yield from _empty(archive.rows - have, len(columns))
        if match is not None:
            newest = newest_row(bytes(old[: head.size]), head, match)
            width = len(head.names) * _VALUE
            yield from _rows(old[starts[match] : starts[match] + have * width], width, newest, _runs(columns))


def _match(old: Sequence[tuple[str, int]], new: Sequence[tuple[str, int]]) -> list[int | None]:
    free: dict[tuple[str, int], list[int]] = {}
    for index, key in enumerate(old):
        free.setdefault(key, []).append(index)
    return [free[key].pop(0) if free.get(key) else None for key in new]


def _head(
    old: bytes, head: Head, fresh: bytes, target: Target, match: tuple[Sequence[int | None], Sequence[int | None]]
) -> bytes:
    archives, columns = match
    before = Places(len(head.names), len(head.functions))
    after = Places(len(target.sources), len(target.layout.archives))
    new = bytearray(fresh[: after.rows])
    new[after.last()] = old[before.last()]
    for column, source in enumerate(columns):
        if source is not None:
            new[after.prepared_of(column)] = old[before.prepared_of(source)]
    for index, archive in enumerate(target.layout.archives):
        new[after.archive(index)] = with_rows(bytes(new[after.archive(index)]), archive.rows)
        new[after.pointer(index)] = pointer_bytes(archive.rows - 1)
        kept = archives[index]
        for column, source in enumerate(columns):
            if source is not None and kept is not None:
                new[after.collected_of(index, column)] = old[before.collected_of(kept, source)]
    return bytes(new)


def _starts(head: Head) -> list[int]:
    """Where the rows of each archive begin."""
    starts, place = [], head.size
    for rows in head.rows:
        starts.append(place)
        place += rows * len(head.names) * _VALUE
    return starts


def _empty(rows: int, columns: int) -> Iterator[bytes]:
    row = _NAN * columns
    for first in range(0, rows, _ROWS_AT_ONCE):
        yield row * min(_ROWS_AT_ONCE, rows - first)


def _runs(columns: Sequence[int | None]) -> list[bytes | slice]:
    """A row as stretches of the old one, and of what is not known."""
    runs: list[bytes | slice] = []
    for column in columns:
        last = runs[-1] if runs else None
        if column is None:
            runs.append(_NAN)
        elif isinstance(last, slice) and last.stop == column * _VALUE:
            runs[-1] = slice(last.start, last.stop + _VALUE)
        else:
            runs.append(slice(column * _VALUE, (column + 1) * _VALUE))
    return runs


def _rows(rows: Buffer, width: int, newest: int, runs: Sequence[bytes | slice]) -> Iterator[bytes]:
    """The rows of an archive from the oldest to the newest, each as the new file has it."""
    count = len(rows) // width
    order = [*range(newest + 1, count), *range(newest + 1)]
    for first in range(0, count, _ROWS_AT_ONCE):
        pieces: list[Buffer] = []
        for number in order[first : first + _ROWS_AT_ONCE]:
            row = rows[number * width : (number + 1) * width]
            pieces.extend(run if isinstance(run, bytes) else row[run] for run in runs)
        yield b"".join(pieces)
