"""What programs ask for: health, metrics, reload."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from hexmon.model.origin import ConfigError
from hexmon.web.context import WebContext
from hexmon.web.live import Live
from hexmon.web.security import from_elsewhere

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_UNCACHED = {"Cache-Control": "no-store"}


class Endpoints:
    """`/-/healthy`, `/-/ready`, `/-/reload`, `/metrics`, `/favicon.ico`."""

    def __init__(self, context: WebContext, live: Live) -> None:
        self._context = context
        self._live = live

    async def healthy(self, request: Request) -> Response:  # noqa: ARG002
        """200 while the process works."""
        health = self._context.health()
        return _verdict(health.healthy, "healthy", health.problems)

    async def ready(self, request: Request) -> Response:  # noqa: ARG002
        """200 when the state is loaded and the store answers."""
        health = self._context.health()
        return _verdict(health.ready, "ready", health.problems)

    async def metrics(self, request: Request) -> Response:
        """Prometheus' text format: hexmon's own figures, then every square and check; `?checks=no` leaves these out."""
        headers = _UNCACHED | {"Content-Type": METRICS_TYPE}
        if request.query_params.get("checks") == "no":
            return Response(self._context.metrics(), headers=headers)
        return StreamingResponse(self._all_metrics(), headers=headers)

    async def _all_metrics(self) -> AsyncIterator[str]:
        yield self._context.metrics()
        async for chunk in self._context.check_metrics():
            yield chunk

    async def reload(self, request: Request) -> Response:
        """Read the files again; with mistakes in them 422, the list of them, and the old configuration stays."""
        if from_elsewhere(request.headers):
            return PlainTextResponse("reload is refused to pages of other sites\n", 403)
        try:
            await self._context.reload()
        except ConfigError as error:
            text = "".join(f"{problem}\n" for problem in error.problems)
            return PlainTextResponse(f"kept the old configuration:\n{text}", 422, _UNCACHED)
        return PlainTextResponse("reloaded\n", headers=_UNCACHED)

    async def favicon(self, request: Request) -> Response:  # noqa: ARG002
        """The icon of the worst colour of all."""
        return RedirectResponse(f"/favicon-{self._live.scope('').color.word}.svg", 302, _UNCACHED)


def _verdict(good: bool, word: str, problems: tuple[str, ...]) -> Response:
    text = f"{word}\n" if good else f"not {word}\n" + "".join(f"{problem}\n" for problem in problems)
    return PlainTextResponse(text, 200 if good else 503, _UNCACHED)
