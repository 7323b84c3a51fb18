"""One check of a monitor of a YAML site: its attempts, and what they mean."""

from collections.abc import Awaitable, Callable

from hexmon.clock import Clock
from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView, JudgeSettings
from hexmon.model.color import Color
from hexmon.model.events import MonitorChecked
from hexmon.model.inventory import Host
from hexmon.model.observation import Check, Observation
from hexmon.model.status import Report
from hexmon.model.text import first_reason

PAUSE = 1.0  # seconds between two attempts, unless the check says so

Observe = Callable[[Check], Awaitable[Observation]]


class NotTried(Exception):  # noqa: N818 - it names what is so
    """This machine could not try; that says nothing of the monitor."""


async def check_monitor(host: Host, observe: Observe, clock: Clock, judging: JudgeSettings) -> MonitorChecked:
    """Try until it is up, as often as the monitor's options say; what the last attempt saw. Raises NotTried."""
    (check,) = host.checks
    pause = PAUSE if check.retry_pause is None else check.retry_pause
    found = judged(host, await observe(check), clock.now(), judging)
    for _ in range(check.attempts - 1):
        if found.up:
            break
        await clock.sleep_until(clock.monotonic() + pause)
        found = judged(host, await observe(check), clock.now(), judging)
    return found


def judged(host: Host, observation: Observation, now: float, judging: JudgeSettings) -> MonitorChecked:
    """What one attempt means. Raises NotTried."""
    view = HostView(host=host, latest={observation.check.identity: observation}, settings=judging)
    (report,) = (one.report for one in judge_host(view, now) if one.report.key == observation.check.key)
    if report.color is Color.CLEAR:
        raise NotTried(first_reason(report.text))
    return checked(observation, report, now)


def checked(observation: Observation, report: Report, now: float) -> MonitorChecked:
    """What the report on a monitor means, for those who follow it."""
    up = report.color is Color.GREEN
    return MonitorChecked(
        at=now,
        key=report.key,
        up=up,
        seconds=observation.took,
        reason="" if up else first_reason(report.text) or observation.reply.summary,
        device=observation.reply.device,
    )
