"""Who reports though nobody knows them, and how to add them."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from hexmon.board.ghost_lines import Suggestion, suggestions
from hexmon.web import words
from hexmon.web.ages import iso
from hexmon.web.api.problem import json, problem
from hexmon.web.context import WebContext
from hexmon.web.render import Drawn, Renderer

MOST_SHOWN = 500
_MOST_LISTED = 10_000


class GhostsPage:
    """`/ghosts`."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def serve(self, request: Request) -> Response:
        """Who was heard of last comes first."""
        found = await _all(self._renderer.context)
        html = self._renderer.page(
            "ghosts.html",
            heading=words.TEXT["ghosts"],
            found=found[:MOST_SHOWN],
            more=max(len(found) - MOST_SHOWN, 0),
        )
        return self._renderer.answer(request, Drawn(html))


class GhostsApi:
    """`/api/v1/ghosts?limit=`."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def serve(self, request: Request) -> Response:
        """The same for programs; `total` is how many there are."""
        asked = request.query_params.get("limit", "100")
        limit = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
        if not 1 <= limit <= _MOST_LISTED:
            return problem(400, f"limit: '{asked[:40]}' is not from 1 to {_MOST_LISTED}")
        found = await _all(self._context)
        return json({"ghosts": [_object(one) for one in found[:limit]], "total": len(found)})


async def _all(context: WebContext) -> list[Suggestion]:
    # In a thread, because all hosts are looked at; the list is made here, because only here nobody changes it.
    ghosts = list(context.board.ghosts)
    return await asyncio.to_thread(suggestions, ghosts, context.board.inventory)


def _object(one: Suggestion) -> dict[str, object]:
    ghost = one.ghost
    return {
        "name": ghost.name,
        "sender": ghost.sender,
        "first": iso(ghost.first),
        "last": iso(ghost.last),
        "count": ghost.count,
        "line": one.line,
        "alias_of": one.alias_of or None,
        "alias": one.alias or None,
        "alias_at": one.alias_at or None,
    }
