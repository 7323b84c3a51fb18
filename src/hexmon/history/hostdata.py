"""Client data that was kept because something went wrong: one file for each host and moment, as Xymon has them.

`FOLDER/HOST/EPOCH`: the agents' messages of the host, each behind a line `[collector:NAME]`. Files that Xymon wrote are
read as they are. Only names of hosts and whole numbers become parts of a path, and no symbolic link inside the folder
is followed: nothing outside it is ever written, read, renamed or deleted.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from hexmon.model.names import HOST_NAME

LONGEST = 64 * 1024 * 1024  # bytes that are read of one file

_MOMENT = re.compile(r"[1-9][0-9]{0,11}\Z")
_BEING_WRITTEN = ".saving-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class HostData(Protocol):
    """What was kept, for reading. Moments are whole epoch seconds: when the newest message of then had come."""

    def moments(self, host: str) -> Sequence[int]:
        """All of a host, the newest first."""
        ...

    def read(self, host: str, moment: int) -> bytes | None:
        """What was kept of that moment; None when nothing was."""
        ...


class NoHostData:
    """Nothing was kept."""

    def moments(self, host: str) -> Sequence[int]:  # noqa: ARG002
        return ()

    def read(self, host: str, moment: int) -> bytes | None:  # noqa: ARG002
        return None


class NameRefusedError(ValueError):
    """A host whose name cannot be that of a folder."""


def folder_name(host: str) -> str:
    """The name of a host's folder. Raises NameRefusedError for what is no single, plain name."""
    if not HOST_NAME.match(host) or host in (".", ".."):
        raise NameRefusedError(f"{host!r} cannot be the name of a folder")
    return host


class HostDataFiles:
    """The files. Every method works on the disk at once and may raise OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def moments(self, host: str) -> Sequence[int]:
        """All of a host, the newest first."""
        with self._opened(host) as place:
            return sorted(map(int, _moments(place)), reverse=True) if place is not None else ()

    def read(self, host: str, moment: int) -> bytes | None:
        """What was kept of that moment, LONGEST bytes of it; None when nothing was."""
        with self._opened(host) as place:
            if place is None:
                return None
            with suppress(FileNotFoundError), _descriptor(str(moment), _READ, place) as file:
                parts = []
                left = LONGEST
                while left > 0 and (part := os.read(file, min(left, 1 << 20))):
                    parts.append(part)
                    left -= len(part)
                return b"".join(parts)
        return None

    def save(self, host: str, moment: int, parts: Iterable[bytes]) -> None:
        """Keep a text; whole or not at all. One of the same moment is replaced."""
        # Not its parents: who moved them away, or lost the disk they are on, does not want new ones.
        self.folder.mkdir(mode=0o750, exist_ok=True)  # command lines have passwords
        with ExitStack() as stack:
            root = stack.enter_context(_descriptor(str(self.folder), _FOLDER & ~os.O_NOFOLLOW))
            name = folder_name(host)
            with suppress(FileExistsError):
                os.mkdir(name, 0o750, dir_fd=root)
            place = stack.enter_context(_descriptor(name, _FOLDER, root))
            unfinished = f"{_BEING_WRITTEN}{moment}"
            try:
                with _descriptor(unfinished, _WRITE, place) as file:
                    for part in parts:
                        _write(file, part)
                os.replace(unfinished, str(moment), src_dir_fd=place, dst_dir_fd=place)
            except OSError:
                with suppress(OSError):
                    os.unlink(unfinished, dir_fd=place)
                raise

    def drop(self, host: str) -> None:
        """Delete everything of a host. What did not come from here stays, and with it the folder."""
        with self._opened(host) as place:
            if place is None:
                return
            for name in _ours(place):
                os.unlink(name, dir_fd=place)
        with suppress(OSError):
            (self.folder / folder_name(host)).rmdir()

    def rename(self, old: str, new: str) -> None:
        """Give everything of a host to another name; what that had of the same moment stays."""
        folder_name(new)
        with self._opened(old) as source:
            if source is None:
                return
            with _descriptor(str(self.folder), _FOLDER & ~os.O_NOFOLLOW) as root:
                with suppress(FileExistsError):
                    os.mkdir(new, 0o750, dir_fd=root)
                with _descriptor(new, _FOLDER, root) as target:
                    there = set(_moments(target))
                    for name in _moments(source):
                        if name not in there:
                            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        self.drop(old)

    def prune(self, before: float) -> int:
        """Delete what is older than that moment; returns how many files."""
        count = 0
        for host in self._hosts():
            with self._opened(host) as place:
                for name in list(_moments(place)) if place is not None else []:
                    if int(name) < before:
                        os.unlink(name, dir_fd=place)
                        count += 1
            if count:
                with suppress(OSError):
                    (self.folder / host).rmdir()  # only when it is empty
        return count

    def free_percent(self) -> float:
        """How much of the disk is free, of its blocks or its inodes, whichever is less; 100 where nobody knows."""
        try:
            disk = os.statvfs(self.folder if self.folder.is_dir() else self.folder.parent)
        except OSError:
            return 100.0
        shares = [(disk.f_bavail, disk.f_blocks), (disk.f_favail, disk.f_files)]
        return min((100.0 * free / total for free, total in shares if total > 0), default=100.0)

    def _hosts(self) -> list[str]:
        try:
            with os.scandir(self.folder) as found:
                return [one.name for one in found if HOST_NAME.match(one.name) and one.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            return []

    @contextmanager
    def _opened(self, host: str) -> Iterator[int | None]:
        """The host's folder; None when there is none."""
        with ExitStack() as stack:
            try:
                root = stack.enter_context(_descriptor(str(self.folder), _FOLDER & ~os.O_NOFOLLOW))
                place: int | None = stack.enter_context(_descriptor(folder_name(host), _FOLDER, root))
            except FileNotFoundError:
                place = None
            yield place


@contextmanager
def _descriptor(name: str, flags: int, place: int | None = None) -> Iterator[int]:
    opened = os.open(name, flags, 0o640, dir_fd=place)
    try:
        yield opened
    finally:
        os.close(opened)


def _write(file: int, text: bytes) -> None:
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(file, rest) :]


def _moments(place: int) -> Iterator[str]:
    return (name for name in _ours(place) if _MOMENT.match(name))


def _ours(place: int) -> Iterator[str]:
    """The files that came from here, or from Xymon."""
    with os.scandir(place) as found:
        names = [one.name for one in found if one.is_file(follow_symlinks=False)]
    return (name for name in names if _MOMENT.match(name) or name.startswith(_BEING_WRITTEN))
