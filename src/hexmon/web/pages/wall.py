"""The wall page of a YAML site: everything of it on one screen, nothing to scroll and nothing to click."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from hexmon.graphs.catalog import site_graphs
from hexmon.model.color import Color
from hexmon.model.site import SNMP_TYPES, Monitor, Site
from hexmon.model.status import Status
from hexmon.web import words
from hexmon.web.ages import time_tag
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer
from hexmon.web.squares import url
from hexmon.web.text import line_of
from hexmon.web.wall_layout import layout, span_of

# Shorter than the titles of graphs.cfg: a picture on a wall is small.
_HEADINGS: Mapping[str, str] = {
    "availability": "Response time",
    "bandwidth": "Bandwidth",
    "packets": "Packets",
    "packets-type": "Unicast, B+Mcast",
    "errors": "Errors",
    "retransmits": "TCP retransmits",
    "system": "CPU and memory",
    "tamper": "Ports up, flash",
    "network": "MACs, ARP",
    "system1": "CPU and load",
    "system2": "Memory and paging",
    "system3": "Disk",
    "system4": "Swap, interrupts",
}


def _pictures(kind: str) -> tuple[tuple[str, str], ...]:
    """The graphs of a type of monitor that the wall has room for, with their headings."""
    return tuple((graph, _HEADINGS[graph]) for graph in site_graphs(kind) if graph in _HEADINGS)


class Card(msgspec.Struct, frozen=True):
    """One monitor as the wall shows it. `down` is how long it has been down, "" while it is up."""

    monitor: Monitor
    href: str
    color: Color
    reason: str
    down: Markup | str
    pictures: Sequence[tuple[str, str]]

    @property
    def span(self) -> int:
        """How many units of a row of devices it takes."""
        return span_of(len(self.pictures))


class WallPage:
    """`/wall/FOLDER`, and `/wall`, the list of sites."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._board = renderer.context.board

    async def index(self, request: Request) -> Response:
        """All sites, each with its worst colour and what is down."""
        await self._renderer.live.catch_up()
        sites = [(site, self._cards(site.monitors)) for site in self._board.inventory.sites]
        rows = [(site, max((card.color for card in cards), default=Color.CLEAR), _down(cards)) for site, cards in sites]
        html = self._renderer.page("walls.html", heading=words.TEXT["sites"], rows=rows, live="whole")
        return self._renderer.answer(request, Drawn(html))

    async def serve(self, request: Request) -> Response:
        """The wall of one site."""
        await self._renderer.live.catch_up()
        folder = request.path_params["folder"]
        site = next((one for one in self._board.inventory.sites if one.folder == folder), None)
        if site is None:
            return missing(self._renderer, request, words.TEXT["no_such_site"])
        return self._renderer.answer(request, Drawn(self._draw(site)))

    def _draw(self, site: Site) -> str:
        shown = self._cards(one for one in site.monitors if one.display)
        devices = [card for card in shown if card.monitor.type in SNMP_TYPES]
        services = [card for card in shown if card.monitor.type not in SNMP_TYPES]
        return self._renderer.page(
            "wall.html",
            site.page,
            live="own",
            heading=site.name,
            site=site,
            devices=devices,
            services=services,
            hidden=self._cards(one for one in site.monitors if not one.display),
            layout=layout([card.span for card in devices], len(services)),
        )

    def _cards(self, monitors: Iterable[Monitor]) -> list[Card]:
        return [self._card(monitor) for monitor in monitors]

    def _card(self, monitor: Monitor) -> Card:
        status = self._board.status(monitor.key)
        color = status.color if status is not None else Color.CLEAR
        is_down = status is not None and status.color in (Color.RED, Color.PURPLE, Color.YELLOW)
        return Card(
            monitor=monitor,
            href=url("status", *monitor.key),
            color=color,
            reason=line_of(status) if status is not None and is_down else "",
            down=self._age(status) if is_down else "",
            pictures=_pictures(monitor.type),
        )

    def _age(self, status: Status | None) -> Markup:
        return time_tag(status.since if status is not None else 0.0, self._renderer.now())


def _down(cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card.color is Color.RED]
