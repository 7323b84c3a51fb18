"""Files that messages ask for: `config FILE`, `download FILE`, and the section of client-local.cfg for an agent."""

import stat
from collections.abc import Callable
from pathlib import Path

from hexmon.config.lines import expand_bytes, read_file
from hexmon.config.watched import Watched
from hexmon.ingest.client_local import ClientLocal, read_client_local
from hexmon.ingest.settings import FileSettings
from hexmon.model.origin import Problem

_SHORTEST_NAME = 4
_CACHE_BYTES = 64 * 1024 * 1024
_LOOK_AGAIN = 5.0  # seconds between looks at client-local.cfg


class Files:
    """Answers from the file system, small and cached, with no way out of their folders.

    `problems` are the mistakes in client-local.cfg, once an agent has asked for it.
    """

    def __init__(self, settings: FileSettings, monotonic: Callable[[], float]) -> None:
        self.problems: tuple[Problem, ...] = ()
        self._settings = settings
        self._monotonic = monotonic
        self._downloads: dict[str, bytes] = {}
        self._cached = 0
        self._local: ClientLocal | None = None
        self._local_files: Watched | None = None
        self._look_at = float("-inf")

    def config(self, name: str) -> bytes:
        """The text of a configuration file, its include directives expanded; empty when it is refused or missing.

        Refused: names not ending in .cfg, what is not a regular file (symbolic links too), what is outside the folder.
        """
        settings = self._settings
        right = settings.all_names or name.lower().endswith(".cfg")
        if len(name) < _SHORTEST_NAME or not right:
            return b""
        path = inside(settings.config_dir, name)
        if path is None or path.is_symlink():
            return b""
        try:
            return expand_bytes(path)
        except (OSError, ValueError):
            return b""

    def download(self, name: str) -> bytes:
        """The bytes of a file of the download folder; kept in memory until `flush`."""
        known = self._downloads.get(name)
        if known is not None:
            return known
        path = inside(self._settings.download_dir, name)
        if path is None:
            return b""
        try:
            content = path.read_bytes()
        except OSError:
            return b""
        if self._cached + len(content) <= _CACHE_BYTES:
            self._downloads[name] = content
            self._cached += len(content)
        return content

    def flush(self) -> None:
        """Forget the downloads."""
        self._downloads.clear()
        self._cached = 0

    def client_local(self, host: str, host_class: str, os_type: str) -> bytes:
        """What an agent is told to watch: its section of client-local.cfg, empty when none fits."""
        now = self._monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_AGAIN
            self._refresh_local()
        return self._local.select(host, host_class, os_type) if self._local is not None else b""

    def _refresh_local(self) -> None:
        """Read it again when it, or a file that it includes, was changed; one that cannot be read keeps the old."""
        path = self._settings.client_local
        if path is None or (self._local_files is not None and not self._local_files.changed()):
            return
        self._local_files = Watched()
        found, problems = load_client_local(path, self._local_files, merge=self._settings.merge_client_local)
        self.problems = problems if path.exists() else ()
        if not path.exists():
            self._local = None
        elif self._local is None or not any(problem.fatal for problem in problems):
            self._local = found


def load_client_local(
    path: Path, watched: Watched | None = None, *, merge: bool = False
) -> tuple[ClientLocal, tuple[Problem, ...]]:
    """client-local.cfg with all that it includes, and every mistake; a fatal one is a file that cannot be read."""
    problems: list[Problem] = []
    remember = watched.remember if watched is not None else None
    lines = read_file(path, problems, tool="daemon", on_path=remember, as_written=True).lines
    found = read_client_local(lines, merge=merge)
    return found, (*problems, *found.problems)


def inside(folder: Path | None, name: str) -> Path | None:
    """A regular file of that folder or below; None for anything else, also for a link that leads out of it."""
    if folder is None or "\0" in name or "../" in name:
        return None
    path = folder / name.lstrip("/")
    try:
        if not path.resolve().is_relative_to(folder.resolve()) or not stat.S_ISREG(path.stat().st_mode):
            return None
    except (OSError, RuntimeError):
        return None
    return path
