"""Reading what was added to a log: the lines of the last seven reports, from wherever the file has got to."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

RUNS = 7  # reports in which a line is sent: half an hour
_WINDOW = 102_400  # bytes that are looked at; what was written before is skipped
_QUIET = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """A device, a pipe, a socket: reading it could block or do harm."""


class Remembered(msgspec.Struct, frozen=True):
    """Where a log ended at the last reports, the latest first, and which file it was."""

    inode: int = 0
    ends: tuple[int, ...] = ()


class Window(msgspec.Struct, frozen=True):
    """What is looked at. From `new` on it was not there at the report before; negative when even more is new."""

    data: bytes
    new: int
    remembered: Remembered


def open_regular(name: str) -> BinaryIO:
    """Open a file to read. Raises OSError, and NotRegularError for what is no file (IsADirectoryError for a folder)."""
    descriptor = os.open(name, os.O_RDONLY | _QUIET)
    try:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
        if not stat.S_ISREG(kind):
            raise NotRegularError(errno.EINVAL, "Not a regular file", name)
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def open_seen(name: str) -> BinaryIO:
    """The same, after a look: some devices act as soon as they are opened."""
    kind = Path(name).stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise NotRegularError(errno.EINVAL, "Not a regular file", name)
    return open_regular(name)


def read_log(name: str, remembered: Remembered, opener: Callable[[str], BinaryIO] = open_seen) -> Window:
    """The window on that log. A file that shrank, or is another one now, is read from its start. Raises OSError."""
    with opener(name) as file:
        status = os.fstat(file.fileno())
        size = status.st_size
        ends = [0] * RUNS
        if not _replaced(remembered, status.st_ino, size):
            ends[: len(remembered.ends)] = remembered.ends[:RUNS]
        begin = max(ends[-1], size - _WINDOW)
        file.seek(begin)
        data = file.read(size - begin)
    return Window(data, ends[0] - begin, Remembered(status.st_ino, (size, *ends[: RUNS - 1])))


def _replaced(remembered: Remembered, inode: int, size: int) -> bool:
    other = bool(remembered.inode and inode and remembered.inode != inode)
    return other or any(size < end for end in remembered.ends)
