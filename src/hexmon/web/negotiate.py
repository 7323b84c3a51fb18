"""What a client has and understands: `If-None-Match` and `Accept-Encoding` (RFC 9110, sections 13.1.2 and 12.5.3)."""

import re

from starlette.datastructures import Headers

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def has_already(headers: Headers, etag: str) -> bool:
    """Whether the client holds what `etag` names; compared weakly, as the RFC asks for GET."""
    said = headers.get("if-none-match", "").strip()
    return said == "*" or etag.removeprefix("W/") in _TAG.findall(said)


def takes_gzip(headers: Headers) -> bool:
    """Whether the answer may be packed; `gzip;q=0` forbids it."""
    offered = dict(_weighed(item) for item in headers.get("accept-encoding", "").lower().split(","))
    return offered.get("gzip", offered.get("*", 0.0)) > 0.0


def _weighed(item: str) -> tuple[str, float]:
    name, _, parameter = item.partition(";")
    weight = parameter.strip().removeprefix("q=")
    try:
        return name.strip(), float(weight) if weight else 1.0
    except ValueError:
        return name.strip(), 0.0
