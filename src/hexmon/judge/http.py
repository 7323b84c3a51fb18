"""The verdict on the column http: the worst of a host's URLs, the last tag first (xymonnet(1))."""

import msgspec

from hexmon.judge.network import HOST_DOWN
from hexmon.judge.soften import bad_test, depends, dialup, no_page
from hexmon.judge.texts import date, dependencies, make_report, seconds_line
from hexmon.judge.view import Finding, HostView, Reason, Verdict, always_true, worst
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome
from hexmon.model.text import readable

_PREFIXES = "?!~"
_GREEN_REDIRECTS = frozenset({302, 303, 307})
_HEADERS_END = b"\r\n\r\n"


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


def raw_web(observation: Observation) -> Finding:
    """What one fetch means before anything softens it."""
    reply = observation.reply
    if reply.outcome is Outcome.PREVENTED:
        return Finding(color=Color.CLEAR, cause=reply.summary, reason=Reason.NOT_TESTED, counted=None)
    status = status_of(observation)
    color = status_color(status) if status else Color.RED
    if color is Color.GREEN and reply.outcome in {Outcome.OK, Outcome.UNEXPECTED}:
        return Finding(color=color, open=True)
    cause = reply.summary or f"Unwanted HTTP status {status}"
    worst_of_both = color if color is not Color.GREEN else Color.RED
    return Finding(color=worst_of_both, cause=cause, reason=Reason.FAILED, counted=True, open=_connected(observation))


def _connected(observation: Observation) -> bool:
    return status_of(observation) > 0 or any(phase.name == "connect" for phase in observation.reply.phases)


def web_failed(observation: Observation) -> bool:
    """Whether tests that depend on this one are excused by it."""
    return raw_web(observation).color is Color.RED


def _judged(observation: Observation, host_down: bool, view: HostView, now: float) -> Finding:
    finding = raw_web(observation)
    check = observation.check
    if finding.color < Color.YELLOW:
        return finding
    finding = dialup(finding, check, view, now)
    if host_down and view.settings.fail_goes_clear and not always_true(check, view.host):
        return msgspec.structs.replace(
            finding, color=Color.CLEAR, reason=Reason.HOST_DOWN, counted=False, cause=f"{finding.cause}\n{HOST_DOWN}"
        )
    return depends(finding, check, view, now)


def judge_http(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square http."""
    observations = view.observations(key.test)[::-1]
    findings = [_judged(observation, host_down, view, now) for observation in observations]
    deciding = worst(findings)
    check = observations[findings.index(deciding)].check
    deciding = no_page(bad_test(deciding, check, view, now), check, view, now)
    items = " ; ".join(_item(finding) for finding in findings)
    parts = [_part(*pair) for pair in zip(findings, observations, strict=True)]
    text = f"{date(now, view.settings.zone)}: {items}\n\n" + "\n".join(parts) + "\n"
    report = make_report(key, deciding.color, text, view.settings)
    return Verdict(report=report, failed=_counted(findings), reason=deciding.reason)


def _counted(findings: list[Finding]) -> bool | None:
    counts = {finding.counted for finding in findings}
    return None if counts == {None} else True in counts


def _item(finding: Finding) -> str:
    """One item of line 1. A server that was reached is "OK" there when its colour was cleared, as xymonnet has it."""
    if finding.color is Color.GREEN or (finding.color is Color.CLEAR and finding.open):
        return "OK"
    return finding.cause.partition("\n")[0]


def url_of(observation: Observation) -> str:
    """The URL as the tag has it, without the prefixes."""
    return observation.check.spec.lstrip(_PREFIXES) or str(getattr(observation.check.options, "url", ""))


def _part(finding: Finding, observation: Observation) -> str:
    """What is told about one URL."""
    reason, _, more = (finding.cause or "OK").partition("\n")
    headers = readable(observation.reply.evidence.partition(_HEADERS_END)[0]) if finding.open else ""
    lines = [f"&{finding.color.word} {url_of(observation)} - {reason}", ""]
    lines += [*([headers, ""] if headers else []), *([more, ""] if more else [])]
    lines += [*dependencies(finding), ""] if finding.failed_on else []
    return "\n".join([*lines, seconds_line(_total(observation)), ""])


def _total(observation: Observation) -> float:
    phases = [phase.seconds for phase in observation.reply.phases if phase.name != "resolve"]
    return sum(phases) if phases else observation.took
