"""holidays.cfg: lines to holidays. Pure."""

import re
from collections.abc import Iterable, Mapping

from hexmon.config.line import Line
from hexmon.model.holidays import LAST, WEEKDAYS, Holiday, Holidays
from hexmon.model.origin import Problem

_LIKE = re.compile(r"HOLIDAYLIKEWEEKDAY\s*=\s*(-1|[0-6])\s*\Z", re.IGNORECASE)
_SET = re.compile(r"\[([^\[\]]+)\]\Z")
_HOLIDAY = re.compile(r"(.*?)\s*:\s*(type\s*=.*)\Z", re.IGNORECASE)
_FIELD = re.compile(r"(type|month|day|offset)\s*=\s*([+-]?\w+)", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}\Z", re.ASCII)
_LIMITS = {"month": (1, 12), "day": (1, 31), "offset": (-366, 366)}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "static": ("month", "day"),
    "easter": ("offset",),
    "4advent": ("offset",),
    **dict.fromkeys(WEEKDAYS, ("month", "offset")),
    **{f"+{day}": ("month", "day") for day in WEEKDAYS},
}
_HINT = "write: NAME:type=static month=MM day=DD, or another type of holidays.cfg"


def read_holidays(lines: Iterable[Line]) -> tuple[Holidays, list[Problem]]:
    """Every line understood or reported; never an exception.

    Holidays before the first `[set]` are everybody's. HOLIDAYLIKEWEEKDAY holds for all sets; the last one counts.
    """
    sets: dict[str, list[Holiday]] = {"": []}
    problems: list[Problem] = []
    current, like = sets[""], None
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line.text).strip()
        if not text:
            continue
        if match := _SET.match(text):
            current = sets.setdefault(match[1].strip().lower(), [])
        elif match := _LIKE.match(text):
            like = None if match[1] == "-1" else int(match[1])
        elif isinstance(found := _holiday(text), Holiday):
            current.append(found)
        else:
            problems.append(Problem(line.origin, found, _HINT, fatal=False))
    common = tuple(sets.pop(""))
    return Holidays(common, {name: tuple(found) for name, found in sets.items()}, like), problems


def _holiday(text: str) -> Holiday | str:
    """The holiday of a line, or what is wrong with it."""
    match = _HOLIDAY.match(text)
    fields = {name.lower(): value.lower() for name, value in _FIELD.findall(match[2])} if match else {}
    if match is None or _FIELD.sub("", match[2]).strip():
        return f"'{text}' is neither a holiday nor a [set]"
    kind = fields.pop("type", "")
    if kind not in _NEEDED:
        return f"'{kind}' is no type of holiday"
    missing = [name for name in _NEEDED[kind] if name not in fields]
    if missing:
        return f"a holiday of the type {kind} needs {' and '.join(missing)}"
    wrong = [f"{name}={fields[name]}" for name in _NEEDED[kind] if not _inside(kind, name, fields[name])]
    if wrong:
        return f"'{wrong[0]}' is impossible"
    return Holiday(match[1], kind, **{name: int(fields[name]) for name in _NEEDED[kind]})


def _inside(kind: str, name: str, value: str) -> bool:
    low, high = (1, LAST) if name == "offset" and kind in WEEKDAYS else _LIMITS[name]
    return bool(_NUMBER.match(value)) and low <= int(value) <= high
