"""The pages that lead to the charts of MRTG: one for each site, one for each device, one for all sites. Pure text.

They need nothing but themselves: no script from elsewhere, no font, no style sheet. What came from devices or files is
escaped. Colours are in classes, so that a policy that forbids styles in elements does no harm.
"""

import html
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec

from hexmon import __version__
from hexmon.graphs.mrtg import disk_use, one_line, safe_name
from hexmon.graphs.mrtg_charts import Chart, charts_of, is_device
from hexmon.model.ages import age
from hexmon.model.device import Device, Interface
from hexmon.model.site import Monitor, Site
from hexmon.model.site_state import MonitorState
from hexmon.probes.http_options import without_userinfo

REFRESH = 95  # seconds
_GBIT = 1000
_CELLS = 4  # of a `port` or `host`; two of them share a row
_GRID = ("ports",)  # types that have a row of their own

_STYLE = """
:root { color-scheme: light dark; --page: #ececec; --card: #fff; --text: #222; --soft: #666; --line: #ddd;
  --link: #2f5597; --bad: #cc0000; --bad-card: #ffe8e8; --good: #1b7a2f; }
@media (prefers-color-scheme: dark) { :root { --page: #17191c; --card: #23262b; --text: #e4e4e4; --soft: #a2a2a2;
  --line: #3a3f46; --link: #8ab4f8; --bad: #ff7b72; --bad-card: #47211f; --good: #6fcf7f; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--text); font: 15px/1.4 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; } h2 { margin: 1rem 0 .4rem; font-size: 1.15rem; }
#clock { font-size: 2rem; font-variant-numeric: tabular-nums; }
.grid { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .5rem; margin-bottom: .5rem; }
.grid.half { grid-template-columns: repeat(4, minmax(0, 1fr)); }
.label { grid-column: 1 / -1; } .grid .label.quarter { grid-column: span 4; }
.card, .label { background: var(--card); border-radius: 8px; padding: .5rem; overflow: hidden; }
.label { font-weight: 600; padding: .25rem .5rem; }
.card img { width: 100%; height: auto; display: block; }
.card .name { font-weight: 600; overflow-wrap: anywhere; }
.card .address { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.down { background: var(--bad-card); }
.bad { color: var(--bad); font-weight: 700; } .good { color: var(--good); } .soft { color: var(--soft); }
table { border-collapse: collapse; background: var(--card); border-radius: 8px; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.badge { font-size: .75rem; border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; color: var(--soft); }
footer { color: var(--soft); font-size: .85rem; margin-top: 1rem; }
@media (max-width: 1399px) { .grid { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
@media (max-width: 767px) { .grid, .grid.half { grid-template-columns: minmax(0, 1fr); }
  .grid .label.quarter { grid-column: 1 / -1; } }
"""
_CLOCK = """
<script>
function tick() { document.getElementById("clock").textContent = new Date().toLocaleTimeString(); }
tick(); setInterval(tick, 1000);
</script>
"""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """When a page is made, and where the charts are: the CGI program, with the site's folder where it wants one."""

    now: float
    made: datetime  # the same moment as people read it
    charts: str = "/mrtg-rrd/"


def index_page(site: Site, states: Mapping[str, MonitorState], place: Place) -> str:
    """The page of a site: its network, its services, and in the footer what is not shown."""
    shown = [monitor for monitor in site.monitors if monitor.display]
    devices = [monitor for monitor in shown if is_device(monitor.type)]
    services = [monitor for monitor in shown if not is_device(monitor.type)]
    page = _Index(site, states, place)
    name = html.escape(one_line(site.name))
    down = sum(1 for monitor in site.monitors if page.is_down(monitor))
    parts = [
        _head(name, extra=f'<meta name="hexmon-down" content="{down}">\n'),
        f'<header><h1>{name}</h1><div id="clock" aria-label="local time"></div></header>\n',
    ]
    if devices:
        parts += ["<h2>L2/L3 Network Monitoring</h2>\n", *page.devices(devices)]
    if services:
        parts += ["<h2>L4 Availability Monitoring</h2>\n", *page.services(services)]
    if not shown:
        parts.append("<p>No monitors configured.</p>\n")
    return "".join([*parts, page.footer(), _CLOCK, "</body>\n</html>\n"])


class _Index:
    """The parts of a site's page."""

    def __init__(self, site: Site, states: Mapping[str, MonitorState], place: Place) -> None:
        self._site = site
        self._states = states
        self._place = place

    def is_down(self, monitor: Monitor) -> bool:
        return not self._state(monitor).is_up

    def _state(self, monitor: Monitor) -> MonitorState:
        return self._states.get(monitor.name, MonitorState())

    def _age(self, monitor: Monitor) -> str:
        began = self._state(monitor).last_alarm_started
        return age(self._place.now - began) if began else "unknown"

    def devices(self, monitors: Sequence[Monitor]) -> Iterator[str]:
        """A `ports` monitor has a row of eight; those between them share rows."""
        for alone, group in itertools.groupby(monitors, lambda monitor: monitor.type in _GRID):
            members = list(group)
            if alone:
                for monitor in members:
                    yield from self._grid([monitor], "grid", "label")
            elif len(members) == 1:
                yield from self._grid(members, "grid half", "label")
            else:
                for first in range(0, len(members), 2):
                    yield from self._grid(members[first : first + 2], "grid", "label quarter")

    def _grid(self, monitors: Sequence[Monitor], grid: str, label: str) -> Iterator[str]:
        yield f'<div class="{grid}">\n'
        for monitor in monitors:
            yield self._label(monitor, label)
        for monitor in monitors:
            for chart in charts_of(monitor.type):
                yield self._cell(monitor, chart)
        yield "</div>\n"

    def _label(self, monitor: Monitor, kind: str) -> str:
        title = html.escape(one_line(f"{monitor.type}: {monitor.name}"))
        link = quote(detail_name(self._site, monitor))
        down = f' <span class="bad">Down {self._age(monitor)}</span>' if self.is_down(monitor) else ""
        return f'<div class="{kind}{self._shade(monitor)}"><a href="{link}">{title}</a>{down}</div>\n'

    def _cell(self, monitor: Monitor, chart: Chart) -> str:
        heading = html.escape(chart.heading(monitor.type))
        if chart.disk:
            heading = f"{heading} &mdash; {disk_use(self._state(monitor))}"
        graph = self._graph(monitor, chart)
        return f'<div class="card{self._shade(monitor)}"><div class="name">{heading}</div>{graph}</div>\n'

    def services(self, monitors: Iterable[Monitor]) -> Iterator[str]:
        yield '<div class="grid">\n'
        for monitor in monitors:
            (chart,) = charts_of(monitor.type)
            name, address = (html.escape(one_line(text)) for text in (monitor.name, without_userinfo(monitor.address)))
            down = f'<div class="bad">Down {self._age(monitor)}</div>' if self.is_down(monitor) else ""
            yield (
                f'<div class="card{self._shade(monitor)}"><div class="name">{name}</div>{down}'
                f'{self._graph(monitor, chart)}<div class="address">{address}</div></div>\n'
            )
        yield "</div>\n"

    def _shade(self, monitor: Monitor) -> str:
        return " down" if self.is_down(monitor) else ""

    def _graph(self, monitor: Monitor, chart: Chart) -> str:
        """The moment in the address keeps browsers from showing the picture of an earlier run."""
        target = f"{self._place.charts}{quote(safe_name(self._site, monitor))}{chart.suffix}"
        what = html.escape(one_line(f"{monitor.name}: {chart.heading(monitor.type)}, last day"))
        picture = f'<img src="{target}-day.png?{int(self._place.now)}" alt="{what}" width="497" height="168">'
        return f'<a href="{target}.html">{picture}</a>'

    def footer(self) -> str:
        hidden = [monitor for monitor in self._site.monitors if not monitor.display]
        names = ", ".join(map(self._hidden, hidden))
        listed = f"<footer>Not displayed: {names}</footer>\n" if hidden else ""
        return f"{listed}{_made(self._place)}"

    def _hidden(self, monitor: Monitor) -> str:
        name = html.escape(one_line(monitor.name))
        return f'<span class="bad">{name} (down {self._age(monitor)})</span>' if self.is_down(monitor) else name


def detail_name(site: Site, monitor: Monitor) -> str:
    """The file of a device's page."""
    return f"{monitor.type}-{safe_name(site, monitor)}-detail.html"


def detail_page(site: Site, monitor: Monitor, state: MonitorState, place: Place) -> str | None:
    """The page of a device; None as long as no poll has told anything."""
    device = state.detail
    if device is None:
        return None
    title = html.escape(one_line(f"{monitor.type}: {monitor.name}"))
    down = age(place.now - state.last_alarm_started)
    facts = {
        "System name": device.name,
        "Location": device.location,
        "Contact": device.contact,
        "Address": without_userinfo(monitor.address),
    }
    return "".join(
        (
            _head(title),
            f'<p><a href="index.html">&larr; {html.escape(one_line(site.name))}</a></p>\n<h1>{title}</h1>\n',
            "" if state.is_up else f'<p class="bad">Down {down}</p>\n',
            "<table>\n",
            *(f"<tr><th>{name}</th><td>{_cell(value)}</td></tr>\n" for name, value in facts.items()),
            "</table>\n",
            *_interfaces(device),
            *_addresses(device),
            _made(place),
            "</body>\n</html>\n",
        )
    )


_COLUMNS = ("ifIndex", "Slot", "Name", "Alias", "Speed", "Oper", "Admin", "Neighbour", "Neighbour port")
_CLASSES = {"up": "good", "down": "bad"}


def _interfaces(device: Device) -> Iterator[str]:
    if not device.interfaces:
        return
    yield "<h2>Interfaces</h2>\n" + _table_head(_COLUMNS)
    for one in device.interfaces:
        near = next((near for near in device.neighbours if near.index == one.index), None)
        badge = f' <span class="badge">{_cell(near.protocol)}</span>' if near is not None else ""
        cells = [
            *(_cell(value) for value in (str(one.index), one.slot, one.name, one.alias, _speed(one))),
            f'<span class="{_CLASSES.get(one.oper, "soft")}">{_cell(one.oper)}</span>',
            _cell(one.admin),
            f"{_cell(near.host)}{badge}" if near is not None else "",
            _cell(near.port) if near is not None else "",
        ]
        yield f"<tr><td>{'</td><td>'.join(cells)}</td></tr>\n"
    yield "</table>\n"


def _speed(one: Interface) -> str:
    if not one.speed:
        return ""
    whole = one.speed >= _GBIT and one.speed % _GBIT == 0
    return f"{one.speed / _GBIT:.0f} Gbps" if whole else f"{one.speed:g} Mbps"


def _addresses(device: Device) -> Iterator[str]:
    """Who is behind which interface; the first address of a MAC."""
    names = {one.index: one.name for one in device.interfaces}
    known: dict[str, tuple[int, str]] = {}
    for entry in device.arp:
        known.setdefault(entry.mac, (entry.index, entry.ip))
    for one in device.interfaces:
        for mac in one.macs:
            known[mac] = (one.index, known.get(mac, (0, ""))[1])
    if not known:
        return
    yield "<h2>Addresses</h2>\n" + _table_head(("Port", "MAC", "IP"))
    for mac, (index, ip) in sorted(known.items(), key=lambda row: (row[1][0], row[0])):
        cells = (_cell(names.get(index, str(index))), _cell(mac), _cell(ip))
        yield f"<tr><td>{'</td><td>'.join(cells)}</td></tr>\n"
    yield "</table>\n"


def landing_page(sites: Iterable[tuple[str, str, int]], place: Place) -> str:
    """The page of all sites: of each its folder, its name, and how many of its monitors were down."""
    rows = [_site_row(*one) for one in sites]
    body = "".join(rows) or "<p>No sites yet.</p>\n"
    return f"{_head('Sites')}<h1>Sites</h1>\n{body}{_made(place)}</body>\n</html>\n"


def _site_row(folder: str, name: str, down: int) -> str:
    shade, count = (" down", f' <span class="bad">{down} down</span>') if down else ("", "")
    return f'<p class="label{shade}"><a href="{quote(folder)}/index.html">{_cell(name)}</a>{count}</p>\n'


def _head(title: str, extra: str = "") -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8">\n'
        f'<meta http-equiv="refresh" content="{REFRESH}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{extra}<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )


def _table_head(columns: Iterable[str]) -> str:
    return f"<table>\n<tr><th>{'</th><th>'.join(columns)}</th></tr>\n"


def _cell(text: str) -> str:
    return html.escape(one_line(text))


def _made(place: Place) -> str:
    return f"<footer>hexmon {__version__}, {place.made:%Y-%m-%d %H:%M:%S %z}</footer>\n"
