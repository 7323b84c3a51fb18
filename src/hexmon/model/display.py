"""What hosts.cfg says of how a host is shown, graphed and reported, as values."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec

from hexmon.model.color import Color
from hexmon.model.holidays import xymon_weekday
from hexmon.model.timespec import TimeSpec, WeekdayOf

_URGENT = frozenset({Color.RED, Color.YELLOW})
_NOBODY: frozenset[str] = frozenset()


class Selection(msgspec.Struct, frozen=True):
    """A list of tests against a general one: `names` replace it; where they are None it is changed by the others."""

    names: frozenset[str] | None = None
    added: frozenset[str] = _NOBODY
    removed: frozenset[str] = _NOBODY

    def of(self, general: AbstractSet[str]) -> frozenset[str]:
        """The tests that are meant."""
        return self.names if self.names is not None else frozenset((general | self.added) - self.removed)


class Critical(msgspec.Struct, frozen=True):
    """NK, NKTIME and WML: which tests are critical, and when (None: always). `cards` None: the same as `tests`."""

    tests: frozenset[str] = _NOBODY
    hours: TimeSpec | None = None
    cards: Selection | None = None

    def shows(self, test: str, color: Color, local: datetime, weekday_of: WeekdayOf = xymon_weekday) -> bool:
        """Whether a square is on the page of critical systems at that local time."""
        return test in self.tests and color in _URGENT and self._open(local, weekday_of)

    def on_card(self, test: str, color: Color, general: AbstractSet[str] = _NOBODY) -> bool:
        """Whether a square is on the list for small screens; `general` are the tests of hosts that say nothing."""
        if color not in _URGENT:
            return False
        if self.cards is not None:
            return test in self.cards.of(general)
        return test in (self.tests or general)

    def _open(self, local: datetime, weekday_of: WeekdayOf) -> bool:
        return self.hours is None or self.hours.covers(local, weekday_of)


class Reporting(msgspec.Struct, frozen=True):
    """REPORTTIME, WARNPCT, WARNSTOPS: how the availability of a host is measured. None: as everywhere."""

    hours: TimeSpec | None = None
    warn_percent: float | None = None
    warn_stops: int | None = None


class Trends(msgspec.Struct, frozen=True):
    """TRENDS: which graphs are shown. `parts` has the subgraphs that stand for a graph."""

    everything: bool = False
    chosen: tuple[str, ...] = ()
    left_out: frozenset[str] = _NOBODY
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def graphs(self, available: Iterable[str]) -> list[tuple[str, str]]:
        """Graph and subgraph ("" for the whole), in the order of `available`, the graphs there is data for."""
        wanted = [name for name in available if (self.everything or name in self.chosen) and name not in self.left_out]
        parts = dict(self.parts)
        return [(name, part) for name in wanted for part in parts.get(name, ("",))]


class Compact(msgspec.Struct, frozen=True):
    """COMPACT: these tests are one column of that name."""

    column: str
    tests: tuple[str, ...]


class Display(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `trends` None: every graph; `interfaces` "": every network interface, else those it matches."""

    compact: tuple[Compact, ...] = ()
    critical: Critical = Critical()
    reporting: Reporting = Reporting()
    trends: Trends | None = None
    interfaces: str = ""
    info: bool = True
    graphs: bool = True
    clients: bool = True


AS_USUAL = Display()
