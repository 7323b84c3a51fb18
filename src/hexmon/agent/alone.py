"""One process at a time for a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

_LOCK = ".lock"


class FolderTakenError(OSError):
    """Another process uses the folder."""


@contextlib.contextmanager
def alone_in(folder: Path, trouble: str) -> Iterator[None]:
    """Nobody else uses the folder meanwhile. Raises OSError: FolderTakenError when somebody does."""
    with (folder / _LOCK).open("ab") as file:
        try:
            import fcntl
        except ImportError:  # Windows: nobody watches
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderTakenError(f"{folder}: {trouble}") from None
        yield
