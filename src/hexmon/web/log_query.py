"""What is asked of incidents and notifications, out of the words of an address; pure."""

import difflib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from hexmon.alerts.store import LogQuery
from hexmon.model.incident import DeliveryState
from hexmon.web import words

MOST = 1000
USUAL = 100
_COMMON = ("host", "test", "since", "until", "before", "limit")
NOTIFICATION_WORDS = (*_COMMON, "state", "incident")
INCIDENT_WORDS = (*_COMMON, "open")
_NUMBER_DIGITS = 18  # what a database's number holds


class Asked(msgspec.Struct):
    """The query, and what could not be understood."""

    query: LogQuery
    mistakes: list[str]
    open_only: bool = False


def read_notifications(given: Mapping[str, str], now: float) -> Asked:
    """Of the notification log; `before` is a number."""
    asked = Asked(LogQuery(), _strangers(given, NOTIFICATION_WORDS))
    before = given.get("before", "")
    asked.query = LogQuery(
        **_common(given, now, asked.mistakes),
        state=_state(given.get("state", ""), asked.mistakes),
        incident=given.get("incident", ""),
        before=_whole(before, "before", asked.mistakes) if before else None,
    )
    return asked


def read_incidents(given: Mapping[str, str], now: float) -> Asked:
    """Of incidents; `before` is the id of one."""
    asked = Asked(LogQuery(), _strangers(given, INCIDENT_WORDS))
    asked.query = LogQuery(**_common(given, now, asked.mistakes), before_incident=given.get("before", ""))
    wanted = given.get("open", "false")
    asked.open_only = wanted == "true"
    if wanted not in ("true", "false"):
        asked.mistakes.append(f"open: '{wanted}' is neither true nor false")
    return asked


def _strangers(given: Mapping[str, str], known: tuple[str, ...]) -> list[str]:
    found = []
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            found.append(f"{name[:40]}: unknown parameter; {hint}")
    return found


def _common(given: Mapping[str, str], now: float, mistakes: list[str]) -> dict[str, Any]:
    limit = given.get("limit", "")
    wanted = _whole(limit, "limit", mistakes) if limit else USUAL
    if wanted is not None and not 1 <= wanted <= MOST:
        mistakes.append(f"limit: {wanted} is not from 1 to {MOST}")
    return {
        "host": given.get("host", ""),
        "test": given.get("test", ""),
        "since": _moment(given.get("since", ""), "since", now, mistakes) or 0.0,
        "until": _moment(given.get("until", ""), "until", now, mistakes) or math.inf,
        "limit": min(max(wanted or USUAL, 1), MOST),
    }


def _whole(text: str, name: str, mistakes: list[str]) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) <= _NUMBER_DIGITS:
        return int(text)
    mistakes.append(f"{name}: '{text[:40]}' is not a number")
    return None


def _state(text: str, mistakes: list[str]) -> DeliveryState | None:
    if text and text not in list(DeliveryState):
        mistakes.append(f"state: '{text[:40]}' is none; there are {', '.join(DeliveryState)}")
    return DeliveryState(text) if text in list(DeliveryState) else None


def _moment(text: str, name: str, now: float, mistakes: list[str]) -> float | None:
    """Epoch seconds, a time of ISO 8601 (UTC unless it says otherwise), or 1d, 1w, 4w, 1y before now."""
    if not text:
        return None
    if text in words.RANGES:
        return now - words.RANGES[text]
    try:
        if text.replace(".", "", 1).isdecimal() and len(text) <= _NUMBER_DIGITS:
            return float(text)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        ranges = ", ".join(words.RANGES)
        mistakes.append(
            f"{name}: '{text[:40]}' is neither epoch seconds nor a time such as 2026-11-21T04:10Z nor {ranges}"
        )
        return None


def link(path: str, given: Mapping[str, str], **others: str) -> str:
    """The same page with the same filters, but for these and from its beginning; empty values are left out."""
    kept = {name: value for name, value in given.items() if name != "before"}
    wanted = {name: value for name, value in (kept | others).items() if value}
    return f"{path}?{urlencode(wanted)}" if wanted else path
