"""One host: all its squares, and what hosts.cfg says about it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hexmon.model.names import StatusKey
from hexmon.web import words
from hexmon.web.folding import members
from hexmon.web.pages.missing import missing
from hexmon.web.propagation import is_acknowledged
from hexmon.web.render import Drawn, Renderer
from hexmon.web.squares import url
from hexmon.web.text import line_of


class HostPage:
    """`/host/NAME`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._board = renderer.context.board

    async def serve(self, request: Request) -> Response:
        """Its squares, the worst first, and its facts."""
        await self._renderer.live.catch_up()
        host = self._board.inventory.find(request.path_params["host"])
        if host is None:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        now = self._renderer.now()
        squares = sorted(self._board.squares(host.name), key=lambda status: (-status.color, status.key.test))
        pages = self._board.inventory.pages
        html = self._renderer.page(
            "host.html",
            host.page,
            live="whole",
            watched=StatusKey(host.name, ""),
            heading=host.display_name or host.name,
            host=host,
            squares=squares,
            color=self._renderer.live.summary(host.name).color,
            line=line_of,
            acknowledged=lambda status: is_acknowledged(status, now),
            on_pages=[pages[path] for path in host.all_pages if path in pages],
            clients=self._board.clients(host.name),
            os=host.items.get("OS", ""),
            graphs=self._renderer.context.graphs.kept and host.display.graphs,
            doc=host.items.get("DOCURL", "").replace("%s", host.name),
        )
        return self._renderer.answer(request, Drawn(html))

    def column(self, request: Request, key: StatusKey) -> Response | None:
        """The squares that are folded into one column (COMPACT); None for any other name."""
        host = self._board.inventory.find(key.host)
        tests = members(host, key.test) if host is not None else frozenset()
        squares = [status for status in self._board.squares(key.host) if status.key.test in tests]
        if host is None or not squares:
            return None
        now = self._renderer.now()
        html = self._renderer.page(
            "column.html",
            host.page,
            live="whole",
            watched=StatusKey(host.name, ""),
            heading=f"{host.name} {key.test}",
            key=key,
            host=host,
            squares=sorted(squares, key=lambda status: (-status.color, status.key.test)),
            color=max(status.color for status in squares),
            line=line_of,
            acknowledged=lambda status: is_acknowledged(status, now),
        )
        return self._renderer.answer(request, Drawn(html))

    async def instead(self, request: Request) -> Response:
        """`/status/NAME` without a test: the host's page."""
        return RedirectResponse(url("host", request.path_params["host"]), 302)
