"""The verdict on conn: ping, several addresses, routers on the way (xymonnet(1), hosts.cfg(5))."""

import msgspec

from hexmon.judge.network import DNS_FAILED, flags_of
from hexmon.judge.quality import beyond, quality
from hexmon.judge.soften import CONN_STEPS, soften
from hexmon.judge.texts import Line1, date, make_report
from hexmon.judge.view import Finding, HostView, Reason, Verdict, is_dialup
from hexmon.model.color import Color
from hexmon.model.inventory import NO_LIMITS, Host, PingLimits
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome
from hexmon.model.status import Report

NOPING = "none"  # the probe type of `noping`
_ALIVE = " is alive"


def _addresses(observation: Observation) -> tuple[str, ...]:
    return tuple(getattr(observation.check.options, "addresses", ()))


def _is_up(observation: Observation) -> bool:
    return observation.reply.outcome is Outcome.OK


def ping_failed(observation: Observation) -> bool:
    """Whether the ping is not as it should be; a dialup host's too."""
    check, outcome = observation.check, observation.reply.outcome
    if check.probe == NOPING or outcome is Outcome.PREVENTED:
        return False
    return outcome is Outcome.UNRESOLVED or _is_up(observation) is _is_reverse(observation)


def ping_silent(observation: Observation) -> bool:
    """Whether a ping was tried and the host's own address did not answer, whatever its other addresses did."""
    tried = observation.check.probe != NOPING and observation.reply.outcome is not Outcome.PREVENTED
    return tried and not _own_address_up(observation)


def _own_address_up(observation: Observation) -> bool:
    lines = _lines(observation)
    return _ALIVE in lines[0] if lines else _is_up(observation)


def conn_down(observation: Observation, host: Host) -> bool:
    """Whether this ping makes the host count as down, for its other tests."""
    check = observation.check
    return ping_failed(observation) and (check.judging.reverse or not is_dialup(check, host))


def _is_reverse(observation: Observation) -> bool:
    """`!conn`; several addresses know no reverse."""
    return observation.check.judging.reverse and not _addresses(observation)


def raw_ping(observation: Observation, limits: PingLimits = NO_LIMITS) -> Finding:
    """What a ping means before anything softens it."""
    outcome = observation.reply.outcome
    if outcome is Outcome.PREVENTED:
        return Finding(color=Color.CLEAR, cause=observation.reply.summary, reason=Reason.NOT_TESTED, counted=None)
    up = _is_up(observation)
    own = _own_address_up(observation)
    if not ping_failed(observation):
        return _answering(observation, limits)
    cause = DNS_FAILED if outcome is Outcome.UNRESOLVED else _silence(observation, up)
    return Finding(color=Color.RED, cause=cause, reason=Reason.FAILED, counted=True, open=own)


def _answering(observation: Observation, limits: PingLimits) -> Finding:
    """All is as it should be, unless the way to the host is too bad; of one that ought to be silent nobody asks."""
    own = _own_address_up(observation)
    color, cause = beyond(observation.reply.facts, limits) if _is_up(observation) else (Color.GREEN, "")
    if color is Color.GREEN:
        return Finding(color=color, open=own)
    return Finding(color=color, cause=cause, reason=Reason.FAILED, counted=True, open=own)


def _silence(observation: Observation, up: bool) -> str:
    if up:
        return "Host does respond to ping"
    if not _addresses(observation):
        return "Host does not respond to ping"
    lines = _lines(observation)
    alive = sum(_ALIVE in line for line in lines)
    if alive:
        return f"Host responds to ping on {alive} of {len(lines)} IP's"
    return f"Host does not respond to ping on any of {len(lines)} IP's"


def _lines(observation: Observation) -> list[str]:
    return observation.reply.evidence.decode("latin-1").splitlines()


class _Ping(msgspec.Struct, frozen=True):
    """One judged ping with what its text tells."""

    key: StatusKey
    observation: Observation
    finding: Finding
    router: Host | None
    view: HostView

    @property
    def unresolved(self) -> bool:
        return self.observation.reply.outcome is Outcome.UNRESOLVED

    @property
    def router_word(self) -> str:
        """The type of device: the part of the router's DESCR before the colon."""
        kind, colon, _ = (self.router.description if self.router is not None else "").partition(":")
        return kind if colon and kind else self.view.settings.router_text


def judge_conn(key: StatusKey, view: HostView, now: float) -> Verdict:
    """The square conn."""
    observation = view.observations(key.test)[0]
    ping = _decide(key, observation, view, now)
    flags = flags_of(observation.check, ping.finding, view, ping.unresolved)
    flags = f"{flags[:3]}A{flags[4:]}"  # nothing else explains a ping: xymonnet marks every conn as always true
    line1 = Line1(key.test, flags, date(now, view.settings.zone), view.settings.fail_text)
    lines = [line1.write(ping.finding.color, _extra(ping)), "", *_sentences(ping), "", *_counter(ping, now)]
    lines += [f"&{'green' if _ALIVE in line else 'red'} {line}" for line in _lines(observation)]
    figures = quality(observation.reply.facts)
    lines += ["", figures] if figures else []
    report = make_report(key, ping.finding.color, "\n".join([*lines, ""]), view.settings, flags)
    return Verdict(report=report, failed=ping.finding.counted, reason=ping.finding.reason)


def wants_path(verdict: Verdict, observation: Observation, view: HostView) -> bool:
    """Whether the text is to tell how far packets get: `trace`, or the setting, of a host that is red by itself."""
    items, judging = view.host.items, observation.check.judging
    wanted = "FLAG_TRACE" in items or (view.settings.trace and "FLAG_NOTRACE" not in items)
    red = verdict.report.color is Color.RED and observation.reply.outcome is not Outcome.UNRESOLVED
    return wanted and red and not judging.reverse and not is_dialup(observation.check, view.host)


def with_path(report: Report, path: str) -> Report:
    """The report of conn with the path at its end."""
    return msgspec.structs.replace(report, text=b"%sTraceroute results:\n%s\n" % (report.text, path.encode()))


def _decide(key: StatusKey, observation: Observation, view: HostView, now: float) -> _Ping:
    if observation.check.probe == NOPING:
        finding = Finding(color=Color.CLEAR, reason=Reason.DISABLED)
        return _Ping(key, observation, finding, None, view)
    finding = raw_ping(observation, view.host.policy.ping_limits)
    unexplained = finding.color is not Color.RED or observation.reply.outcome is Outcome.UNRESOLVED
    router = _broken_router(view) if not unexplained and ping_silent(observation) else None
    if router is not None:
        finding = msgspec.structs.replace(finding, color=Color.YELLOW, reason=Reason.ROUTE)
    finding = soften(finding, observation.check, view, now, CONN_STEPS)
    return _Ping(key, observation, finding, router, view)


def _broken_router(view: HostView) -> Host | None:
    """The first router of `route:` that does not answer."""
    hosts = (view.host_of(name) for name in view.host.policy.route)
    return next((host for host in hosts if host is not None and view.silent(host.name)), None)


def _extra(ping: _Ping) -> str:
    words = (
        (ping.finding.reason is Reason.NOT_TESTED, "Not tested"),
        (ping.finding.reason is Reason.DISABLED, "Disabled"),
        (ping.unresolved and ping.finding.color >= Color.YELLOW, DNS_FAILED),
        (ping.router is not None, f"Intermediate {ping.router_word} down"),
        (ping.finding.color is Color.CLEAR and ping.view.host.policy.dialup, "Disabled (dialup host)"),
    )
    return next((word for holds, word in words if holds), "")


def _sentences(ping: _Ping) -> list[str]:
    subject = f"Service {ping.key.test} on {ping.key.host} is"
    color, fail_text = ping.finding.color, ping.view.settings.fail_text
    if color is Color.CLEAR:
        return [f"{subject} OK", *_why_clear(ping), *_route(ping)]
    if color < Color.YELLOW:
        return [f"{subject} OK ({'down' if ping.observation.check.judging.reverse else 'up'})"]
    if ping.unresolved:
        return [f"Unable to resolve hostname {ping.observation.check.address}"]
    if ping.router is not None:
        return [f"{subject} {fail_text}.", *_route(ping)]
    return [f"{subject} {fail_text} : {ping.finding.cause}"]


def _why_clear(ping: _Ping) -> list[str]:
    words = {
        Reason.NOT_TESTED: f"Not tested: {ping.finding.cause}",
        Reason.DISABLED: "Ping check disabled (noping)",
        Reason.DIALUP: "Dialup host" if ping.view.host.policy.dialup else "",
    }
    word = words.get(ping.finding.reason, "")
    return [word] if word and ping.router is None else []


def _route(ping: _Ping) -> list[str]:
    if ping.router is None:
        return []
    name = f"{ping.router_word} {ping.router.name} (IP:{ping.router.ip})"
    return [f"The {name} is not reachable, causing this host to be unreachable."]


def _counter(ping: _Ping, now: float) -> list[str]:
    if not ping.finding.counted or not ping_failed(ping.observation):
        return []
    rounds = ping.view.failures.get(ping.key, 0) + 1
    seconds = max(now - ping.view.down_since.get(ping.key, now), 0)
    return ["", f"System unreachable for {rounds} poll periods ({seconds:.0f} seconds)", ""]
