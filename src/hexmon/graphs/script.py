"""A section as a script for rrdgraph(1): variables filled in, every value from data made harmless. Pure.

What stands in graphs.cfg is the administrator's and passes as it is. What comes from names of files, and so from the
network, can end no field, be no format and no markup.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import msgspec

from hexmon.graphs.choose import Chosen
from hexmon.graphs.graphs_cfg import Definition
from hexmon.graphs.palette import Theme, adapt, nth
from hexmon.graphs.statements import Statement, read_statement

LONGEST_PARAM = 100
_VARIABLE = re.compile(r"@(RRDFN|RRDPARAM|RRDMETA|RRDIDX|RRDDIR|STACKIT|SERVICE|COLOR)@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORMATS = frozenset({"PRINT", "GPRINT"})
_DATA = frozenset({"DEF", "CDEF", "VDEF", "SHIFT"})
_BLANK = re.compile(r"\s+")
_MARKUP = frozenset({"-P", "--pango-markup"})


class Script(msgspec.Struct, frozen=True):
    """`options` are words for the command line, `statements` what is read, computed and drawn."""

    options: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def data(self) -> tuple[Statement, ...]:
        """What is read and computed, and not drawn."""
        return tuple(statement for statement in self.statements if statement.kind in _DATA)


class Setting(msgspec.Struct, frozen=True):
    """What a section is filled in with: `graph` is the name that was asked for, `folder` where the files are."""

    graph: str
    theme: Theme
    folder: str = ""


def fill_in(definition: Definition, chosen: Sequence[Chosen], setting: Setting, begin: int = 0) -> Script:
    """The section once for every file. `begin` is the number of the first of them among all."""
    longest = max((len(_shown(file.param)) for file in chosen if file.param is not None), default=0)
    words = [*definition.options, *(word for line in definition.lines if line.startswith("-") for word in _split(line))]
    filler = _Filler(setting, longest, markup=bool(_MARKUP & set(words)))
    statements: list[Statement] = []
    options: list[str] = list(definition.options)
    for number, file in enumerate(chosen):
        for line in definition.lines:
            if not line.startswith("-"):
                statements.append(filler.statement(line, file, begin + number))
            elif number == 0:
                options += _split(line)
    return Script(tuple(options), tuple(statements))


def _split(option: str) -> list[str]:
    """`-u 100` and `--upper-limit 100` as two words."""
    return _BLANK.split(option, maxsplit=1)


def plain(text: str) -> str:
    """A text from data for showing: what is no letter of a line becomes a replacement character."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def harmless(text: str, *, format_: bool = False, markup: bool = False) -> str:
    """The same where rrdgraph looks for fields, escapes, and perhaps formats (`%`) and markup (`<`)."""
    text = plain(text).replace("\\", "\N{SET MINUS}")
    text = html.escape(text, quote=False) if markup else text
    return (text.replace("%", "%%") if format_ else text).replace(":", "\\:")


def _shown(param: str) -> str:
    return plain(param.replace(",", "/")[:LONGEST_PARAM])


class _Filler:
    def __init__(self, setting: Setting, longest: int, *, markup: bool) -> None:
        self._setting = setting
        self._longest = longest
        self._markup = markup
        self._colors: Iterator[int] = count()

    def statement(self, line: str, file: Chosen, number: int) -> Statement:
        kind = read_statement(line).kind
        text = _VARIABLE.sub(lambda found: self._value(found[1], kind, file, number), line)
        statement = read_statement(text)
        if statement.drawn and statement.color:
            return statement.painted(adapt(statement.color, self._setting.theme))
        return statement

    def _value(self, variable: str, kind: str, file: Chosen, number: int) -> str:
        said: dict[str, Callable[[], str]] = {
            "RRDIDX": lambda: str(number),
            "STACKIT": lambda: "STACK" if number else "",
            "COLOR": lambda: nth(next(self._colors), self._setting.theme),
            "RRDFN": lambda: self._name(file.name, kind),
            "RRDDIR": lambda: self._name(self._setting.folder, kind),
            "SERVICE": lambda: self._text(self._setting.graph, kind),
            "RRDPARAM": lambda: self._param(file, kind),
            "RRDMETA": lambda: self._text(plain(file.meta), kind) if file.meta else self._param(file, kind),
        }
        return said[variable]()

    def _name(self, name: str, kind: str) -> str:
        return name.replace(":", "\\:") if kind == "DEF" else self._text(name, kind)

    def _text(self, text: str, kind: str) -> str:
        return harmless(text, format_=kind in _FORMATS, markup=self._markup)

    def _param(self, file: Chosen, kind: str) -> str:
        """Padded, so that the figures behind it stand in columns."""
        if file.param is None:
            return ""
        shown = _shown(file.param)
        return self._text(shown, kind) + " " * (self._longest - len(shown))
