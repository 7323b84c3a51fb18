"""The folder that hosts.cfg takes other files from: certs/, content/, etc/netrc, etc/cookies, and any `file:`."""

import errno
import stat
from collections.abc import Callable
from pathlib import Path

LONGEST = 1 << 20  # bytes of one file; beyond that it is not what somebody wants to send or expect
_Wrong = tuple[int, str]  # an errno and its words


class HomeFolder:
    """Reads files of one folder, each once. `on_path` is called with every path before it is looked at.

    `netrc` and `cookies` are the files with credentials and cookies for all URLs, "" without one.
    """

    def __init__(self, folder: Path, on_path: Callable[[Path], None] = lambda _path: None) -> None:
        self.folder = str(folder)
        self._folder = folder
        self._on_path = on_path
        self._read: dict[str, bytes | _Wrong] = {}
        self._located: dict[str, bytes | _Wrong] = {}
        self.netrc = self._first("etc/netrc", "~/.netrc")
        self.cookies = self._first("etc/cookies")

    def read(self, name: str) -> bytes:
        """What is in a file; `name` is relative to the folder. Raises OSError, also for a file that is too large."""
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._look(name, LONGEST)
        if isinstance(found, tuple):
            raise OSError(*found, name)
        return found

    def locate(self, name: str) -> str:
        """The path of a file that can be read. Raises OSError."""
        found = self._located.get(name)
        if found is None:
            found = self._located[name] = self._look(name, 0)
        if isinstance(found, tuple):
            raise OSError(*found, name)
        return str(self._path(name))

    def _look(self, name: str, most: int) -> bytes | _Wrong:
        """The file, or as much as shows that it can be read, or why it cannot."""
        path = self._path(name)
        try:
            self._on_path(path)
            if not stat.S_ISREG(path.stat().st_mode):  # the open of a pipe would wait for its writer
                return errno.EINVAL, "this is not a file"
            with path.open("rb") as file:
                data = file.read(most + 1) if most else b""
        except OSError as error:
            return error.errno or errno.EIO, error.strerror or str(error)
        except ValueError:  # a NUL in the name
            return errno.ENOENT, "this is not a name"
        return data if len(data) <= most else (errno.EFBIG, f"more than {LONGEST} bytes")

    def _path(self, name: str) -> Path:
        try:
            return self._folder / Path(name).expanduser()
        except RuntimeError:  # there is no such user
            return self._folder / name

    def _first(self, *names: str) -> str:
        paths = [self._path(name) for name in names]
        for path in paths:
            self._on_path(path)
        return next((str(path) for path in paths if _is_file(path)), "")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder on the way that is not ours to look into
        return False
