"""Where RRD files are: `FOLDER/HOST/NAME.rrd`. Names come from the network; nothing outside the folder is touched."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".hexmon-"  # what is being written begins so
SUFFIX = ".rrd"

_NAME = re.compile(r"[^/\x00-\x1f\x7f.][^/\x00-\x1f\x7f]*\Z")
_LONGEST = 249  # bytes: librrd writes a file beside it whose name is six longer


class NameRefusedError(ValueError):
    """What cannot be the name of a folder or an RRD file."""


def checked_name(text: str) -> str:
    """A single, plain name: no slash, no control characters, no dot at the beginning. Raises NameRefusedError."""
    try:
        short = len(text.encode("utf-8")) <= _LONGEST
    except UnicodeEncodeError:
        short = False
    if not short or not _NAME.match(text):
        raise NameRefusedError(f"{text[:100]!r} cannot be the name of a file")
    return text


def checked_file(text: str) -> str:
    """The same for a file, which ends in .rrd. Raises NameRefusedError."""
    if not text.endswith(SUFFIX):
        raise NameRefusedError(f"{text[:100]!r} is not the name of an RRD file")
    return checked_name(text)


def place_of(top: Path, folder: str, file: str) -> Path:
    """The path of a file. Raises NameRefusedError."""
    return top / checked_name(folder) / checked_file(file)


def drop_folder(top: Path, folder: str) -> int:
    """Delete the RRD files of a host, and its folder when nothing else is in it. How many. Raises OSError."""
    place = top / checked_name(folder)
    gone = 0
    for name in _files(place):
        with suppress(FileNotFoundError):
            (place / name).unlink()
            gone += 1
    with suppress(OSError):
        place.rmdir()
    return gone


def rename_folder(top: Path, old: str, new: str) -> None:
    """Give the files of a host to another name; what that has already stays. Raises OSError."""
    source, target = top / checked_name(old), top / checked_name(new)
    with suppress(FileNotFoundError):
        if not target.exists():
            source.rename(target)
            return
    for name in _files(source):
        if not (target / name).exists():
            (source / name).rename(target / name)
    with suppress(OSError):
        source.rmdir()


def _files(place: Path) -> list[str]:
    """What came from hexmon, Xymon or APMonitor. A link to a folder elsewhere is not followed."""
    try:
        if not stat.S_ISDIR(place.lstat().st_mode):
            return []
        with os.scandir(place) as found:
            names = [one.name for one in found if not one.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    return [name for name in names if name.endswith(SUFFIX) or name.startswith(UNFINISHED)]
