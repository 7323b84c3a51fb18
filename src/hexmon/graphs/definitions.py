"""rrddefinitions.cfg: which archives a new RRD file has, by the column that its figures come from. Pure.

`[column]` or `[column/SECONDS]` (for figures that come in another interval than 300 seconds) and below it lines of
rrdcreate(1): `RRA:...`, and perhaps `--step SECONDS`. `[]` is for all others. Only new files are made so.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from hexmon.config.line import Line
from hexmon.graphs.schema import Archive, Layout
from hexmon.model.origin import Origin, Problem

STEP = 300  # seconds

USUAL = tuple(Archive("AVERAGE", steps, 576) for steps in (1, 6, 24, 288))

_SECTION = re.compile(r"\[([^]]*)\]?\s*\Z")
_ARCHIVE = re.compile(
    r"RRA:(AVERAGE|MIN|MAX|LAST):(0?\.[0-9]{1,9}|0|0\.):([0-9]{1,9}|[0-9]{1,7}[smhdwMy]):([0-9]{1,9}|[0-9]{1,7}[smhdwMy])\Z"
)
_STEP = re.compile(r"(?:-s|--step)(?:[\s=]*([0-9]{1,9}))?\Z")
_SECONDS = re.compile(r"[0-9]{1,9}\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2678400, "y": 31622400}  # as librrd counts them
_MOST_ROWS = 10_000_000


class Section(msgspec.Struct, frozen=True):
    """What stands below one `[...]`. `step` None: the interval of the figures."""

    archives: tuple[Archive, ...]
    step: int | None = None


class Definitions(msgspec.Struct, frozen=True):
    """The whole file; keys in lower case, because Xymon does not mind the case."""

    sections: Mapping[str, Section] = {}
    problems: tuple[Problem, ...] = ()

    def layout(self, test: str) -> Layout:
        """Of a new file for a column, or for `column/SECONDS`."""
        _, _, seconds = test.rpartition("/") if _interval(test) else ("", "", "")
        step = int(seconds) if seconds else STEP
        section = self.sections.get(test.lower()) or self.sections.get("") or Section(USUAL)
        return Layout(section.step or step, section.archives)


def read_definitions(lines: Iterable[Line]) -> Definitions:
    """Every mistake is a problem; a line that cannot be used is left out."""
    reader = _Reader()
    for line in lines:
        text = line.text.strip()
        if text and not text.startswith("#"):
            reader.line(text, line.origin)
    reader.end()
    return Definitions(reader.sections, tuple(reader.problems))


class _Reader:
    def __init__(self) -> None:
        self.sections: dict[str, Section] = {}
        self.problems: list[Problem] = []
        self._name: str | None = None
        self._origin = Origin("")
        self._archives: list[Archive] = []
        self._step: int | None = None
        self._step_follows = False

    def line(self, text: str, origin: Origin) -> None:
        section = _SECTION.match(text)
        if section is not None:
            self.end()
            self._name, self._origin = section[1].strip().lower(), origin
        elif self._name is None:
            self._wrong(origin, f"'{text}' stands before the first section", "write [] above it")
        elif self._step_follows and _SECONDS.match(text):
            self._set_step(text, origin)
        elif found := _STEP.match(text):
            self._set_step(found[1], origin)
        else:
            self._archive(text, origin)

    def end(self) -> None:
        """The section is over."""
        if self._name is not None and self._archives:
            if self._name in self.sections:
                self._wrong(self._origin, f"[{self._name}] was there already", "the last one holds")
            self.sections[self._name] = Section(tuple(self._archives), self._step)
        elif self._name is not None:
            self._wrong(self._origin, f"[{self._name}] has no archives", "write RRA:AVERAGE:0.5:1:576 below it")
        self._archives, self._step, self._step_follows = [], None, False

    def _set_step(self, text: str | None, origin: Origin) -> None:
        self._step_follows = text is None
        if text is not None and int(text) > 0:
            self._step = int(text)
        elif text is not None:
            self._wrong(origin, "a step of no seconds", "write --step 300")

    def _archive(self, text: str, origin: Origin) -> None:
        found = _ARCHIVE.match(text)
        if found is None:
            hint = "write RRA:AVERAGE:0.5:STEPS:ROWS; AVERAGE, MIN, MAX and LAST are known"
            self._wrong(origin, f"'{text[:200]}' is not an archive", hint)
            return
        step = self._step or int(_interval(self._name or "") or STEP)
        steps, rows = _count(found[3], step), _count(found[4], step)
        rows = rows if found[4].isdigit() else rows // max(steps, 1)
        if not (steps and 0 < rows <= _MOST_ROWS):
            self._wrong(origin, f"'{text}': steps and rows must be above 0, rows at most {_MOST_ROWS}", "")
            return
        self._archives.append(Archive(found[1], steps, rows, float(found[2])))  # type: ignore[arg-type]

    def _wrong(self, origin: Origin, message: str, hint: str) -> None:
        self.problems.append(Problem(origin, message, hint, fatal=False))


def _interval(test: str) -> str:
    """The SECONDS of `column/SECONDS`."""
    seconds = test.rpartition("/")[2] if "/" in test else ""
    return seconds if _SECONDS.match(seconds) and int(seconds) > 0 else ""


def _count(text: str, step: int) -> int:
    """A number of steps, also as a duration."""
    return int(text) if text.isdigit() else int(text[:-1]) * _UNITS[text[-1]] // step
