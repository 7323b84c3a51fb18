"""What the query of a URL asks of a graph, checked: only numbers and known words leave this module. Pure.

The names are those of showgraph.cgi(1) where it has them, and shorter ones beside them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from hexmon.graphs.palette import THEMES

HOUR, DAY = 3600, 86_400
RANGES: Mapping[str, int] = {
    "1h": HOUR,
    "6h": 6 * HOUR,
    "24h": DAY,
    "48h": 2 * DAY,
    "7d": 7 * DAY,
    "12d": 12 * DAY,
    "30d": 30 * DAY,
    "48d": 48 * DAY,
    "1y": 365 * DAY,
    "576d": 576 * DAY,
}
PERIODS: Mapping[str, str] = {"hourly": "48h", "daily": "12d", "weekly": "48d", "monthly": "576d"}
USUAL_RANGE = "48h"
SHORTEST, LONGEST = 60, 100 * 366 * DAY
LATEST = 4_102_444_800 * 2  # beyond the year 2200
WIDTHS, HEIGHTS = (80, 4000), (20, 2000)
MOST_FILES = 100
USUAL_PERCENTILE = 95.0
# Pictures for pages, which have the title and the legend beside them.
SIZES: Mapping[str, tuple[int, int]] = {
    "small": (400, 120),
    "card": (320, 128),
    "narrow": (360, 190),
    "wide": (760, 210),
    "tall": (360, 260),
    "large": (1200, 380),
}
_UNITS = {"m": 60, "h": HOUR, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}
_LENGTH = re.compile(r"([0-9]{1,6})([mhdwy])\Z")
_WHOLE = re.compile(r"[0-9]{1,12}\Z")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?\Z")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z"
)
_YES = frozenset({"", "1", "yes", "true", "on"})
_NO = frozenset({"0", "no", "false", "off"})


class RequestError(ValueError):
    """A query that means nothing; its text is a sentence for whoever wrote it."""


class Window(msgspec.Struct, frozen=True):
    """Epoch seconds. `range` is the word for its length when it ends now, "" when it stands still."""

    start: int
    end: int
    range: str = ""

    @property
    def length(self) -> int:
        """Seconds."""
        return self.end - self.start


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One query. Sizes are None where nothing was said; `first` counts from 1, 0 with `count` 0 means all files."""

    window: Window
    theme: str = "light"
    width: int | None = None
    height: int | None = None
    whole: bool = False
    legend: bool = True
    title: bool = True
    upper: float | None = None
    lower: float | None = None
    first: int = 0
    count: int = 0
    fresh: bool = False  # nostale
    percentile: float = USUAL_PERCENTILE
    step: int = 0


def read_request(query: Mapping[str, str], now: float) -> Asked:
    """Raises RequestError with a sentence."""
    plot = "graph_width" in query or "graph_height" in query
    size = _size(query)
    first, count = _whole(query, "first", 1, 100_000), _whole(query, "count", 1, MOST_FILES)
    asked = Asked(
        window=_window(query, int(now)),
        theme=_theme(query),
        width=_whole(query, "graph_width" if plot else "width", *WIDTHS) or (size and size[0]),
        height=_whole(query, "graph_height" if plot else "height", *HEIGHTS) or (size and size[1]),
        whole=not plot and (size is not None or "width" in query or "height" in query),
        legend=_flag(query, "legend", usual=size is None),
        title=_flag(query, "title", usual=size is None),
        upper=_number(query, "upper"),
        lower=_number(query, "lower"),
        first=first if first is not None else (1 if count else 0),
        count=count if count is not None else (MOST_FILES if first else 0),
        fresh=_flag(query, "nostale", usual=False),
        percentile=_percentile(query),
        step=_whole(query, "step", 1, 10 * 366 * DAY) or 0,
    )
    if asked.upper is not None and asked.lower is not None and asked.upper <= asked.lower:
        raise RequestError("upper must be greater than lower")
    return asked


def _size(query: Mapping[str, str]) -> tuple[int, int] | None:
    size = query.get("size", "")
    if size and size not in SIZES:
        raise RequestError(f"size must be one of {', '.join(SIZES)}")
    return SIZES.get(size)


def _theme(query: Mapping[str, str]) -> str:
    theme = query.get("theme", "light")
    if theme not in THEMES:
        raise RequestError(f"theme must be one of {', '.join(THEMES)}")
    return theme


def _flag(query: Mapping[str, str], name: str, *, usual: bool) -> bool:
    if name not in query:
        return usual
    word = query[name].lower()
    if word not in _YES | _NO:
        raise RequestError(f"{name} must be yes or no")
    return word in _YES


def _whole(query: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not _WHOLE.match(text) or not least <= int(text) <= most:
        raise RequestError(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def _number(query: Mapping[str, str], name: str) -> float | None:
    text = query.get(name, "")
    if not text:
        return None
    if not _NUMBER.match(text):
        raise RequestError(f"{name} must be a number")
    return float(text)


def _percentile(query: Mapping[str, str]) -> float:
    found = _number(query, "percentile")
    if found is None:
        return USUAL_PERCENTILE
    if not 0.0 < found < 100.0:
        raise RequestError("percentile must be greater than 0 and less than 100")
    return found


def _window(query: Mapping[str, str], now: int) -> Window:
    start, end = _moment(query, "start", now), _moment(query, "end", now)
    chosen = query.get("range") or PERIODS.get(query.get("graph", ""), "")
    if not chosen and query.get("graph") not in (None, "", "custom", *PERIODS):
        raise RequestError(f"graph must be one of {', '.join(PERIODS)}, custom")
    length = _length(chosen or USUAL_RANGE)
    if start is None and end is None:
        return Window(now - length, now, chosen or USUAL_RANGE)
    end = end if end is not None else (min(now, start + length) if start is not None and chosen else now)
    start = start if start is not None else end - length
    if end - start < SHORTEST:
        raise RequestError(f"the end must be at least {SHORTEST} seconds after the start")
    if end - start > LONGEST:
        raise RequestError("at most a hundred years can be drawn")
    return Window(start, end)


def _length(word: str) -> int:
    if word in RANGES:
        return RANGES[word]
    found = _LENGTH.match(word)
    if found is None:
        raise RequestError(f"range must be one of {', '.join(RANGES)}, or a number with m, h, d, w or y")
    length = int(found[1]) * _UNITS[found[2]]
    if not SHORTEST <= length <= LONGEST:
        raise RequestError("range must be from a minute to a hundred years")
    return length


def _moment(query: Mapping[str, str], name: str, now: int) -> int | None:
    """Epoch seconds, ISO 8601 (UTC without an offset), `now`, or a length that ago."""
    text = (query.get(f"graph_{name}") or query.get(name) or "").strip()
    if text in ("", "0"):
        return None
    if text == "now":
        return now
    ago = _LENGTH.match(text.removeprefix("-")) if text.startswith("-") else None
    if ago is not None:
        return max(0, now - _length(ago[0]))
    found = int(text) if _WHOLE.match(text) else _from_iso(text)
    if found is None or not 0 <= found <= LATEST:
        raise RequestError(f"{name} must be epoch seconds or a moment such as 2026-03-01T12:00Z")
    return found


def _from_iso(text: str) -> int | None:
    # A plus sign in a URL means a blank.
    text = re.sub(r"(:[0-9]{2}) ([0-9]{2}:?[0-9]{2})\Z", r"\1+\2", text)
    if not _MOMENT.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
