"""The RRD files on the disk: made when they are first written, taken over as they are, given more room without loss.

Everything here works on the disk at once, in one thread, and raises RrdError.
"""

import math
import mmap
import os
import stat
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from hexmon.graphs import librrd
from hexmon.graphs.definitions import Definitions
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.migration import Target, moved, target_of
from hexmon.graphs.places import UNFINISHED, NameRefusedError, drop_folder, place_of, rename_folder
from hexmon.graphs.rrd_bytes import BadFileError, Head, head_length, layout_of, read_head, sources_of
from hexmon.graphs.rrdcached import DaemonAwayError
from hexmon.graphs.schema import DataSource, Layout, Update
from hexmon.graphs.values import UNKNOWN, value_for

_MOST_KNOWN = 200_000  # files whose head is remembered
_START = 4096  # bytes that hold the head of most files
_EARLIER = 10  # seconds before its first figures that a file begins, as rrdcreate(1) does without --start
_WOUND_BACK = 3600.0
_SMALL = 1 << 20  # bytes of a file for which nobody looks how much is free
_SHARE = 0.9  # of what is free, that a new file may take
_AGAIN = 2  # tries of an update: somebody else may have replaced the file meanwhile


class Daemon(Protocol):
    """rrdcached: takes updates instead of librrd. Raises RrdError."""

    def update(self, path: Path, lines: Sequence[str]) -> bool:
        """Hand over lines with a value for every source. False when they must be written without it."""
        ...

    def flush(self, path: Path) -> None:
        """Return when everything of the file is on the disk."""
        ...

    def forget(self, path: Path) -> None:
        """What it holds for a file is not wanted any more."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class _Plan(msgspec.Struct, frozen=True):
    """How figures of some sources go to a file: the names that it has, the place and kind of the value of each."""

    sources: tuple[DataSource, ...]
    names: tuple[str, ...]
    picks: tuple[tuple[int, str], ...]


class _Known(msgspec.Struct):
    """What is remembered of a file. `asked` is what it was last asked to hold, and holds."""

    names: tuple[str, ...]
    kinds: dict[str, str]
    last: int
    asked: tuple[tuple[DataSource, ...], Layout] | None = None
    plan: _Plan | None = None

    def plan_for(self, sources: tuple[DataSource, ...]) -> _Plan:
        """It mostly is the one of the last time."""
        plan = self.plan
        if plan is None or plan.sources != sources:
            chosen = [(one.name, number) for number, one in enumerate(sources) if one.name in self.kinds]
            picks = tuple((number, self.kinds[name]) for name, number in chosen)
            plan = self.plan = _Plan(sources, tuple(name for name, _ in chosen), picks)
        return plan


class RrdFiles:
    """All files below one folder. `counts`: written, past, created, migrated, left out (values without a source)."""

    def __init__(self, top: Path, definitions: Definitions | None = None, daemon: Daemon | None = None) -> None:
        self.top = top
        self.counts: Counter[str] = Counter()
        self.definitions = definitions or Definitions()
        self.wound_back = -math.inf  # the last figures that came when their file had some of an hour later
        self._daemon = daemon
        self._known: OrderedDict[Path, _Known] = OrderedDict()

    def known(self) -> int:
        """How many files are remembered."""
        return len(self._known)

    def place(self, folder: str, file: str) -> Path:
        """The path of a file. Raises NameRefusedError."""
        return place_of(self.top, folder, file)

    def write(self, path: Path, updates: Sequence[Update]) -> None:
        """Add figures of one file, the oldest first. Those that are not later than its last are counted as past."""
        for left in reversed(range(_AGAIN)):
            try:
                self._write(path, updates)
            except DaemonAwayError:
                raise
            except RrdError:
                self._known.pop(path, None)
                # The file may be gone, or another than it was.
                if not left:
                    raise
            else:
                return

    def last(self, folder: str, file: str) -> tuple[int, Mapping[str, str]] | None:
        """When a file was last updated, and the values that this brought, as texts; None without a usable file."""
        try:
            path = self.place(folder, file)
            self.flush(path)
            head = _look(path)
        except (RrdError, NameRefusedError):
            return None
        return (head.last, head.last_texts) if head is not None else None

    def flush(self, path: Path) -> None:
        """Return when what was written can be read in the file."""
        if self._daemon is not None and path.exists():
            self._daemon.flush(path)

    def close(self) -> None:
        """Hang up; the next write opens again what it needs."""
        if self._daemon is not None:
            self._daemon.close()

    def drop(self, folder: str, file: str = "") -> None:
        """Delete the files of a host, or one of them. Raises OSError, NameRefusedError."""
        self._forget(folder, file)
        if file:
            self.place(folder, file).unlink(missing_ok=True)
        else:
            drop_folder(self.top, folder)

    def rename(self, old: str, new: str) -> None:
        """Give the files of a host to another name. Raises OSError, NameRefusedError."""
        self._forget(old, flush=True)
        self._forget(new, flush=True)
        rename_folder(self.top, old, new)

    def _forget(self, folder: str, file: str = "", *, flush: bool = False) -> None:
        place = self.top / folder
        for path in [one for one in self._known if one.parent == place and file in ("", one.name)]:
            del self._known[path]
            if self._daemon is not None:
                with suppress(RrdError):
                    (self._daemon.flush if flush else self._daemon.forget)(path)

    # -- one update -----------------------------------------------------------------------------------------------

    def _write(self, path: Path, updates: Sequence[Update]) -> None:
        known = self._known.get(path)
        if known is None:
            known = self._adopt(path, updates[0])
        for update in updates:
            if update.layout is not None and known.asked != (update.sources, update.layout):
                known = self._hold(path, known, update.sources, update.layout)
        if len(updates) == 1:
            self._write_alike(path, known, updates)
            return
        for _, group in groupby(updates, key=attrgetter("sources")):
            self._write_alike(path, known, list(group))

    def _write_alike(self, path: Path, known: _Known, updates: Sequence[Update]) -> None:
        """Figures of the same sources."""
        plan = known.plan_for(updates[0].sources)
        if len(plan.names) < len(plan.sources):
            self.counts["left out"] += (len(plan.sources) - len(plan.names)) * len(updates)
        if not plan.names:
            return
        last = known.last
        lines = []
        for update in updates:
            moment = int(update.at)
            if moment <= last:
                self._note_past(update.at, last)
                continue
            last = moment
            values = update.values
            count = len(values)
            words = [value_for(kind, values[number]) if number < count else UNKNOWN for number, kind in plan.picks]
            lines.append(f"{moment}:{':'.join(words)}")
        if lines:
            self._hand_over(path, known, plan.names, lines)
            known.last = last
            self.counts["written"] += len(lines)

    def _note_past(self, at: float, last: int) -> None:
        self.counts["past"] += 1
        if last - at > _WOUND_BACK:
            self.wound_back = at

    def _hand_over(self, path: Path, known: _Known, names: Sequence[str], lines: Sequence[str]) -> None:
        if self._daemon is None or not self._daemon.update(path, _complete(known, names, lines)):
            librrd.update(path, names, lines)

    # -- making and taking over -----------------------------------------------------------------------------------

    def _adopt(self, path: Path, update: Update) -> _Known:
        """What there is to know of a file; it is made when it is not there."""
        head = _look(path)
        if head is None:
            self._create(path, update)
            head = _look(path)
            if head is None:
                raise RrdError(str(path), "it vanished when it was made")
        return self._remember(path, head)

    def _remember(self, path: Path, head: Head) -> _Known:
        known = _Known(head.names, dict(zip(head.names, head.kinds, strict=True)), head.last)
        self._known[path] = known
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return known

    def _create(self, path: Path, update: Update) -> None:
        layout = update.layout or self.definitions.layout(update.test)
        before = _EARLIER if update.layout is None else layout.step
        try:
            # Not the top one's parents: who lost the disk they are on does not want new ones.
            self.top.mkdir(exist_ok=True)
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise RrdError(str(path), error.strerror or str(error)) from error
        _check_room(path, len(update.sources), layout)
        librrd.create(path, update.sources, layout, int(update.at) - before)
        self.counts["created"] += 1

    def _hold(self, path: Path, known: _Known, sources: tuple[DataSource, ...], layout: Layout) -> _Known:
        """Make sure that a file has these sources and archives."""
        if self._daemon is not None:
            self._daemon.flush(path)
        if _give_room(path, sources, layout):
            self.counts["migrated"] += 1
            head = _look(path)
            if head is None:
                raise RrdError(str(path), "it vanished when it was given more room")
            known = self._remember(path, head)
        known.asked = (sources, layout)
        return known


def _complete(known: _Known, names: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The lines with a value for every source of the file, in its order."""
    if tuple(names) == known.names:
        return list(lines)
    places = {name: number + 1 for number, name in enumerate(names)}
    order = [places.get(name) for name in known.names]
    full = []
    for line in lines:
        words = line.split(":")
        full.append(":".join([words[0], *(UNKNOWN if place is None else words[place] for place in order)]))
    return full


def _look(path: Path) -> Head | None:
    """The head of a file; None when there is no such file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RrdError(str(path), error.strerror or str(error)) from error
    try:
        return _look_into(path, file)
    except OSError as error:
        raise RrdError(str(path), error.strerror or str(error)) from error
    finally:
        os.close(file)


def _look_into(path: Path, file: int) -> Head:
    facts = os.fstat(file)
    if not stat.S_ISREG(facts.st_mode):
        raise RrdError(str(path), "it is not a file")
    data = os.read(file, _START)
    try:
        needed = head_length(data)
        if needed > len(data):
            data = os.pread(file, needed, 0)
        head = read_head(data)
    except BadFileError as error:
        raise RrdError(str(path), str(error)) from error
    _check_size(path, head, facts.st_size)
    if facts.st_blocks * 512 < facts.st_size:
        _fill_holes(path, facts.st_size)
    return head


def _check_size(path: Path, head: Head, size: int) -> None:
    if size < head.total:
        raise RrdError(str(path), f"it is cut off: {size} bytes where its head promises {head.total}")


def _fill_holes(path: Path, size: int) -> None:
    """A file with holes, as copying programs make them, ends the whole process when the disk is full (SIGBUS)."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.posix_fallocate(file, 0, size)
    finally:
        os.close(file)


def _give_room(path: Path, sources: Sequence[DataSource], layout: Layout) -> bool:
    """Write a file anew beside itself if it lacks something, and put it in its place when it is whole."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            return _move(path, memoryview(data), sources, layout)
        finally:
            with suppress(BufferError):  # an error on the way still holds a part of it, and lets it go
                data.close()
    except BadFileError as error:
        raise RrdError(str(path), str(error)) from error
    except (OSError, ValueError) as error:
        raise RrdError(str(path), f"it cannot be given more room: {error}") from error


def _move(path: Path, data: memoryview, sources: Sequence[DataSource], layout: Layout) -> bool:
    start = bytes(data[: head_length(bytes(data[:_START]))])
    head = read_head(start)
    _check_size(path, head, len(data))
    try:
        target = target_of(sources_of(start, head), layout_of(start, head), sources, layout)
    except BadFileError:
        return False  # a file with more than we know how to move keeps what it has
    if target is not None:
        _migrate(path, data, head, target)
    return target is not None


def _check_room(path: Path, sources: int, layout: Layout) -> None:
    """A switch with hundreds of interfaces fills hundreds of MiB: not the last that all others need."""
    needed = sources * sum(archive.rows for archive in layout.archives) * 8
    disk = os.statvfs(path.parent)
    free = disk.f_bavail * disk.f_frsize
    if needed > max(_SMALL, free * _SHARE):
        raise RrdError(str(path), f"it would take {needed >> 20} MiB, and {free >> 20} are free")


def _migrate(path: Path, data: memoryview, head: Head, target: Target) -> None:
    fresh = path.parent / f"{UNFINISHED}head-{os.getpid()}"
    unfinished = path.parent / f"{UNFINISHED}file-{os.getpid()}"
    _check_room(path, len(target.sources), target.layout)
    empty = Layout(target.layout.step, tuple(replace(one, rows=1) for one in target.layout.archives))
    try:
        librrd.create(fresh, target.sources, empty, head.last)
        with unfinished.open("wb") as file:
            file.writelines(moved(data, head, fresh.read_bytes(), target))
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
        unfinished.replace(path)
    finally:
        for leftover in (fresh, unfinished):
            with suppress(OSError):
                leftover.unlink()
