"""Facts to colours: everything that one host's probes saw becomes its verdicts."""

from collections.abc import Callable, Collection, Mapping

from hexmon.judge.http import judge_http, raw_web, web_failed
from hexmon.judge.network import judge_service, service_failed
from hexmon.judge.ping import NOPING, conn_down, judge_conn, ping_failed, ping_silent
from hexmon.judge.plugin import PLUGIN, judge_plugin, plugin_failed
from hexmon.judge.sslcert import judge_sslcert
from hexmon.judge.view import CONN, HostView, Verdict, always_true
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation, Outcome

_JUDGES: Mapping[str, Callable[[StatusKey, bool, HostView, float], Verdict]] = {
    "http": judge_http,
    PLUGIN: judge_plugin,
    "icmp": lambda key, _down, view, now: judge_conn(key, view, now),
    NOPING: lambda key, _down, view, now: judge_conn(key, view, now),
}

_FAILED: Mapping[str, Callable[[Observation], bool]] = {"http": web_failed, PLUGIN: plugin_failed}


def judge_host(view: HostView, now: float, tests: Collection[str] | None = None) -> list[Verdict]:
    """The verdicts of the squares that were observed, conn first; `tests` limits them to what was just probed.

    sslcert is added when one of those tests met a certificate.
    """
    down = host_down(view.host, view.latest)
    seen = [check for check in view.host.checks if check.identity in view.latest]
    seen = [check for check in seen if tests is None or check.key.test in tests]
    probes = {check.key: check.probe for check in seen if not check.data}
    wanted = sorted(probes, key=lambda key: key.test != CONN)
    verdicts = [_JUDGES.get(probes[key], judge_service)(key, down, view, now) for key in wanted]
    if any(view.latest[check.identity].reply.certificates for check in seen):
        certificates = judge_sslcert(view, now)
        verdicts += [certificates] if certificates is not None else []
    return verdicts


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
    seen = [latest[check.identity] for check in host.checks if check.key.test == test and check.identity in latest]
    return any(_failed(observation) for observation in seen) if seen else None


def _failed(observation: Observation) -> bool:
    if observation.check.key.test == CONN:
        return ping_failed(observation)
    return _FAILED.get(observation.check.probe, service_failed)(observation)


def needs_explaining(observation: Observation) -> bool:
    """Whether other squares have a say in what this means: a failure, or a closed port that ought to be closed."""
    check = observation.check
    if check.data:
        return False
    if check.key.test == CONN:
        return ping_failed(observation)
    if check.probe == "http":
        return raw_web(observation).color >= Color.YELLOW
    return observation.reply.outcome is not Outcome.OK or check.judging.reverse


def explainers(checks: Collection[Check], host: Host) -> tuple[StatusKey, ...]:
    """The squares that could explain a failure of these checks of one square."""
    key = next(iter(checks)).key
    if key.test == CONN:
        return tuple(StatusKey(router, CONN) for router in host.policy.route)
    if all(always_true(check, host) for check in checks):
        return ()
    pings = {check.key for check in host.checks if check.key.test == CONN and check.probe != NOPING}
    named = {other for test, others in host.policy.depends if test == key.test for other in others}
    return tuple((pings | named) - {key})
