"""What one fetch of a URL means: the HTTP status, what was expected of the answer, what softens a failure."""

import msgspec

from hexmon.judge import assertions
from hexmon.judge.network import HOST_DOWN
from hexmon.judge.soften import depends, dialup
from hexmon.judge.view import Finding, HostView, Reason, always_true
from hexmon.model.color import Color
from hexmon.model.observation import Assertion, Check, Observation, Outcome

NOT_RETRIEVED = 999  # the status of what could not be fetched, for `httpstatus`
_GREEN_REDIRECTS = frozenset({302, 303, 307})


def status_color(status: int) -> Color:
    """2xx and the redirects 302, 303, 307 are green; 1xx and other 3xx yellow; 306, 4xx, 5xx and the rest red."""
    if 200 <= status <= 299 or status in _GREEN_REDIRECTS:
        return Color.GREEN
    if 100 <= status <= 399 and status != 306:
        return Color.YELLOW
    return Color.RED


def status_of(observation: Observation) -> int:
    """The HTTP status, 0 when none came."""
    return int(observation.reply.facts.get("http_status", 0))


def raw_fetch(observation: Observation) -> Finding:
    """What one fetch means before anything softens it; of what was expected only the status."""
    reply = observation.reply
    if reply.outcome is Outcome.PREVENTED:
        return Finding(color=Color.CLEAR, cause=reply.summary, reason=Reason.NOT_TESTED, counted=None)
    status = status_of(observation)
    wanted = assertions.of_status(reply)
    if wanted and (reply.outcome in assertions.ANSWERED or not status):
        return _as_wanted(max(wanted, key=assertions.color_of), observation)
    color = status_color(status) if status else Color.RED
    if color is Color.GREEN and reply.outcome in assertions.ANSWERED:
        return Finding(color=color, open=True)
    cause = reply.summary or f"Unwanted HTTP status {status}"
    worst_of_both = color if color is not Color.GREEN else Color.RED
    return _failed(worst_of_both, cause, observation)


def _as_wanted(wanted: Assertion, observation: Observation) -> Finding:
    """The colour of a fetch whose status somebody has an opinion of; it replaces the usual one."""
    status = status_of(observation)
    color = assertions.color_of(wanted)
    if color is Color.GREEN:
        return Finding(color=color, cause="" if status else observation.reply.summary, open=_connected(observation))
    if wanted.held is None:
        return _failed(color, assertions.causes((wanted,))[0], observation)
    return _failed(color, f"Unwanted HTTP status {status}" if status else observation.reply.summary, observation)


def _failed(color: Color, cause: str, observation: Observation) -> Finding:
    return Finding(color=color, cause=cause, reason=Reason.FAILED, counted=True, open=_connected(observation))


def _connected(observation: Observation) -> bool:
    return status_of(observation) > 0 or any(phase.name == "connect" for phase in observation.reply.phases)


def raw_page(observation: Observation) -> Finding:
    """The same with everything that was expected of the answer."""
    finding = raw_fetch(observation)
    reply = observation.reply
    wrong = assertions.failing(assertions.looked_at(assertions.of_content(reply), reply))
    if not wrong or finding.reason is Reason.NOT_TESTED:
        return finding
    before = [finding.cause] if finding.color >= Color.YELLOW else []
    color = max(finding.color, *map(assertions.color_of, wrong))
    return _failed(color, ", ".join([*before, *assertions.causes(wrong)]), observation)


def softened(finding: Finding, check: Check, host_down: bool, view: HostView, now: float) -> Finding:
    """What the host, its ping and `depends=(http:...)` make of one fetch. `!` has no effect here."""
    if finding.color < Color.YELLOW:
        return finding
    if check.judging.reverse:
        check = msgspec.structs.replace(check, judging=msgspec.structs.replace(check.judging, reverse=False))
    finding = dialup(finding, check, view, now)
    if host_down and view.settings.fail_goes_clear and not always_true(check, view.host):
        cause = f"{finding.cause}\n{HOST_DOWN}"
        return msgspec.structs.replace(finding, color=Color.CLEAR, reason=Reason.HOST_DOWN, counted=False, cause=cause)
    return depends(finding, check, view, now)


def web_failed(observation: Observation) -> bool:
    """Whether tests that depend on http are excused by it."""
    finding = raw_fetch(observation) if observation.check.column else raw_page(observation)
    return finding.color is Color.RED
