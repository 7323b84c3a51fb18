"""memory: how much of it is used, in per cent."""

import re
from collections.abc import Callable, Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import after, line_with, made, real_number, whole, whole_number
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("realmempct")

_BEFORE_PERCENT = re.compile(r"[\d.]{0,40}$")
_ALL = 100

# Of each figure the first word that occurs names its line.
_USUAL: Mapping[str, tuple[str, ...]] = {
    "real": ("Physical", "Real"),
    "swap": ("Swap", "Page"),
    "actual": ("Actual", "Virtual"),
}
_ROUTER: Mapping[str, str] = {"processor": "Processor", "io": "I/O", "fast": "Fast"}
_NETWARE: Mapping[str, str] = {
    "tcb": "Total Cache Buffers",
    "dcb": "Dirty Cache Buffers",
    "ltch": "Long Term Cache Hit Percentage",
}
_ZOS = re.compile(r"(?<![A-Z])(CSA|ECSA|SQA|ESQA) {1,40}\d{1,18}\s{1,40}\d{1,18}\s{1,40}\d{1,18}\s{1,40}(\d{1,9})")


def memory(source: Source) -> Iterator[Update]:
    """memory.real, memory.swap, memory.actual; of some systems others."""
    text = whole(source)
    for marker, figures_of in _SPECIAL.items():
        if marker in text:
            yield from memory_updates(source, figures_of(text))
            return
    yield from memory_updates(source, _usual(text))


def memory_updates(source: Source, figures: Mapping[str, int]) -> Iterator[Update]:
    """A file for each figure."""
    for name, share in figures.items():
        yield made(source, f"memory.{name}", SOURCES, share)


def _usual(text: str) -> dict[str, int]:
    figures = {}
    for name, words in _USUAL.items():
        line = next((found for word in words if (found := line_with(text, word)) is not None), None)
        if line is not None:
            figures[name] = _percent(line)
        elif name == "real":
            return {}
    return figures


def _percent(line: str) -> int:
    """The number before the first `%`, cut to a whole one; 0 without."""
    before, sign, _ = line.partition("%")
    digits = _BEFORE_PERCENT.search(before)
    return whole_number(digits[0]) if sign and digits else 0


def _zos(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, share in _ZOS.findall(text):
        found.setdefault(name, int(share))
    return found


def _vse(text: str) -> dict[str, int]:
    share = real_number(after(text, "Utilization ") or "")
    return {} if share is None else {"vsize": int(share)}


def _router(text: str) -> dict[str, int]:
    said = {name: line_with(text, word) for name, word in _ROUTER.items()}
    if said["processor"] is None:
        return {}
    shares = {name: _percent(line) for name, line in said.items() if line is not None}
    return {name: share for name, share in shares.items() if 0 <= share <= _ALL}


def _netware(text: str) -> dict[str, int]:
    said = {name: after(text, word) for name, word in _NETWARE.items()}
    return {
        name: whole_number(line.partition(":")[2]) for name, line in said.items() if line is not None and ":" in line
    }


_SPECIAL: Mapping[str, Callable[[str], dict[str, int]]] = {
    "z/OS Memory Map": _zos,
    "z/VSE VSIZE Utilization": _vse,
    "bb-xsnmp.pl": _router,
    "Total Cache Buffers": _netware,
}
