"""What a host's agents said: last, and at the moments of which it was kept."""

import asyncio
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hexmon.model.inventory import Host
from hexmon.web import words
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer
from hexmon.web.sections import show

MOST_MOMENTS = 500
BEFORE = 3600.0  # seconds that client data may be older than what it belongs to
_MOMENT = re.compile(r"[1-9][0-9]{0,11}\Z", re.ASCII)


class ClientDataPages:
    """`/clientlog/HOST`, `/hostdata/HOST`, `/hostdata/HOST/EPOCH`, each with `?section=NAME` and `?raw`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._board = renderer.context.board
        self._kept = renderer.context.host_data

    async def last(self, request: Request) -> Response:
        """What its agents sent last, section by section; `?raw` as it came."""
        host = self._host(request)
        if host is None:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        messages = self._board.clients(host.name)
        if "raw" in request.query_params and messages:
            return PlainTextResponse(messages[0].message, headers={"Cache-Control": "no-cache"})
        chosen = request.query_params.getlist("section")
        shown = [(message, await asyncio.to_thread(show, message.message, chosen)) for message in messages]
        html = self._renderer.page(
            "clientlog.html",
            host.page,
            heading=host.display_name or host.name,
            host=host,
            messages=[(message, part) for message, part in shown if part.found],
            any=bool(messages),
            chosen=chosen,
            kept=bool(await self.moments(host.name)),
        )
        return self._renderer.answer(request, Drawn(html))

    async def index(self, request: Request) -> Response:
        """The moments of which something was kept, the newest first."""
        host = self._host(request)
        if host is None:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        moments = await self.moments(host.name)
        html = self._renderer.page(
            "hostdata_list.html",
            host.page,
            heading=host.display_name or host.name,
            host=host,
            moments=moments[:MOST_MOMENTS],
            more=max(len(moments) - MOST_MOMENTS, 0),
        )
        return self._renderer.answer(request, Drawn(html))

    async def kept(self, request: Request) -> Response:
        """What was kept of one moment."""
        host = self._host(request)
        if host is None:
            return missing(self._renderer, request, words.TEXT["no_such_host"])
        moment = request.path_params["moment"]
        text = await self._read(host.name, int(moment)) if _MOMENT.match(moment) else None
        if text is None:
            return missing(self._renderer, request, words.TEXT["not_kept"], host)
        if "raw" in request.query_params:
            return PlainTextResponse(text, headers={"Cache-Control": "no-cache"})
        chosen = request.query_params.getlist("section")
        moments = await self.moments(host.name)
        html = self._renderer.page(
            "hostdata.html",
            host.page,
            heading=host.display_name or host.name,
            host=host,
            at=int(moment),
            part=await asyncio.to_thread(show, text.removeprefix(b"\n"), chosen),
            chosen=chosen,
            newer=min((one for one in moments if one > int(moment)), default=0),
            older=max((one for one in moments if one < int(moment)), default=0),
        )
        return self._renderer.answer(request, Drawn(html))

    async def moments(self, host: str) -> Sequence[int]:
        """Of which something was kept, the newest first; none when the disk cannot be read."""
        try:
            return await asyncio.to_thread(self._kept.moments, host)
        except (OSError, ValueError):
            return ()

    async def moment_of(self, host: str, at: float) -> int:
        """The moment of the client data that was at hand then; 0 when it was not kept."""
        known = await self.moments(host)
        return next((moment for moment in known if moment <= at and at - moment <= BEFORE), 0)

    async def _read(self, host: str, moment: int) -> bytes | None:
        try:
            return await asyncio.to_thread(self._kept.read, host, moment)
        except (OSError, ValueError):
            return None

    def _host(self, request: Request) -> Host | None:
        return self._board.inventory.find(request.path_params["host"])
