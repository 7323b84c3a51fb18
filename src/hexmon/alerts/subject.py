"""What the filters of rules look at: one square at one moment. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from hexmon.model.color import Color
from hexmon.model.holidays import NO_HOLIDAYS, Calendar
from hexmon.model.incident import Kind
from hexmon.model.inventory import Host, in_page_set
from hexmon.model.names import StatusKey

NO_GROUP = "NONE"  # what DISPLAYGROUP calls it


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that filters look at. `known` False: no line of hosts.cfg; `age` and `color_age` are seconds.

    `pages` are paths, "" the top page; a host that is on others too is there only for those. `display_group` None:
    nobody knows, for a host that is not known. `alert_colors` empty: the usual ones.
    """

    key: StatusKey
    color: Color
    age: float
    color_age: float
    local: datetime  # the moment in the time zone of the host's calendar
    kind: Kind = Kind.ALERT
    known: bool = True
    pages: tuple[str, ...] = ("",)
    display_group: str | None = None
    host_class: str = ""
    groups: tuple[str, ...] = ()
    calendar: Calendar = NO_HOLIDAYS
    alert_colors: frozenset[Color] = frozenset()
    reports: int = 1
    acknowledged: bool = False


def subject_of(  # noqa: PLR0913 - every one is a fact that some filter asks for
    key: StatusKey,
    host: Host | None,
    *,
    color: Color,
    started: float,
    color_since: float,
    groups: Iterable[str] = (),
    kind: Kind = Kind.ALERT,
    now: float,
    local: Callable[[float], datetime],
    calendar: Calendar = NO_HOLIDAYS,
    alert_colors: frozenset[Color] = frozenset(),
    reports: int = 1,
    acknowledged: bool = False,
) -> Subject:
    """The facts about a square; `host` None: no line of hosts.cfg has it, it counts as one of the top page.

    `started` and `color_since` are when the incident and its present colour began; `local` is the clock of the wall,
    `calendar` that of hosts which nobody knows (`Inventory.calendar`).
    """
    return Subject(
        key=key,
        color=color,
        age=max(now - started, 0.0),
        color_age=max(now - color_since, 0.0),
        local=local(now),
        kind=kind,
        known=host is not None,
        pages=("",) if host is None else tuple(path for path in host.all_pages if not in_page_set(path)) or ("",),
        display_group=None if host is None else host.group or NO_GROUP,
        host_class="" if host is None else host.host_class,
        groups=tuple(groups),
        calendar=calendar if host is None else host.policy.calendar,
        alert_colors=alert_colors,
        reports=reports,
        acknowledged=acknowledged,
    )
