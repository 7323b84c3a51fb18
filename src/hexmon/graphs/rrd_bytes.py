"""The bytes of an RRD file: what its head says, and where everything is. Pure.

librrd reads and writes the structures of this machine (rrd_format.h: version 0003 and later), and so do we. It maps
files into memory and trusts what they say of themselves, so a broken one is found here before it does harm.
"""

import math
import struct
from collections.abc import Mapping

import msgspec

from hexmon.graphs.schema import Archive, DataSource, Layout

LONGEST_HEAD = 16 * 1024 * 1024  # bytes

_COOKIE = b"RRD\x00"
_FLOAT_COOKIE = 8.642135e130
_STAT = struct.Struct("@4s5sdLLL80x")
_SOURCE = struct.Struct("@20s20sQdd56x")
_ARCHIVE = struct.Struct("@20sLLd72x")
_LIVE = struct.Struct("@ql")
_POINTER = struct.Struct("@L")
_PREPARED = 112  # bytes: the last text of a source, and what is known of the step that is not over
_COLLECTED = 80  # the same, of a source in an archive
_VALUE = 8
_MOST_SOURCES = 100_000
_MOST_ARCHIVES = 1_000
_SIMPLE = frozenset({"GAUGE", "DERIVE", "COUNTER", "ABSOLUTE", "DCOUNTER", "DDERIVE"})
_PLAIN = frozenset({"AVERAGE", "MIN", "MAX", "LAST"})


class BadFileError(ValueError):
    """Not an RRD file that this machine can use; says why."""


class Head(msgspec.Struct, frozen=True):
    """What a file says of itself. `last_texts` are the values of the last update by source, as they came.

    `kinds` has the words of the file, which may be others than a DataSource can have (COMPUTE, HWPREDICT).
    """

    step: int
    last: int
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    last_texts: Mapping[str, str]
    functions: tuple[str, ...]
    steps: tuple[int, ...]
    rows: tuple[int, ...]
    size: int  # bytes of the head; the rows follow
    total: int  # bytes of the whole file


class Places:
    """Where the parts of a file begin that has so many sources and archives."""

    def __init__(self, sources: int, archives: int) -> None:
        self.sources = _STAT.size
        self.archives = self.sources + sources * _SOURCE.size
        self.moment = self.archives + archives * _ARCHIVE.size
        self.prepared = self.moment + _LIVE.size
        self.collected = self.prepared + sources * _PREPARED
        self.pointers = self.collected + sources * archives * _COLLECTED
        self.rows = self.pointers + archives * _POINTER.size
        self._in_archive = sources * _COLLECTED

    def source(self, index: int) -> slice:
        """What defines a source."""
        return _part(self.sources, index, _SOURCE.size)

    def archive(self, index: int) -> slice:
        """What defines an archive."""
        return _part(self.archives, index, _ARCHIVE.size)

    def last(self) -> slice:
        """When the file was last updated."""
        return slice(self.moment, self.prepared)

    def prepared_of(self, source: int) -> slice:
        """What is known of the step of a source that is not over."""
        return _part(self.prepared, source, _PREPARED)

    def collected_of(self, archive: int, source: int) -> slice:
        """What is known of the row of an archive that is not full."""
        return _part(self.collected + archive * self._in_archive, source, _COLLECTED)

    def pointer(self, archive: int) -> slice:
        """Which row of an archive is the newest."""
        return _part(self.pointers, archive, _POINTER.size)


def _part(begin: int, index: int, size: int) -> slice:
    return slice(begin + index * size, begin + (index + 1) * size)


def head_length(start: bytes) -> int:
    """How many bytes the head has, by its first 128. Raises BadFileError."""
    sources, archives, _ = _counts(start)
    length = Places(sources, archives).rows
    if length > LONGEST_HEAD:
        raise BadFileError("it claims to have more data sources than can be")
    return length


def read_head(data: bytes) -> Head:
    """The head, from at least its bytes. Raises BadFileError."""
    size = head_length(data)
    if len(data) < size:
        raise BadFileError("it is shorter than its head")
    sources, archives, step = _counts(data)
    places = Places(sources, archives)
    found = [_SOURCE.unpack(data[places.source(index)]) for index in range(sources)]
    kept = [_ARCHIVE.unpack(data[places.archive(index)]) for index in range(archives)]
    last, _ = _LIVE.unpack(data[places.last()])
    names = tuple(_text(one[0]) for one in found)
    texts = [_text(data[places.prepared_of(index)][:30]) for index in range(sources)]
    rows = tuple(int(one[1]) for one in kept)
    if not all(rows) or not all(one[2] for one in kept):
        raise BadFileError("an archive has no rows")
    return Head(
        step=step,
        last=last,
        names=names,
        kinds=tuple(_text(one[1]) for one in found),
        last_texts=dict(zip(names, texts, strict=True)),
        functions=tuple(_text(one[0]) for one in kept),
        steps=tuple(int(one[2]) for one in kept),
        rows=rows,
        size=size,
        total=size + sum(rows) * sources * _VALUE,
    )


def sources_of(data: bytes, head: Head) -> tuple[DataSource, ...]:
    """The sources of a file. Raises BadFileError for those that are computed from others."""
    found = []
    for index, (name, kind) in enumerate(zip(head.names, head.kinds, strict=True)):
        if kind not in _SIMPLE:
            raise BadFileError(f"its source {name} is {kind}: such a file keeps the sources that it has")
        _, _, heartbeat, low, high = _SOURCE.unpack(data[_part(_STAT.size, index, _SOURCE.size)])
        limits = (None if math.isnan(value) else value for value in (low, high))
        found.append(DataSource(name, kind, heartbeat, *limits))  # type: ignore[arg-type]
    return tuple(found)


def layout_of(data: bytes, head: Head) -> Layout:
    """Step and archives of a file. Raises BadFileError for archives of other kinds than ours."""
    found = []
    places = Places(len(head.names), len(head.functions))
    for index, (function, steps, rows) in enumerate(zip(head.functions, head.steps, head.rows, strict=True)):
        if function not in _PLAIN:
            raise BadFileError(f"it has an archive {function}: such a file keeps the archives that it has")
        xff = _ARCHIVE.unpack(data[places.archive(index)])[3]
        found.append(Archive(function, steps, rows, xff))  # type: ignore[arg-type]
    return Layout(head.step, tuple(found))


def _counts(data: bytes) -> tuple[int, int, int]:
    if len(data) < _STAT.size:
        raise BadFileError("it is too short for an RRD file")
    cookie, version, number, sources, archives, step = _STAT.unpack_from(data)
    if cookie != _COOKIE:
        raise BadFileError("it is no RRD file")
    if number != _FLOAT_COOKIE:
        raise BadFileError("it was written on a machine of another kind; rrdtool dump there and rrdtool restore here")
    if not b"0003" <= version[:4] <= b"0009":
        raise BadFileError(f"it has the format {_text(version)} of RRD files; rrdtool dump and restore make a new one")
    if not (0 < sources <= _MOST_SOURCES and 0 < archives <= _MOST_ARCHIVES and 0 < step < 2**31):
        raise BadFileError("its head makes no sense")
    return sources, archives, step


def _text(raw: bytes) -> str:
    return raw.split(b"\x00", 1)[0].decode("ascii", "replace")


def with_rows(definition: bytes, rows: int) -> bytes:
    """What defines an archive, with another number of rows."""
    name, _, steps, xff = _ARCHIVE.unpack(definition)
    return _ARCHIVE.pack(name, rows, steps, xff)


def pointer_bytes(row: int) -> bytes:
    """Which row of an archive is the newest, as the file has it."""
    return _POINTER.pack(row)


def newest_row(data: bytes, head: Head, archive: int) -> int:
    """The row of an archive that was written last."""
    places = Places(len(head.names), len(head.functions))
    row = int(_POINTER.unpack(data[places.pointer(archive)])[0])
    return row % head.rows[archive]
