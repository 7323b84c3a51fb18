"""What is shown instead of something that does not exist."""

from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.inventory import Host
from hexmon.web import words
from hexmon.web.render import Drawn, Renderer


def missing(renderer: Renderer, request: Request, message: str, host: Host | None = None) -> Response:
    """404 with a sentence that says what to do, and a link to the host if that at least exists."""
    html = renderer.page("missing.html", heading=words.TEXT["not_found"], message=message, host=host)
    return renderer.answer(request, Drawn(html, status=404))
