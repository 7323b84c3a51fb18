"""What waits to be written, by file: several figures of one file are one update. Files that cannot be written wait too.

For one thread; others only read `counts`, `pending` and `troubles()`.
"""

import logging
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from hexmon.clock import Clock
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.librrd import RrdError
from hexmon.graphs.places import NameRefusedError
from hexmon.graphs.rrdcached import DaemonAwayError
from hexmon.graphs.schema import Update

log = logging.getLogger(__name__)

RETRY = 60.0  # seconds until a file that could not be written is tried again
AWAY = 5.0  # the same for rrdcached
_AHEAD = 86400.0  # seconds that figures may be from the future
_KEPT = 120  # figures of a file that cannot be written: the newest
_MOST_BAD = 10_000  # files whose figures are kept until they can be written
_MOST_PATHS = 200_000
_SHOWN = 5

Key = tuple[str, str]  # folder, file


class _Waiting(msgspec.Struct):
    """Figures of one file. `since` is when the first came (monotonic)."""

    since: float
    updates: list[Update]


class _Bad(msgspec.Struct):
    """A file that could not be written, why, when it is tried again (monotonic), and what waits for that."""

    reason: str
    again: float
    updates: list[Update]


class Batches:
    """Figures wait at most `flush` seconds, or until their file has `batch` of them; `limit` bounds all together."""

    def __init__(self, files: RrdFiles, clock: Clock, *, flush: float, batch: int, limit: int) -> None:
        self.counts: Counter[str] = Counter()
        self.pending = 0
        self._files = files
        self._clock = clock
        self._flush = flush
        self._batch = batch
        self._limit = limit
        self._waiting: OrderedDict[Key, _Waiting] = OrderedDict()
        self._bad: OrderedDict[Key, _Bad] = OrderedDict()  # by `again`
        self._paths: dict[Key, Path] = {}
        self._shown: tuple[str, ...] = ()
        self._away = ""
        self._away_until = -math.inf

    # -- what comes -----------------------------------------------------------------------------------------------

    def take(self, updates: Iterable[Update]) -> None:
        """Figures to be written, those of one file in the order of their time."""
        latest = self._clock.now() + _AHEAD
        for update in updates:
            key = (update.folder, update.file)
            if 0.0 < update.at < latest and update.sources and (key in self._paths or self._is_named(key)):
                self._add(key, update)
            else:
                self.counts["refused"] += 1

    def _is_named(self, key: Key) -> bool:
        """Whether a file may be called so. Its path is made once."""
        try:
            path = self._files.place(*key)
        except NameRefusedError:
            return False
        if len(self._paths) >= _MOST_PATHS:
            self._paths.clear()
        self._paths[key] = path
        return True

    def _path(self, key: Key) -> Path:
        return self._paths.get(key) or self._files.place(*key)

    def _add(self, key: Key, update: Update) -> None:
        self.pending += 1
        bad = self._bad.get(key) if self._bad else None
        if bad is not None:
            bad.updates.append(update)
            self._lose(bad.updates, len(bad.updates) - _KEPT)
            return
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = _Waiting(self._clock.monotonic(), [])
        waiting.updates.append(update)
        if len(waiting.updates) >= self._batch and self._may_write():
            self.write(key)
        while self.pending > self._limit and self._waiting:
            self._make_room()

    def _make_room(self) -> None:
        """The files that waited longest are written early, or lose what waits for them when nothing can be written."""
        key = next(iter(self._waiting))
        if self._may_write():
            self.write(key)
        if self._away:
            updates = self._waiting[key].updates
            self._lose(updates, min(self.pending - self._limit, len(updates)))
            if not updates:
                del self._waiting[key]

    def _lose(self, updates: list[Update], count: int) -> None:
        """The oldest are given up."""
        if count > 0:
            del updates[:count]
            self.pending -= count
            self.counts["failed"] += count

    def _may_write(self) -> bool:
        return self._clock.monotonic() >= self._away_until

    # -- what is written ------------------------------------------------------------------------------------------

    def write_due(self, most: int) -> bool:
        """Write what has waited long enough, at most so many files. Whether there may be more."""
        if not self._may_write():
            return False
        now = self._clock.monotonic()
        self._try_again(now, most)
        for _ in range(most):
            first = next(iter(self._waiting), None)
            if first is None or self._waiting[first].since + self._flush > now or not self.write(first):
                return False
        return True

    def write_file(self, folder: str, file: str) -> None:
        """Write what waits for one file, now, down to the disk."""
        key = (folder, file)
        if not self._may_write():
            return
        if key in self._waiting:
            self.write(key)
        try:
            self._files.flush(self._files.place(folder, file))
        except (RrdError, NameRefusedError) as error:
            log.debug("graphs: %s", error)

    def write_all(self) -> None:
        """Write everything that waits, also where it failed before."""
        self._away_until = -math.inf
        self._try_again(math.inf, len(self._bad))
        for key in list(self._waiting):
            if not self.write(key):
                return

    def write(self, key: Key) -> bool:
        """Write what waits for a file; False when there is no use in trying another."""
        waiting = self._waiting.pop(key)
        if self._written(key, waiting, before=""):
            return True
        self._waiting[key] = waiting
        self._waiting.move_to_end(key, last=False)
        return False

    def _written(self, key: Key, waiting: _Waiting, before: str) -> bool:
        """False when rrdcached is away. `before` is why it failed the last time."""
        try:
            self._files.write(self._path(key), waiting.updates)
        except DaemonAwayError as error:
            if not self._away:
                log.warning("graphs: %s", error)
            self._away, self._away_until = error.reason, self._clock.monotonic() + AWAY
            return False
        except RrdError as error:
            self._failed(key, error.reason, waiting.updates, before)
            return True
        self._away = ""
        self.pending -= len(waiting.updates)
        if before:
            log.info("graphs: %s/%s is written again", *key)
        return True

    def _failed(self, key: Key, reason: str, updates: list[Update], before: str) -> None:
        self.counts["errors"] += 1
        if reason != before:
            log.warning("graphs: %s/%s cannot be written: %s", *key, reason)
        self._lose(updates, len(updates) - _KEPT)
        self._bad[key] = _Bad(reason, self._clock.monotonic() + RETRY, updates)
        if len(self._bad) > _MOST_BAD:
            _, oldest = self._bad.popitem(last=False)
            self._lose(oldest.updates, len(oldest.updates))
        self._show()

    def _try_again(self, now: float, most: int) -> None:
        """Files that could not be written may be well again."""
        tried = 0
        while self._bad and tried < most and next(iter(self._bad.values())).again <= now:
            key, bad = self._bad.popitem(last=False)
            tried += 1
            if not self._written(key, _Waiting(0.0, bad.updates), before=bad.reason):
                self._bad[key] = bad
                break
        if tried:
            self._show()

    # -- hosts ----------------------------------------------------------------------------------------------------

    def drop(self, folder: str, file: str = "") -> None:
        """Delete the files of a host, or one of them, and what waits for it."""
        self._forget(folder, file)
        self._on_folders(lambda: self._files.drop(folder, file))

    def rename(self, old: str, new: str) -> None:
        """Write what waits for a host and give its files to another name."""
        for folder in (old, new):
            for key in [key for key in self._waiting if key[0] == folder]:
                if self._may_write():
                    self.write(key)
            self._forget(folder)
        self._on_folders(lambda: self._files.rename(old, new))

    def _forget(self, folder: str, file: str = "") -> None:
        for key in [key for key in self._waiting if key[0] == folder and file in ("", key[1])]:
            self.pending -= len(self._waiting.pop(key).updates)
        for key in [key for key in self._bad if key[0] == folder and file in ("", key[1])]:
            self.pending -= len(self._bad.pop(key).updates)
        self._show()

    def _on_folders(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (OSError, NameRefusedError) as error:
            self.counts["errors"] += 1
            log.warning("graphs: %s", error)

    # -- what is told ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """A copy for other threads."""
        lines: list[str] = []
        for (folder, file), why in self._bad.items():
            if len(lines) == _SHOWN:
                lines.append(f"{len(self._bad) - _SHOWN} more files of figures cannot be written")
                break
            lines.append(f"the figures of {folder}/{file} cannot be written: {why.reason}")
        self._shown = tuple(lines)

    def troubles(self) -> Iterator[str]:
        """What is wrong, for people."""
        if self._away:
            yield f"{self._away}; {self.pending} figures wait for it"
        yield from self._shown
        if self._clock.now() < self._files.wound_back + _AHEAD / 24:
            yield "figures come for files whose last are of a later time: was the clock set back?"
