"""The steps that note what became of a square once its colour is decided."""

from msgspec.structs import replace

from hexmon.board.draft import Cause, Draft
from hexmon.model.status import Cookie, Gap

ACK_CLEAR_DELAY = 720.0
GAP_VALIDITIES = 4


def ack_infos_aged(draft: Draft) -> None:
    """Multi-level acknowledgements outlive a recovery by 12 minutes, and come back if it was none.

    A planned downtime is no recovery.
    """
    if not draft.ack_infos:
        return
    ok = draft.policy.ok_colors
    was_ok = draft.before is not None and draft.before.color in ok
    if draft.color in ok and not was_ok and draft.planned is None:
        draft.ack_infos = tuple(replace(one, clear_time=draft.now + ACK_CLEAR_DELAY) for one in draft.ack_infos)
    elif was_ok and draft.color not in ok:
        draft.ack_infos = tuple(replace(one, clear_time=one.valid_until) for one in draft.ack_infos)
    draft.ack_infos = tuple(one for one in draft.ack_infos if min(one.clear_time, one.valid_until) >= draft.now)


def text_taken(draft: Draft) -> None:
    """A reporter's text, sender and groups replace the old ones; flags only where the report has some."""
    if draft.cause is not Cause.REPORT:
        return
    report = draft.report
    draft.text, draft.head, draft.groups = report.text, report.head, report.groups
    draft.sender = draft.sender if report.sender == draft.sender else report.sender
    draft.flags = draft.flags if report.flags is None else report.flags


def cookie_given(draft: Draft) -> None:
    """A square in an alert colour has a cookie, by which it can be acknowledged for a day; others have none."""
    if draft.color not in draft.policy.alert_colors:
        draft.cookie = None
    elif draft.cookie is None or draft.cookie.expires < draft.now:
        draft.cookie = Cookie(draft.policy.new_cookie(), draft.now + draft.policy.cookie_seconds)


def period_begun(draft: Draft) -> None:
    """Another colour, or the first one, goes to history, begins a period and counts for flapping.

    While a planned downtime is in force the period does not begin anew. A summary has no history.
    """
    before = draft.before
    if before is not None and before.color is not draft.color:
        draft.before_change = before.color
    elif before is not None:
        return
    if draft.policy.summary:
        return
    draft.changed = True
    if draft.planned is None:
        draft.record_change()
        draft.since = draft.now
        draft.changes += 1


def gap_bridged(draft: Draft) -> None:
    """A colour that comes back after the board had shown another one is as old as it was before.

    A gap begins when the board shows another colour than the reporter's (silence, disable, modify, delay, flapping,
    planned downtime) and ends when it shows the reporter's own again. It is bridged when the colour is the same as
    before the gap, and the gap lasted at most four times the validity in force when it began.
    """
    if draft.policy.summary:
        return
    before, gap = draft.before, draft.gap
    replaced = draft.cause is not Cause.REPORT or draft.planned is not None or draft.color is not draft.report.color
    if replaced:
        if gap is None and before is not None:
            draft.gap = Gap(before.color, before.since, draft.now, before.validity)
    elif gap is not None:
        if draft.color is gap.color and draft.now - gap.began <= GAP_VALIDITIES * gap.validity:
            draft.since = gap.since
        draft.gap = None


def alerted(draft: Draft) -> None:
    """Each report in an alert colour is told to the alert engine; so is the end of a stretch that was told.

    The end is an OK colour after one that was not: a colour in between ends nothing.
    """
    if draft.policy.summary:
        return
    if draft.color in draft.policy.alert_colors:
        draft.alerting = True
        return
    was_ok = draft.before is not None and draft.before.color in draft.policy.ok_colors
    if draft.alerting and not was_ok and draft.color in draft.policy.ok_colors:
        draft.alerting = False
        draft.ended = True
