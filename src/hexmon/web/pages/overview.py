"""The top page, pages and subpages: problems, links to the pages below, groups of hosts."""

import math
from collections.abc import Iterable
from html import escape

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.inventory import Host, Page
from hexmon.model.names import SUMMARY_HOST
from hexmon.model.status import Status
from hexmon.web import words
from hexmon.web.ages import MINUTE, age
from hexmon.web.folding import fold
from hexmon.web.live import Live, Scope
from hexmon.web.matrix import Table, tables_of, title_of, visible
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer
from hexmon.web.squares import EMPTY, Fragment, Row, row, square, table, turned, url
from hexmon.web.summaries import RemoteTable, remote_table
from hexmon.web.troubles import Trouble

MOST_PROBLEMS = 50
ROWS_KEPT = 20_000
MOST_WARM = 2_000  # rows drawn before anybody asks
SUMMARIES_SECONDS = 30.0
WARM_SLICE = 50  # of them before others get their turn


class Overview:
    """Draws pages of groups; keeps the rows it drew until their host changes."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._live: Live = renderer.live
        self._board = renderer.context.board
        self._rows: dict[tuple[str, tuple[str, ...]], Row] = {}

    async def serve(self, request: Request) -> Response:
        """`/` and `/page/PATH`."""
        path = request.path_params.get("path", "").strip("/")
        if path not in self._board.inventory.pages:
            return missing(self.renderer, request, words.TEXT["no_such_page"])
        return await self.renderer.cached(request, path, lambda: self._draw(path))

    async def warm(self) -> None:
        """Draw the rows of the top page once, so that the first who asks after a start does not wait for them."""
        inventory, clock = self._board.inventory, self.renderer.context.clock
        drawn = 0
        for layout in tables_of(inventory, inventory.pages[""], self._tests_of) if "" in inventory.pages else ():
            for place in layout.rows[: MOST_WARM - drawn]:
                self._row(inventory.hosts[place.host], layout.columns)
                drawn += 1
                if drawn % WARM_SLICE == 0:
                    await clock.sleep_until(0.0)

    async def problems(self, request: Request) -> Response:
        """`/-/problems?page=PATH`: the list alone, for live updates."""
        path = request.query_params.get("page", "")
        if path not in self._board.inventory.pages:
            return Response("", 404)
        return await self.renderer.cached(request, f"problems of {path}", lambda: Drawn(*self._problems(path)))

    def _problems(self, path: str) -> tuple[str, float]:
        html, until = self.problem_list(self._live.scope(path), path)
        return str(html), until

    def problem_list(self, scope: Scope, path: str) -> tuple[Markup, float]:
        """The list that a page begins with, and until when it reads so."""
        now = self.renderer.now()
        shown = scope.troubles[:MOST_PROBLEMS]
        until = now + MINUTE if not scope.troubles else ages_end((one.since for one in shown), now)
        html = self.renderer.part(
            "problems.html",
            scope=scope,
            path=path,
            shown=shown,
            more=len(scope.troubles) - len(shown),
            label=self._label,
            last_check=self._live.last_check(path) if not scope.troubles else 0.0,
            config=self._board.inventory.problems,
        )
        return Markup(html), until  # noqa: S704 - drawn by the template, which escapes

    def _label(self, trouble: Trouble) -> str:
        host = self._board.inventory.hosts.get(trouble.key.host)
        return (host.display_name if host is not None else "") or trouble.key.host

    def _draw(self, path: str) -> Drawn:
        inventory = self._board.inventory
        page = inventory.pages[path]
        scope = self._live.scope(path)
        problems, until = self.problem_list(scope, path)
        groups, groups_until = self.groups(tables_of(inventory, page, self._tests_of), vertical=page.vertical)
        colors = self._live.page_colors()
        children = [
            (child, colors[child.path], self._live.scope(child.path))
            for name in page.children
            if (child := inventory.pages.get(name)) is not None
        ]
        html = self.renderer.page(
            "page.html",
            path,
            heading=self._heading(page),
            page=page,
            problems=problems,
            children=children,
            groups=groups,
            live="squares",
            empty=not inventory.hosts,
            bare=not groups and not children,
            remote=self._remote() if not path else None,
        )
        return Drawn(html, min(until, groups_until, self._summaries_until()))

    def _remote(self) -> RemoteTable:
        """The summaries of other servers, on the top page."""
        return remote_table(self._board.squares(SUMMARY_HOST))

    def _summaries_until(self) -> float:
        """Summaries are told to nobody: a page that shows some is drawn again after a while."""
        return self.renderer.now() + SUMMARIES_SECONDS if self._board.squares(SUMMARY_HOST) else math.inf

    def _heading(self, page: Page) -> str:
        return title_of(page) or self.renderer.context.title

    def _tests_of(self, host: str) -> Iterable[str]:
        return self._live.summary(host).tests

    def groups(self, tables: Iterable[Table], *, vertical: bool = False) -> tuple[Markup, float]:
        """Tables as HTML, and until when they read so."""
        parts, until = [], math.inf
        for number, layout in enumerate(tables):
            made = self._turned(layout, number) if vertical else self._upright(layout, number)
            parts.append(made.html)
            until = min(until, made.until)
        return Markup("".join(parts)), until  # noqa: S704 - made by squares.py, which escapes

    def _upright(self, layout: Table, number: int) -> Fragment:
        hosts = self._board.inventory.hosts
        rows = [self._row(hosts[place.host], layout.columns) for place in layout.rows]
        until = min((one.until for one in rows), default=math.inf)
        return Fragment(table(layout, [one.html for one in rows], number), until)

    def _row(self, host: Host, columns: tuple[str, ...]) -> Row:
        key, now = (host.name, columns), self.renderer.now()
        version = self._live.summary(host.name).version
        kept = self._rows.get(key)
        if kept is not None and kept.version == version and kept.host is host and now < kept.until:
            return kept
        drawn = row(host, columns, self._statuses(host), now)
        if len(self._rows) >= ROWS_KEPT:
            self._rows.clear()
        made = self._rows[key] = Row(version, columns, host, drawn.html, drawn.until)
        return made

    def _statuses(self, host: Host) -> dict[str, Status]:
        squares = (status for status in self._board.squares(host.name) if visible(status.key.test))
        return fold(host, squares, self.renderer.now())

    def _turned(self, layout: Table, number: int) -> Fragment:
        hosts, now = self._board.inventory.hosts, self.renderer.now()
        until, columns, heads = math.inf, [], []
        for place in layout.rows:
            host = hosts[place.host]
            statuses = self._statuses(host)
            drawn = [square(statuses[test], now) if test in statuses else None for test in layout.columns]
            columns.append([EMPTY if one is None else one.html for one in drawn])
            heads.append(f'<a href="{url("host", host.name)}">{escape(host.display_name or host.name)}</a>')
            until = min((until, *(one.until for one in drawn if one is not None)))
        return Fragment(turned(layout, columns, heads, number), until)


def ages_end(moments: Iterable[float], now: float) -> float:
    """Until when the ages of these moments read the same."""
    return min((now + age(now - moment)[1] for moment in moments), default=math.inf)
