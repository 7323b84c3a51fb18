"""The files and directories that a configuration was read from, and whether any of them is another now."""

from pathlib import Path

Signature = tuple[int, int, int]
_GONE: Signature = (-1, -1, -1)


class Watched:
    """What was looked at, as it was then."""

    def __init__(self) -> None:
        self._seen: dict[Path, Signature] = {}

    def remember(self, path: Path) -> None:
        """To be called before the reading: a file that is written meanwhile counts as changed. It may be missing."""
        self._seen[path] = _signature(path)

    def changed(self) -> bool:
        """Whether any is not as it was when it was remembered."""
        return any(_signature(path) != seen for path, seen in self._seen.items())

    def signatures(self) -> tuple[Signature, ...]:
        """What they look like now: equal twice in a row means that nobody is writing them."""
        return tuple(_signature(path) for path in self._seen)


def _signature(path: Path) -> Signature:
    """What tells that a file or directory was changed: time, size and inode (an editor may replace the file)."""
    try:
        stat = path.stat()
    except OSError:
        return _GONE
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
