"""librrd, as typed functions: the only importer of its binding. Everything else works without it.

What is safe, as tried with librrd 1.7: several threads may write, read and export at once, and one may draw beside
them; two that draw at once crash the process (Pango's fonts). So `graph` takes a lock; everything gives up the
interpreter while librrd works. Every function works on the disk at once and raises RrdError.
"""

import importlib
import math
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from hexmon.graphs.schema import DataSource, Layout

Row = tuple[float | None, ...]


class RrdError(Exception):
    """What could not be done with a file, and why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}" if file else reason)
        self.file = file
        self.reason = reason


class Series(msgspec.Struct, frozen=True):
    """Figures of a stretch: row i is of the `step` seconds that end at `start + (i + 1) * step`."""

    start: int
    end: int
    step: int
    names: tuple[str, ...]
    rows: tuple[Row, ...]


class Picture(msgspec.Struct, frozen=True):
    """What `rrdtool graphv` says: the picture (PNG, SVG, ...), its size, all else by its own names."""

    image: bytes
    width: int
    height: int
    details: Mapping[str, Any]


def _load() -> tuple[ModuleType | None, str]:
    try:
        return importlib.import_module("rrdtool"), ""
    except Exception as error:  # noqa: BLE001 - a binding that cannot be loaded is only missing, whatever it raises
        return None, f"librrd cannot be used: {error}; install the package rrdtool of Python, and librrd8"


_BINDING, _MISSING = _load()
_DRAWING = threading.Lock()


def available() -> bool:
    """Whether RRD files can be written and drawn here."""
    return _BINDING is not None


def missing() -> str:
    """Why not, for people; "" when they can."""
    return _MISSING


def version() -> str:
    """That of librrd."""
    return str(_BINDING.lib_version()) if _BINDING is not None else ""


def create(path: Path, sources: Sequence[DataSource], layout: Layout, start: int) -> None:
    """Make a file, whole or not at all; one that exists is replaced. Its first figures may be later than `start`."""
    words = ["--start", str(start), "--step", str(layout.step)]
    words += [_source_word(source) for source in sources]
    words += [f"RRA:{one.function}:{one.xff:g}:{one.steps}:{one.rows}" for one in layout.archives]
    _call("create", path, *words)


def update(path: Path, names: Sequence[str], lines: Sequence[str]) -> None:
    """Add figures: each line is `SECONDS:VALUE:...`, the values in the order of `names`; other sources are unknown.

    Lines that are not later than the last of the file are left out by librrd without a word.
    """
    # As `_call` does it, but twenty thousand times a second.
    if _BINDING is None:
        raise RrdError(str(path), _MISSING)
    try:
        _BINDING.update(str(path), "--skip-past-updates", "--template", ":".join(names), "--", *lines)
    except _BINDING.OperationalError as error:
        raise RrdError(str(path), _reason(str(error), path)) from error


def info(path: Path) -> Mapping[str, Any]:
    """As rrdinfo(1) prints it."""
    found: Mapping[str, Any] = _call("info", path)
    return found


def first(path: Path, archive: int = 0) -> int:
    """The moment of the first row of an archive."""
    return int(_call("first", path, "--rraindex", str(archive)))


def fetch(path: Path, function: str, start: int, end: int, resolution: int = 1) -> Series:
    """What the file has of a stretch, in the resolution that fits best."""
    words = ("--start", str(start), "--end", str(end), "--resolution", str(resolution))
    (begun, ended, step), names, rows = _call("fetch", path, function, *words)
    return Series(begun, ended, step, tuple(names), tuple(rows))


def export(words: Sequence[str]) -> Series:
    """`rrdtool xport`: DEF, CDEF and XPORT to figures. Names are the legends."""
    found = _call("xport", None, *words)
    meta, rows = found["meta"], found["data"]
    return Series(meta["start"], meta["end"], meta["step"], tuple(meta["legend"]), tuple(rows))


def graph(words: Sequence[str]) -> Picture:
    """`rrdtool graphv -`: the arguments of rrdgraph(1) to a picture. One at a time: others wait."""
    with _DRAWING:
        found = dict(_call("graphv", None, "-", *words))
    image = bytes(found.pop("image", b""))
    return Picture(image, int(found.get("image_width", 0)), int(found.get("image_height", 0)), found)


def printed(words: Sequence[str]) -> tuple[str, ...]:
    """What the PRINT words of such arguments print; nothing is drawn. One at a time with `graph`."""
    with _DRAWING:
        found = _call("graphv", None, "", *words)
    return tuple(str(found[f"print[{number}]"]) for number in range(sum(key.startswith("print[") for key in found)))


def _source_word(source: DataSource) -> str:
    low, high = (_limit(value) for value in (source.low, source.high))
    return f"DS:{source.name}:{source.kind}:{source.heartbeat}:{low}:{high}"


def _limit(value: float | None) -> str:
    return "U" if value is None or not math.isfinite(value) else f"{value:.17g}"


def _call(name: str, path: Path | None, *words: str) -> Any:
    if _BINDING is None:
        raise RrdError(str(path or ""), _MISSING)
    try:
        return getattr(_BINDING, name)(*(() if path is None else (str(path),)), *words)
    except (_BINDING.OperationalError, _BINDING.ProgrammingError, ValueError, TypeError, OverflowError) as error:
        raise RrdError(str(path or ""), _reason(str(error), path)) from error


def _reason(text: str, path: Path | None) -> str:
    """Its words without the name of the file. It says nothing at all when the disk is full."""
    words = text.removeprefix(f"{path}: ").strip()
    return words or "librrd does not say why; is the disk full?"
