"""The verdict on simple services: connect, say one thing, look at the answer (xymonnet(1), protocols.cfg(5))."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hexmon.judge.page_text import as_line
from hexmon.judge.soften import soften
from hexmon.judge.texts import Line1, body, date, make_report, printable, seconds_line
from hexmon.judge.tls_words import why_no_session
from hexmon.judge.view import Finding, HostView, Reason, Verdict, always_true, counted, is_dialup, worst
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


class Manner(NamedTuple):
    """How one kind of service is judged and told of.

    `line1` is what line 1 says besides; `told` stands below the sentence of each check.
    """

    raw: Callable[[Observation, bool, HostView], Finding]
    line1: Callable[[Finding, Observation], str]
    told: Callable[[Finding, Observation], Sequence[str]]


def judge_service(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square of a simple service."""
    return judge_in(_SIMPLE, view.observations(key.test), host_down, view, now)


def judge_in(manner: Manner, seen: Sequence[Observation], host_down: bool, view: HostView, now: float) -> Verdict:
    """A square whose text is that of a simple service; of several checks in it the worst decides, each is told."""
    key = seen[0].check.key
    findings = [soften(manner.raw(one, host_down, view), one.check, view, now) for one in seen]
    deciding = worst(findings)
    observation = seen[findings.index(deciding)]
    flags = flags_of(observation.check, deciding, view, observation.reply.outcome is Outcome.UNRESOLVED)
    line1 = Line1(key.test, flags, date(now, view.settings.zone), view.settings.fail_text)
    parts = [_part(manner, *pair, view) for pair in zip(findings, seen, strict=True)]
    text = line1.write(deciding.color, _on_line1(manner, deciding, observation)) + "\n\n" + "\n\n".join(parts) + "\n"
    report = make_report(key, deciding.color, text, view.settings, flags)
    return Verdict(report=report, failed=counted(findings), reason=deciding.reason)


def _on_line1(manner: Manner, finding: Finding, observation: Observation) -> str:
    if finding.reason is Reason.NOT_TESTED:
        return "Not tested"
    return SOFTENED if finding.color is Color.CLEAR else manner.line1(finding, observation)


def _part(manner: Manner, finding: Finding, observation: Observation, view: HostView) -> str:
    """The sentence about one check, and what is told below it."""
    reply, check = observation.reply, observation.check
    if finding.reason is Reason.NOT_TESTED:
        return f"Service {check.key.test} on {check.key.host} was not tested\n{reply.summary}\n"
    if reply.outcome is Outcome.UNRESOLVED and finding.color >= Color.YELLOW:
        return f"Unable to resolve hostname {check.address}\n"
    sentence = body(check.key, finding, check.judging.reverse, view.settings.fail_text)
    return "\n".join([sentence, *manner.told(finding, observation), ""])


def _extra(finding: Finding, observation: Observation) -> str:
    unresolved = observation.reply.outcome is Outcome.UNRESOLVED
    return DNS_FAILED if unresolved and finding.color >= Color.YELLOW else ""


def _told(_finding: Finding, observation: Observation) -> list[str]:
    """The banner, why there was no TLS, and the time."""
    reply = observation.reply
    lines = [f"\n{printable(reply.evidence)}\n"] if reply.evidence else []
    if why := why_no_session(reply):
        lines.append(f"\n{as_line(why)}\n")
    return [*lines, seconds_line(connect_seconds(observation))]


_SIMPLE = Manner(raw_finding, _extra, _told)


def connect_seconds(observation: Observation) -> float:
    """The time to a usable connection or to an answer; of everything when the probe does not tell its phases."""
    phases = [phase.seconds for phase in observation.reply.phases if phase.name in _TIMED]
    return sum(phases) if phases else observation.took
