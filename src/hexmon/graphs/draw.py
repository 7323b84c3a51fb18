"""From a section, its files and a frame to the arguments of rrdgraph(1) and rrdxport(1). Pure.

Nothing here comes from a URL but numbers and words that `request` has checked.
"""

import math
import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from hexmon.graphs.palette import THEMES, Theme
from hexmon.graphs.script import Script, harmless
from hexmon.graphs.statements import Statement

PictureFormat = Literal["svg", "png"]
MOST_ROWS = 20_000
_OWN = "hexmon"
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_NARROW = 400  # pixels: pictures for pages that are no wider have no room for the names of their axes
_PLAIN = 100_000.0  # smaller figures need no k or M
_BASE = ("-b", "--base")
_TAIL = re.compile(r"(?:\\[a-zA-Z]|\s)+\Z")
_UPPER = ("-u", "--upper-limit")
_LIMITS = {*_UPPER, "-l", "--lower-limit"}
_OLD_LIMITS = ("-upper", "-lower")
_FIGURES = ("LAST", "AVERAGE", "MINIMUM", "MAXIMUM")


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What of it is drawn, and how large. Epoch seconds; pixels.

    `whole`: the size is that of the picture, not of the area of the curves. `legend`: names and figures are below it.
    """

    start: int
    end: int
    width: int = 576
    height: int = 120
    whole: bool = False
    theme: Theme = THEMES["light"]
    format: PictureFormat = "svg"
    legend: bool = True
    title: str = ""
    upper: float | None = None
    lower: float | None = None


class Series(msgspec.Struct, frozen=True):
    """One line of the legend: the figures named `value`, drawn in that colour (`#rrggbb`)."""

    value: str
    label: str
    color: str
    right: bool = False


class Axes(msgspec.Struct, frozen=True):
    """What stands at the sides; `scale` is how many of the right are one of the left, `format` that of its marks."""

    left: str = ""
    right: str = ""
    scale: float = 1.0
    format: str = ""


def series_of(script: Script) -> tuple[Series, ...]:
    """What has a name in the legend, in order."""
    found = []
    known = {statement.fields[0].partition("=")[0] for statement in script.data if statement.kind != "VDEF"}
    for one in script.statements:
        label = label_of(one.legend)
        if label and one.color and one.value in known:
            found.append(Series(one.value, label, one.color[:7], one.kind == "RIGHTLINE"))
    return tuple(found)


def label_of(legend: str) -> str:
    """What is seen of a legend: without escapes, padding and marks of alignment."""
    return _TAIL.sub("", legend).replace("\\:", ":").strip().rstrip(":").rstrip()


def picture_arguments(script: Script, frame: Frame, axes: Axes, series: Sequence[Series] = ()) -> list[str]:
    """Everything behind the name of the file. `series`: the figures of those are written below the picture."""
    left = _options(script, frame)
    own = [
        "--imgformat", frame.format.upper(), "--start", str(frame.start), "--end", str(frame.end),
        "--width", str(frame.width), "--height", str(frame.height),
    ]  # fmt: skip
    if frame.title:
        own += ["--title", frame.title]
    named = frame.legend or frame.width > _NARROW
    if axes.left and named:
        own += ["--vertical-label", axes.left]
    own += _right_axis(script, axes if named else msgspec.structs.replace(axes, right=""))
    own += ["--full-size-mode"] * frame.whole + ["--no-legend"] * (not frame.legend)
    own += _limits(frame)
    drawn = [text for statement in script.statements for text in _translated(statement, axes.scale, frame)]
    return [*_look(frame), *left, *own, *drawn, *(_written(series) if frame.legend else ())]


def _look(frame: Frame) -> list[str]:
    """Before the section's own options, which may say otherwise."""
    theme = frame.theme
    ground = f"#{theme.ground}00" if frame.format == "svg" else f"#{theme.ground}"
    colors = {
        "BACK": ground, "CANVAS": ground, "SHADEA": "#00000000", "SHADEB": "#00000000", "FONT": f"#{theme.ink}",
        "AXIS": f"#{theme.quiet}", "ARROW": f"#{theme.quiet}00", "FRAME": f"#{theme.quiet}00", "GRID": f"#{theme.grid}",
        "MGRID": f"#{theme.major}",
    }  # fmt: skip
    look = [word for name, color in colors.items() for word in ("--color", f"{name}{color}")]
    fonts = {"DEFAULT": "8:sans-serif", "TITLE": "10:sans-serif", "LEGEND": "8:monospace", "WATERMARK": "6:sans-serif"}
    look += [word for name, font in fonts.items() for word in ("--font", f"{name}:{font}")]
    return [*look, "--border", "0", "--disable-rrdtool-tag", "--slope-mode", "--grid-dash", "1:0"]


def _options(script: Script, frame: Frame) -> list[str]:
    """The section's, without the limits that the frame has itself."""
    dropped = _LIMITS if frame.upper is not None and frame.lower is not None else set()
    if frame.upper is not None:
        dropped = dropped | set(_UPPER)
    elif frame.lower is not None:
        dropped = dropped | (_LIMITS - set(_UPPER))
    kept: list[str] = []
    words = iter(script.options)
    for word in words:
        if word in dropped or word in _OLD_LIMITS:
            next(words, None)
        else:
            kept.append(word)
    return kept


def _limits(frame: Frame) -> list[str]:
    words: list[str] = []
    if frame.upper is not None:
        words += ["--upper-limit", f"{frame.upper:.10g}"]
    if frame.lower is not None:
        words += ["--lower-limit", f"{frame.lower:.10g}"]
    return [*words, "--rigid"] if words else []


def _right_axis(script: Script, axes: Axes) -> list[str]:
    if not any(statement.kind == "RIGHTLINE" for statement in script.statements):
        return []
    words = ["--right-axis", f"{axes.scale:.10g}:0"]
    words += ["--right-axis-format", axes.format] if axes.format else []
    return [*words, "--right-axis-label", axes.right] if axes.right else words


def _translated(statement: Statement, scale: float, frame: Frame) -> list[str]:
    if statement.kind != "RIGHTLINE":
        # Without a legend what is computed for it alone need not be.
        return [] if statement.kind in ("PRINT", *(() if frame.legend else ("GPRINT", "COMMENT"))) else [statement.text]
    name = f"{_OWN}_{statement.value}"
    line = Statement("LINE", statement.width or "1", (name + statement.color, *statement.fields[1:]))
    return [f"CDEF:{name}={statement.value},{scale:.10g},/", line.text]


def _written(series: Sequence[Series]) -> list[str]:
    """Figures for sections that write none themselves."""
    names = {"LAST": "now", "AVERAGE": "avg", "MINIMUM": "min", "MAXIMUM": "max"}
    words: list[str] = []
    longest = max((len(one.label) for one in series), default=0)
    for number, one in enumerate(series):
        words.append(f"COMMENT:{harmless(one.label.ljust(longest))}")
        for word in _FIGURES:
            words.append(f"VDEF:{_OWN}_w{number}{word[:2]}={one.value},{word}")
            words.append(f"GPRINT:{_OWN}_w{number}{word[:2]}:%7.2lf%s {names[word]}")
        words[-1] += "\\n"
    return words


def writes_figures(script: Script) -> bool:
    """Whether the section has figures of its own in its legend."""
    return any(statement.kind == "GPRINT" for statement in script.statements)


def figures_arguments(script: Script, frame: Frame, series: Sequence[Series], percentile: float) -> list[str]:
    """Prints five figures for each series: the last, average, least, greatest, and that percentile. Draws nothing."""
    words = ["--start", str(frame.start), "--end", str(frame.end), "--width", str(frame.width)]
    words += [statement.text for statement in script.data]
    for number, one in enumerate(series):
        for word in (*_FIGURES, "PERCENTNAN"):
            name = f"{_OWN}_f{number}{word[:2]}"
            argument = f"{one.value},{percentile:.10g},PERCENTNAN" if word == "PERCENTNAN" else f"{one.value},{word}"
            words += [f"VDEF:{name}={argument}", f"PRINT:{name}:%.12le"]
    return words


def export_arguments(script: Script, frame: Frame, series: Sequence[Series], step: int = 0) -> list[str]:
    """For rrdxport: a column for each series, rows at least `step` seconds apart (0: as the picture has them)."""
    words = ["--start", str(frame.start), "--end", str(frame.end), "--maxrows", str(MOST_ROWS if step else frame.width)]
    words += ["--step", str(step)] if step else []
    words += [statement.text for statement in script.data]
    return [*words, *(f"XPORT:{one.value}:{number}" for number, one in enumerate(series))]


def scale_arguments(script: Script, frame: Frame) -> list[str]:
    """Prints the greatest figure of each drawn series; `right_scale` makes a scale of them."""
    words = ["--start", str(frame.start), "--end", str(frame.end), "--width", str(frame.width)]
    words += [statement.text for statement in script.data]
    for number, one in enumerate(_scaled(script)):
        words += [f"VDEF:{_OWN}_s{number}={one.value},MAXIMUM", f"PRINT:{_OWN}_s{number}:%.12le"]
    return words


def _scaled(script: Script) -> list[Statement]:
    return [statement for statement in script.statements if statement.drawn]


def axes_of(script: Script, frame: Frame, greatest: Sequence[float], left: str, right: str) -> Axes:
    """The axes for what `scale_arguments` printed, with their names."""
    known = [value for one, value in zip(_scaled(script), greatest, strict=False) if one.kind == "RIGHTLINE"]
    small = max((value for value in known if math.isfinite(value)), default=0.0) < _PLAIN
    return Axes(left, right, right_scale(script, frame, greatest), "%.6lg" if small else "")


def right_scale(script: Script, frame: Frame, greatest: Sequence[float]) -> float:
    """How many of the right axis are one of the left: chosen so that both have round marks at the same heights."""
    left, right = 0.0, 0.0
    for statement, value in zip(_scaled(script), greatest, strict=False):
        if not math.isfinite(value) or not statement.color:
            continue
        if statement.kind == "RIGHTLINE":
            right = max(right, value)
        else:
            left = max(left, value)
    limit = frame.upper if frame.upper is not None else _option(script, _UPPER)
    left = max(left, limit) if limit is not None else left
    left = left if left > 0.0 else right  # nothing at the left: its marks are those of what the right line draws
    if right <= 0.0:
        return 1.0
    # With a base of 1024 round marks at the left are so many of 1024, 1024 x 1024, ...
    unit = 1024.0 ** math.floor(math.log(left, 1024)) if _option(script, _BASE) == 1024.0 and left >= 1024.0 else 1.0
    ratio = right / left * unit
    power = 10.0 ** math.floor(math.log10(ratio))
    return next((nice * power for nice in _NICE if nice * power >= ratio * 0.999), 10 * power) / unit


def _option(script: Script, names: Sequence[str]) -> float | None:
    for option, value in zip(script.options, script.options[1:], strict=False):
        if option in names:
            try:
                return float(value)
            except ValueError:
                return None
    return None
