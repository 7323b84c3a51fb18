"""The trends of a host, and one graph to look at closely."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hexmon.graphs.catalog import Shown
from hexmon.graphs.painters import Busy, TooSlow
from hexmon.graphs.request import (
    PERIODS,
    RANGES,
    SHORTEST,
    SIZES,
    Asked,
    RequestError,
    Window,
    read_request,
)
from hexmon.graphs.view import CannotDraw, NoGraph
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.web import words
from hexmon.web.ages import iso
from hexmon.web.api.graphs import GraphsApi, hosts_of
from hexmon.web.graphs import moments, of_interfaces, on_page, path_of, query_of, several, with_figures
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer
from hexmon.web.squares import url

PERCENTILES = ("50", "75", "90", "95", "98", "99", "99.9")
_PERIOD_OF = {length: period for period, length in PERIODS.items()}


class GraphPages:
    """`/trends/HOST`, `/graph/HOST/NAME`; pictures and tables below the same path are the API's."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._board = renderer.context.board
        self._view = renderer.context.graphs
        self._api = GraphsApi(renderer.context)

    async def trends(self, request: Request) -> Response:
        """All graphs of a host."""
        await self._renderer.live.catch_up()
        host = self._board.inventory.find(request.path_params["host"])
        if host is None:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        if not host.display.graphs:
            return missing(self._renderer, request, words.TEXT["no_trends"], host)
        try:
            asked = read_request(request.query_params, self._renderer.now())
        except RequestError as error:
            return self._refused(request, error, host)
        pictures = await several(self._view, host, await self._view.of_host(host), asked, SIZES["wide"])
        html = self._renderer.page(
            "trends.html",
            host.page,
            live="whole",
            watched=StatusKey(host.name, ""),
            heading=f"{host.display_name or host.name} {words.TEXT['trends']}",
            host=host,
            pictures=pictures,
            interfaces=await self._interfaces(host),
            kept=self._view.kept,
            **_choice(asked.window, {}),
        )
        return self._renderer.answer(request, Drawn(html))

    async def _interfaces(self, host: Host) -> list[tuple[str, str]]:
        """Links only: a switch has too many of them for pictures."""
        if host.monitor is None:
            return []
        memory = self._renderer.context.monitors.memory(host.monitor.key)
        device = memory.state.detail if memory is not None else None
        return of_interfaces(host, await self._view.interfaces(host), device)

    async def graph(self, request: Request) -> Response:
        """One graph; a name that ends in .svg, .png, .csv or .json is a file."""
        name, _, ending = request.path_params["graph"].rpartition(".")
        if name and ending in self._api.ENDINGS:
            return await self._api.file(request, name, ending)
        await self._renderer.live.catch_up()
        hosts = hosts_of(self._board.inventory, request.path_params["host"])
        if not hosts:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        try:
            asked = read_request(request.query_params, self._renderer.now())
            return await self._one(request, hosts, request.path_params["graph"], asked)
        except RequestError as error:
            return self._refused(request, error, hosts[0])
        except NoGraph:
            message = "no_such_graph" if self._view.kept else "graphs_off"
            return missing(self._renderer, request, words.TEXT[message], hosts[0])

    async def _one(self, request: Request, hosts: Sequence[Host], graph: str, asked: Asked) -> Response:
        shown = Shown(graph, "", asked.first, asked.count)
        sizes = ("large", "tall")
        page = on_page(hosts, shown, asked.window, sizes, SIZES["large"])
        page = await with_figures(self._view, hosts, shown, asked, page)
        if page.error == words.TEXT["no_such_graph"]:
            raise NoGraph(graph)
        base, percentile = path_of(hosts, graph), f"{asked.percentile:g}"
        more = {"percentile": "" if percentile == "95" else percentile}
        html = self._renderer.page(
            "graph.html",
            hosts[0].page,
            live="whole",
            watched=StatusKey(hosts[0].name, ""),
            heading=f"{', '.join(host.display_name or host.name for host in hosts)} {page.title}",
            hosts=hosts,
            item=page,
            areas=await self._areas(hosts, graph, asked, sizes),
            window=asked.window,
            percentile=percentile,
            percentiles=PERCENTILES if percentile in PERCENTILES else (*PERCENTILES, percentile),
            moves={name: base + query_of(window, shown, **more) for name, window in _moves(asked.window).items()},
            files=[
                (kind, path_of(hosts, graph, f".{kind}") + query_of(asked.window, shown)) for kind in self._api.ENDINGS
            ],
            shown=shown,
            fixed=moments(asked.window) if not asked.window.range else {"range": asked.window.range},
            **_choice(asked.window, {name: value for name, value in more.items() if value} | _part(shown)),
        )
        return self._renderer.answer(request, Drawn(html))

    async def _areas(self, hosts: Sequence[Host], graph: str, asked: Asked, sizes: Sequence[str]) -> list[str]:
        """Where the curves are in the pictures: for zooming by dragging. Empty when they cannot be drawn."""
        drawn = []
        for size in sizes:
            width, height = SIZES[size]
            frame = replace(asked, width=width, height=height, whole=True, legend=False, title=False)
            try:
                area = (await self._view.picture(hosts, graph, frame, "svg")).area
            except (NoGraph, CannotDraw, Busy, TooSlow):
                return []
            drawn.append(" ".join(f"{part:.5f}" for part in area))
        return drawn

    def _refused(self, request: Request, error: RequestError, host: Host) -> Response:
        html = self._renderer.page("missing.html", heading=words.TEXT["not_found"], message=f"{error}.", host=host)
        return self._renderer.answer(request, Drawn(html, status=400))

    async def instead(self, request: Request) -> Response:
        """`/status/HOST/trends`: Xymon's name for the page."""
        return RedirectResponse(url("trends", request.path_params["host"]), 302)


def _choice(window: Window, extra: Mapping[str, str]) -> Mapping[str, object]:
    """What the row of ranges shows; `extra` are the words that go on with every link of it."""
    links = [(word, f"?{urlencode({'range': word, **extra})}") for word in RANGES]
    return {
        "ranges": [(_spaced(word), _PERIOD_OF.get(word, ""), link, word == window.range) for word, link in links],
        "extra": extra,
        "start": iso(window.start)[:16],
        "end": iso(window.end)[:16],
    }


def _spaced(word: str) -> str:
    return f"{word[:-1]} {word[-1]}"


def _part(shown: Shown) -> dict[str, str]:
    return {"first": str(shown.first), "count": str(shown.count)} if shown.count else {}


def _moves(window: Window) -> Mapping[str, Window]:
    """Where the links beside a graph lead; each window stands still, but the last."""
    half, length = window.length // 2, window.length
    middle = window.start + half
    quarter = max(length // 4, SHORTEST // 2)
    return {
        "earlier": Window(max(window.start - half, 0), max(window.end - half, length)),
        "later": Window(window.start + half, window.end + half),
        "closer": Window(middle - quarter, middle + quarter),
        "farther": Window(max(middle - length, 0), middle + length),
        "until_now": Window(window.start, window.end, _range_like(length)),
    }


def _range_like(length: int) -> str:
    """The word whose length is nearest."""
    return min(RANGES, key=lambda word: abs(RANGES[word] - length))
