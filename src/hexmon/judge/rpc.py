"""The verdict on rpc: is there a portmapper, and does it list what it should (xymonnet(1), hosts.cfg(5))."""

import msgspec

from hexmon.judge.network import raw_finding
from hexmon.judge.soften import soften
from hexmon.judge.texts import date, dependencies, make_report, printable, seconds_line
from hexmon.judge.view import Finding, HostView, Reason, Verdict, counted, worst
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome

RPC = "rpc"  # the probe
_CLOSED = "Could not connect to the portmapper service"


def judge_rpc(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square rpc; of several checks the worst decides, each is told."""
    observations = view.observations(key.test)
    findings = [_judged(observation, host_down, view, now) for observation in observations]
    deciding = worst(findings)
    word = "NOT ok" if deciding.color >= Color.YELLOW else "ok"
    line = f"{date(now, view.settings.zone)} {key.test} {word}, {_cause(deciding)}"
    parts = [_part(*pair) for pair in zip(findings, observations, strict=True)]
    report = make_report(key, deciding.color, "\n".join([line, "", *parts]), view.settings)
    return Verdict(report=report, failed=counted(findings), reason=deciding.reason)


def _judged(observation: Observation, host_down: bool, view: HostView, now: float) -> Finding:
    """The portmapper like any service; what it does not list is red, since the host is up and answers."""
    reply = observation.reply
    answered = bool(reply.facts.get("open"))
    portmapper = msgspec.structs.replace(reply, outcome=Outcome.OK) if answered else reply
    seen = msgspec.structs.replace(observation, reply=portmapper)
    finding = soften(raw_finding(seen, host_down, view), observation.check, view, now)
    if finding.color is not Color.GREEN or not reply.facts.get("missing") or observation.check.judging.reverse:
        return finding
    return Finding(color=Color.RED, cause=reply.summary, reason=Reason.FAILED, counted=True, open=True)


def _cause(finding: Finding) -> str:
    """What line 1 says; what is missing, or failed elsewhere, stands below it, as xymonnet has it."""
    if finding.reason is Reason.DEPENDS or finding.cause.startswith("not registered"):
        return ""
    return finding.cause.partition("\n")[0].partition(" (")[0]


def _part(finding: Finding, observation: Observation) -> str:
    listed = printable(observation.reply.evidence)
    reason = _CLOSED if not finding.open and observation.reply.outcome is not Outcome.OK else ""
    lines = [*([reason, ""] if reason else []), *([listed] if listed else []), *dependencies(finding)]
    return "\n".join([*lines, seconds_line(observation.took), ""])
