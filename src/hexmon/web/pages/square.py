"""One square: what was said, since when, and how it came to be so; and its history."""

import math
import re
from collections.abc import Sequence

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hexmon.alerts.store import LogQuery
from hexmon.graphs.request import SIZES, read_request
from hexmon.history.store import Change
from hexmon.history.timeline import Period, periods, shares
from hexmon.model.color import WORDS
from hexmon.model.incident import Incident
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.status import UNTIL_OK, Status
from hexmon.model.text import readable
from hexmon.web import words
from hexmon.web.ages import age, moment_tag
from hexmon.web.alerting import next_due
from hexmon.web.bar import draw, percent
from hexmon.web.folding import fold
from hexmon.web.graphs import OnPage, several
from hexmon.web.pages.client_data import ClientDataPages
from hexmon.web.pages.host import HostPage
from hexmon.web.pages.missing import missing
from hexmon.web.propagation import is_acknowledged
from hexmon.web.render import Drawn, Renderer
from hexmon.web.text import line_of, to_html

LATEST = 10
MOST_CHANGES = 500
_NUMBERED = re.compile(r"(.+)/(\d{1,18})\Z")


class Square:
    """`/status/HOST/TEST`, `/history/HOST/TEST`, `/history/HOST/TEST/ID`, `/-/peek/HOST/TEST`."""

    def __init__(self, renderer: Renderer, host_page: HostPage, clients: ClientDataPages) -> None:
        self._renderer = renderer
        self._clients = clients
        self._host_page = host_page
        self._board = renderer.context.board
        self._history = renderer.context.history
        self._alerts = renderer.context.alerts

    def _host(self, name: str) -> Host | None:
        return self._board.inventory.find(name)

    def _key(self, request: Request, test: str) -> StatusKey:
        name = request.path_params["host"]
        host = self._host(name)
        return StatusKey(host.name if host is not None else name, test)

    async def serve(self, request: Request) -> Response:
        """The status now; `?raw` gives the text as it came."""
        await self._renderer.live.catch_up()
        key = self._key(request, request.path_params["test"])
        status = self._board.status(key)
        if status is None:
            return self._host_page.column(request, key) or self._missing(request, key)
        if "raw" in request.query_params:
            return PlainTextResponse(status.text, headers={"Cache-Control": "no-cache"})
        now = self._renderer.now()
        changes = await self._history.changes(key, now - words.RANGES["1d"], now, MOST_CHANGES)
        incidents = await self._alerts.incidents(LogQuery(host=key.host, test=key.test, limit=1), open_only=True)
        graphs = await self._graphs(key)
        return self._renderer.answer(request, self._draw(status, changes, next(iter(incidents), None), graphs))

    async def _graphs(self, key: StatusKey) -> list[OnPage]:
        """Those of this square, of the last two days."""
        host, view = self._host(key.host), self._renderer.context.graphs
        if host is None or not host.display.graphs:
            return []
        asked = read_request({}, self._renderer.now())
        return await several(view, host, await view.of_test(host, key.test), asked, SIZES["wide"])

    def _draw(
        self, status: Status, changes: Sequence[Change], incident: Incident | None, graphs: Sequence[OnPage]
    ) -> Drawn:
        key, now = status.key, self._renderer.now()
        text, cut = to_html(status.text)
        since = now - words.RANGES["1d"]
        html = self._renderer.page(
            "status.html",
            self._page_of(key.host),
            heading=f"{key.host} {key.test}",
            live="whole",
            watched=key,
            key=key,
            host=self._host(key.host),
            status=status,
            text=Markup(text),  # noqa: S704 - sanitised
            cut=cut,
            acknowledged=is_acknowledged(status, now),
            ack_infos=[info for info in status.ack_infos if info.valid_until > now],
            until=_until,
            said=readable,
            graphs=graphs,
            bar=draw(key, _with_now(periods(changes, since, now), status, since, now), since, now),
            changes=changes[:LATEST],
            clients=bool(self._board.clients(key.host)),
            device=self._is_device(key),
            wire=f"{host_to_wire(key.host)}.{key.test}",
            incident=incident,
            next_due=next_due(incident, now) if incident is not None else math.inf,
            now=now,
        )
        return Drawn(html)

    def _is_device(self, key: StatusKey) -> bool:
        memory = self._renderer.context.monitors.memory(key)
        return memory is not None and memory.state.detail is not None

    def _missing(self, request: Request, key: StatusKey) -> Response:
        host = self._host(key.host)
        message = words.TEXT["no_such_host" if host is None else "not_reported"]
        return missing(self._renderer, request, message, host)

    def _page_of(self, name: str) -> str:
        host = self._host(name)
        return host.page if host is not None else ""

    async def history(self, request: Request) -> Response:
        """The bar and the list of changes; with a number behind it, one change with its text."""
        rest = request.path_params["rest"]
        key = self._key(request, rest)
        numbered = _NUMBERED.match(rest)
        if numbered is not None and self._board.status(key) is None:
            change = await self._history.change(int(numbered[2]))
            if change is not None and change.key == self._key(request, numbered[1]):
                moment = await self._clients.moment_of(change.key.host, change.at)
                return self._renderer.answer(request, self._draw_change(change, moment))
            return self._missing(request, key)
        chosen = request.query_params.get("range", "1d")
        chosen = chosen if chosen in words.RANGES else "1d"
        now = self._renderer.now()
        since = now - words.RANGES[chosen]
        changes = await self._history.changes(key, since, now, MOST_CHANGES)
        status = self._board.status(key)
        if status is None and not changes:
            return self._missing(request, key)
        stretches = _with_now(periods(changes, since, now), status, since, now)
        html = self._renderer.page(
            "history.html",
            self._page_of(key.host),
            heading=f"{key.host} {key.test}",
            key=key,
            chosen=chosen,
            ranges=words.RANGES,
            bar=draw(key, stretches, since, now),
            shares=[(share.color, percent(share.percent)) for share in shares(stretches)],
            changes=changes,
            lasted=_lasted(changes, now),
            start=since,
            end=now,
        )
        return self._renderer.answer(request, Drawn(html))

    def _draw_change(self, change: Change, moment: int) -> Drawn:
        text, cut = to_html(change.text)
        html = self._renderer.page(
            "change.html",
            self._page_of(change.key.host),
            heading=f"{change.key.host} {change.key.test}",
            key=change.key,
            change=change,
            host=self._host(change.key.host),
            client_moment=moment,
            text=Markup(text),  # noqa: S704 - sanitised
            cut=cut,
            said=readable,
        )
        return Drawn(html)

    def _folded(self, key: StatusKey) -> Status | None:
        host = self._host(key.host)
        return fold(host, self._board.squares(key.host), self._renderer.now()).get(key.test) if host else None

    async def peek(self, request: Request) -> Response:
        """The first line of a square for the card that hovers over it: plain text, three lines."""
        key = self._key(request, request.path_params["test"])
        status = self._board.status(key) or self._folded(key)
        if status is None:
            return PlainTextResponse("", 404)
        head = f"{status.key.test} {words.COLOR[status.color]}"
        text = f"{WORDS[status.color]}\n{status.since:.0f} {status.updated:.0f}\n{head}\n{line_of(status)}"
        return PlainTextResponse(text, headers={"Cache-Control": "no-store"})


def _with_now(stretches: Sequence[Period], status: Status | None, since: float, now: float) -> Sequence[Period]:
    """What the board shows, for squares whose last change is older than the history."""
    if stretches or status is None or status.since >= now:
        return stretches
    return [Period(max(status.since, since), now, status.color)]


def _until(moment: float) -> Markup | str:
    if moment == UNTIL_OK:
        return words.TEXT["until_ok"]
    return words.TEXT["for_ever"] if moment == math.inf else moment_tag(moment)


def _lasted(changes: Sequence[Change], now: float) -> list[str]:
    """How long the colour of each change lasted, newest first."""
    ends = [now, *(change.at for change in changes)]
    return [age(end - change.at)[0] for change, end in zip(changes, ends, strict=False)]
