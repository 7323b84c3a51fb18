"""What pages and programs ask of graphs, and what they are given."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hexmon.graphs.catalog import Shown
from hexmon.graphs.draw import PictureFormat
from hexmon.graphs.request import Asked
from hexmon.model.inventory import Host


class NoGraph(Exception):  # noqa: N818 - the name says what is so
    """There is no such graph of that host, or no file for it."""


class CannotDraw(Exception):  # noqa: N818
    """librrd refuses; the text is its sentence."""


class NoLibrary(CannotDraw):
    """librrd is not installed."""


class Image(msgspec.Struct, frozen=True):
    """A picture. `area` is that of the curves: left, top, width, height as parts (0 to 1) of the picture."""

    body: bytes
    media_type: str
    etag: str
    area: tuple[float, float, float, float]


class Figure(msgspec.Struct, frozen=True):
    """A line of the legend: its colour on light and on dark ground, and figures, None where nothing is known.

    `right`: it is measured by the right axis.
    """

    label: str
    colors: tuple[str, str]
    current: float | None
    average: float | None
    least: float | None
    greatest: float | None
    percentile: float | None
    right: bool = False


class Export(msgspec.Struct, frozen=True):
    """Figures over time: row i is the average of the `step` seconds that end at `start + (i + 1) * step`."""

    start: int
    step: int
    names: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]


class GraphView(Protocol):
    """What pages ask."""

    @property
    def kept(self) -> bool: ...

    async def of_host(self, host: Host) -> list[Shown]: ...

    async def of_test(self, host: Host, test: str) -> list[Shown]: ...

    async def interfaces(self, host: Host) -> list[int]: ...

    async def picture(self, hosts: Sequence[Host], graph: str, asked: Asked, kind: PictureFormat) -> Image: ...

    async def figures(self, hosts: Sequence[Host], graph: str, asked: Asked) -> list[Figure]: ...

    async def export(self, hosts: Sequence[Host], graph: str, asked: Asked) -> Export: ...

    async def about(self, hosts: Sequence[Host], graph: str, asked: Asked) -> tuple[str, str]: ...


class NoGraphs:
    """A monitor that keeps no figures."""

    kept = False

    def close(self) -> None:
        """There is nothing to end."""

    async def of_host(self, host: Host) -> list[Shown]:  # noqa: ARG002
        return []

    async def of_test(self, host: Host, test: str) -> list[Shown]:  # noqa: ARG002
        return []

    async def interfaces(self, host: Host) -> list[int]:  # noqa: ARG002
        return []

    async def picture(self, hosts: Sequence[Host], graph: str, asked: Asked, kind: PictureFormat) -> Image:  # noqa: ARG002
        raise NoGraph(graph)

    async def figures(self, hosts: Sequence[Host], graph: str, asked: Asked) -> list[Figure]:  # noqa: ARG002
        raise NoGraph(graph)

    async def export(self, hosts: Sequence[Host], graph: str, asked: Asked) -> Export:  # noqa: ARG002
        raise NoGraph(graph)

    async def about(self, hosts: Sequence[Host], graph: str, asked: Asked) -> tuple[str, str]:  # noqa: ARG002
        raise NoGraph(graph)
