"""In what hexmon differs from xymond_client 4.3.30 on purpose: the rows of docs/clients-and-xymon.md.

The comparison leaves these squares out, and nothing else.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hexmon.model.client import ClientData
from hexmon.model.status import ClientMessage

_Z = ("zos", "zvm", "zvse")
_SNMP = ("snmp", "snmpcollect")


class Made(NamedTuple):
    """A square's colour, first line behind it, and groups; or the text of figures, without a colour."""

    color: str
    line: str
    groups: tuple[str, ...] = ()
    body: str = ""


class Square(NamedTuple):
    """What there is to look at: the name of a square or data set, and what it was made of."""

    name: str
    message: ClientMessage
    analysis: str
    data: ClientData
    ours: Made | None
    theirs: Made | None

    @property
    def os_type(self) -> str:
        return self.message.os_type.lower()


class Oddity(NamedTuple):
    """`what` is the same, `xymon` and `hexmon` say what each makes of it; `is_it` finds such squares."""

    what: str
    xymon: str
    hexmon: str
    is_it: Callable[[Square], bool]


# What each square of z systems needs; xymond_client reads memory at random when it is not there.
_CICS = r"\A(\S{1,8} +\S{1,10} +\S{1,8} +-?\d+ +[\d.]+ +[\d.]+\n)+\Z"
_NEEDED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("zos", "cpu"): ("cpu", r"CPU Utilization +\d"),
    ("zvm", "cpu"): ("cpu", r"AVGPROC-\d"),
    ("zvse", "cpu"): ("cpu", r"Avg CPU= *\d"),
    ("zos", "paging"): ("paging", r"Paging Rate +\d"),
    ("zvm", "paging"): ("cpu", r"PAGING- *\d"),
    ("zvse", "paging"): ("paging", r"Page Rate= *\d"),
    ("zvm", "mdc"): ("cpu", r"(?s)READS-\d.*WRITES-\d.*RATIO-\d"),
    ("zos", "cics"): ("cics", _CICS),
    ("zvse", "cics"): ("cics", _CICS),
    ("zos", "memory"): ("memory", r"(?s)\ACSA( \d+){3}\n.*^ECSA( \d+){3}\n.*^SQA( \d+){3}\n.*^ESQA( \d+){3}"),
    ("zvse", "memory"): ("memory", r"\A *[1-9]\d* +\d+"),
    ("zos", "maxuser"): ("maxuser", r"(?s)Maxusers: \d+ Free: \d.*RSVTSTRT: \d+ Free: \d.*RSVNONR: \d+ Free: \d"),
    ("zvse", "nparts"): ("nparts", r"\A *[1-9]\d* +\d+"),
    ("zvse", "getvis"): ("getvis", r"\APartition [^\n]*\n(\S+( +\d+){4}\n)+\Z"),
}
_UPTIME = r"\AUptime: *\d+ Days, *\d+ Hours, *\d+ Minutes"


def _lacks_figures(square: Square) -> bool:
    """Also the square before a `cics` without any system, which is sent with that as one message."""
    os_type = square.os_type
    if os_type not in _Z:
        return False
    section, pattern = _NEEDED.get((os_type, square.name), ("", ""))
    if section and not re.search(pattern, square.data.text(section), re.MULTILINE):
        return True
    if square.name == "paging" and not square.data.text("cics").strip():
        return True
    return square.name == "cpu" and not re.search(_UPTIME, square.data.text("uptime"))


def _are(square: Square, ours: str, theirs: str) -> bool:
    """The two colours."""
    return bool(square.ours and square.theirs and (square.ours.color, square.theirs.color) == (ours, theirs))


def _is_not_grouped(square: Square) -> bool:
    ours, theirs = square.ours, square.theirs
    return square.name == "mq" and bool(ours and theirs and ours[:2] == theirs[:2])


ODDITIES = (
    Oddity(
        "a section of a z system that lacks the figure it is for, or has other lines as well",
        "whatever was in memory decides, or xymond_client ends",
        "the square is yellow and says what was looked for; lines that are none are left out",
        _lacks_figures,
    ),
    Oddity(
        "GROUP of MQ_QUEUE and MQ_CHANNEL",
        "is ignored",
        "goes to the alert, as that of any setting",
        _is_not_grouped,
    ),
    Oddity(
        "getvis with one partition above its panic level, and one above its warning level further down",
        "yellow",
        "red",
        lambda one: one.name == "getvis" and _are(one, "red", "yellow"),
    ),
    Oddity(
        "a line without a value in a MIB",
        "is the value 0 of nothing, which patterns fit",
        "is left out",
        lambda one: one.os_type in _SNMP and re.search(r"^\s*$", one.data.text(one.name), re.MULTILINE) is not None,
    ),
    Oddity(
        "a message of mqcollect that is cut within a line",
        "the last line and the queue or channel before it are left out",
        "what was said of it counts",
        lambda one: one.name == "mq" and not one.message.message.endswith(b"\n"),
    ),
    Oddity(
        "sections of snmpcollect's message that are no MIB: [msgcache], [date], names no column may have",
        "become squares, too",
        "are left out",
        lambda one: one.os_type in _SNMP and one.ours is None and not re.fullmatch(r"[a-zA-Z]+mib", one.name),
    ),
)


def excused(square: Square) -> bool:
    """Whether that square is one of these."""
    return any(oddity.is_it(square) for oddity in ODDITIES)
