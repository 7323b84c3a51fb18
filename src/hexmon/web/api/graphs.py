"""Pictures of graphs by their address, and their figures as CSV and JSON."""

import asyncio
import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hexmon.graphs.draw import MOST_ROWS
from hexmon.graphs.painters import Busy, TooSlow
from hexmon.graphs.request import Asked, RequestError, read_request
from hexmon.graphs.view import CannotDraw, Export, Figure, NoGraph
from hexmon.model.inventory import Host, Inventory
from hexmon.web import words
from hexmon.web.ages import iso
from hexmon.web.api.problem import json
from hexmon.web.context import WebContext
from hexmon.web.graphs import sentence
from hexmon.web.negotiate import has_already, takes_gzip

MOST_HOSTS = 50
_STILL = "private, max-age=300"  # of a time that is over
_MOVING = "private, no-cache"
_UNCACHED = {"Cache-Control": "no-store"}
_RETRY = {"Retry-After": "5"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def hosts_of(inventory: Inventory, text: str) -> list[Host]:
    """The host of that name, or the hosts of a list with commas; empty when one is not known."""
    alone = inventory.find(text)
    if alone is not None:
        return [alone]
    found = [inventory.find(name) for name in text.split(",")[:MOST_HOSTS]]
    known = [host for host in found if host is not None]
    return known if len(known) == len(found) else []


class GraphsApi:
    """`/graph/HOST/NAME.svg`, `.png`, `.csv`, `.json`."""

    ENDINGS: ClassVar[tuple[str, ...]] = ("svg", "png", "csv", "json")

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._view = context.graphs

    async def file(self, request: Request, graph: str, ending: str) -> Response:
        """400 and 404 with a sentence, 503 when too much is being drawn."""
        hosts = hosts_of(self._context.board.inventory, request.path_params["host"])
        if not hosts:
            return _sentence(words.TEXT["no_such_host"], 404)
        try:
            asked = _read(request, self._context.clock.now())
            picture = ending in ("svg", "png")
            work = self._picture(request, hosts, graph, asked) if picture else self._table(hosts, graph, asked, ending)
            return await work
        except RequestError as error:
            return _sentence(f"{error}.", 400)
        except NoGraph:
            return _sentence(words.TEXT["no_such_graph" if self._view.kept else "graphs_off"], 404)
        except (CannotDraw, Busy, TooSlow) as error:
            return _sentence(sentence(error), 500 if type(error) is CannotDraw else 503)

    async def _picture(self, request: Request, hosts: Sequence[Host], graph: str, asked: Asked) -> Response:
        kind = "png" if request.path_params["graph"].endswith(".png") else "svg"
        image = await self._view.picture(hosts, graph, asked, kind)  # type: ignore[arg-type]
        headers = {"ETag": image.etag, "Vary": "Accept-Encoding"}
        headers["Cache-Control"] = _STILL if asked.window.end < self._context.clock.now() - 3600 else _MOVING
        if has_already(request.headers, image.etag):
            return Response(status_code=304, headers=headers)
        body = image.body
        if kind == "svg" and takes_gzip(request.headers):
            body = _packed(body)
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=image.media_type)

    async def _table(self, hosts: Sequence[Host], graph: str, asked: Asked, ending: str) -> Response:
        """Written in a thread: twenty thousand rows would hold up the loop."""
        export = await self._view.export(hosts, graph, asked)
        if ending == "csv":
            text = await asyncio.to_thread(_csv, export)
            return Response(text, headers=_UNCACHED, media_type="text/csv; charset=utf-8; header=present")
        figures = await self._view.figures(hosts, graph, asked)
        title, unit = await self._view.about(hosts, graph, asked)
        head = {"hosts": [host.name for host in hosts], "graph": graph, "title": title, "unit": unit}
        return await asyncio.to_thread(_json, head | {"percentile": asked.percentile}, export, figures)


def _json(head: Mapping[str, Any], export: Export, figures: Sequence[Figure]) -> Response:
    series = [
        {
            "name": name,
            "current": one.current,
            "average": one.average,
            "min": one.least,
            "max": one.greatest,
            "percentile": one.percentile,
        }
        for name, one in zip(export.names, figures, strict=True)
    ]
    times = {
        "start": iso(export.start),
        "end": iso(export.start + export.step * len(export.rows)),
        "step": export.step,
    }
    rows = [[moment, *row] for moment, row in _timed(export)]
    return json({**head, **times, "series": series, "columns": ["time", *export.names], "rows": rows})


def _read(request: Request, now: float) -> Asked:
    asked = read_request(request.query_params, now)
    if asked.step and asked.window.length // asked.step > MOST_ROWS:
        raise RequestError(f"that is more than {MOST_ROWS} rows: ask for a shorter time or a greater step")
    return asked


def _timed(export: Export) -> list[tuple[str, tuple[float | None, ...]]]:
    """Each row with the end of its step, as rrdtool has it."""
    return [(iso(export.start + export.step * number), row) for number, row in enumerate(export.rows, 1)]


def _csv(export: Export) -> str:
    """RFC 4180; what is unknown is empty. No spreadsheet shall take a name for a formula."""
    names = [f"'{name}" if name.startswith(_FORMULA) else name for name in export.names]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["time", *names])
    writer.writerows(
        [moment, *("" if value is None else repr(value) for value in row)] for moment, row in _timed(export)
    )
    return text.getvalue()


@lru_cache(maxsize=64)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 5, mtime=0)


def _sentence(text: str, status: int) -> Response:
    headers: Mapping[str, str] = _UNCACHED | (_RETRY if status == 503 else {})
    return PlainTextResponse(f"{text}\n", status, headers)
