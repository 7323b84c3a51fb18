"""Files that others read while they are written anew: whole at every moment, the one before kept beside."""

import contextlib
import os
import shutil
import stat
from pathlib import Path

NEW, OLD = ".new", ".old"


def write_rotated(path: Path, data: bytes, *, keep: bool = True) -> None:
    """Write the file by way of PATH.new; with `keep` what was there before stays as PATH.old. Raises OSError.

    Whenever the process is killed, PATH is there and whole, as before or as it is to be, once it has been there. It
    keeps its mode, and its owner where we may give files away.
    """
    fresh = path.with_name(path.name + NEW)
    _write(fresh, data, like=path)
    if keep:
        _keep(path)
    fresh.replace(path)
    _sync_folder(path.parent)


def _write(path: Path, data: bytes, like: Path) -> None:
    """Never through a link that somebody else has put there."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(file, "wb") as stream:
        with contextlib.suppress(FileNotFoundError):
            before = like.lstat()
            if stat.S_ISREG(before.st_mode):
                with contextlib.suppress(OSError):
                    os.fchown(file, before.st_uid, before.st_gid)
                os.fchmod(file, stat.S_IMODE(before.st_mode))
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(path: Path) -> None:
    """A second name for what is there now: renaming it would leave a moment without the file."""
    second = path.with_name(path.name + OLD + NEW)
    second.unlink(missing_ok=True)
    try:
        os.link(path, second, follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError:  # a file system without such names
        shutil.copy2(path, second)
    second.replace(path.with_name(path.name + OLD))


def _sync_folder(folder: Path) -> None:
    """The new names reach the disk, too, where the file system lets us say so."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)
