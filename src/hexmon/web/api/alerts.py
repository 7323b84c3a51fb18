"""`/api/v1/notifications`, `/api/v1/incidents`, `/api/v1/incidents/ID`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hexmon.alerts.store import LogQuery
from hexmon.web import words
from hexmon.web.alerting import delivery_json, incident_json
from hexmon.web.api.problem import json, problem
from hexmon.web.context import WebContext
from hexmon.web.log_query import MOST, Asked, link, read_incidents, read_notifications


class AlertsApi:
    """Lists are the newest first; `next` is the path of the next page, null at the end."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def notifications(self, request: Request) -> Response:
        """The log."""
        asked = read_notifications(request.query_params, self._context.clock.now())
        if asked.mistakes:
            return _refused(asked)
        query = self._known(asked.query)
        found = await self._context.alerts.notifications(_one_more(query))
        shown = [delivery_json(one) for one in found[: query.limit]]
        last = str(found[query.limit - 1].number) if len(found) > query.limit else ""
        return json({"notifications": shown, "next": _next(request, last)})

    async def incidents(self, request: Request) -> Response:
        """By their beginning; `open=true` those that last."""
        asked = read_incidents(request.query_params, self._context.clock.now())
        if asked.mistakes:
            return _refused(asked)
        query = self._known(asked.query)
        found = await self._context.alerts.incidents(_one_more(query), open_only=asked.open_only)
        shown = [incident_json(one) for one in found[: query.limit]]
        last = found[query.limit - 1].id if len(found) > query.limit else ""
        return json({"incidents": shown, "next": _next(request, last)})

    async def incident(self, request: Request) -> Response:
        """One, with all messages about it, the oldest first."""
        incident = await self._context.alerts.incident(request.path_params["id"])
        if incident is None:
            return problem(404, words.TEXT["no_such_incident"])
        sent = await self._context.alerts.notifications(LogQuery(incident=incident.id, limit=MOST))
        return json(incident_json(incident) | {"notifications": _oldest_first(sent)})

    def _known(self, query: LogQuery) -> LogQuery:
        """Hosts may be asked for by their aliases."""
        host = self._context.board.inventory.find(query.host)
        return query if host is None else msgspec.structs.replace(query, host=host.name)


def _one_more(query: LogQuery) -> LogQuery:
    return msgspec.structs.replace(query, limit=query.limit + 1)


def _oldest_first(sent: Sequence[Any]) -> list[dict[str, Any]]:
    return [delivery_json(one) for one in reversed(sent)]


def _next(request: Request, last: str) -> str | None:
    return link(request.url.path, request.query_params, before=last) if last else None


def _refused(asked: Asked) -> Response:
    return problem(400, "; ".join(asked.mistakes), mistakes=asked.mistakes)
