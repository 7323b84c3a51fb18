"""Where hexmon's figures are others than xymond_rrd's, on purpose: the rows of a table in docs/graphs-datasets.md."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.peers.dataset_dice import Text
from tests.support.xymond_rrd import InFile, near

Both = tuple[InFile | None, InFile | None]
Judge = Callable[[Text, str, Both], bool]


@dataclass(frozen=True)
class Oddity:
    """What is different, what each does, and how to see that a difference is this one.

    `spoilt`: only texts that no program prints show it.
    """

    what: str
    xymon: str
    hexmon: str
    fits: Judge
    spoilt: bool = False


def _pairs(both: Both) -> list[tuple[str, str]]:
    """The values that are not the same, theirs and ours, of a file that both have alike."""
    theirs, ours = both
    if theirs is None or ours is None or theirs.sources != ours.sources:
        return []
    found = [(theirs.values[name], ours.values[name]) for name in theirs.values]
    return [pair for pair in found if not near(*pair)]


def _hundredths(_text: Text, file: str, both: Both) -> bool:
    pairs = _pairs(both)
    return file.startswith("tcp.http.") and bool(pairs) and all(near(*pair, 0.0051) for pair in pairs)


def _silent_ping(_text: Text, file: str, both: Both) -> bool:
    return file == "tcp.conn.rrd" and [pair for pair in _pairs(both) if float(pair[0]) == 0 and pair[1] == "U"] != []


def _swapped(_text: Text, file: str, both: Both) -> bool:
    pairs = _pairs(both)
    return file == "ops.rrd" and bool(pairs) and sorted(one for one, _ in pairs) == sorted(other for _, other in pairs)


def _last_row(text: Text, file: str, both: Both) -> bool:
    return text.test == "TblSpace" and file.startswith("TblSpace,") and both[0] is None


def _no_swap(_text: Text, file: str, both: Both) -> bool:
    theirs, ours = both
    return file == "memory.swap.rrd" and theirs is not None and ours is None and theirs.values["realmempct"] == "-1"


def _no_reading(text: Text, _file: str, both: Both) -> bool:
    theirs, ours = both
    nothing = theirs is not None and ours is None and set(theirs.values.values()) == {"0"}
    return text.test in ("disk", "inode") and " - " in text.text and nothing


def _refused(_text: Text, _file: str, both: Both) -> bool:
    """librrd takes a whole update or nothing of it."""
    pairs = _pairs(both)
    return bool(pairs) and all(not _is_number(one) for one, _ in pairs)


def _no_file(_text: Text, _file: str, both: Both) -> bool:
    theirs, ours = both
    return theirs is not None and ours is None and not any(map(_is_number, theirs.values.values()))


def _too_big(_text: Text, _file: str, both: Both) -> bool:
    pairs = _pairs(both)
    return bool(pairs) and all(_is_number(other) and abs(float(other)) >= 2**31 for _, other in pairs)


def _control(_text: Text, file: str, _both: Both) -> bool:
    return "\t" in file or "_" in file


def _suffix(text: Text, file: str, _both: Both) -> bool:
    return text.test == "trends" and (not file.endswith("rrd") or file.endswith("..rrd"))


def _twice(text: Text, _file: str, both: Both) -> bool:
    return text.test.startswith("ncv") and both[0] is None


def _whole_device(text: Text, _file: str, both: Both) -> bool:
    return text.test == "ifmib" and both[0] is None


def _status_row(text: Text, file: str, both: Both) -> bool:
    return text.test in ("cics", "getvis") and "Stat" in file and both[1] is None


def _is_number(word: str) -> bool:
    return not near(word, "U")


ODDITIES: tuple[Oddity, ...] = (
    Oddity("seconds of URLs", "hundredths", "microseconds", _hundredths),
    Oddity("a ping without an answer", "0 seconds in `tcp.conn.rrd`", "unknown: it did not take no time", _silent_ping),
    Oddity(
        "`ops` of netapp.pl",
        "FCP is kept as iSCSI, iSCSI as HTTP, HTTP as FCP",
        "each by its name",
        _swapped,
    ),
    Oddity("a table of dbcheck.pl without an empty line behind it", "its last row is lost", "all rows", _last_row),
    Oddity("a memory without swap", "`memory.swap.rrd` with -1, which is unknown", "no such file", _no_swap),
    Oddity("a file system with `-` for its sizes", "0 bytes", "nothing: nobody has measured it", _no_reading),
    Oddity("a value that is no number beside others that are", "none is kept", "the others are kept", _refused),
    Oddity("a text whose every value is no number", "a file without figures", "no file", _no_file, spoilt=True),
    Oddity("whole numbers of 2,147,483,648 and more", "some are another number", "the number", _too_big),
    Oddity("`Status message received from` below a table of z/OS", "a row of it, of `Status`", "none", _status_row),
    Oddity("a control character in a name", "it is in the name of the file", "`_`", _control, spoilt=True),
    Oddity("`[name]` of trends without `.rrd`", "a file that no graph finds", "`name.rrd`", _suffix, spoilt=True),
    Oddity("a name of NCV that comes twice, or has no letters", "no file", "the first one counts", _twice, spoilt=True),
    Oddity("an interface of ifmib behind one that lacks a value", "nothing", "its figures", _whole_device, spoilt=True),
)


def is_odd(text: Text, file: str, both: Both, spoilt: bool) -> bool:
    """Whether a difference is one of those."""
    return any(one.fits(text, file, both) for one in ODDITIES if spoilt or not one.spoilt)
