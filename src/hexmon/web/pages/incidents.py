"""Incidents: what lasts, who was told and who works on it; what is over; the time line of one."""

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hexmon.alerts.store import LogQuery
from hexmon.history.store import Change
from hexmon.model.incident import Delivery, Incident
from hexmon.model.names import StatusKey
from hexmon.web import words
from hexmon.web.alerting import Event, acknowledged, by_urgency, next_due
from hexmon.web.log_query import link, read_incidents
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer

PER_PAGE = 100
MOST_OPEN = 500
MOST_EVENTS = 1000
ROUNDS = 5  # of reading until a page of those that ended is full: the open ones are among them
PATH = "/incidents"


class Family(msgspec.Struct, frozen=True):
    """An open incident, and those that would not be without it."""

    incident: Incident
    explains: tuple[Incident, ...] = ()


class IncidentsPage:
    """`/incidents?host=&test=&since=&before=` and `/incidents/ID`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._context = renderer.context

    async def serve(self, request: Request) -> Response:
        """The open ones, the worst first, then those that ended."""
        await self._renderer.live.catch_up()
        now = self._renderer.now()
        given = dict(request.query_params)
        query = read_incidents(given, now).query
        host = self._context.board.inventory.find(query.host)
        if host is not None:
            query = msgspec.structs.replace(query, host=host.name)
        lasting: Sequence[Incident] = ()
        if not query.before_incident:
            wanted = LogQuery(host=query.host, test=query.test, limit=MOST_OPEN)
            lasting = await self._context.alerts.incidents(wanted, open_only=True)
        ended, more = await self._ended(query)
        newest, older = link(PATH, given), link(PATH, given, before=ended[-1].id) if ended else ""
        html = self._renderer.page(
            "incidents.html",
            heading=words.TEXT["incidents"],
            live="whole",
            query=query,
            since=given.get("since", ""),
            ranges=words.RANGES,
            families=families(lasting, now),
            lasting=len(lasting),
            ended=ended,
            older=older if more else "",
            newest=newest if query.before_incident else "",
            acknowledged=lambda incident: acknowledged(incident, now),
            next_due=lambda incident: next_due(incident, now),
            now=now,
        )
        return self._renderer.answer(request, Drawn(html))

    async def _ended(self, query: LogQuery) -> tuple[list[Incident], bool]:
        """A page of incidents that are over, and whether there are more."""
        found: list[Incident] = []
        query = msgspec.structs.replace(query, limit=2 * PER_PAGE)
        more = True
        for _ in range(ROUNDS):
            some = await self._context.alerts.incidents(query)
            found += [one for one in some if not one.open]
            more = len(some) == query.limit
            if len(found) > PER_PAGE or not more:
                break
            query = msgspec.structs.replace(query, before_incident=some[-1].id)
        return found[:PER_PAGE], more or len(found) > PER_PAGE

    async def one(self, request: Request) -> Response:
        """What happened in one incident, from its beginning on."""
        await self._renderer.live.catch_up()
        alerts = self._context.alerts
        incident = await alerts.incident(request.path_params["id"])
        if incident is None:
            return missing(self._renderer, request, words.TEXT["no_such_incident"])
        now = self._renderer.now()
        end = incident.ended or now
        sent, changes, lasting = await asyncio.gather(
            alerts.notifications(LogQuery(incident=incident.id, limit=MOST_EVENTS)),
            self._context.history.changes(incident.key, incident.started, end, MOST_EVENTS),
            alerts.incidents(LogQuery(limit=MOST_OPEN), open_only=True),
        )
        html = self._renderer.page(
            "incident.html",
            self._page_of(incident.key),
            heading=f"{incident.key.host} {incident.key.test}",
            live="whole",
            watched=incident.key,
            incident=incident,
            host=self._context.board.inventory.find(incident.key.host),
            explains=[one for one in lasting if one.root == incident.key and one.id != incident.id],
            events=time_line(incident, changes, sent),
            acknowledged=acknowledged(incident, now),
            next_due=next_due(incident, now),
            now=now,
        )
        return self._renderer.answer(request, Drawn(html))

    def _page_of(self, key: StatusKey) -> str:
        host = self._context.board.inventory.find(key.host)
        return host.page if host is not None else ""


def families(lasting: Sequence[Incident], now: float) -> list[Family]:
    """Open incidents, those that another one explains under it."""
    keys = {one.key for one in lasting}
    below: dict[StatusKey, list[Incident]] = {}
    roots = []
    for one in sorted(lasting, key=lambda one: by_urgency(one, now)):
        if one.root is not None and one.root != one.key and one.root in keys:
            below.setdefault(one.root, []).append(one)
        else:
            roots.append(one)
    made = [Family(one, tuple(below.pop(one.key, ()))) for one in roots]
    # A root that is itself explained stands below another: what hangs on it must not vanish.
    return made + [Family(one) for rest in below.values() for one in rest]


def time_line(incident: Incident, changes: Sequence[Change], sent: Sequence[Delivery]) -> list[Event]:
    """All that happened, in order."""
    colors = [one for one in changes if incident.started <= one.at and (not incident.ended or one.at < incident.ended)]
    events = [Event(one.at, words.COLOR[one.color], color=one.color) for one in colors]
    if not any(event.at <= incident.started + 1 for event in events):
        first = min(colors, key=lambda one: one.at).before if colors else incident.color
        events.append(
            Event(incident.started, words.TEXT["began"], color=first if first is not None else incident.color)
        )
    events += [Event(one.created, "", delivery=one) for one in sent]
    if incident.ack is not None and incident.ack.at:
        by = f" {words.TEXT['acknowledged_by']} {incident.ack.by}" if incident.ack.by else ""
        events.append(Event(incident.ack.at, words.TEXT["acknowledged"] + by, note=incident.ack.text))
    if incident.ended:
        events.append(Event(incident.ended, words.END.get(incident.end, incident.end)))
    return sorted(events, key=lambda event: event.order)
