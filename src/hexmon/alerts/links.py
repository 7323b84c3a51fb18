"""Links that acknowledge: signed, so that whoever was told may do it and nobody can make one up. Pure.

A token is the id of the incident, a dot, and HMAC-SHA256 (RFC 2104) over cookie and id in base64url: it says by itself
which incident is meant, also when that is over and its cookie is gone.
"""

import base64
import hashlib
import hmac

from hexmon.model.incident import ENDS, Delivery, Kind

_PURPOSE = b"hexmon acknowledge 1"
_NOTHING_TO_DO = ENDS | {Kind.NOTICE, Kind.TEST}


def sign(key: bytes, cookie: int, incident: str) -> str:
    """The token of a link."""
    message = b"%s\0%d\0%s" % (_PURPOSE, cookie, incident.encode("utf-8", "replace"))
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return f"{incident}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def verify(key: bytes, cookie: int, token: str) -> str:
    """The id of the incident that a token is for; empty when we did not sign it. Without a key nothing is valid."""
    incident = token.rpartition(".")[0]
    if not key or not incident:
        return ""
    expected = sign(key, cookie, incident).encode("utf-8", "replace")
    return incident if hmac.compare_digest(expected, token.encode("utf-8", "replace")) else ""


def ack_path(key: bytes, cookie: int, incident: str) -> str:
    """`ack/COOKIE?t=TOKEN`, to be put behind the address of the pages."""
    return f"ack/{cookie}?t={sign(key, cookie, incident)}"


def ack_link(key: bytes, url: str, delivery: Delivery) -> str:
    """The whole link for a message; empty when there is nothing to acknowledge or nobody knows where the pages are."""
    message = delivery.message
    if not (key and url and message.incident) or message.cookie < 0 or message.kind in _NOTHING_TO_DO:
        return ""
    return url + ack_path(key, message.cookie, message.incident)
