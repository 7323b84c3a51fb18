"""The life of a status: what one report makes of a square, decided in small named steps.

Pure: the moment, the policy and even the random numbers are arguments. The order of STEPS is that of xymond, with its
known faults mended; docs/status-lifecycle.md is made of the steps' docstrings.
"""

from collections.abc import Callable

from msgspec.structs import replace

from hexmon.board.draft import STEADY, Cause, Draft, Policy, Transition
from hexmon.board.steps_color import acknowledged, delayed, disabled, flapping, modified, planned_downtime, timed
from hexmon.board.steps_record import (
    ack_infos_aged,
    alerted,
    cookie_given,
    gap_bridged,
    period_begun,
    text_taken,
)
from hexmon.model.color import Color
from hexmon.model.events import AlertEnded, AlertRaised, ColorChanged, Event, StatusDisabled, StatusReported
from hexmon.model.status import NEVER, Report, Status

__all__ = ["STEPS", "Cause", "Policy", "Step", "Transition", "refresh", "transition"]

Step = Callable[[Draft], None]

STEPS: tuple[Step, ...] = (
    planned_downtime,
    modified,
    flapping,
    disabled,
    acknowledged,
    timed,
    delayed,
    ack_infos_aged,
    text_taken,
    cookie_given,
    period_begun,
    gap_bridged,
    alerted,
)


def transition(
    before: Status | None, report: Report, policy: Policy, now: float, cause: Cause = Cause.REPORT
) -> Transition:
    """What the square is after that report, and what has to be told.

    `report.key` must already be spelled as the board spells it. `cause` says who speaks: the reporter, or the board on
    behalf of a `disable`, a `modify`, or silence.
    """
    draft = Draft.begin(before, report, policy, now, cause)
    for step in STEPS:
        step(draft)
    status = draft.finish()
    return Transition(status, _events(draft, status))


def _events(draft: Draft, status: Status) -> tuple[Event, ...]:
    now, before = draft.now, draft.before
    events: list[Event] = []
    if draft.enabled:
        events.append(StatusDisabled(now, status.key, NEVER, b""))
    if draft.cause is Cause.DISABLE and status.disabled is not None:
        events.append(StatusDisabled(now, status.key, status.disabled.until, status.disabled.text))
    if draft.changed:
        shown, since = (before.color, before.since) if before else (None, now)
        events.append(ColorChanged(now, shown, since, status, status.planned is not None))
    if draft.ended and before is not None:
        events.append(AlertEnded(now, before.color, status))
    if status.color in draft.policy.alert_colors:
        events.append(AlertRaised(now, status))
    events.append(StatusReported(now, status, draft.cause is not Cause.REPORT))
    return tuple(events)


def refresh(before: Status, report: Report, policy: Policy, now: float) -> Status | None:
    """The same for the commonest case: the colour is what it was, and nothing is attached to the square.

    None when the steps have to decide. It is an order of magnitude faster and must never differ from them.
    """
    color = report.color
    if before.color is not color or before.reported is not color or _attached(before):
        return None
    flap = before.flap
    if flap is not STEADY and (flap.flapping or (flap.changes and now - flap.changes[-1] < policy.flap_seconds)):
        return None
    if before.cookie is None:
        if color is not Color.GREEN and not _quiet(before, policy):
            return None
    elif not _settled(before, policy, now):
        return None
    validity = report.validity
    return replace(
        before,
        text=report.text,
        head=report.head,
        sender=before.sender if report.sender == before.sender else report.sender,
        updated=now,
        valid_until=now + validity,
        validity=before.validity if validity == before.validity else validity,
        before=color,
        flags=before.flags if report.flags is None else report.flags,
        groups=report.groups,
    )


def _attached(before: Status) -> bool:
    return (
        before.disabled is not None
        or before.acknowledged is not None
        or before.gap is not None
        or before.planned is not None
        or before.modifiers != ()
        or before.ack_infos != ()
    )


def _quiet(before: Status, policy: Policy) -> bool:
    """Whether a colour without a cookie needs no bookkeeping."""
    return before.color not in policy.alert_colors and before.color < Color.PURPLE


def _settled(before: Status, policy: Policy, now: float) -> bool:
    """Whether a bad colour was already told, and is shown as it comes."""
    cookie, color = before.cookie, before.color
    return (
        cookie is not None
        and cookie.expires >= now
        and color in policy.alert_colors
        and color >= Color.YELLOW
        and before.alerting
        and policy.plain
        and before.yellow_since != NEVER
        and (before.red_since != NEVER) is (color is Color.RED)
    )
