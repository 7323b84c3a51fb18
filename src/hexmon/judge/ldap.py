"""The verdict on the column ldap: searches in a directory, the last tag first, and the simple service (xymonnet(1))."""

from msgspec.structs import replace

from hexmon.judge.network import HOST_DOWN, is_open, raw_finding
from hexmon.judge.soften import bad_test, depends, dialup, no_page, soften
from hexmon.judge.texts import date, dependencies, make_report, seconds_line
from hexmon.judge.view import Finding, HostView, Reason, Verdict, always_true, counted, worst
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome
from hexmon.model.text import readable

LDAP = "ldap"  # the column, and the probe
_URL = "ldapurl"  # what badTEST calls a test by URL
_PREFIXES = "?!~"
_YELLOW_FAIL = "FLAG_LDAPFAILYELLOW"


def raw_search(observation: Observation, host_down: bool, view: HostView) -> Finding:
    """What one search means before anything softens it: the first rule that applies."""
    check, reply = observation.check, observation.reply
    if reply.outcome is Outcome.PREVENTED:
        return Finding(color=Color.CLEAR, cause=reply.summary, reason=Reason.NOT_TESTED, counted=None)
    if reply.outcome is Outcome.OK:
        return _succeeded(check.judging.reverse)
    cause, reached = _cause(observation), is_open(observation)
    if host_down and view.settings.fail_goes_clear and not always_true(check, view.host):
        return Finding(color=Color.CLEAR, cause=f"{cause}\n{HOST_DOWN}", reason=Reason.HOST_DOWN, open=reached)
    if check.judging.reverse and reply.outcome is not Outcome.UNRESOLVED:
        return Finding(color=Color.GREEN, cause=cause, open=reached)
    forgiven = _YELLOW_FAIL in view.host.items and _search_failed(observation)
    color = Color.YELLOW if forgiven else Color.RED
    return Finding(color=color, cause=cause, reason=Reason.FAILED, counted=True, open=reached)


def _succeeded(reverse: bool) -> Finding:
    if not reverse:
        return Finding(color=Color.GREEN, open=True)
    cause = "Service responds when it should not"
    return Finding(color=Color.RED, cause=cause, reason=Reason.FAILED, counted=True, open=True)


def _search_failed(observation: Observation) -> bool:
    """Whether everything was well until the search: what `ldapyellowfail` is about."""
    return observation.reply.facts.get("bind_code") == 0


def _cause(observation: Observation) -> str:
    reply = observation.reply
    first = reply.summary if is_open(observation) else f"Cannot connect to server ({reply.summary})"
    return f"{first}\n{reply.detail}" if reply.detail else first


def search_failed(observation: Observation) -> bool:
    """Whether tests that depend on this one are excused by it: no success, or one against its `!`."""
    if observation.reply.outcome is Outcome.PREVENTED:
        return False
    return (observation.reply.outcome is Outcome.OK) is observation.check.judging.reverse


def _judged(observation: Observation, host_down: bool, view: HostView, now: float) -> tuple[Finding, Finding]:
    """What is told of one check, and what it does to the square: badTEST and NONETPAGE are about the square."""
    check = observation.check
    if check.probe != LDAP:
        finding = soften(raw_finding(observation, host_down, view), check, view, now)
        return finding, finding
    told = raw_search(observation, host_down, view)
    for step in (depends, dialup):
        told = step(told, check, view, now)
    return told, no_page(bad_test(told, check, _with_rules_for_urls(view), now), check, view, now)


def _with_rules_for_urls(view: HostView) -> HostView:
    """The same view where the rules of `badldapurl` are for this column, too."""
    rules = view.host.policy.bad
    if not any(rule.test == _URL for rule in rules):
        return view
    renamed = tuple(replace(rule, test=LDAP) if rule.test == _URL else rule for rule in rules)
    return replace(view, host=replace(view.host, policy=replace(view.host.policy, bad=renamed)))


def judge_ldap(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square ldap; of several checks the worst decides, each is told."""
    seen = view.observations(key.test)
    observations = [one for one in seen if one.check.probe == LDAP][::-1]
    observations += [one for one in seen if one.check.probe != LDAP]
    judged = [_judged(observation, host_down, view, now) for observation in observations]
    deciding = worst([finding for _, finding in judged])
    parts = [_part(told, observation) for (told, _), observation in zip(judged, observations, strict=True)]
    text = f"{date(now, view.settings.zone)}\n" + "\n".join(parts) + "\n"
    report = make_report(key, deciding.color, text, view.settings)
    failed = counted(told for told, _ in judged)
    return Verdict(report=report, failed=failed, reason=deciding.reason)


def _part(told: Finding, observation: Observation) -> str:
    """The line with the URL, why it failed or what was found, and the time."""
    reply, spec = observation.reply, observation.check.spec.lstrip(_PREFIXES)
    word = "not tested" if told.reason is Reason.NOT_TESTED else "OK" if reply.outcome is Outcome.OK else "failed"
    lines = [f"&{told.color.word} {spec} - {word}", ""]
    lines += [told.cause, ""] if told.cause else []
    lines += [*dependencies(told), ""] if told.failed_on else []
    if observation.check.probe == LDAP:
        lines += _found(observation)
    return "\n".join([*lines, seconds_line(_total(observation)), ""])


def _found(observation: Observation) -> list[str]:
    """The entries; of an answer that is no LDAP how it began."""
    reply = observation.reply
    evidence = readable(reply.evidence).rstrip("\n")
    if reply.outcome is not Outcome.OK:
        return [evidence, ""] if evidence else []
    count = int(reply.facts.get("entries", 0))
    more = "" if reply.facts.get("result_code") == 0 else " or more"
    return [f"{count}{more} {'entry' if count == 1 else 'entries'}", *(["", evidence] if evidence else []), ""]


def _total(observation: Observation) -> float:
    phases = [phase.seconds for phase in observation.reply.phases if phase.name != "resolve"]
    return sum(phases) if phases else observation.took
