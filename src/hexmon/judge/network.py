"""The verdict on simple services: connect, say one thing, look at the answer (xymonnet(1), protocols.cfg(5))."""

from hexmon.judge.page_text import as_line
from hexmon.judge.soften import soften
from hexmon.judge.texts import Line1, body, date, make_report, printable, seconds_line
from hexmon.judge.tls_words import why_no_session
from hexmon.judge.view import Finding, HostView, Reason, Verdict, always_true, is_dialup, worst
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation, Outcome, Reply

_ANSWERED = frozenset({Outcome.OK, Outcome.UNEXPECTED, Outcome.TLS})
_TIMED = frozenset({"connect", "tls", "lookup", "query"})
DNS_FAILED = "DNS lookup failed"
SOFTENED = "Ping failed, or dialup host/service"
HOST_DOWN = "Host appears to be down"


def is_open(observation: Observation) -> bool:
    """Whether somebody answered: a port is open even when what follows the connection fails."""
    reply = observation.reply
    return reply.outcome in _ANSWERED or bool(reply.facts.get("open"))


def raw_finding(observation: Observation, host_down: bool, view: HostView) -> Finding:
    """What one observation means before anything softens it: the first rule that applies."""
    check, outcome = observation.check, observation.reply.outcome
    if outcome is Outcome.PREVENTED:
        return Finding(color=Color.CLEAR, cause=observation.reply.summary, reason=Reason.NOT_TESTED, counted=None)
    if outcome is Outcome.UNRESOLVED:
        return Finding(color=Color.RED, cause=DNS_FAILED, reason=Reason.FAILED, counted=True)
    excused = host_down and view.settings.fail_goes_clear and not always_true(check, view.host)
    if not is_open(observation):
        return _closed(observation, excused)
    return _open(observation)


def _closed(observation: Observation, excused: bool) -> Finding:
    if excused:
        return Finding(color=Color.CLEAR, cause=HOST_DOWN, reason=Reason.HOST_DOWN)
    if observation.check.judging.reverse:
        return Finding(color=Color.GREEN)
    cause = f"Service unavailable ({observation.reply.summary})"
    return Finding(color=Color.RED, cause=cause, reason=Reason.FAILED, counted=True)


def _open(observation: Observation) -> Finding:
    reply = observation.reply
    if observation.check.judging.reverse:
        color, cause = Color.RED, "Service responds when it should not"
    elif reply.outcome is Outcome.OK:
        return Finding(color=Color.GREEN, open=True)
    elif reply.outcome is Outcome.UNEXPECTED:
        color, cause = _unexpected(reply)
    else:
        color, cause = Color.RED, f"Service listening but unavailable ({reply.summary})"
    return Finding(color=color, cause=cause, reason=Reason.FAILED, counted=True, open=True)


def _unexpected(reply: Reply) -> tuple[Color, str]:
    """Another answer than what was expected; a probe that was given limits says which one does not hold."""
    broken = [one for one in reply.assertions if one.held is False]
    if not broken:
        return Color.YELLOW, "Unexpected service response"
    return Color.RED if any(one.severe for one in broken) else Color.YELLOW, reply.summary


def service_failed(observation: Observation) -> bool:
    """Whether tests that depend on this one are excused by it: closed, or open against its `!`."""
    if observation.reply.outcome is Outcome.PREVENTED:
        return False
    return is_open(observation) is observation.check.judging.reverse


def flags_of(check: Check, finding: Finding, view: HostView, dns_error: bool) -> str:
    """The seven switches of xymonnet and the DNS error: `OrdastLe`, upper case for yes."""
    silent = check.judging.silent or bool(getattr(check.options, "silent", False))
    switches = (
        ("o", finding.open),
        ("r", check.judging.reverse),
        ("d", is_dialup(check, view.host)),
        ("a", always_true(check, view.host)),
        ("s", silent),
        ("t", not check.dns),
        ("l", True),
        ("e", dns_error),
    )
    return "".join(letter.upper() if on else letter for letter, on in switches)


def judge_service(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square of a simple service; of several checks in one column the worst decides, each is told."""
    observations = view.observations(key.test)
    findings = [
        soften(raw_finding(observation, host_down, view), observation.check, view, now) for observation in observations
    ]
    deciding = worst(findings)
    observation = observations[findings.index(deciding)]
    flags = flags_of(observation.check, deciding, view, observation.reply.outcome is Outcome.UNRESOLVED)
    line1 = Line1(key.test, flags, date(now, view.settings.zone), view.settings.fail_text)
    parts = [_part(key, *pair, view) for pair in zip(findings, observations, strict=True)]
    text = line1.write(deciding.color, _extra(deciding, observation)) + "\n\n" + "\n\n".join(parts) + "\n"
    report = make_report(key, deciding.color, text, view.settings, flags)
    counts = [finding.counted for finding in findings]
    failed = True if True in counts else False if False in counts else None
    return Verdict(report=report, failed=failed, reason=deciding.reason)


def _extra(finding: Finding, observation: Observation) -> str:
    if finding.reason is Reason.NOT_TESTED:
        return "Not tested"
    if finding.color is Color.CLEAR:
        return SOFTENED
    unresolved = observation.reply.outcome is Outcome.UNRESOLVED
    return DNS_FAILED if unresolved and finding.color >= Color.YELLOW else ""


def _part(key: StatusKey, finding: Finding, observation: Observation, view: HostView) -> str:
    """The sentence, the banner and the time of one check."""
    reply = observation.reply
    if finding.reason is Reason.NOT_TESTED:
        return f"Service {key.test} on {key.host} was not tested\n{reply.summary}\n"
    if reply.outcome is Outcome.UNRESOLVED and finding.color >= Color.YELLOW:
        return f"Unable to resolve hostname {observation.check.address}\n"
    lines = [body(key, finding, observation.check.judging.reverse, view.settings.fail_text)]
    if reply.evidence:
        lines.append(f"\n{printable(reply.evidence)}\n")
    if why := why_no_session(reply):
        lines.append(f"\n{as_line(why)}\n")
    return "\n".join([*lines, seconds_line(connect_seconds(observation)), ""])


def connect_seconds(observation: Observation) -> float:
    """The time to a usable connection or to an answer; of everything when the probe does not tell its phases."""
    phases = [phase.seconds for phase in observation.reply.phases if phase.name in _TIMED]
    return sum(phases) if phases else observation.took
