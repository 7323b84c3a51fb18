"""Messages that wait on disk because no server takes them: oldest first, and never more than so many bytes.

Each append is one file, written beside and renamed: after a crash it is there whole or not at all. Its messages follow
one another, each behind a line `SECONDS LENGTH`, the moment it came (epoch) and its bytes.
"""

import errno
import logging
import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

_SUFFIX = ".messages"
_NEW = ".new"


class Waiting(msgspec.Struct, frozen=True):
    """A message, and when it came (epoch seconds)."""

    received: float
    message: bytes


class Batch(msgspec.Struct, frozen=True):
    """What was appended at once."""

    number: int
    messages: tuple[Waiting, ...]


class Spool:
    """Blocking: call it in a thread. `dropped` counts the messages that had to be given up, `trouble` says why."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.dropped = 0
        self.trouble = ""
        self._folder = folder
        self._most = most_bytes
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

    def append(self, messages: Iterable[Waiting]) -> bool:
        """Keep them, at the cost of the oldest when there is no room; False when even that did not help."""
        content = b"".join(b"%.3f %d\n%b" % (one.received, len(one.message), one.message) for one in messages)
        if not content:
            return True
        while self._files and self._bytes + len(content) > self._most:
            self._drop_oldest("the spool is full")
        if len(content) > self._most:
            self.trouble = "the spool is smaller than a message"
            return False
        while not self._write(content):
            if not self._files:
                return False
            self._drop_oldest(self.trouble)
        return True

    def oldest(self) -> Batch | None:
        """The batch to send next; one that cannot be read is given up."""
        while self._files:
            number, _ = self._files[0]
            try:
                return Batch(number, _split(self._path(number).read_bytes()))
            except (OSError, ValueError) as error:
                self._drop_oldest(f"a file of the spool cannot be read: {error}")
        return None

    def remove(self, number: int) -> None:
        """That batch was sent."""
        for known, size in self._files:
            if known == number:
                self._files.remove((known, size))
                self._bytes -= size
                break
        self._path(number).unlink(missing_ok=True)

    def _find(self) -> None:
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path.stem.isdigit():
                size = path.stat().st_size
                self._files.append((int(path.stem), size))
                self._bytes += size
        for path in self._folder.glob(f"*{_NEW}"):
            path.unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}{_SUFFIX}"

    def _write(self, content: bytes) -> bool:
        number = self._files[-1][0] + 1 if self._files else 1
        path = self._path(number)
        beside = path.with_suffix(_NEW)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            self.trouble = f"{self._folder}: {error.strerror}"
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            return False
        self.trouble = ""
        self._files.append((number, len(content)))
        self._bytes += len(content)
        return True

    def _drop_oldest(self, why: str) -> None:
        number, size = self._files.popleft()
        path = self._path(number)
        try:
            lost = len(_split(path.read_bytes()))
        except (OSError, ValueError):
            lost = 1
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
