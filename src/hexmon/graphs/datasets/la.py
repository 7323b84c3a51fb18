"""cpu: load, processes, users, and how far the clock is off; for some systems memory too."""

import re
from collections.abc import Iterator, Mapping

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.memory import memory_updates
from hexmon.graphs.datasets.reading import after, line_from, line_with, lines, made, whole, whole_number
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("la", low=None)
_FILES = ("la", "procs", "users", "clock")

_MAINFRAMES = ("z/VM", "VSE/ESA", "z/VSE", "z/OS")
_UP = ("up: ", "Uptime:", "uptime:")
_USERS = re.compile(r",\s?(\d{1,9}) users?\b")
_PROCESSES = re.compile(r",\s?(\d{1,9}) procs?\b")
_LOAD = re.compile(r"(\d{1,18})(?!\d)(?:\.(\d{1,2}))?")
_AS400 = re.compile(r".* (\d{1,9}) users (\d{1,9}) jobs.* load=(\d{1,9})%", re.IGNORECASE)
_UTILIZATION = re.compile(r" CPU Utilization {0,20}(\d{1,9})%", re.IGNORECASE)
_CLOCK = re.compile(r"System clock is\s{0,9}([-+]?\d{1,18})")
_CISCO = "<br>CPU 5 min average:"
_WINDOWS = (
    "Total Physical memory:",
    "Available Physical memory:",
    "Total PageFile size:",
    "Available PageFile size:",
)


def la(source: Source) -> Iterator[Update]:
    """La (the load times 100, or per cent), procs, users, clock; of Windows also memory.real and memory.swap."""
    text = whole(source)
    figures = dict(_figures(text))
    if clock := _CLOCK.search(text):
        figures["clock"] = int(clock[1])
    if "la" not in figures and (cisco := after(text, _CISCO)) is not None:
        figures["la"] = whole_number(cisco)
    for name in _FILES:
        if name in figures:
            yield made(source, name, SOURCES, figures[name])
    yield from _memory(source, text)


def _figures(text: str) -> Mapping[str, int]:
    """What the systems say, each in its own way."""
    if "bb-xsnmp" in text:
        usage = after(text, "CPU Usage=")
        return {} if usage is None else {"la": whole_number(usage)}
    if any(word in text for word in _MAINFRAMES):
        return _utilization(text)
    first = line_from(text, 0)
    up = next((found for word in _UP if (found := line_with(first, word)) is not None), None)
    if up is None:
        as400 = _AS400.match(first)
        return {"users": int(as400[1]), "la": int(as400[3])} if as400 else {}
    return _of_unix(first, up)


def _utilization(text: str) -> Mapping[str, int]:
    for line in lines(text):
        found = _UTILIZATION.findall(line)
        if found:
            return {"la": int(found[-1])}
    return {}


def _of_unix(first: str, up: str) -> dict[str, int]:
    """`up: 159 days, 1 users, 169 procs, load=0.21`, or `load=21%`."""
    figures = {}
    for name, pattern in (("users", _USERS), ("procs", _PROCESSES)):
        found = pattern.search(up)
        if found:
            figures[name] = int(found[1])
    load = after(first, "load=")
    if load is not None:
        figures["la"] = _load(load)
    return figures


def _load(text: str) -> int:
    """A percentage, a load average, or a hundredth of one."""
    found = _LOAD.match(text)
    if found is None:
        return 0
    if "%" in text or found[2] is None:
        return int(found[1])
    return int(found[1]) * 100 + int(f"{found[2]:0<2}")


def _memory(source: Source, text: str) -> Iterator[Update]:
    said = [after(text, word) for word in _WINDOWS]
    total, free, page_total, page_free = (whole_number(word or "", -1) for word in said)
    if min(total, page_total) >= 100 and min(free, page_free) >= 0:
        real, swap = 100 - free // (total // 100), 100 - page_free // (page_total // 100)
        yield from memory_updates(source, {"real": real, "swap": swap})
