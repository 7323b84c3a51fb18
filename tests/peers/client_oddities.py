"""In what hexmon differs from xymond_client 4.3.30 on purpose: the rows of docs/clients-and-xymon.md.

The comparison leaves these squares out, and nothing else.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from hexmon.model.client import ClientData
from hexmon.model.status import ClientMessage

_NEVER_GROUPED = ("cpu", "uptime", "timediff", "memory", "mq")
_UPTIMES = ("cpu", "uptime")
_SHARES = ("Capacity", "capacity", "IUse%", "%iused", "iused%", "%Used", "Cap")
_PAGES = ("Pages free", "Pages active", "Pages inactive", "Pages wired down")
_Z = ("zos", "zvm", "zvse")
_WINDOWS = ("bbwin", "powershell")
_STATES = re.compile(r"\A[^\n]+\n([^\n]*\n)*\r?\nCPU states")
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
    ("zvse", "getvis"): ("getvis", r"\APartition [^\n]*\n(\S{1,10}( +\d+){4}\n)+\Z"),
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
    return square.name in _NEVER_GROUPED and bool(ours and theirs and ours[:2] == theirs[:2])


def _rows(square: Square) -> list[str]:
    section = {"disk": "df", "inode": "inode"}.get(square.name, "")
    section = "disk" if section == "df" and square.data.get("df") is None else section
    return square.data.text(section).split("\n")


def _is_wrapped(square: Square) -> bool:
    """A row goes on in the next line."""
    return any(re.fullmatch(r"\S+[ \t\r]*", one) and two[:1] in (" ", "\t") for one, two in pairwise(_rows(square)))


def _has_blank_in_device(square: Square) -> bool:
    """The share stands further behind than its heading."""
    rows = _rows(square)
    headings = next((row.split() for row in rows if "ounted" in row or "Filesystem" in row), [])
    place = next((headings.index(word) for word in _SHARES if word in headings), None)
    if place is None:
        return False
    return any(word.endswith("%") for row in rows for word in row.split()[place + 1 : -1])


def _pages(square: Square) -> list[str]:
    return [name for name in _PAGES if re.search(rf"\n{name}: *\d", square.data.text("meminfo"))]


def _has_odd_counts(square: Square) -> bool:
    prefix = {"linecounts": "linecount:", "deltacounts": "deltacount:"}.get(square.name)
    if prefix is None:
        return False
    lines = [line for _, text in square.data.below(prefix) for line in text.removesuffix("\n").split("\n")]
    return not all(re.fullmatch(r"[^:\r]+:[ \t]*\S([^\r]*\S)?", line) for line in lines)


def _is_cut_vmstat(square: Square) -> bool:
    text = square.data.text("vmstat")
    last = text.rstrip("\n").rpartition("\n")[2]
    return square.name == "vmstat" and (text.count("\n") < 2 or text.endswith("\n\n") or last == "Terminated")


ODDITIES = (
    Oddity(
        "a section of a z system that lacks the figure it is for, or has other lines as well",
        "whatever was in memory decides, or xymond_client ends",
        "the square is yellow and says what was looked for; lines that are none are left out",
        _lacks_figures,
    ),
    Oddity(
        "GROUP of LOAD, UP, CLOCK, MEMPHYS, MEMSWAP, MEMACT, MQ_QUEUE and MQ_CHANNEL",
        "is ignored, against the manual",
        "goes to the alert, as that of any setting",
        _is_not_grouped,
    ),
    Oddity(
        "rows of df that go on in a second line",
        "are left out",
        "are read as one",
        lambda one: one.name in ("disk", "inode") and _is_wrapped(one),
    ),
    Oddity(
        "devices of df with blanks in their names",
        "the words behind are read as the wrong columns",
        "the share is found by its per cent sign",
        lambda one: one.name in ("disk", "inode") and _has_blank_in_device(one),
    ),
    Oddity(
        "inode of NetBSD",
        "there is none",
        "as on the other BSDs",
        lambda one: (one.os_type, one.name) == ("netbsd", "inode"),
    ),
    Oddity(
        "the section [msgs] of NetBSD, in which an old agent has judged its logs itself",
        "is ignored",
        "counts as on any other system",
        lambda one: (one.os_type, one.name) == ("netbsd", "msgs") and one.data.get("msgs") is not None,
    ),
    Oddity(
        "cpu of Windows without an empty line and CPU states behind its first line",
        "what is wrong stands on line 1, too",
        "line 1 is the agent's",
        lambda one: one.name == "cpu" and one.os_type in _WINDOWS and not _STATES.search(one.data.text("cpu")),
    ),
    Oddity(
        "inode of HP-UX",
        "is green whatever is used: another heading is looked for",
        "is judged",
        lambda one: one.os_type in ("hp-ux", "hpux") and one.name == "inode",
    ),
    Oddity(
        "the figures of a vmstat that printed one line, or an empty one at its end",
        "that line without its first letter, or nothing",
        "the last line that has figures, if there is one",
        _is_cut_vmstat,
    ),
    Oddity(
        "UP with -1 for a machine that may be up for ever",
        "is 0 minutes: every machine has been up too long",
        "is no limit, as the manual says",
        lambda one: one.name in _UPTIMES and re.search(r"(?im)^\s*UP\s+\S+\s+-", one.analysis) is not None,
    ),
    Oddity(
        "days since boot that are more than 68 years, or less than none",
        "overflow, and are cut otherwise",
        "are that many days, and are rounded down",
        lambda one: one.name in _UPTIMES and re.search(r" up +(\d{5,} day|.*-\d)", one.data.text("uptime")) is not None,
    ),
    Oddity(
        "lines of [linecount:...] and [deltacount:...] that are no `ID: NUMBER`",
        "a name goes on in the next line",
        "are left out",
        _has_odd_counts,
    ),
    Oddity(
        "macOS's memory without all lines of pages",
        "they are -1, and without any there are many millions of MiB",
        "they are none, and without any there is no square",
        lambda one: (one.os_type, one.name) == ("darwin", "memory") and len(_pages(one)) < len(_PAGES),
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
