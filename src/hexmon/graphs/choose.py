"""Which files of a folder a section draws, in which order, and how they are spread over pictures. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from hexmon.graphs.graphs_cfg import Definition, GraphBook
from hexmon.graphs.statements import Statement, read_statement
from hexmon.model.captures import compile_capturing
from hexmon.model.patterns import PatternError

STALE_SECONDS = 86_400.0
USUAL_FILES = 5  # in one picture
_NO_META: Mapping[str, str] = MappingProxyType({})
_ANY_FILE = "@RRDFN@"
_IFINDEX = "@IFINDEX@"
_INTERFACE = "@INTERFACE@"
_ONE_INTERFACE = re.compile(r"(.{1,100})-(0|[1-9][0-9]{0,9})\Z")


class RrdFile(msgspec.Struct, frozen=True, gc=False):
    """A file of a folder. `sources` are the names of its data sources, None when it is no RRD file.

    `label` stands for the group of FNPATTERN, for files that are told apart otherwise.
    """

    name: str
    modified: float
    sources: frozenset[str] | None = frozenset()
    label: str = ""


class Listing(msgspec.Struct, frozen=True):
    """The RRD files of one folder, which is relative to that of all RRD files; `meta` is what its rrd.meta says."""

    folder: str
    files: tuple[RrdFile, ...] = ()
    meta: Mapping[str, str] = msgspec.field(default_factory=lambda: _NO_META)


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """A file that is drawn. `param` is what FNPATTERN singles out of its name; None without a group."""

    name: str
    param: str | None = None
    meta: str = ""

    @property
    def key(self) -> str:
        """By which files are sorted."""
        return self.name if self.param is None else self.param


class Wanted(msgspec.Struct, frozen=True):
    """The section that a name of a graph stands for, and the part of it that is asked for.

    `exact`: the group of FNPATTERN must be `part`, otherwise the file's name must contain it. `interface` is the
    ifIndex of the one that is drawn, None for a graph that is not of one interface.
    """

    definition: Definition
    part: str = ""
    exact: bool = False
    interface: int | None = None

    def title(self, name: str = "") -> str:
        """That of the section; `name` is what the device calls the interface, "" where that is not known."""
        title = self.definition.title or self.definition.name
        if self.interface is None:
            return title
        index = f"ifIndex {self.interface}"
        return title.replace(_INTERFACE, f"{name} ({index})" if name else index)


def resolve(book: GraphBook, graph: str, tests: Mapping[str, str]) -> Wanted | None:
    """`la`, `tcp:conn`, `tcp.http`, `interface-3`, or a column that `tests` (TEST2RRD) maps to a graph.

    None for an unknown one, and for a section of single interfaces without a number.
    """
    found = _section(book, graph, tests)
    if found is None or _is_of_one_interface(found.definition):
        return _of_interface(book, graph)
    return found


def _is_of_one_interface(definition: Definition) -> bool:
    return any(_IFINDEX in line for line in definition.lines)


def _of_interface(book: GraphBook, graph: str) -> Wanted | None:
    """Only digits come from the name; whether there is such an interface, the data sources of the files say."""
    found = _ONE_INTERFACE.match(graph)
    section = book.definitions.get(found[1]) if found is not None else None
    if found is None or section is None or not _is_of_one_interface(section):
        return None
    lines = tuple(line.replace(_IFINDEX, found[2]) for line in section.lines)
    return Wanted(replace(section, lines=lines), interface=int(found[2]))


def _section(book: GraphBook, graph: str, tests: Mapping[str, str]) -> Wanted | None:
    found = book.definitions.get(graph)
    if found is not None:
        return Wanted(found)
    split = min((place for place in map(graph.find, ":.") if place >= 0), default=-1)
    general, part = (graph[:split], graph[split + 1 :]) if split >= 0 else ("", graph)
    if part in book.definitions and general:
        return Wanted(book.definitions[part], part)
    if general in book.definitions and part:
        return Wanted(book.definitions[general], part, exact=True)
    mapped = book.definitions.get(tests.get(part, ""))
    return Wanted(mapped, part, exact=True) if mapped is not None else None


def choose(wanted: Wanted, listing: Listing, newer_than: float = 0.0) -> tuple[Chosen, ...]:
    """The files that are drawn, in order; empty when there is nothing to draw.

    Without FNPATTERN those that the section names, if all of them are there. A file without a data source that the
    section needs is no file of it. `newer_than` leaves out files that were not updated since (nostale).
    """
    definition = wanted.definition
    needed = needs(definition)
    if not definition.pattern:
        files = {file.name: file for file in listing.files}
        there = all(_has(files.get(name), sources) for name, sources in needed.items())
        return (Chosen(f"{definition.name}.rrd"),) if needed and there else ()
    sources = needed.get(_ANY_FILE, frozenset())
    found = [
        chosen
        for file in listing.files
        if file.modified >= newer_than and _has(file, sources) and (chosen := _match(wanted, file, listing.meta))
    ]
    return tuple(sorted(found, key=_order(found)))


def needs(definition: Definition) -> Mapping[str, frozenset[str]]:
    """The data sources that a section reads, by file: a name, or `@RRDFN@`."""
    found: dict[str, set[str]] = {}
    for statement in map(read_statement, definition.lines):
        if statement.kind == "DEF" and len(statement.fields) >= _DEF_FIELDS:
            found.setdefault(_file_of(statement), set()).add(statement.fields[1])
    return {name: frozenset(sources) for name, sources in found.items()}


_DEF_FIELDS = 3


def _file_of(statement: Statement) -> str:
    return statement.fields[0].partition("=")[2].replace("\\:", ":")


def _has(file: RrdFile | None, sources: frozenset[str]) -> bool:
    if file is None or file.sources is None:
        return False
    return "@" in "".join(sources) or sources <= file.sources


def _match(wanted: Wanted, file: RrdFile, meta: Mapping[str, str]) -> Chosen | None:
    definition = wanted.definition
    base = file.name.rpartition("/")[2]
    group = _group(definition, base)
    if group is None or not _is_part(wanted, base, group):
        return None
    if file.label or not group:
        return Chosen(file.name, file.label or None)
    return Chosen(file.name, _readable(definition.name, group[0]), meta.get(f"{definition.name}:{group[0]}", ""))


def _group(definition: Definition, base: str) -> tuple[str, ...] | None:
    try:
        if definition.unless and compile_capturing(definition.unless).find(base) is not None:
            return None
        return compile_capturing(definition.pattern).find(base)
    except PatternError:  # its section was complained about when it was read
        return None


def _is_part(wanted: Wanted, base: str, group: tuple[str, ...]) -> bool:
    if not wanted.part:
        return True
    if wanted.exact and group:
        return wanted.part in (group[0], group[0].lstrip(","))  # `disk:root` is disk,root.rrd
    return wanted.part in base


def _readable(graph: str, param: str) -> str:
    """What file names cannot say: the root file system, and the scheme of a URL."""
    if param == ",root" and graph.startswith(("disk", "inode")):
        return ","
    return f"http://{param}" if graph == "http" and not param.startswith("http") else param


def _order(found: Sequence[Chosen]) -> "_Order":
    return _Order(all(chosen.key.isascii() and chosen.key.isdigit() for chosen in found))


class _Order:
    """By number when all are numbers, else by their bytes."""

    def __init__(self, numeric: bool) -> None:
        self._numeric = numeric

    def __call__(self, chosen: Chosen) -> tuple[int, str, bytes]:
        digits = chosen.key.lstrip("0") if self._numeric else ""
        return len(digits), digits, chosen.key.encode(errors="replace")


def spread(count: int, most: int = USUAL_FILES) -> Iterable[tuple[int, int]]:
    """First (from 1) and count of each picture: as few pictures as possible, each with about as many files."""
    most = most if most > 0 else USUAL_FILES
    pictures = -(-count // most)
    each = -(-count // pictures) if pictures else 1
    return [(first, each) for first in range(1, count + 1, each)]
