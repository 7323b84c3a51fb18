"""The steps that decide which colour is shown, and how long it is believed."""

import math

from msgspec.structs import replace

from hexmon.board.draft import Cause, Draft
from hexmon.model.color import Color
from hexmon.model.status import NEVER, UNTIL_OK

_PLANNED = frozenset({Color.RED, Color.YELLOW, Color.PURPLE})
# The board's own colours: what they cover must be seen again as soon as they end.
_NEVER_PINNED = frozenset({Color.PURPLE, Color.BLUE})
_RECHECK = 60.0


def planned_downtime(draft: Draft) -> None:
    """Red, yellow and purple become blue while a DOWNTIME of the host covers the test.

    Green and clear pass through, so that a recovery stays visible; but not the clear of a silent square.
    """
    draft.planned = None
    if not draft.policy.downtime or (draft.color not in _PLANNED and draft.cause is not Cause.SILENCE):
        return
    local = draft.policy.local(draft.now)
    for downtime in draft.policy.downtime:
        if downtime.covers(draft.key.test, local, draft.policy.weekday_of):
            draft.color = Color.BLUE
            draft.planned = downtime.cause.encode()
            return


def modified(draft: Draft) -> None:
    """A live `modify` replaces the reported colour; of several the worst counts.

    Each report takes one from the life of every modifier, so a back end has to repeat itself with every report. The DS
    settings, which are judged here, end theirs as soon as a figure is well.
    """
    if not draft.modifiers or draft.cause is Cause.MODIFY:
        return
    draft.modifiers = tuple(replace(one, life=one.life - 1) for one in draft.modifiers if one.life > 1)
    if draft.modifiers and draft.cause is not Cause.DISABLE:
        draft.color = max(one.color for one in draft.modifiers)


def flapping(draft: Draft) -> None:
    """A square whose colour changed too often keeps the worst colour it is given, until it calms down.

    The square flaps when its last changes (5, a new square beginning with two) lie within 30 minutes. Meanwhile the
    reporter's changes are still counted. Purple and blue take no part: neither is kept, neither hides a report.
    """
    if draft.cause is not Cause.REPORT or draft.policy.summary or draft.before is None:
        return
    flap, ring, policy = draft.flap, draft.ring(), draft.policy
    if not ring or len(ring) < policy.flap_count or draft.now - ring[0] >= policy.flap_seconds:
        draft.flap = replace(flap, flapping=False) if flap.flapping else flap
        return
    shown = draft.before.color
    old = flap.current if flap.flapping else shown
    draft.flap = replace(flap, flapping=True, old=old, current=draft.color)
    if old is not draft.color:
        draft.record_change()
    if draft.color is not Color.PURPLE and shown not in _NEVER_PINNED:
        draft.color = max(draft.color, shown)


def disabled(draft: Draft) -> None:
    """A disabled square is blue. A disable ends at its time, or, given "until OK", with the first good report.

    Ending it is told, and the report that ends it is shown as it is.
    """
    disable = draft.disabled
    if disable is None:
        return
    if disable.until == UNTIL_OK:
        over = draft.color is not Color.BLUE and draft.color in draft.policy.ok_colors
    else:
        over = disable.until <= draft.now
    if over:
        draft.disabled = None
        draft.enabled = True
    else:
        draft.color = Color.BLUE


def acknowledged(draft: Draft) -> None:
    """An acknowledgement ends at its time or with an OK colour; if so configured, also with a worse colour."""
    ack = draft.acknowledged
    if ack is None:
        return
    worse = draft.policy.ack_each_color and draft.color > ack.worst
    late = ack.until <= draft.now and draft.cause is not Cause.MODIFY
    if draft.color in draft.policy.ok_colors or worse or late:
        draft.acknowledged = None


def timed(draft: Draft) -> None:
    """The status is believed for its validity, and as long as it is acknowledged or disabled.

    A silent square of a host with planned downtimes is looked at again after a minute.
    """
    if draft.cause is Cause.MODIFY:
        return
    draft.updated = draft.now
    draft.validity = draft.report.validity if draft.report.validity != draft.validity else draft.validity
    until = draft.now + draft.validity
    if draft.acknowledged is not None:
        until = max(until, draft.acknowledged.until)
    if draft.disabled is not None:
        until = math.inf if draft.disabled.until == UNTIL_OK else max(until, draft.disabled.until)
    elif draft.color is Color.PURPLE and draft.policy.downtime:
        until = draft.now + _RECHECK
    draft.valid_until = until


def delayed(draft: Draft) -> None:
    """Red and yellow are shown only when they have lasted as long as `delayred` and `delayyellow` ask.

    Until then the previous colour stays (clear for a new square); a red that is older than the delay of yellow shows
    yellow. After purple nothing is delayed, and what is shown already is not taken back.
    """
    color, now = draft.color, draft.now
    draft.red_since = (draft.red_since or now) if color is Color.RED else NEVER
    bad = color in (Color.RED, Color.YELLOW)
    draft.yellow_since = (draft.yellow_since or now) if bad else NEVER
    shown = draft.before.color if draft.before else Color.CLEAR
    if not bad or shown in (Color.PURPLE, color):
        return
    policy = draft.policy
    if color is Color.RED and now - draft.red_since < policy.delay_red:
        draft.color = Color.YELLOW if now - draft.red_since >= policy.delay_yellow else shown
    elif color is Color.YELLOW and now - draft.yellow_since < policy.delay_yellow:
        draft.color = shown
