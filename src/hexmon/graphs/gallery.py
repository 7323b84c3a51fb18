"""The graphs of all hosts, for pages and programs: what there is, pictures, figures, and tables of figures."""

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from hexmon.clock import Clock
from hexmon.graphs.cache import Recent
from hexmon.graphs.catalog import Catalog, Shown
from hexmon.graphs.choose import STALE_SECONDS, Chosen, Listing, Wanted, needs
from hexmon.graphs.draw import (
    Axes,
    Frame,
    PictureFormat,
    Series,
    axes_of,
    export_arguments,
    figures_arguments,
    picture_arguments,
    scale_arguments,
    series_of,
    writes_figures,
)
from hexmon.graphs.folders import Folders
from hexmon.graphs.graphs_cfg import GraphBook
from hexmon.graphs.host_files import PlaceOf, listings, together, usual_place
from hexmon.graphs.painter import Job, Result
from hexmon.graphs.painters import Painters
from hexmon.graphs.palette import THEMES
from hexmon.graphs.request import Asked, Window
from hexmon.graphs.script import LONGEST_PARAM, Script, Setting, fill_in, plain
from hexmon.graphs.site_rrd import SNMP_ENDING, indexes_in
from hexmon.graphs.titles import ask
from hexmon.graphs.view import CannotDraw, Export, Figure, Image, NoGraph, NoLibrary
from hexmon.model.inventory import Host
from hexmon.model.site import Monitor

PLOT_SIZE = (576, 120)
MOST_HOSTS = 50
_PICTURES, _BYTES, _SECONDS = 300, 48 << 20, 30.0
_TITLE_SECONDS = 600.0
_FINEST, _COARSEST = 10, 300  # seconds: pictures that end now are the same for so long
_FIGURES = 5


Flush = Callable[[Sequence[tuple[str, str]]], Awaitable[None]]
NameOf = Callable[[Monitor, int], str]


async def flush_nothing(files: Sequence[tuple[str, str]]) -> None:
    """For where every figure is written at once."""


def no_name(monitor: Monitor, index: int) -> str:  # noqa: ARG001
    """For where devices are not remembered."""
    return ""


@dataclass(frozen=True)
class Graphs:
    """What a gallery is told: the book as it is now, the order of graphs (GRAPHS), TEST2RRD and GRAPHS_COLUMN.

    `flush` is awaited before files are drawn, which are given by folder and name. `place_of` says where the figures of
    a monitor of a site are, `name_of` what its device calls the interface of that ifIndex: "" where nobody knows.
    """

    book: Callable[[], GraphBook]
    order: tuple[str, ...]
    tests: dict[str, str] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flush: Flush = flush_nothing
    place_of: PlaceOf = usual_place
    name_of: NameOf = no_name


class _Scene(msgspec.Struct, frozen=True):
    """All that a picture is made of."""

    wanted: Wanted
    listing: Listing
    chosen: tuple[Chosen, ...]
    begin: int
    window: Window
    script: Script
    series: tuple[Series, ...]
    newest: float
    title: str


class Gallery:
    """Draws by processes of its own (painters), and remembers for half a minute what it drew."""

    kept = True

    def __init__(self, folders: Folders, graphs: Graphs, clock: Clock, painters: Painters | None = None) -> None:
        self._folders = folders
        self._graphs = graphs
        self._clock = clock
        self._painters = painters or Painters()
        self._results: Recent[Result] = Recent(_PICTURES, _BYTES, _SECONDS)
        self._titles: Recent[str] = Recent(_PICTURES, _BYTES, _TITLE_SECONDS)
        self._one_title = asyncio.Lock()

    def close(self) -> None:
        """End the processes."""
        self._painters.close()

    # What there is

    async def of_host(self, host: Host) -> list[Shown]:
        """Its pictures in order, as its TRENDS tag has them; of files that were updated within a day."""
        fresh_from = self._clock.now() - STALE_SECONDS
        site_type = host.monitor.type if host.monitor is not None else None

        def look() -> list[Shown]:
            found = listings(self._folders, host, self._graphs.place_of)
            return self._catalog().of_host(found, host.display.trends, fresh_from, site_type)

        return await asyncio.to_thread(look)

    async def of_test(self, host: Host, test: str) -> list[Shown]:
        """Those of one square."""
        fresh_from = self._clock.now() - STALE_SECONDS
        site_type = host.monitor.type if host.monitor is not None else None

        def look() -> list[Shown]:
            return self._catalog().of_test(
                test, listings(self._folders, host, self._graphs.place_of), site_type, fresh_from
            )

        return await asyncio.to_thread(look)

    async def interfaces(self, host: Host) -> list[int]:
        """The ifIndex of every interface whose figures are kept: `interface-N` draws them."""

        def look() -> list[int]:
            found = listings(self._folders, host, self._graphs.place_of)
            polled = (one for listing in found for one in listing.files if one.name.endswith(SNMP_ENDING))
            return indexes_in(name for one in polled for name in one.sources or ())

        return await asyncio.to_thread(look)

    def _catalog(self) -> Catalog:
        said = self._graphs
        return Catalog(said.book(), said.order, said.tests, said.columns)

    # What is drawn

    async def picture(self, hosts: Sequence[Host], graph: str, asked: Asked, kind: PictureFormat) -> Image:
        """Raises NoGraph, CannotDraw, Busy, TooSlow."""
        scene = await self._scene(hosts, graph, asked)
        title = await self._title(scene, hosts, graph) if asked.title else ""
        frame = _frame(asked, scene.window, kind, title)
        axes = await self._axes(scene, frame)
        written = () if writes_figures(scene.script) else scene.series
        done = await self._do(scene, "graph", picture_arguments(scene.script, frame, axes, written))
        etag = f'"{hashlib.blake2b(done.image, digest_size=12).hexdigest()}"'
        media_type = "image/svg+xml" if kind == "svg" else "image/png"
        return Image(done.image, media_type, etag, _area(done))

    async def figures(self, hosts: Sequence[Host], graph: str, asked: Asked) -> list[Figure]:
        """The lines of the legend with their figures. Raises as `picture`."""
        scene = await self._scene(hosts, graph, asked)
        if not scene.series:
            return []
        dark = self._script(scene, graph, "dark")
        frame = _frame(asked, scene.window, "svg", "")
        words = figures_arguments(scene.script, frame, scene.series, asked.percentile)
        done = await self._do(scene, "print", words)
        values = [_number(text) for text in done.prints]
        found = []
        for number, (one, other) in enumerate(zip(scene.series, series_of(dark), strict=True)):
            now, average, least, greatest, nth = values[number * _FIGURES : (number + 1) * _FIGURES]
            nth = None if average is None else nth  # librrd says 0 for the percentile of nothing
            colors = (one.color, other.color)
            found.append(Figure(one.label, colors, now, average, least, greatest, nth, one.right))
        return found

    async def export(self, hosts: Sequence[Host], graph: str, asked: Asked) -> Export:
        """The figures over time. Raises as `picture`."""
        scene = await self._scene(hosts, graph, asked)
        if not scene.series:
            raise CannotDraw("nothing in this graph has a name, so there is nothing to export")
        frame = _frame(asked, scene.window, "svg", "")
        done = await self._do(scene, "xport", export_arguments(scene.script, frame, scene.series, asked.step))
        names = tuple(plain(one.label) for one in scene.series)
        return Export(done.start, done.step, names, done.rows)

    async def about(self, hosts: Sequence[Host], graph: str, asked: Asked) -> tuple[str, str]:
        """The title of a graph, without its hosts, and the unit at its left. Raises NoGraph."""
        scene = await self._scene(hosts, graph, asked)
        definition = scene.wanted.definition
        return (await self._title(scene, hosts, graph) if definition.command else scene.title), definition.y_axis

    async def _scene(self, hosts: Sequence[Host], graph: str, asked: Asked) -> _Scene:
        return await asyncio.to_thread(self._set_up, hosts, graph, asked)

    def _set_up(self, hosts: Sequence[Host], graph: str, asked: Asked) -> _Scene:
        catalog = self._catalog()
        fresh_from = self._clock.now() - STALE_SECONDS if asked.fresh else 0.0
        found = self._several(catalog, hosts, graph) if len(hosts) > 1 else None
        found = found or catalog.find(graph, listings(self._folders, hosts[0], self._graphs.place_of), fresh_from)
        if found is None:
            raise NoGraph(graph)
        wanted, listing, chosen = found
        begin = min(max(asked.first - 1, 0), len(chosen))
        chosen = chosen[begin : begin + asked.count] if asked.count else chosen
        if not chosen:
            raise NoGraph(graph)
        setting = Setting(graph, THEMES[asked.theme], str(self._folders.root / listing.folder))
        script = fill_in(wanted.definition, chosen, setting, begin)
        newest = max((file.modified for file in listing.files), default=0.0)
        title = wanted.title(self._interface_name(hosts[0], wanted.interface))
        window = steady(asked.window, asked.width or PLOT_SIZE[0])
        return _Scene(wanted, listing, chosen, begin, window, script, series_of(script), newest, title)

    def _interface_name(self, host: Host, index: int | None) -> str:
        if index is None or host.monitor is None:
            return ""
        return plain(self._graphs.name_of(host.monitor, index))[:LONGEST_PARAM]

    def _several(
        self, catalog: Catalog, hosts: Sequence[Host], graph: str
    ) -> tuple[Wanted, Listing, tuple[Chosen, ...]]:
        """NAME-multi: its FNPATTERN is the name of one file, which each host has."""
        definition = catalog.book.definitions.get(f"{graph.removesuffix('-multi')}-multi")
        if definition is None:
            raise NoGraph(graph)
        listing = together(self._folders, hosts[:MOST_HOSTS], definition.pattern)
        if not listing.files:
            raise NoGraph(graph)
        return Wanted(definition), listing, tuple(Chosen(file.name, file.label) for file in listing.files)

    def _script(self, scene: _Scene, graph: str, theme: str) -> Script:
        setting = Setting(graph, THEMES[theme], str(self._folders.root / scene.listing.folder))
        return fill_in(scene.wanted.definition, scene.chosen, setting, scene.begin)

    async def _axes(self, scene: _Scene, frame: Frame) -> Axes:
        """The scale of the right axis needs to be known before the picture is drawn."""
        definition = scene.wanted.definition
        if not any(statement.kind == "RIGHTLINE" for statement in scene.script.statements):
            return Axes(definition.y_axis, definition.right_axis)
        done = await self._do(scene, "print", scale_arguments(scene.script, frame))
        greatest = [math.nan if (value := _number(text)) is None else value for text in done.prints]
        return axes_of(scene.script, frame, greatest, definition.y_axis, definition.right_axis)

    async def _title(self, scene: _Scene, hosts: Sequence[Host], graph: str) -> str:
        names = ", ".join(host.display_name or host.name for host in hosts[:3])
        period = f"last {scene.window.range}" if scene.window.range else ""
        command = scene.wanted.definition.command
        if not command:
            return plain(" \N{MIDDLE DOT} ".join(filter(None, (names, scene.title, period))))
        key = (command, graph, tuple(host.name for host in hosts), scene.window.range, scene.chosen)
        async with self._one_title:
            known = self._titles.get(key, self._clock.monotonic())
            if known is None and self._titles.get(command, self._clock.monotonic()) is not None:
                known = ""  # it said nothing a short while ago: a page of many pictures cannot wait for each
            if known is None:
                folder = self._folders.root / scene.listing.folder
                words = (names, graph, period, *(file.name for file in scene.chosen))
                known = await asyncio.to_thread(ask, command, words, str(folder))
                self._titles.put(key if known else command, known, len(known), self._clock.monotonic())
        return known or scene.title

    async def _do(self, scene: _Scene, kind: str, words: Sequence[str]) -> Result:
        """From memory when the same was made of the same files less than half a minute ago."""
        folder = str(self._folders.root / scene.listing.folder)
        job = Job(kind, folder, tuple(words))  # type: ignore[arg-type]
        key = (job, scene.newest)
        now = self._clock.monotonic()
        done = self._results.get(key, now)
        if done is None:
            await self._graphs.flush(_files(scene))
            done = await self._painters.do(job)
            if done.missing:
                raise NoLibrary(done.error)
            if done.error:
                raise CannotDraw(done.error)
            size = len(done.image) + sum(map(len, done.prints)) + 40 * len(done.rows)
            self._results.put(key, done, size + sum(map(len, words)), now)
        return done


def steady(window: Window, width: int) -> Window:
    """A window that ends now, moved back so that many who ask within seconds ask for the same."""
    if not window.range:
        return window
    grid = min(max(window.length // max(width, 1), _FINEST), _COARSEST)
    end = window.end - window.end % grid
    return replace(window, start=end - window.length, end=end)


def _files(scene: _Scene) -> list[tuple[str, str]]:
    named = [name for name in needs(scene.wanted.definition) if "@" not in name]
    paths = [f"{scene.listing.folder}/{name}" for name in (*(file.name for file in scene.chosen), *named)]
    return [(folder, name) for folder, _, name in (path.rpartition("/") for path in dict.fromkeys(paths))]


def _frame(asked: Asked, window: Window, kind: PictureFormat, title: str) -> Frame:
    usual = PLOT_SIZE if not asked.whole else (800, 240)
    return Frame(
        start=window.start,
        end=window.end,
        width=asked.width or usual[0],
        height=asked.height or usual[1],
        whole=asked.whole,
        theme=THEMES[asked.theme],
        format=kind,
        legend=asked.legend,
        title=title,
        upper=asked.upper,
        lower=asked.lower,
    )


def _area(done: Result) -> tuple[float, float, float, float]:
    width, height = done.image_width or 1, done.image_height or 1
    return done.left / width, done.top / height, done.width / width, done.height / height


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
