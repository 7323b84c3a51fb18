"""`/probe`: what Prometheus asks instead of a blackbox_exporter."""

import math
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hexmon.web.endpoints import METRICS_TYPE

_UNCACHED = {"Cache-Control": "no-store"}
_LONGEST = 3600.0  # seconds


class Refusal(Protocol):
    """Why a question is not answered."""

    status: int
    why: str


def probe_routes(
    allow: Callable[[Request], None],
    probe: Callable[[str, str, float | None], Awaitable[str]],
    refused: type[Exception],
) -> list[BaseRoute]:
    """The route. `allow` and `probe` raise `refused`, which is a Refusal."""

    async def serve(request: Request) -> Response:
        words = request.query_params
        try:
            allow(request)
            text = await probe(words.get("module", ""), words.get("target", ""), _patience(request))
        except refused as error:
            refusal: Refusal = error  # type: ignore[assignment]
            return PlainTextResponse(f"{refusal.why}\n", refusal.status, _UNCACHED)
        return Response(text, headers=_UNCACHED | {"Content-Type": METRICS_TYPE})

    return [Route("/probe", serve)]


def _patience(request: Request) -> float | None:
    """How long Prometheus waits, in seconds, where it says so."""
    try:
        seconds = float(request.headers.get("x-prometheus-scrape-timeout-seconds", ""))
    except ValueError:
        return None
    return min(seconds, _LONGEST) if math.isfinite(seconds) and seconds > 0 else None
