"""smoke: every round trip of a ping of several packets, and how many were lost."""

import re
import statistics
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, line_from, made, whole
from hexmon.graphs.datasets.sources import gauges

PLACES = 20
SOURCES = (*gauges("loss median"), *gauges(" ".join(f"p{number}" for number in range(PLACES))))

_ADDRESS = re.compile(r"\n&(?:green|red|yellow) ")
_ANSWERS = re.compile(r" (\d{1,4}) of (\d{1,4}) packets answered(?: \(([\d. ]{1,2000}) ms\))?")
_MOST = 1000
_DIGITS = 6


def smoke(source: Source) -> Iterator[Update]:
    """`smoke.rrd`, of the host's own address: packets lost; seconds, sorted, of at most twenty that came back."""
    text = whole(source)
    own = _ADDRESS.search(text)
    said = _ANSWERS.search(line_from(text, own.end())) if own else None
    if said is None:
        return
    times = sorted(float(word) / 1000 for word in (said[3] or "").split()[:_MOST] if _is_number(word))
    lost = max(int(said[2]) - int(said[1]), 0)
    median = f"{statistics.median(times):.{_DIGITS}f}" if times else UNKNOWN
    shown = [f"{seconds:.{_DIGITS}f}" for seconds in _twenty(times)]
    yield made(source, "smoke", SOURCES, lost, median, *shown, *([UNKNOWN] * (PLACES - len(shown))))


def _twenty(times: list[float]) -> list[float]:
    """All of them; of more than twenty as many, evenly from the quickest to the slowest."""
    if len(times) <= PLACES:
        return times
    return [times[place * (len(times) - 1) // (PLACES - 1)] for place in range(PLACES)]


def _is_number(word: str) -> bool:
    return re.fullmatch(r"\d{1,9}(?:\.\d{0,9})?", word) is not None
