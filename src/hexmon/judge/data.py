"""What probes bring besides colours: answers that are figures (`apache`, as xymonnet has it), and times of pings."""

from collections.abc import Collection

from hexmon.judge.view import CONN, HostView
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.observation import Check, Observation
from hexmon.model.status import DataMessage

SMOKE = "smoke"

_HEADERS_END = b"\r\n\r\n"
_GOOD = range(200, 300)


def has_figures(check: Check) -> bool:
    """Whether this check may bring figures that are passed on as `data HOST.NAME`."""
    return check.data or (check.key.test == CONN and getattr(check.options, "count", 1) > 1)


def data_of(view: HostView, tests: Collection[str] | None = None) -> list[DataMessage]:
    """The figures of the checks that were observed; `tests` limits them to what was just probed.

    A page that did not come, or with another status than 2xx, has no figures: nothing is passed on. A ping of several
    packets has some whether it was answered or not, unless none could be sent.
    """
    checks = [check for check in view.host.checks if has_figures(check) and (tests is None or check.key.test in tests)]
    seen = [view.latest[check.identity] for check in checks if check.identity in view.latest]
    found = (_page(one, view) if one.check.data else _pings(one, view) for one in seen)
    return [message for message in found if message is not None]


def _page(observation: Observation, view: HostView) -> DataMessage | None:
    if int(observation.reply.facts.get("http_status", 0)) not in _GOOD:
        return None
    return _message(observation.check.key, observation.reply.evidence.partition(_HEADERS_END)[2], view)


def _pings(observation: Observation, view: HostView) -> DataMessage | None:
    """`loss: 0.1` (a share), and `seconds: 0.000212 0.000219`, the shortest time first."""
    loss = observation.reply.facts.get("loss")
    if loss is None:
        return None
    times = " ".join(f"{seconds:.7f}" for seconds in observation.reply.round_trips)
    key = StatusKey(observation.check.key.host, SMOKE)
    return _message(key, f"loss: {loss:.6g}\nseconds: {times}\n".encode(), view)


def _message(key: StatusKey, body: bytes, view: HostView) -> DataMessage:
    head = f"data {host_to_wire(key.host)}.{key.test}\n".encode()
    return DataMessage(key=key, text=head + body, sender=view.settings.sender)
