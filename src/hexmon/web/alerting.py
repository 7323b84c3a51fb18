"""Incidents and deliveries in words, for pages and for programs; pure."""

import math
from pathlib import PurePosixPath
from typing import Any

import msgspec

from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Incident, Told, Way
from hexmon.web import words
from hexmon.web.ages import age
from hexmon.web.text import first_line

SHORT = 120.0  # seconds below which a fraction is worth telling


class Event(msgspec.Struct, frozen=True):
    """One point of a time line: a colour, a word, or a message on its way."""

    at: float
    word: str
    color: Color | None = None
    delivery: Delivery | None = None
    note: str = ""

    @property
    def order(self) -> tuple[float, bool, int]:
        """Of one moment first what happened, then what was said of it."""
        return self.at, self.delivery is not None, self.delivery.number if self.delivery is not None else 0


def recipient(way: Way) -> str:
    """Who was meant, as people say it: an address, behind a program or a channel of its own."""
    if way.method == "MAIL" and way.channel in ("", "mail"):
        return way.address
    by = PurePosixPath(way.program).name if way.program else way.channel
    return f"{by} {way.address}".strip() if by != way.address else by


def took(seconds: float) -> str:
    """`0.4 s`, `35 s`, `12 min`."""
    if seconds < SHORT:
        return f"{max(seconds, 0.0):.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return age(seconds)[0]


def acknowledged(incident: Incident, now: float) -> bool:
    """Whether somebody works on it now."""
    return incident.ack is not None and incident.ack.until > now


def next_due(incident: Incident, now: float) -> float:
    """When the next reminder may go out; inf for never by itself, or while somebody works on it."""
    if incident.ended:
        return math.inf
    due = min((one.due for one in incident.told), default=math.inf)
    return max(due, incident.ack.until) if incident.ack is not None and acknowledged(incident, now) else due


def by_urgency(incident: Incident, now: float) -> tuple[bool, int, float]:
    """For sorting open incidents: the acknowledged last, the worst and newest first."""
    return acknowledged(incident, now), -incident.color, -incident.started


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """A row of the log for programs. Moments are epoch seconds, null for never."""
    message, way = delivery.message, delivery.way
    return {
        "number": delivery.number,
        "incident": message.incident or None,
        "host": message.key.host,
        "test": message.key.test,
        "kind": message.kind,
        "color": message.color.word,
        "count": message.count,
        "line": first_line(message.text),
        "squares": [str(item.key) for item in message.items],
        **_way_json(way),
        "state": delivery.state,
        "created": delivery.created,
        "attempts": delivery.attempts,
        "next_at": _moment(delivery.next_at),
        "ended": _moment(delivery.ended),
        "error": delivery.error,
        "merged_into": delivery.merged_into or None,
    }


def incident_json(incident: Incident) -> dict[str, Any]:
    """An incident for programs."""
    ack = incident.ack
    return {
        "id": incident.id,
        "host": incident.key.host,
        "test": incident.key.test,
        "color": incident.color.word,
        "worst": incident.worst.word,
        "open": incident.open,
        "started": incident.started,
        "color_since": incident.color_since,
        "ended": _moment(incident.ended),
        "end": incident.end or None,
        "reports": incident.reports,
        "root": str(incident.root) if incident.root is not None else None,
        "acknowledged": {"until": ack.until, "text": ack.text, "by": ack.by} if ack is not None else None,
        "told": [_told_json(one) for one in incident.told],
    }


def _way_json(way: Way) -> dict[str, Any]:
    return {
        "method": way.method,
        "channel": way.channel,
        "address": way.address,
        "program": way.program,
        "format": way.format,
    }


def _told_json(told: Told) -> dict[str, Any]:
    facts = {"first": told.first, "last": told.last, "due": _moment(told.due), "count": told.count}
    return {**_way_json(told.way), **facts, "wants_end": told.wants_end, "line": told.line, "rule": told.rule}


def _moment(moment: float) -> float | None:
    return moment if moment and math.isfinite(moment) else None


def kind_words(delivery: Delivery) -> str:
    """`alert`, `reminder 3`."""
    message = delivery.message
    word = words.KIND[message.kind]
    return f"{word} {message.count}" if message.kind == "reminder" else word


def attempts_words(delivery: Delivery) -> str:
    """`1 attempt`, `30 attempts`."""
    return f"{delivery.attempts} {words.TEXT['attempt_one' if delivery.attempts == 1 else 'attempt_many']}"
