"""ifstat: bytes that interfaces have sent and received."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.disk_names import pattern_or_none
from hexmon.graphs.datasets.reading import below, lines, made
from hexmon.graphs.datasets.sources import derives
from hexmon.graphs.datasets.systems import system_and_rest

SOURCES = derives("bytesSent bytesReceived")
INTERFACES = "INTERFACES"

_COUNT = r"[0-9-]{1,20}"
_NAME = r"(?P<name>[a-z0-9]{1,40})"
_SENT, _RECEIVED = r"(?P<sent>\d{1,20})", r"(?P<received>\d{1,20})"
_PLAIN_BSD = rf"{_NAME}\s+\d+\s+[0-9./]+\s+[0-9.]+\s+"

# What lines of a system say: groups `name`, `sent`, `received`. A name on a line of its own
# begins an interface: what was heard before it is forgotten.
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "linux": (
        r"(?P<name>[a-z0-9]{1,40}(?:_[0-9]{1,9})?):*\s",
        rf"\s+RX bytes:{_RECEIVED} .*TX bytes.{_SENT} ",
        rf"\s+RX packets\s+[0-9]+\s+bytes\s+{_RECEIVED} ",
        rf"\s+TX packets\s+[0-9]+\s+bytes\s+{_SENT} ",
    ),
    "freebsd": (
        rf"{_PLAIN_BSD}\d+\s+{_COUNT}\s+{_COUNT}\s+{_RECEIVED}\s+\d+\s+{_COUNT}\s+{_SENT}\s+{_COUNT}",
        (
            rf"{_NAME}\s+\d+\s+<Link#\d+>\s+(?:.*\s)?\d+\s+{_COUNT}\s+{_COUNT}\s+{_RECEIVED}\s+\d+\s+{_COUNT}"
            rf"\s+{_SENT}\s+{_COUNT}"
        ),
    ),
    "openbsd": (rf"{_PLAIN_BSD}{_RECEIVED}\s+{_SENT}",),
    "netbsd": (rf"{_PLAIN_BSD}{_RECEIVED}\s+{_SENT}",),
    "darwin": (rf"{_PLAIN_BSD}\d+\s+{_COUNT}\s+{_RECEIVED}\s+\d+\s+{_COUNT}\s+{_SENT}\s+{_COUNT}",),
    "solaris": (
        rf"[a-z0-9]{{1,40}}:\d+:{_NAME}:obytes64\s+{_SENT}",
        rf"[a-z0-9]{{1,40}}:\d+:{_NAME}:rbytes64\s+{_RECEIVED}",
    ),
    "aix": (rf"ETHERNET STATISTICS \({_NAME}\) :", rf"Bytes:\s+{_SENT}\s+Bytes:\s+{_RECEIVED}"),
    "hpux": (
        r"PPA Number\s+= (?P<name>\d{1,20})",
        rf"Inbound Octets\s+= {_RECEIVED}",
        rf"Outbound Octets\s+= {_SENT}",
    ),
    "sco_sv": (
        (
            r"(?P<name>[a-z]{1,40}[0-9]{1,9})\s+[0-9]+\s+[0-9.]+\s+[0-9.]+\s+"
            rf"{_RECEIVED}\s+[0-9]+\s+{_SENT}\s+"
        ),
    ),
    "bbwin": (rf"(?P<name>[a-zA-Z0-9.:]{{1,80}})\s+{_RECEIVED}\s+{_SENT}",),
}
_LIKE = {"linux22": "linux", "rhel3": "linux", "zvm": "linux", "zvse": "linux", "zos": "linux", "powershell": "bbwin"}
_READERS = {system: tuple(map(re.compile, patterns)) for system, patterns in _PATTERNS.items()}
_NOT_DRAWN = {"linux": ("lo",), "solaris": ("mac", "wrsmd")}  # the loopback; parts of a bundle
_LONGEST = 512  # characters of a line; the patterns look at them more than once


class _Traffic(NamedTuple):
    name: str
    sent: str
    received: str


def ifstat(source: Source) -> Iterator[Update]:
    """`ifstat.eth0.rrd`; only those that the host's INTERFACES mean, if it has any."""
    system, text = system_and_rest(below(source))
    system = _LIKE.get(system, system)
    wanted = pattern_or_none(source.settings.get(INTERFACES, ""))
    for one in _traffic(system, text):
        if wanted is None or wanted.search(one.name):
            yield made(source, f"ifstat.{one.name}", SOURCES, one.sent, one.received)


def _traffic(system: str, text: str) -> Iterator[_Traffic]:
    known: dict[str, str] = {}
    for line in lines(text):
        said = _said(system, line[:_LONGEST])
        if said is None:
            continue
        name = said.get("name")
        if (name is not None and name != known.get("name")) or (name is not None and len(said) == 1):
            known = {}
        known |= said
        if len(known) == len(_Traffic._fields):
            if known["name"] not in _NOT_DRAWN.get(system, ()):
                yield _Traffic(**known)
            known = {}


def _said(system: str, line: str) -> dict[str, str] | None:
    for pattern in _READERS.get(system, ()):
        found = pattern.match(line)
        if found:
            return found.groupdict()
    return None
