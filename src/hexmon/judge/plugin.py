"""The verdict on plugins: 0 is green, 1 yellow, 2 red, and one that does not know is yellow."""

from hexmon.judge.network import DNS_FAILED, HOST_DOWN, Manner, judge_in, raw_finding
from hexmon.judge.texts import seconds_line
from hexmon.judge.view import Finding, HostView, Reason, Verdict, always_true
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome
from hexmon.model.text import readable

PLUGIN = "exec"  # the probe type
EXIT_STATUS = "exit_status"
_LARGE = 1e15
_COLORS = {0: Color.GREEN, 1: Color.YELLOW, 2: Color.RED}


def plugin_color(observation: Observation) -> Color:
    """What a plugin says of the host before its prefixes count.

    One that ran and came to no result (status 3, any other, ended by a signal) is yellow: somebody has to look at it,
    and nothing says that the host is in trouble. One that did not end in time is red, as a silent service is.
    """
    reply = observation.reply
    status = reply.facts.get(EXIT_STATUS)
    if status is None:
        return Color.YELLOW if reply.outcome is Outcome.ERROR else Color.RED
    return _COLORS.get(int(status), Color.YELLOW)


def plugin_failed(observation: Observation) -> bool:
    """Whether tests that depend on this one are excused by it."""
    return _reversed(observation) is Color.RED and observation.reply.outcome is not Outcome.PREVENTED


def _reversed(observation: Observation) -> Color:
    """With `!` a warning or worse is as it should be; not to know never is."""
    color = plugin_color(observation)
    if not observation.check.judging.reverse or _is_unknown(observation):
        return color
    return Color.RED if color is Color.GREEN else Color.GREEN


def _is_unknown(observation: Observation) -> bool:
    return observation.reply.outcome is Outcome.ERROR


def raw_plugin(observation: Observation, host_down: bool, view: HostView) -> Finding:
    """What one run means before anything softens it."""
    check, reply = observation.check, observation.reply
    if check.probe != PLUGIN or reply.outcome in {Outcome.PREVENTED, Outcome.UNRESOLVED}:
        return raw_finding(observation, host_down, view)
    answered = plugin_color(observation) is Color.GREEN
    excused = host_down and view.settings.fail_goes_clear and not always_true(check, view.host)
    if excused and not answered:
        cause = f"{reply.summary}\n{HOST_DOWN}"
        return Finding(color=Color.CLEAR, cause=cause, reason=Reason.HOST_DOWN)
    color = _reversed(observation)
    if color is Color.GREEN:
        return Finding(color=color, open=answered)
    cause = f"{reply.summary} (it should fail)" if check.judging.reverse and answered else reply.summary
    return Finding(color=color, cause=cause, reason=Reason.FAILED, counted=True, open=answered)


def judge_plugin(key: StatusKey, host_down: bool, view: HostView, now: float) -> Verdict:
    """The square of a plugin."""
    return judge_in(_PLUGIN, view.observations(key.test), host_down, view, now)


def _extra(_finding: Finding, observation: Observation) -> str:
    """What line 1 says besides: the plugin's own words where they hold."""
    return DNS_FAILED if observation.reply.outcome is Outcome.UNRESOLVED else _words(observation)


def _words(observation: Observation) -> str:
    return observation.reply.summary.partition("\n")[0]


def _told(finding: Finding, observation: Observation) -> list[str]:
    """What the plugin said, its figures and the time of the run."""
    lines: list[str] = []
    for block in (_said(finding, observation), observation.reply.detail, _figures(observation)):
        lines += [block, ""] if block else []
    return [*lines, seconds_line(observation.took)]


def _said(finding: Finding, observation: Observation) -> str:
    """The plugin's text, without the line that the sentence has already told."""
    text = readable(observation.reply.evidence)
    return text.partition("\n")[2] if finding.color >= Color.YELLOW else text


def _figures(observation: Observation) -> str:
    """`NAME : VALUE`, which Xymon's graphs of such columns (ncv) read as well."""
    figures = {name: value for name, value in observation.reply.facts.items() if ";" not in name}
    figures.pop(EXIT_STATUS, None)
    return "\n".join(f"{name} : {_number(value)}" for name, value in figures.items())


def _number(value: float) -> str:
    """Without an exponent, which other readers of such lines do not know; never very long."""
    if abs(value) >= _LARGE:
        return f"{value:.10g}"
    return f"{value:.9f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.15g}"


_PLUGIN = Manner(raw_plugin, _extra, _told)
