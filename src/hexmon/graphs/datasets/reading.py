"""How texts are taken apart: lines, words and numbers, all of them bounded, and the names of files."""

import hashlib
import re
from collections.abc import Iterator

from hexmon.graphs.datasets.contract import Source, Update
from hexmon.graphs.datasets.sources import INTEGER_KINDS, DataSource, Sources
from hexmon.model.text import readable

LONGEST_LINE = 4096  # characters; what comes behind them is not looked at
UNKNOWN = "U"

_LONGEST_NAME = 249  # bytes: librrd needs six more
_HASH_FROM = 205  # bytes: where xymond_rrd(8) cuts the names that are made of URLs
_SUFFIX = ".rrd"
_UNFIT = re.compile(r"^\.|[\x00-\x1f\x7f]")

_WHOLE = re.compile(r"\s{0,99}([-+]?\d{1,18})(?!\d)")
_REAL = re.compile(r"\s{0,99}([-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,3})?)(?!\d)")
_VALUE = re.compile(r"\s{0,99}([-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,3})?)\s{0,99}")
_INTEGER = re.compile(r"\s{0,99}([-+]?\d{1,20})\s{0,99}")


def whole(source: Source) -> str:
    """All of a status; of a data message what is below its first line, behind an empty one."""
    if source.kind != "data":
        return readable(source.text)
    return "\n" + below(source)


def below(source: Source) -> str:
    """All but the first line. Figures of agents that we judged have no such line: all of them."""
    first, _, rest = source.text.partition(b"\n")
    if source.kind != "data":
        return readable(rest)
    words = first.split()
    headed = len(words) == 2 and words[0] == b"data" and words[1].endswith(b"." + source.test.encode())
    return readable(rest if headed else source.text)


def lines(text: str) -> Iterator[str]:
    """One after the other, without their ends; of a long one the beginning."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        if end < 0:
            end = len(text)
        yield text[begin : min(end, begin + LONGEST_LINE)]
        begin = end + 1


def line_from(text: str, begin: int) -> str:
    """What follows on that line, from that character on."""
    end = text.find("\n", begin, begin + LONGEST_LINE)
    return text[begin : end if end >= 0 else begin + LONGEST_LINE]


def line_with(text: str, word: str) -> str | None:
    """From the first place of a word to the end of its line; None where it is not."""
    begin = text.find(word)
    return None if begin < 0 else line_from(text, begin)


def after(text: str, word: str) -> str | None:
    """What follows the first place of a word on its line; None where it is not."""
    found = line_with(text, word)
    return None if found is None else found[len(word) :]


def columns(line: str, most: int = 20) -> list[str]:
    """Its words between blanks, empty ones behind them, `most` in all."""
    words = [word for word in line.split(" ") if word][:most]
    return words + [""] * (most - len(words))


def whole_number(text: str, default: int = 0) -> int:
    """The number that a text begins with, behind blanks; `default` for none, and for one that nobody can have meant."""
    found = _WHOLE.match(text)
    return int(found[1]) if found else default


def real_number(text: str) -> float | None:
    """The same with decimals; None for none."""
    found = _REAL.match(text)
    return float(found[1]) if found else None


def value_for(source: DataSource, text: str) -> str:
    """What a text says, as rrdupdate(1) takes it for that source; U for what it would refuse."""
    found = (_INTEGER if source.kind in INTEGER_KINDS else _VALUE).fullmatch(text)
    return found[1] if found else UNKNOWN


def made(source: Source, name: str, sources: Sources, *values: float | str) -> Update:
    """An update of the file of that name (without `.rrd`)."""
    return Update(
        folder=source.host,
        file=file_name(name + _SUFFIX),
        sources=sources,
        values=tuple(map(str, values)),
        at=source.at,
        test=source.test,
    )


def file_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name as files have it: `/` is `,` and a blank `_`, and so is a dot in front.

    One that is too long ends in a hash of what it lost.
    """
    name = _UNFIT.sub("_", name[: 16 * _LONGEST_NAME].replace("/", ",").replace(" ", "_"))
    if not name.endswith(_SUFFIX):
        name = (name or "_") + _SUFFIX
    data = name.encode()
    if len(data) <= longest:
        return name
    digest = hashlib.md5(data[_HASH_FROM:], usedforsecurity=False).hexdigest()
    return f"{data[:_HASH_FROM].decode(errors='ignore')}_{digest}{_SUFFIX}"


def url_file_name(name: str) -> str:
    """The same for names that are made of URLs, which are cut earlier."""
    return file_name(name, _HASH_FROM - 1)
