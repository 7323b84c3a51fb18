"""Reads graphs.cfg: what is drawn of which files, and how (graphs.cfg(5), showgraph.cgi(1)). Pure."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from hexmon.config.line import Line
from hexmon.config.suggest import Suggestions
from hexmon.model.captures import compile_capturing
from hexmon.model.origin import BUILT_IN, Origin, Problem
from hexmon.model.patterns import PatternError

_SETTINGS = ("FNPATTERN", "EXFNPATTERN", "TITLE", "YAXIS", "NOVZOOM", "GRAPHOPTIONS", "RIGHTAXIS")
_STATEMENTS = (
    "DEF", "CDEF", "VDEF", "PRINT", "GPRINT", "COMMENT", "VRULE", "HRULE", "LINE", "AREA", "STACK", "TICK", "SHIFT",
    "TEXTALIGN", "RIGHTLINE",
)  # fmt: skip
_STATEMENT = re.compile(r"([A-Za-z]+)([0-9.]*|@STACKIT@)[:@]")
_KNOWN = Suggestions((*_SETTINGS, *_STATEMENTS))
_INCLUDE = re.compile(r"(?:optional\s+)?(?:include|source|\.|directory|dispinclude|netinclude)\s")
_EXEC = "exec:"
_NOTHING: Mapping[str, "Definition"] = MappingProxyType({})


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One section. `lines` are arguments of rrdgraph(1) as written, still with `@RRDFN@` and the like.

    `command` is what TITLE exec: names, `pattern` FNPATTERN, `unless` EXFNPATTERN, `options` the words of GRAPHOPTIONS.
    `right_axis` is the name of the second scale, which RIGHTLINE draws on (neither is known to Xymon).
    """

    name: str
    title: str = ""
    command: str = ""
    y_axis: str = ""
    right_axis: str = ""
    pattern: str = ""
    unless: str = ""
    options: tuple[str, ...] = ()
    vertical_zoom: bool = True
    lines: tuple[str, ...] = ()
    origin: Origin = BUILT_IN


class GraphBook(msgspec.Struct, frozen=True):
    """All sections by name, and what is wrong with them."""

    definitions: Mapping[str, Definition] = msgspec.field(default_factory=lambda: _NOTHING)
    problems: tuple[Problem, ...] = ()

    def over(self, other: "GraphBook") -> "GraphBook":
        """This book, and what only the other one has."""
        return GraphBook({**other.definitions, **self.definitions}, (*other.problems, *self.problems))


class _Draft:
    """A section in the making."""

    def __init__(self, name: str, origin: Origin) -> None:
        self.name = name
        self.origin = origin
        self.said: dict[str, str] = {}
        self.lines: list[str] = []

    def definition(self) -> Definition:
        said = self.said.get
        title = said("TITLE", "")
        command = title.removeprefix(_EXEC).strip() if title.startswith(_EXEC) else ""
        return Definition(
            name=self.name,
            title="" if command else title,
            command=command,
            y_axis=said("YAXIS", ""),
            right_axis=said("RIGHTAXIS", ""),
            pattern=said("FNPATTERN", ""),
            unless=said("EXFNPATTERN", ""),
            options=tuple(said("GRAPHOPTIONS", "").split()),
            vertical_zoom="NOVZOOM" not in self.said,
            lines=tuple(self.lines),
            origin=self.origin,
        )


def read_graphs(lines: Iterable[Line]) -> GraphBook:
    """The sections of a file and of what it includes. Of two with the same name the later one counts."""
    reader = _Reader()
    for line in lines:
        reader.take(line)
    return GraphBook(reader.definitions(), tuple(reader.problems))


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._drafts: dict[str, _Draft] = {}
        self._draft: _Draft | None = None

    def definitions(self) -> dict[str, Definition]:
        return {name: draft.definition() for name, draft in self._drafts.items()}

    def take(self, line: Line) -> None:
        text = line.text.strip()
        if not text or text.startswith("#") or _INCLUDE.match(text):
            return  # an include that could not be followed was told of already
        if text.startswith("["):
            self._open(text, line.origin)
        elif self._draft is None:
            self._tell(line.origin, f"'{text[:60]}' stands before the first section", "write the line [NAME] above it")
        else:
            self._within(self._draft, text, line.origin)

    def _open(self, text: str, origin: Origin) -> None:
        name, bracket, _ = text[1:].partition("]")
        name = name.strip()
        if not bracket:
            self._tell(origin, f"'{text[:60]}' has no closing bracket", f"write: [{name[:60]}]")
        if not name or "/" in name:
            self._tell(origin, f"'{name[:60]}' cannot be the name of a graph; the section is left out")
        self._draft = _Draft(name, origin)
        if name and "/" not in name:
            self._drafts.pop(name, None)
            self._drafts[name] = self._draft

    def _within(self, draft: _Draft, text: str, origin: Origin) -> None:
        upper = text.upper()
        word = next((one for one in _SETTINGS if upper.startswith(one)), None)
        if word is not None:
            value = text[len(word) :].strip()
            if word in ("FNPATTERN", "EXFNPATTERN"):
                self._check_pattern(word, value, origin)
            draft.said[word] = value
            return
        draft.lines.append(text)
        statement = _STATEMENT.match(text)
        if not text.startswith("-") and (statement is None or statement[1] not in _STATEMENTS):
            found = re.match(r"[A-Za-z]+", text)
            meant = _KNOWN.closest(found[0].upper()) if found else None
            hint = f"did you mean {meant}?" if meant else ""
            self._tell(origin, f"[{draft.name}]: '{text[:60]}' is no statement of rrdgraph", hint)

    def _check_pattern(self, word: str, text: str, origin: Origin) -> None:
        try:
            compile_capturing(text)
        except PatternError as error:
            self._tell(origin, f"{word}: {error}", "no file is drawn by this section")

    def _tell(self, origin: Origin, message: str, hint: str = "") -> None:
        self.problems.append(Problem(origin, message, hint, fatal=False))
