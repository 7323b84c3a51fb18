"""Messages that wait on disk because no server takes them: oldest first, and never more than so many bytes.

Each append is one file, written beside and renamed: after a crash it is there whole or not at all. Its messages follow
one another, each behind a line `SECONDS LENGTH`, the moment it came (epoch) and its bytes.
"""

import errno
import logging
import os
import re
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from hexmon.agent.waiting import Waiting as Waiting

log = logging.getLogger(__name__)

_SUFFIX = ".messages"
_NEW = ".new"
_NAME = re.compile(r"[0-9]{12}\Z").match
_FIRST = 500_000_000_000  # there is room for numbers before it
_MOST_FILES = 200_000  # each is known in memory, and takes an inode
_ENOUGH = 1024 * 1024  # bytes that are freed on a full disk for a small message, at most
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# The file is well, but this process cannot open it now.
_FOR_NOW = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN})


class Batch(msgspec.Struct, frozen=True):
    """What was appended at once."""

    number: int
    messages: tuple[Waiting, ...]


class Spool:
    """Blocking, for one thread at a time. `dropped` counts the messages that had to be given up, `trouble` says why.

    `append` and `oldest` raise OSError when the folder cannot be used for another reason than a full disk.
    """

    def __init__(self, folder: Path, most_bytes: int, most_files: int = _MOST_FILES) -> None:
        self.dropped = 0
        self.trouble = ""
        self._folder = folder
        self._most = most_bytes
        self._most_files = max(most_files, 1)
        self._files: deque[tuple[int, int]] = deque()  # number and bytes, oldest first
        self._bytes = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._find()

    def __len__(self) -> int:
        """How many batches wait."""
        return len(self._files)

    @property
    def size(self) -> int:
        """How many bytes wait."""
        return self._bytes

    def append(self, messages: Iterable[Waiting], *, ahead: bool = False) -> bool:
        """Keep them, at the cost of the oldest when there is no room; False when even that did not help.

        `ahead`: before all others, since they are older; then nothing is given up for them.
        """
        content = b"".join(b"%.3f %d\n%b" % (one.received, len(one.message), one.message) for one in messages)
        if not content:
            return True
        if len(content) > self._most:
            self.trouble = "the spool is smaller than a message"
            return False
        while self._files and not self._has_room(len(content)):
            if ahead:
                self.trouble = "the spool is full"
                return False
            self._drop_oldest("the spool is full")
        freed = 0
        while not self._write(content, ahead=ahead):
            # Who fills the disk may be another: then giving up all that waits would help nobody.
            if ahead or not self._files or freed > 2 * len(content) + _ENOUGH:
                return False
            freed += self._files[0][1]
            self._drop_oldest(self.trouble)
        return True

    def oldest(self) -> Batch | None:
        """The batch to send next; one that cannot be read is given up."""
        while self._files:
            number, _ = self._files[0]
            try:
                return Batch(number, _split(self._path(number).read_bytes()))
            except OSError as error:
                if error.errno in _FOR_NOW:
                    raise
                self._drop_oldest(f"a file of the spool cannot be read: {error}")
            except ValueError as error:
                self._drop_oldest(f"a file of the spool cannot be read: {self._path(number)}: {error}")
        return None

    def remove(self, number: int) -> None:
        """That batch was sent."""
        for known, size in self._files:
            if known == number:
                self._files.remove((known, size))
                self._bytes -= size
                break
        self._path(number).unlink(missing_ok=True)

    def _has_room(self, size: int) -> bool:
        return self._bytes + size <= self._most and len(self._files) < self._most_files

    def _find(self) -> None:
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if _NAME(path.stem) and path.is_file():
                size = path.stat().st_size
                self._files.append((int(path.stem), size))
                self._bytes += size
        for path in self._folder.glob(f"*{_NEW}"):
            if path.is_file():
                path.unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}{_SUFFIX}"

    def _write(self, content: bytes, *, ahead: bool) -> bool:
        number = self._next(ahead=ahead)
        path = self._path(number)
        beside = path.with_suffix(_NEW)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
            self._keep_names()
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            self.trouble = f"{self._folder}: {error.strerror}"
            if error.errno not in _FULL:
                raise
            return False
        self.trouble = ""
        entry = (number, len(content))
        if ahead:
            self._files.appendleft(entry)
        else:
            self._files.append(entry)
        self._bytes += len(content)
        return True

    def _next(self, *, ahead: bool) -> int:
        if not self._files:
            return _FIRST
        return self._files[0][0] - 1 if ahead else self._files[-1][0] + 1

    def _keep_names(self) -> None:
        """A power cut must not take the new name away."""
        with suppress(OSError):  # not every file system can
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _drop_oldest(self, why: str) -> None:
        number, size = self._files.popleft()
        path = self._path(number)
        try:
            lost = len(_split(path.read_bytes()))
        except (OSError, ValueError):
            lost = 1
        with suppress(OSError):  # a file that stays is found, and given up, after the next start
            path.unlink(missing_ok=True)
        self._bytes -= size
        self.dropped += lost
        log.warning("%s: %d of the oldest messages were given up", why, lost)


def _split(content: bytes) -> tuple[Waiting, ...]:
    found: list[Waiting] = []
    place = 0
    while place < len(content):
        end = content.index(b"\n", place)
        received, length = content[place:end].split()
        size = int(length)
        message = content[end + 1 : end + 1 + size]
        if len(message) != size:
            raise ValueError("it ends in the middle of a message")
        found.append(Waiting(float(received), message))
        place = end + 1 + size
    return tuple(found)
