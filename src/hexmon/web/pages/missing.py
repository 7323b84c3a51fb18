"""What is shown instead of something that does not exist."""

from starlette.requests import Request
from starlette.responses import Response

from hexmon.web import words
from hexmon.web.render import Drawn, Renderer


def missing(renderer: Renderer, request: Request, message: str) -> Response:
    """404 with a sentence that says what to do."""
    html = renderer.page("missing.html", heading=words.TEXT["not_found"], message=message)
    return renderer.answer(request, Drawn(html, status=404))
