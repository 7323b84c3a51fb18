"""Whose turn it is in a rotation. Pure: the zone's rules were read when the rotation was."""

from datetime import datetime, timedelta

from hexmon.alerts.rules import Shift


def member_at(shift: Shift, now: float) -> str:
    """Who of a rotation has the turn; it goes round for ever, in both directions of time."""
    for override in reversed(shift.overrides):
        if override.begins <= now < override.ends:
            return override.member
    return shift.members[turn_at(shift, now) % len(shift.members)]


def turn_at(shift: Shift, now: float) -> int:
    """The number of the turn, counted from 0.

    A turn begins when a clock on the wall shows its time for the first time that day. Where clocks leave that time out
    it begins as much later as they are moved.
    """
    passed = _wall(shift, now) - _wall(shift, shift.begins)
    turn = int(passed.total_seconds() // shift.seconds)
    # On a day when clocks are moved the wall may show more or less than has passed.
    while handover(shift, turn + 1) <= now:
        turn += 1
    while handover(shift, turn) > now:
        turn -= 1
    return turn


def handover(shift: Shift, turn: int) -> float:
    """The moment at which that turn begins."""
    wall = _wall(shift, shift.begins) + timedelta(seconds=turn * shift.seconds)
    return wall.replace(tzinfo=shift.clock).timestamp()


def _wall(shift: Shift, moment: float) -> datetime:
    return datetime.fromtimestamp(moment, shift.clock).replace(tzinfo=None, fold=0)
