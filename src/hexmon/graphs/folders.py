"""Which RRD files a folder has, and the names of what is in them: the disk is read here, in threads."""

import os
from pathlib import Path

from hexmon.graphs.choose import Listing, RrdFile
from hexmon.graphs.rrd_bytes import BadFileError, head_length, read_head

MOST_FILES = 20_000
_KEPT = 100_000
_START = 128
_META = "rrd.meta"
_META_SIZE = 1 << 20


class Folders:
    """Reads folders below one. Names of data sources are remembered: files seldom get others."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[str, tuple[tuple[int, int], frozenset[str] | None]] = {}

    def listing(self, folder: str, only: frozenset[str] | None = None) -> Listing:
        """What is in it, without names that cannot be handed to librrd; empty when there is no such folder.

        `only`: nothing but files with these names. Links are followed, dot files left out.
        """
        if not is_folder_name(folder):
            return Listing(folder)
        place = self.root / folder
        files: list[RrdFile] = []
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if (only is None or entry.name in only) and _usable(entry.name):
                        files += self._file(entry)
                    if len(files) >= MOST_FILES:
                        break
        except OSError:
            return Listing(folder)
        return Listing(folder, tuple(sorted(files, key=lambda file: file.name)), _read_meta(place / _META))

    def _file(self, entry: "os.DirEntry[str]") -> list[RrdFile]:
        try:
            stat = entry.stat()
        except OSError:  # it is just being replaced
            return []
        mark = (stat.st_ino, stat.st_size)
        known = self._known.get(entry.path)
        if known is None or known[0] != mark:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[entry.path] = (mark, read_sources(Path(entry.path)))
        return [RrdFile(entry.name, stat.st_mtime, known[1])]


def is_folder_name(name: str) -> bool:
    """Whether it names a folder directly below another."""
    return bool(name) and name not in (".", "..") and "/" not in name and "\0" not in name


def _usable(name: str) -> bool:
    """Librrd takes UTF-8, and knows an escape only for colons."""
    return name.endswith(".rrd") and name.isprintable() and "\\" not in name and not name.startswith(".")


def read_sources(path: Path) -> frozenset[str] | None:
    """The names of the data sources of a file; None when it is none that librrd can read without harm."""
    try:
        with path.open("rb") as file:
            start = file.read(_START)
            head = read_head(start + file.read(head_length(start) - len(start)))
            whole = os.fstat(file.fileno()).st_size >= head.total
    except (OSError, BadFileError):
        return None
    return frozenset(head.names) if whole else None


def _read_meta(path: Path) -> dict[str, str]:
    """`GRAPH:PARAM  text` in each line: what @RRDMETA@ stands for."""
    try:
        with path.open("rb") as file:
            lines = file.read(_META_SIZE).decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split(maxsplit=1) for line in lines if ":" in line)
    return {pair[0]: pair[1].strip() for pair in reversed(list(pairs)) if len(pair) > 1}
