"""The web application: which path is answered by what."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from hexmon.web import words
from hexmon.web.api.alerts import AlertsApi
from hexmon.web.api.problem import problem
from hexmon.web.api.sites import SitesApi
from hexmon.web.context import WebContext
from hexmon.web.endpoints import Endpoints
from hexmon.web.events import Hub
from hexmon.web.live import Live
from hexmon.web.pages.acknowledge import AcknowledgePage
from hexmon.web.pages.client_data import ClientDataPages
from hexmon.web.pages.critical import CriticalPage
from hexmon.web.pages.device import DevicePage
from hexmon.web.pages.ghosts import GhostsApi, GhostsPage
from hexmon.web.pages.graphs import GraphPages
from hexmon.web.pages.host import HostPage
from hexmon.web.pages.incidents import IncidentsPage
from hexmon.web.pages.missing import missing
from hexmon.web.pages.nongreen import Nongreen
from hexmon.web.pages.notifications import NotificationsPage
from hexmon.web.pages.overview import Overview
from hexmon.web.pages.square import Square
from hexmon.web.pages.wall import WallPage
from hexmon.web.render import Renderer
from hexmon.web.security import SecurityHeaders, broken
from hexmon.web.summaries import PageColors


class _Stream:
    """The hub as an endpoint: it writes its answer itself."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._hub.serve(scope, receive, send)


def create_app(context: WebContext, extra_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The ASGI application. It follows the board while its lifespan lasts; `app.state.hub.stop()` ends open streams.

    `extra_routes` go before those of the pages.
    """
    live = Live(context)
    hub = Hub(context, live)
    renderer = Renderer(context, live)
    overview = Overview(renderer)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            works = {"live": live.run(), "hub": hub.run(), "warm": overview.warm()}
            workers = [tasks.create_task(work, name=f"web: {name}") for name, work in works.items()]
            yield
            hub.stop()
            for worker in workers:
                worker.cancel()

    async def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
        if request.url.path.startswith("/api/"):
            return problem(404, words.TEXT["no_such_path"])
        if request.method not in ("GET", "HEAD"):
            return _nothing(404)
        return missing(renderer, request, words.TEXT["no_such_page"])

    async def not_allowed(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return _nothing(405, getattr(error, "headers", None))

    app = Starlette(
        routes=[*extra_routes, *_routes(context, overview, hub)],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={404: not_found, 405: not_allowed, 500: broken},
        lifespan=lifespan,
    )
    app.state.hub = hub
    app.state.live = live
    app.state.colors = PageColors(context, live)
    return app


def _nothing(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An agent that was told a wrong path would take words for its configuration."""
    return Response(status_code=status, headers=headers)


def _routes(context: WebContext, overview: Overview, hub: Hub) -> list[BaseRoute]:
    renderer = overview.renderer
    host = HostPage(renderer)
    clients = ClientDataPages(renderer)
    square = Square(renderer, host, clients)
    nongreen = Nongreen(renderer, overview)
    critical = CriticalPage(renderer, overview)
    wall = WallPage(renderer)
    ends = Endpoints(context, renderer.live)
    graphs = GraphPages(renderer)
    return [
        Route("/", overview.serve),
        Route("/page/{path:path}", overview.serve),
        Route("/nongreen", nongreen.serve),
        Route("/search", nongreen.search),
        Route("/critical", critical.serve),
        Route("/cards", critical.cards),
        Route("/wall", wall.index),
        Route("/wall/{folder}", wall.serve),
        Route("/ghosts", GhostsPage(renderer).serve),
        Route("/api/v1/ghosts", GhostsApi(context).serve),
        Route("/host/{host}", host.serve),
        Route("/status/{host}", host.instead),
        Route("/history/{host}", host.instead),
        Route("/trends/{host}", graphs.trends),
        Route("/graph/{host}/{graph:path}", graphs.graph),
        Route("/status/{host}/trends", graphs.instead),
        Route("/clientlog/{host}", clients.last),
        Route("/hostdata/{host}", clients.index),
        Route("/hostdata/{host}/{moment}", clients.kept),
        Route("/status/{host}/{test:path}", square.serve),
        Route("/history/{host}/{rest:path}", square.history),
        *_alerting(context, renderer),
        *_sites(context, renderer),
        Route("/events", _Stream(hub), methods=["GET"]),
        Route("/static/{name}", renderer.assets.serve),
        Route("/favicon.ico", ends.favicon),
        Route("/favicon-{color}.svg", renderer.assets.favicon),
        Route("/metrics", ends.metrics),
        Route("/-/problems", overview.problems),
        Route("/-/peek/{host}/{test:path}", square.peek),
        Route("/-/healthy", ends.healthy),
        Route("/-/ready", ends.ready),
        Route("/-/reload", ends.reload, methods=["POST"]),
    ]


def _sites(context: WebContext, renderer: Renderer) -> list[BaseRoute]:
    api = SitesApi(context)
    return [
        Route("/device/{host}", DevicePage(renderer).serve),
        Route("/api/v1/sites", api.sites),
        Route("/api/v1/sites/{folder}/state", api.state),
    ]


def _alerting(context: WebContext, renderer: Renderer) -> list[BaseRoute]:
    incidents = IncidentsPage(renderer)
    notifications = NotificationsPage(renderer)
    acknowledge = AcknowledgePage(renderer)
    api = AlertsApi(context)
    return [
        Route("/incidents", incidents.serve),
        Route("/incidents/{id}", incidents.one),
        Route("/notifications", notifications.serve),
        Route("/notifications/{number:int}/retry", notifications.retry, methods=["POST"]),
        Route("/ack/{cookie}", acknowledge.show),
        Route("/ack/{cookie}", acknowledge.take, methods=["POST"]),
        Route("/api/v1/notifications", api.notifications),
        Route("/api/v1/incidents", api.incidents),
        Route("/api/v1/incidents/{id}", api.incident),
    ]
