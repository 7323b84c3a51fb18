"""What client-local.cfg asks about files and folders, in the form of logfetch of the Xymon client."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from hexmon.agent.facts import one_line
from hexmon.agent.logs import open_seen

_CHUNK = 1 << 20
_LINE = 8191  # bytes of a line that is counted; the rest counts as another one
_KINDS = (
    (stat.S_ISREG, "file", "-"),
    (stat.S_ISDIR, "directory", "d"),
    (stat.S_ISCHR, "char-device", "c"),
    (stat.S_ISBLK, "block-device", "b"),
    (stat.S_ISFIFO, "FIFO", "p"),
    (stat.S_ISSOCK, "socket", "s"),
)
_RIGHTS = "rwxrwxrwx"
_DIGESTS = {"rmd160": "ripemd160"}
_BLOCK = 512


class OutOfTime(Exception):  # noqa: N818 - the name says what is so
    """The question would take longer than a report may."""


# Raises OutOfTime when it is late.
InTime = Callable[[], None]


def file_facts(name: str, hash_name: str, now: float, in_time: InTime) -> str:
    """Type, mode, links, owner, group, size, times, and the checksum of a file; or `ERROR: why not`."""
    try:
        target = _link_target(name)
        status = Path(name).stat()
    except OSError as error:
        return f"ERROR: {error.strerror}\n\n"
    lines = [*_facts(status, target, now)]
    if hash_name and stat.S_ISREG(status.st_mode):
        lines.append(_checksum(name, hash_name, in_time))
    return "\n".join([*lines, "", ""])


def _link_target(name: str) -> str:
    return str(Path(name).readlink()) if stat.S_ISLNK(os.lstat(name).st_mode) else ""


def _facts(status: os.stat_result, target: str, now: float) -> Iterator[str]:
    mode = status.st_mode
    words, letter = next(((words, letter) for is_it, words, letter in _KINDS if is_it(mode)), ("unknown", "?"))
    link = f", symlink -> {one_line(target)}" if target else ""
    yield f"type:{stat.S_IFMT(mode):o} ({words}{link})"
    yield f"mode:{stat.S_IMODE(mode):o} ({letter}{_rights(mode)})"
    yield f"linkcount:{status.st_nlink}"
    yield f"owner:{status.st_uid} ({_user(status.st_uid)})"
    yield f"group:{status.st_gid} ({_group(status.st_gid)})"
    yield f"size:{status.st_size}"
    times = {"clock": now, "atime": status.st_atime, "ctime": status.st_ctime, "mtime": status.st_mtime}
    for word, moment in times.items():
        yield f"{word}:{int(moment)} ({_date(moment)})"


def _rights(mode: int) -> str:
    letters = [letter if mode & (1 << (8 - place)) else "-" for place, letter in enumerate(_RIGHTS)]
    if mode & stat.S_ISUID:
        letters[2] = "s"
    if mode & stat.S_ISGID:
        letters[5] = "s"
    return "".join(letters)


def _date(moment: float) -> str:
    try:
        return f"{datetime.fromtimestamp(int(moment)).astimezone():%Y/%m/%d-%H:%M:%S}"
    except (OverflowError, ValueError, OSError):  # a file from a year that has no name
        return ""


def _user(number: int) -> str:
    try:
        import pwd  # not on Windows

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError, OverflowError):
        return ""


def _group(number: int) -> str:
    try:
        import grp

        return grp.getgrgid(number).gr_name
    except (ImportError, KeyError, OverflowError):
        return ""


def _checksum(name: str, hash_name: str, in_time: InTime) -> str:
    """`md5:...`; empty when the file may not be read."""
    try:
        digest = hashlib.new(_DIGESTS.get(hash_name, hash_name), usedforsecurity=False)
        with open_seen(name) as file:
            while chunk := file.read(_CHUNK):
                in_time()
                digest.update(chunk)
    except (OSError, ValueError):
        return ""
    return f"{hash_name}:{digest.hexdigest()}"


def folder_sizes(name: str, in_time: InTime) -> str:
    """What `du -k` prints: KiB and path of every folder in it, itself last."""
    try:
        status = Path(name).stat()
    except OSError as error:
        return f"ERROR: {error.strerror}\n"
    if not stat.S_ISDIR(status.st_mode):
        return "ERROR: Not a directory\n"
    return "\n".join([*_sizes(name, in_time), "", ""])


class _Folder:
    """A folder that is being added up."""

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size
        self.trouble = ""
        try:
            with os.scandir(path) as entries:
                self.inside = [*entries][::-1]  # taken from its end
        except OSError as error:
            self.inside = []
            self.trouble = f"du: cannot read directory '{one_line(path)}': {error.strerror}"


def _sizes(name: str, in_time: InTime) -> Iterator[str]:
    start = os.lstat(name)
    if not stat.S_ISDIR(start.st_mode):  # a link, which du does not follow
        yield f"{_kib(_occupied(start))}\t{one_line(name)}"
        return
    counted: set[tuple[int, int]] = set()
    open_folders = [_Folder(name, _occupied(start))]
    while open_folders:
        in_time()
        folder = open_folders[-1]
        if folder.inside:
            _add_next(folder, open_folders, counted)
            continue
        open_folders.pop()
        if folder.trouble:
            yield folder.trouble
        yield f"{_kib(folder.size)}\t{one_line(folder.path)}"
        if open_folders:
            open_folders[-1].size += folder.size


def _add_next(folder: _Folder, open_folders: list[_Folder], counted: set[tuple[int, int]]) -> None:
    entry = folder.inside.pop()
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # it vanished
        return
    if stat.S_ISDIR(status.st_mode):
        open_folders.append(_Folder(entry.path, _occupied(status)))
        return
    if status.st_nlink > 1:
        file = (status.st_dev, status.st_ino)
        if file in counted:
            return
        counted.add(file)
    folder.size += _occupied(status)


def _occupied(status: os.stat_result) -> int:
    blocks = getattr(status, "st_blocks", None)
    return int(status.st_size) if blocks is None else int(blocks) * _BLOCK


def _kib(size: int) -> int:
    return -(-size // 1024)


def line_counts(name: str, patterns: Sequence[tuple[str, Callable[[bytes], bool]]], in_time: InTime) -> str:
    """`ID: N` for each pattern; or `ERROR: why not`."""
    counts = [0] * len(patterns)
    try:
        with open_seen(name) as file:
            while line := file.readline(_LINE):
                in_time()
                bare = line.removesuffix(b"\n")
                for place, (_, found) in enumerate(patterns):
                    counts[place] += found(bare)
    except OSError as error:
        return f"ERROR: Cannot open file {one_line(name)}: {error.strerror}\n"
    return "".join(f"{word}: {count}\n" for (word, _), count in zip(patterns, counts, strict=True))
