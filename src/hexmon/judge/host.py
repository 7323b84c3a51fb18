"""Facts to colours: everything that one host's probes saw becomes its verdicts."""

from collections.abc import Callable, Collection, Mapping

import msgspec

from hexmon.judge.content import column_failed, judge_columns
from hexmon.judge.fetch import raw_fetch, web_failed
from hexmon.judge.http import judge_http
from hexmon.judge.ldap import judge_ldap, search_failed
from hexmon.judge.monitor import is_monitor, judge_monitor, monitor_failed
from hexmon.judge.network import judge_service, service_failed
from hexmon.judge.ping import NOPING, conn_down, judge_conn, ping_failed, ping_silent
from hexmon.judge.plugin import PLUGIN, judge_plugin, plugin_failed
from hexmon.judge.rpc import RPC, judge_rpc
from hexmon.judge.sslcert import judge_sslcert
from hexmon.judge.view import CONN, HostView, Verdict, always_true
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation, Outcome

WEB = "http"  # the probe type of everything that fetches a URL
Judge = Callable[[StatusKey, bool, HostView, float], Verdict]

# Who judges a square by the probes it has; where it has several, the first row of them. All others are simple services.
_JUDGES: Mapping[str, Judge] = {
    "ldap": judge_ldap,
    PLUGIN: judge_plugin,
    RPC: judge_rpc,
    "icmp": lambda key, _down, view, now: judge_conn(key, view, now),
    NOPING: lambda key, _down, view, now: judge_conn(key, view, now),
    WEB: judge_http,
}

# When a square failed for those that depend on it, by probe; a simple service when nobody answers.
_FAILED: Mapping[str, Callable[[Observation], bool]] = {
    WEB: web_failed,
    "ldap": search_failed,
    PLUGIN: plugin_failed,
}


def judge_host(view: HostView, now: float, tests: Collection[str] | None = None) -> list[Verdict]:
    """The verdicts of the squares that were observed, conn first; `tests` limits them to what was just probed.

    The squares that fetches make besides http follow it; sslcert is added when one of those tests met a certificate.
    Monitors of sites have their one square only: it tells of the certificate itself.
    """
    down = host_down(view.host, view.latest)
    seen = [check for check in view.host.checks if check.identity in view.latest]
    seen = [check for check in seen if tests is None or check.key.test in tests]
    view = _believed_until_the_next(view, seen)
    probes: dict[StatusKey, set[str]] = {}
    monitors = {check.key for check in seen if check.judging.monitor}
    verdicts = [judge_monitor(key, view) for key in sorted(monitors, key=lambda key: key.test != CONN)]
    seen = [check for check in seen if check.key not in monitors]
    for check in seen:
        if not check.data:
            probes.setdefault(check.key, set()).add(check.probe)
    wanted = sorted(probes, key=lambda key: key.test != CONN)
    for key in wanted:
        verdicts.append(_judge_for(probes[key])(key, down, view, now))
        if WEB in probes[key]:
            verdicts += judge_columns(key, down, view, now)
    if any(view.latest[check.identity].reply.certificates for check in seen):
        certificates = judge_sslcert(view, now)
        verdicts += [certificates] if certificates is not None else []
    return verdicts


def _believed_until_the_next(view: HostView, checks: Collection[Check]) -> HostView:
    """A square that is probed seldom does not turn purple between two rounds, nor when one of them is missed."""
    needed = max((2 * check.interval + _longest_round(check) for check in checks), default=0.0)
    if needed <= view.settings.validity:
        return view
    return msgspec.structs.replace(view, settings=msgspec.structs.replace(view.settings, validity=needed))


def _longest_round(check: Check) -> float:
    return max(check.attempts, 1) * (check.timeout + (check.retry_pause or 0.0))


def _judge_for(probes: Collection[str]) -> Judge:
    return next((judge for probe, judge in _JUDGES.items() if probe in probes), judge_service)


def host_down(host: Host, latest: Mapping[str, Observation]) -> bool:
    """Whether the last ping makes the host count as down; a yellow conn behind a dead router does as well."""
    seen = (latest.get(check.identity) for check in host.checks if check.key.test == CONN)
    return any(conn_down(observation, host) for observation in seen if observation is not None)


def host_silent(host: Host, latest: Mapping[str, Observation]) -> bool:
    """Whether the last ping got no answer, expected or not: nobody is reached through such a host."""
    seen = (latest.get(check.identity) for check in host.checks if check.key.test == CONN)
    return any(ping_silent(observation) for observation in seen if observation is not None)


def square_failed(host: Host, test: str, latest: Mapping[str, Observation]) -> bool | None:
    """Whether the last probe of a square failed, for the tests that depend on it; None when there was none."""
    seen = [
        latest[check.identity]
        for check in host.checks
        if test in (check.key.test, check.column) and check.identity in latest
    ]
    return any(_failed(observation, test) for observation in seen) if seen else None


def _failed(observation: Observation, test: str) -> bool:
    check = observation.check
    if is_monitor(observation):
        return monitor_failed(observation)
    if check.key.test != test:
        return column_failed(observation)
    if test == CONN:
        return ping_failed(observation)
    return _FAILED.get(check.probe, service_failed)(observation)


def probed_as(host: Host, test: str) -> str:
    """The test whose round tells of that square: http for one that a fetch makes besides."""
    return next((check.key.test for check in host.checks if check.column == test), test)


def looks_bad(observation: Observation) -> bool:
    """Whether it is worth another try before it is believed."""
    if is_monitor(observation):
        return monitor_failed(observation)
    return _is_odd(observation) or any(one.held is False for one in observation.reply.assertions)


def needs_explaining(observation: Observation, host: Host) -> bool:
    """Whether other squares have a say in what this means: a failure, or a closed port that ought to be closed.

    The wrong content of a page can be explained by `depends=(COLUMN:...)` only.
    """
    column = observation.check.column
    depending = bool(column) and any(test == column for test, _ in host.policy.depends)
    return looks_bad(observation) if depending or not column else _is_odd(observation)


def _is_odd(observation: Observation) -> bool:
    check = observation.check
    if check.data:
        return False
    if is_monitor(observation):
        return monitor_failed(observation)
    if check.key.test == CONN:
        return ping_failed(observation)
    if check.probe == WEB:
        return raw_fetch(observation).color >= Color.YELLOW
    return observation.reply.outcome is not Outcome.OK or check.judging.reverse


def explainers(checks: Collection[Check], host: Host) -> tuple[StatusKey, ...]:
    """The squares that could explain a failure of these checks of one square, or of what they make besides."""
    key = next(iter(checks)).key
    if any(check.judging.monitor for check in checks):
        return ()
    if key.test == CONN:
        return tuple(StatusKey(router, CONN) for router in host.policy.route)
    if all(always_true(check, host) for check in checks):
        return ()
    pings = {check.key for check in host.checks if check.key.test == CONN and check.probe != NOPING}
    tests = {key.test, *(check.column for check in checks)}
    named = {other for test, others in host.policy.depends if test in tests for other in others}
    return tuple((pings | named) - {key})
