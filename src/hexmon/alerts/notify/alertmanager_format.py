"""Alerts as Alertmanager knows them: labels, annotations, fingerprints, and the body of its webhooks. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from hexmon.alerts.notify.limits import cut
from hexmon.alerts.notify.service import is_over, severity, singles
from hexmon.alerts.notify.words import Words, one_line, plain, square_url, title_of
from hexmon.model.incident import Kind, Message
from hexmon.model.names import StatusKey

NEVER = "0001-01-01T00:00:00Z"  # how Alertmanager writes that something has not ended
_LONGEST_LABEL = 1000  # characters
_LONGEST_TEXT = 8000
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_LATEST = 253_402_300_799.0


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One square. `ends` None: it lasts. `url` is its page."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts: float
    ends: float | None
    url: str


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for all alerts of a message: who says it, where the pages are, labels that were asked for.

    `environment` gives the XMH_* values of a square's host.
    """

    monitor: str
    home: str
    extra: Mapping[str, str]
    environment: Callable[[StatusKey], Mapping[str, str]]

    def alerts(self, message: Message, words: Words) -> list[Alert]:
        """One for each square of the message."""
        return [self._alert(one, words, alone=not message.items) for one in singles(message)]

    def _alert(self, message: Message, words: Words, *, alone: bool) -> Alert:
        return Alert(
            labels=self._labels(message),
            annotations=_annotations(message, words, alone=alone),
            starts=message.started,
            ends=message.at if is_over(message) else None,
            url=square_url(self.home, message.key),
        )

    def _labels(self, message: Message) -> dict[str, str]:
        known = self.environment(message.key)
        found = {
            "alertname": message.key.test,
            "instance": message.key.host,
            "monitor": self.monitor,
            "severity": "info" if message.kind is Kind.NOTICE else severity(message.worst),
            "page": next(iter(message.pages), ""),
            "class": known.get("XMH_CLASS", ""),
            "site": message.site,
            **self.extra,
        }
        lines = {name: cut(one_line(value), _LONGEST_LABEL) for name, value in found.items()}
        return {name: value for name, value in lines.items() if value}


def _annotations(message: Message, words: Words, *, alone: bool) -> dict[str, str]:
    text = plain(message.text) if not alone else "\n".join(filter(None, (words.summary, words.detail)))
    summary = words.sentence if alone else f"{title_of(message)}: {text}"
    found = {
        "summary": cut(one_line(summary), _LONGEST_LABEL),
        "description": cut(text, _LONGEST_TEXT),
        "color": message.color.word,
        "incident": one_line(message.incident),
        "ip": one_line(message.ip),
        "explains": cut(", ".join(one_line(str(item.key)) for item in message.explains), _LONGEST_LABEL),
        "ack_url": words.ack if alone else "",
    }
    return {name: value for name, value in found.items() if value}


def pushed(alert: Alert, ends: float) -> dict[str, Any]:
    """As POST /api/v2/alerts takes it; `ends` counts while the alert lasts."""
    found: dict[str, Any] = {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.starts),
        # A moment that is not after the start would be refused.
        "endsAt": rfc3339(max(ends if alert.ends is None else alert.ends, alert.starts + 0.001)),
    }
    if alert.url:
        found["generatorURL"] = alert.url
    return found


def webhook_body(alerts: Sequence[Alert], receiver: str, home: str) -> dict[str, Any]:
    """Version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""
    over = all(alert.ends is not None for alert in alerts)
    group = _common([square_of(alert.labels) for alert in alerts])
    return {
        "version": "4",
        "groupKey": f"{{}}:{_selector(group)}",
        "truncatedAlerts": 0,
        "status": "resolved" if over else "firing",
        "receiver": receiver,
        "groupLabels": group,
        "commonLabels": _common([alert.labels for alert in alerts]),
        "commonAnnotations": _common([alert.annotations for alert in alerts]),
        "externalURL": home,
        "alerts": [_in_webhook(alert) for alert in alerts],
    }


def _in_webhook(alert: Alert) -> dict[str, Any]:
    return {
        "status": "firing" if alert.ends is None else "resolved",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.starts),
        "endsAt": NEVER if alert.ends is None else rfc3339(alert.ends),
        "generatorURL": alert.url,
        # Without what may change while it lasts, so that a receiver knows the alert again at its end.
        "fingerprint": fingerprint(square_of(alert.labels)),
    }


def square_of(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels that every alert about a square has, whatever its colour and page are."""
    return {name: labels[name] for name in ("alertname", "instance", "monitor") if name in labels}


def _common(many: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What all of them have, with the same value."""
    first = many[0] if many else {}
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in many)}


def _selector(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}={_quoted(value)}" for name, value in sorted(labels.items())) + "}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def filter_of(labels: Mapping[str, str]) -> list[str]:
    """Matchers for the `filter` of GET /api/v2/alerts."""
    return [f"{name}={_quoted(value)}" for name, value in labels.items()]


def fingerprint(labels: Mapping[str, str]) -> str:
    """The 64-bit FNV-1a of the sorted labels, each name and value followed by the byte 255, as Prometheus has it."""
    value = _FNV_OFFSET
    for name, text in sorted(labels.items()):
        for byte in b"%s\xff%s\xff" % (name.encode(), text.encode("utf-8", "replace")):
            value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def rfc3339(moment: float) -> str:
    """`2026-11-21T08:00:00.000Z`."""
    bounded = min(max(moment, 0.0), _LATEST)
    return datetime.fromtimestamp(bounded, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
