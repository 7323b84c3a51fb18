"""One check of a monitor of a YAML site: its attempts, and what they mean."""

from collections.abc import Awaitable, Callable

from hexmon.clock import Clock
from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView, JudgeSettings
from hexmon.model.color import Color
from hexmon.model.events import MonitorChecked
from hexmon.model.inventory import Host
from hexmon.model.observation import Check, Observation
from hexmon.model.text import readable

PAUSE = 1.0  # seconds between two attempts

Observe = Callable[[Check], Awaitable[Observation]]


async def check_monitor(host: Host, observe: Observe, clock: Clock, judging: JudgeSettings) -> MonitorChecked:
    """Try until it is up, as often as the monitor's options say; what the last attempt saw."""
    (check,) = host.checks
    found = judged(host, await observe(check), clock.now(), judging)
    for _ in range(check.attempts - 1):
        if found.up:
            break
        await clock.sleep_until(clock.monotonic() + PAUSE)
        found = judged(host, await observe(check), clock.now(), judging)
    return found


def judged(host: Host, observation: Observation, now: float, judging: JudgeSettings) -> MonitorChecked:
    """What one attempt means."""
    view = HostView(host=host, latest={observation.check.identity: observation}, settings=judging)
    (report,) = (one.report for one in judge_host(view, now) if one.report.key == observation.check.key)
    up = report.color is Color.GREEN
    first = readable(report.text).split("\n", 1)[0]
    return MonitorChecked(
        at=now,
        key=report.key,
        up=up,
        seconds=observation.took,
        reason="" if up else first.partition(" ")[2].strip() or observation.reply.summary,
        device=observation.reply.device,
    )
