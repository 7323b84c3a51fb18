"""The squares that hosts.cfg calls critical, while they are red or yellow: NK and NKTIME, WML (hosts.cfg(5))."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.inventory import Host, Placement
from hexmon.model.status import Status
from hexmon.web import words
from hexmon.web.folding import columns_of_tests
from hexmon.web.matrix import Table, shown
from hexmon.web.pages.overview import Overview
from hexmon.web.render import Drawn, Renderer

Wanted = Callable[[Host, Status], bool]


class CriticalPage:
    """`/critical` and, for small screens, `/cards`."""

    def __init__(self, renderer: Renderer, overview: Overview) -> None:
        self._renderer = renderer
        self._overview = overview
        self._board = renderer.context.board

    async def serve(self, request: Request) -> Response:
        """What is critical now, as a table of hosts."""
        await self._renderer.live.catch_up()
        found = self._found(self._is_critical)
        columns = {
            columns_of_tests(host).get(status.key.test, status.key.test)
            for host, statuses in found
            for status in statuses
        }
        layout = Table("", "", tuple(Placement(host.name) for host, _ in found), tuple(sorted(columns)))
        groups, _ = self._overview.groups([layout] if found else [])
        html = self._renderer.page("critical.html", heading=words.TEXT["critical_title"], groups=groups, live="whole")
        return self._renderer.answer(request, Drawn(html))

    async def cards(self, request: Request) -> Response:
        """A bare list, worst first, that any device can show."""
        await self._renderer.live.catch_up()
        squares = [status for _, statuses in self._found(self._on_card) for status in statuses]
        squares.sort(key=lambda status: (-status.color, -status.since))
        html = self._renderer.part("cards.html", title=self._renderer.context.title, squares=squares)
        return self._renderer.answer(request, Drawn(html))

    def _found(self, wanted: Wanted) -> list[tuple[Host, list[Status]]]:
        """Every host that has such squares, with them."""
        hosts = (host for host in self._board.inventory.hosts.values() if shown(host))
        found = ((host, [one for one in self._board.squares(host.name) if wanted(host, one)]) for host in hosts)
        return [(host, statuses) for host, statuses in found if statuses]

    def _is_critical(self, host: Host, status: Status) -> bool:
        local = self._renderer.context.local(self._renderer.now())
        return host.display.critical.shows(status.key.test, status.color, local, host.policy.calendar.weekday)

    def _on_card(self, host: Host, status: Status) -> bool:
        general = frozenset(self._renderer.context.settings.wml)
        return host.display.critical.on_card(status.key.test, status.color, general)
