"""The notification log: what was sent to whom, when, and how it ended."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from hexmon.alerts.store import LogQuery
from hexmon.model.incident import Delivery, DeliveryState
from hexmon.web import words
from hexmon.web.log_query import link, read_notifications
from hexmon.web.pages.missing import missing
from hexmon.web.render import Drawn, Renderer
from hexmon.web.security import from_elsewhere

PER_PAGE = 100
MOST_DEAD = 100
PATH = "/notifications"


class NotificationsPage:
    """`/notifications?host=&test=&state=&since=&before=` and `POST /notifications/NUMBER/retry`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._context = renderer.context

    async def serve(self, request: Request) -> Response:
        """The newest first; `first=dead` puts what was given up above the rest. What makes no sense is ignored."""
        given = dict(request.query_params)
        dead_first = given.pop("first", "") == "dead"
        asked = read_notifications(given, self._renderer.now()).query
        host = self._context.board.inventory.find(asked.host)
        if host is not None:
            asked = msgspec.structs.replace(asked, host=host.name)
        query = msgspec.structs.replace(asked, limit=PER_PAGE + 1)
        found = await self._context.alerts.notifications(query)
        letters = msgspec.structs.replace(asked, state=DeliveryState.DEAD, before=None, limit=MOST_DEAD)
        dead = await self._context.alerts.notifications(letters)
        return self._renderer.answer(request, self._draw(asked, given, (found, dead), dead_first))

    def _draw(
        self, asked: LogQuery, given: dict[str, str], rows: tuple[Sequence[Delivery], Sequence[Delivery]], first: bool
    ) -> Drawn:
        found, dead = rows
        page = found[:PER_PAGE]
        first = first and asked.state is None and asked.before is None
        html = self._renderer.page(
            "notifications.html",
            heading=words.TEXT["notifications"],
            query=asked,
            since=given.get("since", ""),
            ranges=words.RANGES,
            dead=dead if first else (),
            rest=[one for one in page if not (first and one.state is DeliveryState.DEAD)],
            dead_count=len(dead),
            many_dead=len(dead) == MOST_DEAD,
            first=first,
            newest=link(PATH, given) if asked.before is not None else "",
            older=link(PATH, given, before=str(page[-1].number)) if len(found) > PER_PAGE else "",
            dead_link=link(PATH, given, state="" if first else DeliveryState.DEAD.value),
        )
        return Drawn(html)

    async def retry(self, request: Request) -> Response:
        """Send a dead letter again; leads back to where the button was."""
        if from_elsewhere(request.headers):
            return PlainTextResponse("this is refused to pages of other sites\n", 403)
        number = int(request.path_params["number"])
        if number >= 1 << 63 or not await self._context.retry_delivery(number):
            return missing(self._renderer, request, words.TEXT["no_such_notification"])
        return RedirectResponse(_back(request), 303)


def _back(request: Request) -> str:
    """The page that the browser came from, if it is one of those with such buttons: a path only, never another host."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.path == PATH or came.path.startswith("/incidents/"):
        return f"{came.path}?{came.query}" if came.query else came.path
    return PATH
