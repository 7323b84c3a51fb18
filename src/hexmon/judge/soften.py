"""What may soften a failure: other failed tests, badTEST, dialup, NONETPAGE; in this order (xymonnet(1))."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from hexmon.judge.view import Finding, HostView, Reason, always_true, is_dialup
from hexmon.model.color import Color
from hexmon.model.inventory import BadTest
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check

Step = Callable[[Finding, Check, HostView, float], Finding]


def depends(finding: Finding, check: Check, view: HostView, now: float) -> Finding:  # noqa: ARG001 - a Step
    """`depends=`: clear while a named test of the same or another host fails. Squares nobody probes are ignored."""
    if finding.color < Color.YELLOW or not view.settings.fail_goes_clear or always_true(check, view.host):
        return finding
    failed_on = tuple(key for key in dependencies_of(check.key, view) if view.failed(key))
    if not failed_on:
        return finding
    return msgspec.structs.replace(
        finding, color=Color.CLEAR, reason=Reason.DEPENDS, counted=False, failed_on=failed_on
    )


def dependencies_of(key: StatusKey, view: HostView) -> tuple[StatusKey, ...]:
    """What `depends=` of the host names for that square."""
    return tuple(other for test, others in view.host.policy.depends if test == key.test for other in others)


def bad_test(finding: Finding, check: Check, view: HostView, now: float, instead: str = "") -> Finding:
    """`badTEST:x:y:z`: how many failed rounds must have gone before for clear, yellow, red; the last in force wins.

    `instead` is the test whose rules count for a square that none are written for.
    """
    if finding.color is not Color.RED or not view.host.policy.bad:
        return finding
    test = check.key.test.lower()
    if not any(rule.test == test for rule in view.host.policy.bad):
        test = instead
    local = datetime.fromtimestamp(now, view.settings.zone)
    rules = [rule for rule in view.host.policy.bad if rule.test == test and _in_force(rule, local, view)]
    if not rules:
        return finding
    color = _softened(rules[-1], view.failures.get(check.key, 0))
    reason = finding.reason if color is Color.RED else Reason.DELAYED
    return msgspec.structs.replace(finding, color=color, reason=reason)


def _in_force(rule: BadTest, local: datetime, view: HostView) -> bool:
    return rule.window is None or rule.window.holds(local, view.host.policy.calendar.weekday)


def _softened(rule: BadTest, failures: int) -> Color:
    if failures >= rule.red:
        return Color.RED
    if failures >= rule.yellow:
        return Color.YELLOW
    return Color.CLEAR if failures >= rule.clear else Color.GREEN


def dialup(finding: Finding, check: Check, view: HostView, now: float) -> Finding:  # noqa: ARG001 - a Step
    """A dialup host or service that does not answer is clear; one that answers when it must not stays red."""
    if finding.color < Color.YELLOW or check.judging.reverse or not is_dialup(check, view.host):
        return finding
    cause = f"{finding.cause}\nDialup host or service"
    return msgspec.structs.replace(finding, color=Color.CLEAR, reason=Reason.DIALUP, counted=False, cause=cause)


def no_page(finding: Finding, check: Check, view: HostView, now: float, also: str = "") -> Finding:  # noqa: ARG001 - a Step
    """NONETPAGE: columns that are yellow at worst; one that is named `also` counts as well."""
    if finding.color is Color.RED and not view.settings.no_page.isdisjoint((check.key.test, also)):
        return msgspec.structs.replace(finding, color=Color.YELLOW)
    return finding


# conn has no depends=: a router explains it.
STEPS: tuple[Step, ...] = (depends, bad_test, dialup, no_page)
CONN_STEPS: tuple[Step, ...] = (bad_test, dialup, no_page)


def soften(finding: Finding, check: Check, view: HostView, now: float, steps: tuple[Step, ...] = STEPS) -> Finding:
    """All steps, in order."""
    if finding.color < Color.YELLOW:
        return finding
    for step in steps:
        finding = step(finding, check, view, now)
    return finding
