"""Answers for programs: JSON, and what is wrong as RFC 9457 has it."""

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

UNCACHED = {"Cache-Control": "no-store"}


def json(value: Any) -> Response:
    """200 with that value."""
    return Response(msgspec.json.encode(value), headers=UNCACHED, media_type="application/json")


def problem(status: int, detail: str, **more: Any) -> Response:
    """`application/problem+json`: what went wrong, in a sentence; `more` are members for programs."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | more
    return Response(msgspec.json.encode(body), status, UNCACHED, media_type="application/problem+json")
