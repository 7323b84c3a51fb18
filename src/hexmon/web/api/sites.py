"""`/api/v1/sites`, `/api/v1/sites/FOLDER/state`."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.site import Site
from hexmon.model.site_state import MonitorState
from hexmon.model.site_state_json import encode_state
from hexmon.web import words
from hexmon.web.api.problem import UNCACHED, json, problem
from hexmon.web.context import WebContext


class SitesApi:
    """The YAML sites in force, and what is remembered of their monitors as the state file that APMonitor documents."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def sites(self, request: Request) -> Response:  # noqa: ARG002
        """All of them, with how many monitors are up, down, and not checked yet."""
        return json({"sites": [self._site(site) for site in self._context.board.inventory.sites]})

    async def state(self, request: Request) -> Response:
        """The state file as `hexmon site` would write it now."""
        folder = request.path_params["folder"]
        for site in self._context.board.inventory.sites:
            if site.folder == folder:
                content = encode_state(self._context.monitors.states(site), self._context.clock.now(), 0)
                return Response(content, headers=UNCACHED, media_type="application/json")
        return problem(404, words.TEXT["no_such_site"])

    def _site(self, site: Site) -> dict[str, Any]:
        return {
            "name": site.name,
            "folder": site.folder,
            "page": site.page,
            "source": site.source,
            "monitors": len(site.monitors),
            **_counts(self._context.monitors.states(site).values()),
            "state": f"/api/v1/sites/{site.folder}/state",
        }


def _counts(states: Iterable[MonitorState]) -> dict[str, int]:
    counts = {"up": 0, "down": 0, "unchecked": 0}
    for state in states:
        counts["unchecked" if not state.last_checked else "up" if state.is_up else "down"] += 1
    return counts
