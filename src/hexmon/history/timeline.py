"""From changes to stretches of time: which colour was shown when, and for how much of the time. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from hexmon.history.store import Change
from hexmon.model.color import Color


class Period(msgspec.Struct, frozen=True, gc=False):
    """One stretch of one colour. `change` is the number of the change that began it; 0 when that is not at hand."""

    begin: float
    end: float
    color: Color
    change: int = 0
    downtime: bool = False

    @property
    def seconds(self) -> float:
        return self.end - self.begin


class Share(msgspec.Struct, frozen=True, gc=False):
    """How much of the known time one colour had: seconds, percent, and in how many stretches."""

    color: Color
    seconds: float
    percent: float
    periods: int


def periods(changes: Iterable[Change], since: float, until: float) -> tuple[Period, ...]:
    """What was shown between two moments, oldest first, without gaps, clipped to them.

    `changes` are those of one square in any order, as HistoryStore.changes gives them: the last one before `since`
    included. Time before the first known colour is left out; `until` is to be no later than now.
    """
    ordered = sorted(changes, key=lambda change: (change.at, change.id))
    if not ordered:
        return ()
    known = [Period(one.at, two.at, one.color, one.id, one.downtime) for one, two in pairwise(ordered)]
    first, last = ordered[0], ordered[-1]
    if first.before is not None:
        known.insert(0, Period(first.before_since, first.at, first.before))
    known.append(Period(last.at, until, last.color, last.id, last.downtime))
    clipped = (_clipped(period, since, until) for period in known)
    return tuple(period for period in clipped if period.begin < period.end)


def _clipped(period: Period, since: float, until: float) -> Period:
    if period.begin >= since and period.end <= until:
        return period
    return msgspec.structs.replace(period, begin=max(period.begin, since), end=min(period.end, until))


def shares(timeline: Sequence[Period]) -> tuple[Share, ...]:
    """Per colour that occurs, the worst first; the percentages are of the time the periods cover."""
    covered = sum(period.seconds for period in timeline)
    found = []
    for color in sorted({period.color for period in timeline}, reverse=True):
        mine = [period.seconds for period in timeline if period.color is color]
        found.append(Share(color, sum(mine), 100.0 * sum(mine) / covered, len(mine)))
    return tuple(found)


def cells(timeline: Sequence[Period], since: float, until: float, count: int) -> tuple[Color | None, ...]:
    """The time between two moments in `count` equal cells for a bar: the worst colour of each, None for unknown.

    However short a red was, its cell is red.
    """
    worst: list[Color | None] = [None] * count
    if until <= since:
        return tuple(worst)
    width = (until - since) / count
    for period in timeline:
        begin = min(int((period.begin - since) / width), count - 1)
        end = min(int((period.end - since) / width), count - 1)
        # A period that ends exactly where a cell begins is not in that cell.
        if end > begin and since + end * width >= period.end:
            end -= 1
        for cell in range(begin, end + 1):
            before = worst[cell]
            worst[cell] = period.color if before is None else max(before, period.color)
    return tuple(worst)
