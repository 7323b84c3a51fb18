"""Systems of IBM's z series: paging, minidisk cache, CICS, Getvis, address spaces."""

import re
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.reading import below, line_from, lines, made, real_number, whole
from hexmon.graphs.datasets.sources import gauges

RATE = gauges("rate")
CACHE = gauges("reads writes")
HITS = gauges("hitpct", high=100)
TRANSACTIONS = gauges("numtrans")
STORAGE = gauges("dsa edsa", high=100)
GETVIS = gauges("below any", high=100)
SPACES = gauges("util", high=100)

_RATE = re.compile(r"Rate.\s{0,99}([-+]?\d{1,18})")
_STORE = re.compile(r"XSTORE-\s{0,99}([-+]?\d{1,18})")
_MIGRATE = re.compile(r"MIGRATE-\s{0,99}([-+]?\d{1,18})")
_CACHE = re.compile(r"\s{0,99}(\d{1,18}):(\d{1,18}):(\d{1,18})")
_APPLICATION = re.compile(r"\s*(\S{1,8})\s+([-+]?\d{1,18})\s+(\S{1,40})\s+(\S{1,40})")
_PARTITION = re.compile(r"\s*(\S{1,3})\s+\S{1,8}(?:\s+\d{1,18}){6}\s+(\d{1,18})\s+(\d{1,18})")
_SPACE = re.compile(
    r"(Maxuser|RSVTSTRT|RSVNONR|Nparts):\s{0,99}\d{1,18}\s{1,99}Free:\s{0,99}\d{1,18}"
    r"\s{1,99}Used:\s{0,99}\d{1,18}\s{1,99}(\d{1,9})"
)
_SPACE_FILES = {
    "Maxuser": "maxuser.maxuser",
    "RSVTSTRT": "maxuser.rsvtstrt",
    "RSVNONR": "maxuser.rsvnonr",
    "Nparts": "nparts",
}


def paging(source: Source) -> Iterator[Update]:
    """Pages a second; of z/VM also those to and from expanded storage."""
    text = whole(source)
    rate = _RATE.search(text)
    if rate is None:
        return
    yield made(source, "paging.pagerate", RATE, rate[1])
    store = _STORE.search(text) if "z/VM" in text else None
    if store:
        yield made(source, "paging.xstore", RATE, store[1])
        migrated = _MIGRATE.search(text)
        if migrated:
            yield made(source, "paging.migrate", RATE, migrated[1])


def mdc(source: Source) -> Iterator[Update]:
    """Reads and writes of the minidisk cache (`5:3:97`), and its hits in per cent."""
    _, _, text = below(source).partition("\n")
    found = _CACHE.match(line_from(text, 0))
    if found:
        yield made(source, "mdc", CACHE, found[1], found[2])
        yield made(source, "mdchitpct", HITS, found[3])


def cics(source: Source) -> Iterator[Update]:
    """Transactions of each application, and how full its storage is."""
    text = whole(source)
    begin = text.find("Appl")
    rest = text[begin:].partition("\n")[2] if begin >= 0 else ""
    for line in lines(rest):
        found = _APPLICATION.match(line)
        shares = [real_number(word) for word in found.groups()[2:]] if found else [None]
        known = [int(share) for share in shares if share is not None]
        if found and len(known) == len(STORAGE):
            yield made(source, f"cics.{found[1]}", TRANSACTIONS, found[2])
            yield made(source, f"dsa.{found[1]}", STORAGE, *known)


def getvis(source: Source) -> Iterator[Update]:
    """How much of each partition's Getvis is used, below the line and anywhere."""
    text = whole(source)
    begin = text.find("PID ")
    if "z/VSE Getvis Map" not in text or begin < 0:
        return
    for line in lines(text[begin:].partition("\n")[2]):
        found = _PARTITION.match(line)
        if found:
            yield made(source, f"getvis.{found[1]}", GETVIS, found[2], found[3])


def address_spaces(source: Source) -> Iterator[Update]:
    """How many of the address spaces, or of the partitions, are used."""
    for word, share in _SPACE.findall(whole(source)):
        yield made(source, _SPACE_FILES[word], SPACES, share)
