"""The verdict on a monitor of a YAML site: up or down, and nothing between (APMonitor's table of what is up). Pure."""

from hexmon.judge.monitor_reasons import down_reason
from hexmon.judge.monitor_text import details
from hexmon.judge.page_text import as_line
from hexmon.judge.texts import make_report
from hexmon.judge.view import CONN, HostView, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Observation, Outcome

PING = "ping"


def is_monitor(observation: Observation) -> bool:
    """Whether it is judged here, whatever its probe is."""
    return observation.check.judging.monitor


def monitor_failed(observation: Observation) -> bool:
    """Whether it is down; what could not be tried is not."""
    return observation.reply.outcome is not Outcome.PREVENTED and bool(down_reason(observation))


def judge_monitor(key: StatusKey, view: HostView) -> Verdict:
    """Its square: green when it is up, red when it is down, clear when this machine could not try.

    The first line is `red REASON`, or `green TYPE: up, 12.3 ms`. Other squares, badTEST and the like have no say in it:
    sites have their own words for that, and their alerts heed them.
    """
    observation = view.observations(key.test)[0]
    kind = PING if key.test == CONN else key.test
    color, reason, first = _decided(observation, kind)
    text = "\n".join([first, "", *details(observation, kind, view.host.monitor), ""])
    report = make_report(key, color, text, view.settings)
    counted = None if color is Color.CLEAR else color is Color.RED
    return Verdict(report=report, failed=counted, reason=reason)


def _decided(observation: Observation, kind: str) -> tuple[Color, Reason, str]:
    if observation.reply.outcome is Outcome.PREVENTED:
        return Color.CLEAR, Reason.NOT_TESTED, f"{kind}: not tested, {as_line(observation.reply.summary)}"
    why = down_reason(observation)
    if why:
        return Color.RED, Reason.FAILED, as_line(why)
    return Color.GREEN, Reason.OK, f"{kind}: up, {observation.took * 1000:.1f} ms"
