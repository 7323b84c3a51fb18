"""Which graphs a host has, and which of them belong to one of its squares. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hexmon.graphs.choose import USUAL_FILES, Chosen, Listing, RrdFile, Wanted, choose, needs, resolve, spread
from hexmon.graphs.graphs_cfg import Definition, GraphBook
from hexmon.model.captures import compile_capturing
from hexmon.model.display import Trends
from hexmon.model.patterns import PatternError

ANY_OTHER = "ncv"  # in a list of graphs: every file that no section draws
MOST_SOURCES = 20  # drawn of a file that nobody described
SITE_GRAPHS: Mapping[str, tuple[str, ...]] = {
    "ports": ("bandwidth", "packets", "packets-type", "errors", "retransmits", "system", "tamper", "network"),
    "port": ("bandwidth", "packets", "packets-type", "errors"),
    "host": ("system1", "system2", "system3", "system4"),
    "": ("availability", "smoke"),
}
ALL_SITE_GRAPHS = tuple(dict.fromkeys(name for names in SITE_GRAPHS.values() for name in names))
_EVERY_TEST: Mapping[str, tuple[str, ...]] = {"conn": ("smoke",), "ntp": ("ntpoffset",)}
_BY_SERVICE = frozenset({"tcp", "ncv", "devmon"})
_BASE = re.compile(r"([A-Za-z0-9_-]{1,100})(?:[.,].{1,200})?\.rrd\Z")


class Shown(msgspec.Struct, frozen=True):
    """One picture: the graph's name as `resolve` takes it, and which of its files, from 1; 0 and 0 mean all."""

    graph: str
    title: str = ""
    first: int = 0
    count: int = 0


class Catalog(msgspec.Struct, frozen=True):
    """What is known of graphs in general. `order` are words NAME[::FILES], `tests` is TEST2RRD.

    `columns` (GRAPHS_COLUMN) says which graphs a square shows, instead of the one that `tests` says.
    """

    book: GraphBook
    order: tuple[str, ...] = ()
    tests: Mapping[str, str] = msgspec.field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def of_host(
        self,
        listings: Sequence[Listing],
        trends: Trends | None,
        fresh_from: float = 0.0,
        site_type: str | None = None,
    ) -> list[Shown]:
        """All pictures of a host, in order; `trends` is what its tag says.

        The file of a device has the data sources of every type: a monitor has the graphs of its own `site_type` only.
        """
        of_others = set(ALL_SITE_GRAPHS) - set(site_graphs(site_type)) if site_type is not None else set[str]()
        names: list[str] = []
        for name, _ in map(_word, self.order):
            names += self._others(listings) if name == ANY_OTHER else [name]
        names = [name for name in names if name not in of_others]
        found = {name: one for name in names if (one := self.find(name, listings, fresh_from))}
        wanted = [(name, "") for name in found] if trends is None else trends.graphs(found)
        shown: list[Shown] = []
        for name, part in wanted:
            drawn = self.find(part, listings, fresh_from) if part else found[name]
            shown += self._pictures(part or name, *drawn) if drawn is not None else []
        return list(dict.fromkeys(shown))

    def of_test(
        self, test: str, listings: Sequence[Listing], site_type: str | None = None, fresh_from: float = 0.0
    ) -> list[Shown]:
        """The pictures on the page of a square; `site_type` is that of the monitor which the host stands for."""
        found = ((name, self.find(name, listings, fresh_from)) for name in self._names(test, site_type))
        shown = [picture for name, one in found if one is not None for picture in self._pictures(name, *one)]
        return list(dict.fromkeys(shown))

    def _names(self, test: str, site_type: str | None) -> list[str]:
        own = self.columns.get(test)
        if own is not None:
            return list(own)
        names = [*site_graphs(site_type)] if site_type is not None else []
        mapped = self.tests.get(test)
        if mapped is not None:
            names.append(f"{mapped}:{test}" if mapped in _BY_SERVICE else mapped)
        elif test in self.book.definitions:
            names.append(test)
        else:
            names += [f"tcp:{test}", f"{ANY_OTHER}:{test}"]
        return list(dict.fromkeys((*names, *_EVERY_TEST.get(test, ()))))

    def find(
        self, graph: str, listings: Sequence[Listing], fresh_from: float = 0.0
    ) -> tuple[Wanted, Listing, tuple[Chosen, ...]] | None:
        """The section, the folder and the files that a graph is drawn of; None when there is no such graph or file."""
        for listing in listings:
            wanted = self.wanted(graph, listing)
            chosen = choose(wanted, listing, fresh_from) if wanted is not None else ()
            if wanted is not None and chosen:
                return wanted, listing, chosen
        return None

    def wanted(self, graph: str, listing: Listing) -> Wanted | None:
        """What a name means; for files that no section draws a section is made."""
        general, _, base = graph.partition(":")
        found = resolve(self.book, graph, self.tests)
        if found is not None and not (general == ANY_OTHER and found.definition.name != base):
            return found
        made = _automatic(base, listing) if general == ANY_OTHER and base else None
        return Wanted(made) if made is not None else None

    def _pictures(self, graph: str, wanted: Wanted, _: Listing, chosen: Sequence[Chosen]) -> Iterable[Shown]:
        sizes = dict(map(_word, self.order))
        title = wanted.title()
        usual = 1 if graph.startswith(f"{ANY_OTHER}:") and len(wanted.definition.lines) > _ONE_SERIES else USUAL_FILES
        most = sizes.get(graph) or sizes.get(wanted.definition.name) or usual
        for first, count in spread(len(chosen), most):
            alone = len(chosen) <= most
            yield Shown(graph, title) if alone else Shown(graph, title, first, count)

    def _others(self, listings: Sequence[Listing]) -> list[str]:
        """What stands for the files that no section draws."""
        return [
            f"{ANY_OTHER}:{base}"
            for listing in listings
            for base in dict.fromkeys(_bases(listing.files))
            if not any(_draws(one, base, listing) for one in self.book.definitions.values())
        ]


def site_graphs(site_type: str) -> tuple[str, ...]:
    """Those of a type of monitor (model/site.py), in their order."""
    return SITE_GRAPHS.get(site_type, SITE_GRAPHS[""])


_ONE_SERIES = 2  # lines of a section that was made: DEF and LINE


def _word(text: str) -> tuple[str, int]:
    """`mrtg::1`, `disk:disk_part:5`, `smart:6`: a graph, and how many files are in a picture (0: as usual)."""
    name, *rest = text.split(":")
    number = next((word for word in reversed(rest) if word.isascii() and word.isdigit()), "0")
    return name, min(int(number[:6]), 1000)


def _bases(files: Iterable[RrdFile]) -> Iterable[str]:
    return (found[1] for file in files if file.sources and (found := _BASE.match(file.name)))


def _draws(definition: Definition, base: str, listing: Listing) -> bool:
    """Whether a section is about files of that base. `ncv` itself would be about everything."""
    names = [file.name for file in listing.files if (found := _BASE.match(file.name)) and found[1] == base]
    if not definition.pattern:
        return bool(set(needs(definition)) & set(names))
    try:
        pattern = compile_capturing(definition.pattern)
    except PatternError:
        return False
    return any(pattern.find(name) is not None for name in names)


def _automatic(base: str, listing: Listing) -> Definition | None:
    """A section for `BASE.rrd` and `BASE,PART.rrd`, with all that is in them."""
    sources = [file.sources for file in listing.files if (found := _BASE.match(file.name)) and found[1] == base]
    common = sorted(frozenset.intersection(*(one for one in sources if one)) if any(sources) else ())[:MOST_SOURCES]
    if not common:
        return None
    lines = []
    for number, name in enumerate(common):
        label = f"@RRDPARAM@ {name}" if len(common) > 1 else "@RRDPARAM@"
        own = name if f"{base}.rrd" in {file.name for file in listing.files} else label
        lines.append(f"DEF:v{number}x@RRDIDX@=@RRDFN@:{name}:AVERAGE")
        lines.append(f"LINE1.5:v{number}x@RRDIDX@#@COLOR@:{own}")
    pattern = rf"^{re.escape(base)}(?:[.,](.+))?\.rrd"
    return Definition(name=base, title=base, pattern=pattern, lines=tuple(lines))
