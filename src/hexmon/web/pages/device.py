"""What a device told when it was polled last: its interfaces, who is behind them, and what changed lately."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hexmon.judge.device_changes import tidy
from hexmon.model.color import Color
from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.inventory import Host
from hexmon.model.site import Monitor
from hexmon.model.site_memory import MonitorMemory
from hexmon.web import words
from hexmon.web.graphs import path_of_interface
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer

MOST_INTERFACES = 2000
MOST_STATIONS = 5000
LONGEST = 2000  # characters of one text
# The glyphs of squares, without their words: the word of the interface stands beside them.
_PORT_GLYPH = {
    color: f'<svg class="g {color.word}" aria-hidden="true"><use href="#{color.word}"/></svg>'
    for color in (Color.GREEN, Color.RED, Color.CLEAR)
}
_DIGITS = re.compile(r"[0-9]{1,12}|[^0-9]+")


@dataclass(frozen=True)
class Row:
    """An interface, and who is at its other end. `color` is that of its glyph."""

    interface: Interface
    color: Color
    neighbours: Sequence[Neighbour]

    @property
    def speed(self) -> str:
        return speed_words(self.interface.speed)


@dataclass(frozen=True)
class Station:
    """Who is behind an interface: a MAC, and the addresses that the device knows of it."""

    port: str
    mac: str
    addresses: Sequence[str]


class DevicePage:
    """`/device/HOST`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._board = renderer.context.board

    async def serve(self, request: Request) -> Response:
        """The tables; a page that says so for a host that is no device, or was not polled yet."""
        await self._renderer.live.catch_up()
        host = self._board.inventory.find(request.path_params["host"])
        monitor = host.monitor if host is not None else None
        memory = self._renderer.context.monitors.memory(monitor.key) if monitor is not None else None
        if host is None or monitor is None or memory is None or memory.state.detail is None:
            return missing(self._renderer, request, words.TEXT["no_device"], host)
        view = self._renderer.context.graphs
        drawn = await view.interfaces(host) if host.display.graphs else []
        links = {index: path_of_interface(host, index) for index in drawn}
        return self._renderer.answer(request, Drawn(self._draw(host, monitor, memory, links)))

    def _draw(self, host: Host, monitor: Monitor, memory: MonitorMemory, links: Mapping[int, str]) -> str:
        device = memory.state.detail or Device()
        status = self._board.status(monitor.key)
        found = stations(device)
        return self._renderer.page(
            "device.html",
            host.page,
            live="whole",
            watched=monitor.key,
            heading=monitor.name,
            monitor=monitor,
            state=memory.state,
            status=status,
            color=status.color if status is not None else Color.CLEAR,
            device=device,
            links=links,
            rows=rows(device)[:MOST_INTERFACES],
            more_rows=max(len(device.interfaces) - MOST_INTERFACES, 0),
            stations=found[:MOST_STATIONS],
            more_stations=max(len(found) - MOST_STATIONS, 0),
            has_slots=any(one.slot for one in device.interfaces),
            port_glyph=_PORT_GLYPH,
            clean=_clean,
            changes=memory.changes,
        )


def _clean(text: str) -> str:
    """Without what would turn or break a line of the page."""
    return tidy(text, LONGEST)


def rows(device: Device) -> list[Row]:
    """The interfaces in the order of their numbers."""
    beside: dict[int, list[Neighbour]] = {}
    for neighbour in device.neighbours:
        beside.setdefault(neighbour.index, []).append(neighbour)
    ordered = sorted(device.interfaces, key=lambda one: one.index)
    return [Row(one, color_of(one), beside.get(one.index, ())) for one in ordered]


def color_of(interface: Interface) -> Color:
    """Green: up. Red: down though it is meant to be up. Clear: anything else."""
    if interface.oper == "up":
        return Color.GREEN
    meant = interface.admin == "up" and interface.oper in ("down", "lowerLayerDown")
    return Color.RED if meant else Color.CLEAR


def stations(device: Device) -> list[Station]:
    """Every MAC with its addresses: those learned behind an interface, then those that only ARP knows."""
    names = {one.index: one.name or str(one.index) for one in device.interfaces}
    addresses: dict[str, dict[str, None]] = {}
    for entry in device.arp:
        addresses.setdefault(entry.mac, {})[entry.ip] = None
    ordered = sorted(device.interfaces, key=lambda one: one.index)
    found = [Station(names[one.index], mac, by_number(addresses.get(mac, ()))) for one in ordered for mac in one.macs]
    learned = {one.mac for one in found}
    return found + _only_by_arp(device.arp, learned, names, addresses)


def _only_by_arp(
    arp: Iterable[ArpEntry], learned: set[str], names: dict[int, str], addresses: dict[str, dict[str, None]]
) -> list[Station]:
    first: dict[str, str] = {}
    for entry in sorted(arp, key=lambda one: (one.index, one.mac)):
        if entry.mac not in learned:
            first.setdefault(entry.mac, names.get(entry.index, str(entry.index)))
    return [Station(port, mac, by_number(addresses[mac])) for mac, port in first.items()]


def by_number(addresses: Iterable[str]) -> list[str]:
    """192.0.2.9 before 192.0.2.10."""
    return sorted(addresses, key=lambda one: [(part.isdecimal(), part.zfill(12)) for part in _DIGITS.findall(one)])


def speed_words(speed: float | None) -> str:
    """`10 Gbit/s`, `2.5 Gbit/s`, `100 Mbit/s`; "" for none."""
    if not speed or speed < 0:
        return ""
    return f"{speed / 1000:.4g} Gbit/s" if speed >= 1000 else f"{speed:.4g} Mbit/s"
