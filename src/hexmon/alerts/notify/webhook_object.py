"""A message as plain values: the JSON object of a webhook, and the names that a template may use. Pure.

The names are a promise: docs/notifiers/webhook.md describes each, new ones may come, none goes or changes its meaning.
"""

from datetime import UTC, datetime
from typing import Any

from hexmon.alerts.notify.words import Words, one_line, plain, printable
from hexmon.model.incident import Delivery, Item

_LATEST = 253_402_300_799.0  # the end of the year 9999


def as_object(delivery: Delivery, words: Words, monitor: str, channel: str) -> dict[str, Any]:
    """Every fact of the message; times in ISO 8601 UTC, spans in seconds, "" and null where there is nothing."""
    message = delivery.message
    return {
        "version": 1,
        "monitor": printable(monitor),
        "channel": channel,
        "address": printable(delivery.way.address),
        "delivery": delivery.number,
        "kind": message.kind.value,
        "host": printable(message.key.host),
        "test": printable(message.key.test),
        "color": message.color.word,
        "worst": message.worst.word,
        "shown": words.color.word,
        "ended": words.ended,
        "title": words.title,
        "summary": words.summary,
        "message": words.sentence,
        "detail": words.detail,
        "text": plain(message.text),
        "causes": [plain(cause) for cause in message.causes],
        "at": iso(message.at),
        "timestamp": int(_bounded(message.at)),
        "since": iso(message.started),
        "duration": max(0, int(_bounded(message.at) - _bounded(message.started))),
        "incident": printable(message.incident),
        "cookie": message.cookie if message.cookie >= 0 else None,
        "count": message.count,
        "line": message.line,
        "ip": printable(message.ip),
        "display": printable(message.display),
        "pages": [printable(page) for page in message.pages],
        "site": printable(message.site),
        "note": one_line(message.note),
        "ack_until": iso(message.ack_until) if message.ack_until else None,
        "rtt_ns": message.rtt_ns,
        "url": words.link,
        "ack_url": words.ack,
        "explains": [_square(item) for item in message.explains],
        "items": [_square(item) for item in message.items],
    }


def _square(item: Item) -> dict[str, Any]:
    return {
        "host": printable(item.key.host),
        "test": printable(item.key.test),
        "color": item.color.word,
        "summary": one_line(item.summary),
        "cookie": item.cookie if item.cookie >= 0 else None,
        "since": iso(item.since) if item.since else None,
    }


def iso(moment: float) -> str:
    """`2026-11-21T08:00:00Z`."""
    return datetime.fromtimestamp(int(_bounded(moment)), UTC).isoformat().replace("+00:00", "Z")


def _bounded(moment: float) -> float:
    return min(max(moment, 0.0), _LATEST)
