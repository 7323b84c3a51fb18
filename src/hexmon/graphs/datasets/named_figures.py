"""What the scripts netapp.pl, dbcheck.pl and beastat.pl have in common: `Name : 12` or `Name = 12`, all in one file."""

from collections.abc import Callable, Iterator, Mapping

from hexmon.graphs.datasets.contract import Dataset, Source, Update
from hexmon.graphs.datasets.reading import line_with, made, real_number, whole, whole_number
from hexmon.graphs.datasets.sources import Sources

_SIZES: Mapping[str, int] = {"M": 1024, "G": 1024**2, "T": 1024**3}

Figure = Callable[[str, str], str]


def _behind(text: str, word: str) -> str:
    """What follows the sign behind the first place of a word."""
    line = line_with(text, word) or ""
    sign = ":" if ":" in line else "="
    return line.partition(sign)[2]


def whole_figure(text: str, word: str) -> str:
    return str(whole_number(_behind(text, word)))


def real_figure(text: str, word: str) -> str:
    return f"{real_number(_behind(text, word)) or 0.0:.2f}"


def kilobytes(text: str, word: str) -> str:
    """`12 MB` is 12288."""
    said = _behind(text, word)
    unit = said.lstrip("0123456789. ")[:1]
    return str(whole_number(said) * _SIZES.get(unit, 1))


def one_file(script: str, words: str, sources: Sources, figure: Figure = whole_figure) -> Dataset:
    """`COLUMN.rrd` with a figure for each of the words."""

    def read(source: Source) -> Iterator[Update]:
        text = whole(source)
        if script in text:
            yield made(source, source.test, sources, *(figure(text, word) for word in words.split()))

    return read


def file_for_each(script: str, kind: str, words: str, sources: Sources) -> Dataset:
    """`COLUMN,NAME.rrd` for each section that begins with that type and `Name=NAME`."""

    def read(source: Source) -> Iterator[Update]:
        text = whole(source)
        _, found, report = text.partition("---- Full Status Report ----")
        if script not in text or not found:
            return
        for section in report.split(kind)[1:]:
            first, newline, rest = section.partition("\n")
            _, named, name = first.partition("Name=")
            if named and newline:
                rest = rest.partition("dbcheck.pl")[0]
                yield made(
                    source, f"{source.test},{name}", sources, *(whole_figure(rest, word) for word in words.split())
                )

    return read
