"""All hosts with squares in given colours, and the hosts that a search finds: tables that cut across pages."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from hexmon.history.store import Change
from hexmon.model.color import ALERT_COLORS, BY_WORD, Color
from hexmon.model.inventory import Host, Placement
from hexmon.web import words
from hexmon.web.folding import columns_of_tests
from hexmon.web.matrix import Table, shown
from hexmon.web.pages.overview import Overview
from hexmon.web.render import Drawn, Renderer
from hexmon.web.squares import url

EVENT_SECONDS = 4 * 3600.0
MOST_EVENTS = 100
MOST_FOUND = 500


class Nongreen:
    """`/nongreen?color=red&page=PATH` and `/search?q=WORDS`."""

    def __init__(self, renderer: Renderer, overview: Overview) -> None:
        self._renderer = renderer
        self._overview = overview
        self._live = renderer.live
        self._board = renderer.context.board

    async def serve(self, request: Request) -> Response:
        """Hosts with squares in the colours asked for (default: red, yellow, purple), then the last changes."""
        await self._live.catch_up()
        path = request.query_params.get("page", "")
        named = [BY_WORD[word] for word in request.query_params.getlist("color") if word in BY_WORD]
        now = self._renderer.now()
        events = await self._renderer.context.history.latest(now - EVENT_SECONDS, MOST_EVENTS)
        return self._renderer.answer(request, self._draw(path, frozenset(named) or ALERT_COLORS, events))

    def _draw(self, path: str, colors: frozenset[Color], events: Sequence[Change]) -> Drawn:
        groups, _ = self._overview.groups([self._table(path, colors)])
        html = self._renderer.page(
            "nongreen.html",
            path,
            heading=words.TEXT["nongreen_title"],
            groups=groups,
            live="whole",
            colors=sorted(colors, reverse=True),
            events=[change for change in events if self._told(change)],
            url=url,
        )
        return Drawn(html)

    def _told(self, change: Change) -> bool:
        """Whether a host's changes are told here: not those of `nonongreen` and `nodisp` hosts."""
        host = self._board.inventory.hosts.get(change.key.host)
        return host is None or (shown(host) and not host.nonongreen)

    def _table(self, path: str, colors: frozenset[Color]) -> Table:
        columns: set[str] = set()
        rows = []
        inventory = self._board.inventory
        for name in self._live.hosts_of(path):
            if not any(self._live.summary(name).counts[color] for color in colors) or inventory.hosts[name].nonongreen:
                continue
            tests = self._live.summary(name).tests
            folded = columns_of_tests(inventory.hosts[name])
            wanted = {status.key.test for status in self._board.squares(name) if status.color in colors}
            columns |= {folded.get(test, test) for test in wanted} & set(tests)
            rows.append(Placement(name))
        return Table("", "", tuple(rows), tuple(sorted(columns)))

    async def search(self, request: Request) -> Response:
        """Hosts whose name, address, comment or description has all the words."""
        await self._live.catch_up()
        asked = request.query_params.get("q", "")[:200].strip()
        wanted = asked.lower().split()
        found = [host for host in self._board.inventory.hosts.values() if wanted and shown(host) and _has(host, wanted)]
        found = found[:MOST_FOUND]
        tests = {test for host in found for test in self._live.summary(host.name).tests}
        layout = Table("", "", tuple(Placement(host.name) for host in found), tuple(sorted(tests)))
        groups, _ = self._overview.groups([layout] if found else [])
        heading = f"{words.TEXT['search_title']} “{asked}”" if asked else words.TEXT["search"]
        html = self._renderer.page("search.html", heading=heading, groups=groups, asked=asked, live="squares")
        return self._renderer.answer(request, Drawn(html))


def _has(host: Host, wanted: list[str]) -> bool:
    text = " ".join((host.name, host.display_name, host.ip, host.comment, host.description, *host.aliases)).lower()
    return all(word in text for word in wanted)
