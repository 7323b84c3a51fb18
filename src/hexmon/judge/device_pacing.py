"""When a change of a device is told: at once, or together with those that follow. Pure.

The first change of a quiet interface is told at once, and its first return to what it was. From then on the gaps grow
as between reminders, each kind of change of each interface by itself; what changes meanwhile is counted, and told with
the next message that may go. An interface that was calm for the longest gap begins anew.
"""

from collections.abc import Iterable, Mapping

import msgspec

from hexmon.judge.device_changes import MACS, STATUS, Change
from hexmon.model.pacing import gap
from hexmon.model.site_memory import Pace

_replace = msgspec.structs.replace


class Gaps(msgspec.Struct, frozen=True):
    """`notify_every` (seconds) and `after_every` of the monitor. `held`: nothing may be told now."""

    plateau: float
    ramp: int
    held: bool = False


def advance(
    paces: Mapping[str, Pace], changes: Iterable[Change], now: float, gaps: Gaps
) -> tuple[dict[str, Pace], list[Pace]]:
    """The paces after a poll, and those whose news is to be told now, as they were before the telling."""
    found = dict(paces)
    for change in changes:
        found[change.id] = _changed(found.get(change.id), change, now)
        if change.kind == STATUS and not change.after:  # who is gone has no MACs
            found.pop(f"{MACS}{change.id.removeprefix(STATUS)}", None)
    kept, due = {}, []
    for name, pace in found.items():
        if pace.pending and _may_go(pace, now, gaps):
            due.append(pace)
            kept[name] = _told(pace, now)
        elif not _is_over(pace, now, gaps):
            kept[name] = pace
    due.sort(key=lambda pace: pace.index)
    return kept, due


def _changed(pace: Pace | None, change: Change, now: float) -> Pace:
    if pace is None:
        pace = Pace(
            kind=change.kind, index=change.index, label=change.label, origin=change.before, told=change.before,
            now=change.after,
        )  # fmt: skip
    return _replace(
        pace,
        index=change.index,
        label=change.label,
        note=change.note,
        now=change.after,
        changed=now,
        pending=pace.pending + 1,
        since=pace.since if pace.pending else now,
    )


def _may_go(pace: Pace, now: float, gaps: Gaps) -> bool:
    if gaps.held or _unheard(pace):
        return False
    returns = pace.now == pace.origin and not pace.returned
    # A clock that was set back must not silence anybody.
    return not pace.sent or returns or not 0.0 <= now - pace.last < gap(gaps.plateau, gaps.ramp, pace.sent)


def _unheard(pace: Pace) -> bool:
    """It changed and returned while nothing might be told: nobody needs to know."""
    return not pace.sent and pace.now == pace.told


def _told(pace: Pace, now: float) -> Pace:
    returned = pace.returned or pace.now == pace.origin
    return _replace(pace, told=pace.now, pending=0, sent=pace.sent + 1, last=now, returned=returned)


def _is_over(pace: Pace, now: float, gaps: Gaps) -> bool:
    calm = not 0.0 <= now - pace.changed < gaps.plateau
    return _unheard(pace) if pace.pending else calm
