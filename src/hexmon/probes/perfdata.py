"""What a monitoring plugin prints, taken apart: text and performance data (Monitoring Plugins Guidelines). Pure.

Plugins are written by everybody: what is not understood is passed over, never an error.
"""

import math
import re
from collections.abc import Iterator

import msgspec

_LONGEST = 32 * 1024  # of performance data, characters
_MOST = 500  # figures
_LONGEST_LABEL = 200
_NUMBER = r"[-+]?(?:[0-9]{1,40}(?:[.,][0-9]{0,40})?|[.,][0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
_VALUE = re.compile(rf"({_NUMBER})([A-Za-z%\u00b5\u03bc\u00b0/]{{0,20}})\Z")
_PLAIN = re.compile(rf"{_NUMBER}\Z")
_BLANK = re.compile(r"\s")
_WORD = re.compile(r"\S*")

# Unit -> the base unit, and what to multiply with and to divide by. Plugins count 1024 bytes to the KB.
_Scale = tuple[float, float]
_ONE: _Scale = (1.0, 1.0)
_KILO = 1024.0
_UNITS: dict[str, tuple[str, _Scale]] = {
    "s": ("s", (1.0, 1.0)),
    "ms": ("s", (1.0, 1e3)),
    "us": ("s", (1.0, 1e6)),
    "\u00b5s": ("s", (1.0, 1e6)),
    "\u03bcs": ("s", (1.0, 1e6)),
    "ns": ("s", (1.0, 1e9)),
    "b": ("B", (1.0, 1.0)),
    **{f"{prefix}{end}": ("B", (_KILO**power, 1.0)) for power, prefix in enumerate("kmgtpe", 1) for end in ("b", "ib")},
}


class Range(msgspec.Struct, frozen=True):
    """A threshold: it is passed by values outside of low..high, or (`inside`) by those within."""

    low: float
    high: float
    inside: bool = False

    @property
    def end(self) -> float | None:
        """The end that a chart shows: the upper one, if there is one."""
        return next((end for end in (self.high, self.low) if math.isfinite(end)), None)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One value with its thresholds, in the base unit: seconds, bytes, %; `c` is a counter."""

    label: str
    value: float
    unit: str = ""
    warn: Range | None = None
    critical: Range | None = None
    minimum: float | None = None
    maximum: float | None = None


class Output(msgspec.Struct, frozen=True):
    """The first line, the lines below it, and the performance data of both."""

    line: str
    more: str
    performance: str


def read_output(text: str) -> Output:
    """`TEXT|PERFDATA`, then lines of long text, then (behind another `|`) lines of more performance data."""
    first, _, rest = text.partition("\n")
    line, _, figures = first.partition("|")
    more, _, further = rest.partition("|")
    return Output(line.strip(), more.strip("\n"), f"{figures} {further}".strip())


def read_figures(performance: str) -> list[Figure]:
    """`'label'=value[UOM];[warn];[crit];[min];[max]`, separated by blanks; a label that comes again is left out."""
    found: dict[str, Figure] = {}
    for label, data in _pairs(performance[:_LONGEST]):
        figure = _figure(label, data)
        if figure is not None and len(found) < _MOST:
            found.setdefault(figure.label, figure)
    return list(found.values())


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Label and data of each item. Every character is looked at once or twice, whatever the quotes are like."""
    position, end = 0, len(text)
    while position < end:
        if _BLANK.match(text, position):
            position += 1
            continue
        label = ""
        if text[position] == "'":
            closing = _closing_quote(text, position + 1)
            if closing < 0:
                return
            label = text[position + 1 : closing].replace("''", "'")
            position = closing + 1
        word = _word(text, position)
        position += len(word)
        name, equals, data = word.partition("=")
        if equals and (name == "" if label else name != ""):
            yield label or name, data


def _word(text: str, position: int) -> str:
    match = _WORD.match(text, position)
    return match[0] if match is not None else ""


def _closing_quote(text: str, position: int) -> int:
    """Where the quoted label ends; two quotes are one that belongs to it. -1: nowhere."""
    while True:
        found = text.find("'", position)
        if found < 0 or text[found + 1 : found + 2] != "'":
            return found
        position = found + 2


def _figure(label: str, data: str) -> Figure | None:
    fields = [*data.split(";", 4), "", "", "", ""]
    match = _VALUE.match(fields[0])
    if match is None or not label or len(label) > _LONGEST_LABEL or not label.isprintable():
        return None
    unit, scale = _UNITS.get(match[2].lower(), (match[2], _ONE))
    value = _number(match[1], scale)
    if not math.isfinite(value):
        return None
    return Figure(
        label=label,
        value=value,
        unit=unit,
        warn=_range(fields[1], scale),
        critical=_range(fields[2], scale),
        minimum=_limit(fields[3], scale),
        maximum=_limit(fields[4].partition(";")[0], scale),
    )


def _number(text: str, scale: _Scale) -> float:
    return float(text.replace(",", ".")) * scale[0] / scale[1]


def _limit(text: str, scale: _Scale) -> float | None:
    value = _number(text, scale) if _PLAIN.match(text) else math.nan
    return value if math.isfinite(value) else None


def _range(text: str, scale: _Scale) -> Range | None:
    """`10`, `10:`, `~:10`, `10:20`, `@10:20`."""
    inside = text.startswith("@")
    start, colon, end = text.removeprefix("@").rpartition(":")
    low = -math.inf if start == "~" else _limit(start, scale) if start else 0.0
    high = _limit(end, scale) if end else math.inf if colon else None
    if low is None or high is None or low > high:
        return None
    return Range(low, high, inside)
