"""The folder that hosts.cfg takes other files from: certs/, content/, etc/netrc, etc/cookies, and any `file:`."""

import errno
import stat
from collections.abc import Callable
from pathlib import Path

LONGEST = 1 << 20  # bytes of one file; beyond that it is not what somebody wants to send or expect


class HomeFolder:
    """Reads files of one folder, each once. `on_path` is called with every path before it is looked at.

    `netrc` and `cookies` are the files with credentials and cookies for all URLs, "" without one.
    """

    def __init__(self, folder: Path, on_path: Callable[[Path], None] = lambda _path: None) -> None:
        self.folder = str(folder)
        self._folder = folder
        self._on_path = on_path
        self._read: dict[str, bytes | OSError] = {}
        self._located: dict[str, OSError | None] = {}
        self.netrc = self._first("etc/netrc", "~/.netrc")
        self.cookies = self._first("etc/cookies")

    def read(self, name: str) -> bytes:
        """What is in a file; `name` is relative to the folder. Raises OSError, also for a file that is too large."""
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._look(name)
        if isinstance(found, OSError):
            raise found
        return found

    def locate(self, name: str) -> str:
        """The path of a file that can be read. Raises OSError."""
        path = self._path(name)
        if name not in self._located:
            self._located[name] = self._open(path)
        error = self._located[name]
        if error is not None:
            raise error
        return str(path)

    def _open(self, path: Path) -> OSError | None:
        try:
            self._on_path(path)
            path.open("rb").close()
        except OSError as error:
            return error
        except ValueError:  # a NUL in the name
            return OSError(errno.ENOENT, "this is not a name", str(path))
        return None

    def _look(self, name: str) -> bytes | OSError:
        path = self._path(name)
        try:
            self._on_path(path)
            if not stat.S_ISREG(path.stat().st_mode):
                return OSError(errno.EINVAL, "this is not a file", str(path))
            with path.open("rb") as file:
                data = file.read(LONGEST + 1)
        except OSError as error:
            return error
        except ValueError:  # a NUL in the name
            return OSError(errno.ENOENT, "this is not a name", name)
        return data if len(data) <= LONGEST else OSError(errno.EFBIG, f"more than {LONGEST} bytes", str(path))

    def _path(self, name: str) -> Path:
        try:
            return self._folder / Path(name).expanduser()
        except RuntimeError:  # there is no such user
            return self._folder / name

    def _first(self, *names: str) -> str:
        paths = [self._path(name) for name in names]
        for path in paths:
            self._on_path(path)
        return next((str(path) for path in paths if path.is_file()), "")
