"""Graphs on pages: pictures for every theme and width, their legend with figures, and the links of both."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import msgspec

from hexmon.graphs.catalog import Shown
from hexmon.graphs.painters import Busy, TooSlow
from hexmon.graphs.request import Asked, Window
from hexmon.graphs.view import CannotDraw, Figure, GraphView, NoGraph, NoLibrary
from hexmon.judge.device_changes import tidy
from hexmon.model.device import Device
from hexmon.model.inventory import Host
from hexmon.web import words

MOST_ON_A_PAGE = 200
THEMES = ("light", "dark")
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"))
_SMALLEST = 1e-9


class Row(msgspec.Struct, frozen=True):
    """A line of a legend, ready to be written. `color` is a CSS colour that suits both grounds."""

    label: str
    color: str
    figures: tuple[str, ...]


class OnPage(msgspec.Struct, frozen=True, kw_only=True):
    """A picture on a page: `sources` are (theme, narrow, address), `address` the one without a choice.

    `error` is a sentence instead of it. `live`: it is to be drawn again every minute.
    """

    title: str
    unit: str = ""
    href: str = ""
    address: str = ""
    sources: tuple[tuple[str, bool, str], ...] = ()
    width: int = 0
    height: int = 0
    rows: tuple[Row, ...] = ()
    error: str = ""
    live: bool = False


def path_of(hosts: Sequence[Host], graph: str, ending: str = "") -> str:
    """`/graph/HOST/NAME.svg`."""
    return f"/graph/{quote(','.join(host.name for host in hosts), safe='')}/{quote(graph, safe='')}{ending}"


def of_interfaces(host: Host, indexes: Sequence[int], device: Device | None) -> list[tuple[str, str]]:
    """The name of each interface, which is data of the device, and the path of its graph."""
    names = {one.index: tidy(one.name) for one in device.interfaces} if device is not None else {}
    return [(names.get(index) or f"ifIndex {index}", path_of_interface(host, index)) for index in indexes]


def path_of_interface(host: Host, index: int) -> str:
    """`/graph/HOST/interface-3`."""
    return path_of([host], f"interface-{index}")


def query_of(window: Window, shown: Shown | None = None, **more: str) -> str:
    """`?range=48h&first=1&count=5`; what is empty is left out."""
    pairs: dict[str, str] = {"range": window.range} if window.range else moments(window)
    if shown is not None and shown.count:
        pairs |= {"first": str(shown.first), "count": str(shown.count)}
    pairs |= {name: value for name, value in more.items() if value}
    return f"?{urlencode(pairs)}"


def moments(window: Window) -> dict[str, str]:
    """The words for a window that stands still."""
    return {"start": str(window.start), "end": str(window.end)}


def on_page(
    hosts: Sequence[Host], shown: Shown, window: Window, sizes: tuple[str, str], size: tuple[int, int]
) -> OnPage:
    """Without its figures; `sizes` are those of wide and of narrow screens, `size` the pixels of the first."""
    picture = path_of(hosts, shown.graph, ".svg")

    def address(theme: str, size: str) -> str:
        return picture + query_of(window, shown, size=size, theme="" if theme == "light" else theme)

    wide, narrow = sizes
    return OnPage(
        title=shown.title,
        href=path_of(hosts, shown.graph) + query_of(window, shown),
        address=address("light", wide),
        sources=tuple(
            (theme, small, address(theme, narrow if small else wide)) for small in (True, False) for theme in THEMES
        ),
        width=size[0],
        height=size[1],
        live=bool(window.range),
    )


async def with_figures(view: GraphView, hosts: Sequence[Host], shown: Shown, asked: Asked, page: OnPage) -> OnPage:
    """The same with its legend, or with what is wrong."""
    asked = msgspec.structs.replace(asked, first=shown.first, count=shown.count)
    try:
        title, unit = await view.about(hosts, shown.graph, asked)
        rows = rows_of(await view.figures(hosts, shown.graph, asked), unit)
    except (NoGraph, CannotDraw, Busy, TooSlow) as error:
        return msgspec.structs.replace(page, error=sentence(error))
    return msgspec.structs.replace(page, title=title, unit=unit, rows=rows)


async def several(
    view: GraphView, host: Host, pictures: Sequence[Shown], asked: Asked, size: tuple[int, int]
) -> list[OnPage]:
    """All pictures of a page."""
    pictures = pictures[:MOST_ON_A_PAGE]
    pages = [on_page([host], shown, asked.window, ("wide", "narrow"), size) for shown in pictures]
    work = (with_figures(view, [host], shown, asked, page) for shown, page in zip(pictures, pages, strict=True))
    return list(await asyncio.gather(*work))


def sentence(error: Exception) -> str:
    """What is told of a picture that is not there."""
    if isinstance(error, NoLibrary):
        return words.TEXT["no_library"]
    if isinstance(error, CannotDraw):
        return f"{words.TEXT['cannot_draw']} {error}"
    said: Mapping[type[Exception], str] = {NoGraph: "no_such_graph", Busy: "busy_drawing", TooSlow: "slow_drawing"}
    return words.TEXT[said[type(error)]]


def rows_of(figures: Sequence[Figure], unit: str) -> tuple[Row, ...]:
    """Lines without any figure are left out, if there are others."""
    rows = [
        Row(
            one.label,
            one.colors[0] if one.colors[0] == one.colors[1] else f"light-dark({one.colors[0]}, {one.colors[1]})",
            _figures(one, "" if one.right else unit),
        )
        for one in figures
    ]
    known = [row for row in rows if any(row.figures)]
    return tuple(known or rows)


def _figures(one: Figure, unit: str) -> tuple[str, ...]:
    values = (one.current, one.average, one.least, one.greatest, one.percentile)
    return tuple(figure(value, unit) for value in values)


def figure(value: float | None, unit: str = "") -> str:
    """`12.3 k`, `840`, `0.25`; seconds also `1.25 m`: three or four digits; "" for nothing."""
    if value is None or not math.isfinite(value):
        return ""
    size = abs(value)
    if size < _SMALLEST:
        return "0"
    # What would be rounded to 1000 belongs to the next prefix.
    factor, prefix = next((one for one in _PREFIXES if size >= one[0] * 0.9995), _PREFIXES[-1])
    if factor < 1.0 and "second" not in unit.lower().replace("per second", ""):
        return f"{value:.3g}"
    scaled = value / factor
    digits = 0 if abs(scaled) >= 99.95 else 1 if abs(scaled) >= 9.995 else 2
    text = f"{scaled:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {prefix}".rstrip()
