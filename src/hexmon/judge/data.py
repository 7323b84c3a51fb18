"""Answers that are figures: passed on as `data HOST.NAME`, as xymonnet does for `apache`, and never coloured."""

from collections.abc import Collection

from hexmon.judge.view import HostView
from hexmon.model.names import host_to_wire
from hexmon.model.observation import Observation
from hexmon.model.status import DataMessage

_HEADERS_END = b"\r\n\r\n"
_GOOD = range(200, 300)


def data_of(view: HostView, tests: Collection[str] | None = None) -> list[DataMessage]:
    """The figures of the checks that were observed; `tests` limits them to what was just probed.

    A page that did not come, or with another status than 2xx, has no figures: nothing is passed on.
    """
    checks = [check for check in view.host.checks if check.data and (tests is None or check.key.test in tests)]
    seen = [view.latest[check.identity] for check in checks if check.identity in view.latest]
    return [_message(observation, view) for observation in seen if _has_figures(observation)]


def _has_figures(observation: Observation) -> bool:
    return int(observation.reply.facts.get("http_status", 0)) in _GOOD


def _message(observation: Observation, view: HostView) -> DataMessage:
    key = observation.check.key
    body = observation.reply.evidence.partition(_HEADERS_END)[2]
    head = f"data {host_to_wire(key.host)}.{key.test}\n".encode()
    return DataMessage(key=key, text=head + body, sender=view.settings.sender)
