"""Network tests: how long they took; of ntp also how far the clocks are apart."""

import re
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import UNKNOWN, below, lines, made, real_number, url_file_name, whole
from hexmon.graphs.datasets.sources import gauges

SOURCES = gauges("sec")
NTP_SOURCES = gauges("offset", low=None) + gauges("rootdist")
PING_COLUMN = "PINGCOLUMN"

_COLORED = ("&green", "&yellow", "&red")
_SECONDS = re.compile(r"\nSeconds:\s{0,20}([-+]?[\d.eE+-]{1,40})")
_SECONDS_IN_LINE = re.compile(r"Seconds:\s{0,20}([-+]?[\d.eE+-]{1,40})")
_ROUND_TRIP = re.compile(r"(?:time=|alive \()\s{0,9}(\d{1,9}(?:\.\d{0,12})?)\s{0,9}([a-z]{0,4})")
_UNITS = {"ms": 1e3, "usec": 1e6}
_OFFSET = re.compile(r"offset ([-+]?[\d.eE+-]{1,40}),?(?=\s|$)")
_ROOT_DISTANCE = re.compile(r"\+/- ([\d.eE+-]{1,40})")
_DIGITS = 6


def net(source: Source) -> Iterator[Update]:
    """`tcp.COLUMN.rrd`, of URLs `tcp.http.URL.rrd`, of ntp also `ntp.offset.rrd`."""
    if source.test == "http":
        yield from _urls(source)
    elif source.test == source.settings.get(PING_COLUMN, "conn"):
        yield made(source, f"tcp.{source.test}", SOURCES, _round_trip(whole(source)))
    else:
        yield from _seconds(source)
        if source.test == "ntp":
            yield from _ntp(source)


def _urls(source: Source) -> Iterator[Update]:
    url = ""
    for line in lines(below(source)):
        if line.startswith(_COLORED):
            begin = line.find("http")
            url = line[begin:].partition(" ")[0] if begin >= 0 else url
        elif url and (found := _SECONDS_IN_LINE.search(line)):
            seconds = real_number(found[1])
            if seconds is not None:
                yield _of_url(source, url, seconds)
                url = ""


def _of_url(source: Source, url: str, seconds: float) -> Update:
    name = url_file_name(f"tcp.http.{url.removeprefix('http://')}.rrd")
    return made(source, name.removesuffix(".rrd"), SOURCES, f"{seconds:.{_DIGITS}f}")


def _round_trip(text: str) -> str:
    """Of the first address that answers; unknown without an answer."""
    found = _ROUND_TRIP.search(text)
    return f"{float(found[1]) / _UNITS.get(found[2], 1.0):.{_DIGITS}f}" if found else UNKNOWN


def _seconds(source: Source) -> Iterator[Update]:
    found = _SECONDS.search(whole(source))
    seconds = real_number(found[1]) if found else None
    if seconds is not None:
        yield made(source, f"tcp.{source.test}", SOURCES, f"{seconds:.{_DIGITS}f}")


def _ntp(source: Source) -> Iterator[Update]:
    """Seconds, in the words of ntpdate and of hexmon's own test."""
    text = whole(source)
    offset, distance = (_exactly(pattern.search(text)) for pattern in (_OFFSET, _ROOT_DISTANCE))
    if offset != UNKNOWN:
        yield made(source, "ntp.offset", NTP_SOURCES, offset, distance)


def _exactly(found: re.Match[str] | None) -> str:
    seconds = real_number(found[1]) if found else None
    return UNKNOWN if seconds is None else f"{seconds:.{_DIGITS}f}"
