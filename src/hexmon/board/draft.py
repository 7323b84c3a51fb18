"""What the steps of a transition work on: the policy of one square, and the status in the making."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto

import msgspec

from hexmon.model.color import ALERT_COLORS, OK_COLORS, Color
from hexmon.model.events import Event
from hexmon.model.holidays import xymon_weekday
from hexmon.model.names import StatusKey
from hexmon.model.status import (
    AckInfo,
    Acknowledged,
    Cookie,
    Disabled,
    Flap,
    Gap,
    Modifier,
    Report,
    Status,
)
from hexmon.model.timespec import Downtime, ServiceHours, WeekdayOf

STEADY = Flap()


class Cause(Enum):
    """Who speaks."""

    REPORT = auto()  # the reporter itself
    DISABLE = auto()  # a person, through the board: shown blue at once
    MODIFY = auto()  # a back end overrides the colour
    SILENCE = auto()  # nobody: the status was not refreshed in time


def machine_time(now: float) -> datetime:
    """That moment as the clocks on the wall of this machine show it."""
    return datetime.fromtimestamp(now, UTC).astimezone()


def no_cookie() -> int:
    """Where nobody acknowledges."""
    return 0


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What applies to one square. Durations are seconds; `flap_count` 0: flapping is not looked for.

    `local` turns a moment into local time and is only asked when there is a `downtime`, as is `weekday_of`, which
    knows the holidays; `new_cookie` gives a number that nobody can guess and that no other square has.
    """

    ok_colors: frozenset[Color] = OK_COLORS
    alert_colors: frozenset[Color] = ALERT_COLORS
    flap_count: int = 5
    flap_seconds: float = 1800.0
    delay_red: float = 0.0
    delay_yellow: float = 0.0
    downtime: tuple[Downtime | ServiceHours, ...] = ()
    weekday_of: WeekdayOf = xymon_weekday
    local: Callable[[float], datetime] = machine_time
    cookie_seconds: float = 86400.0
    new_cookie: Callable[[], int] = no_cookie
    ack_each_color: bool = False
    summary: bool = False  # a square of the pseudo host: no history, no alerts, no flapping

    @property
    def plain(self) -> bool:
        """Whether a bad colour is shown as it comes."""
        return not (self.downtime or self.delay_red or self.delay_yellow)


class Transition(msgspec.Struct, frozen=True):
    """The status after a report, and what has to be told about it."""

    status: Status
    events: tuple[Event, ...]


class Draft(msgspec.Struct, kw_only=True):
    """A status in the making. Steps change it in place; `color` is what will be shown."""

    key: StatusKey
    now: float
    cause: Cause
    policy: Policy
    report: Report
    before: Status | None
    color: Color
    text: bytes
    head: bytes
    sender: str
    created: float
    since: float
    updated: float
    valid_until: float
    validity: float
    flags: str
    groups: tuple[str, ...]
    before_change: Color | None
    changes: int
    disabled: Disabled | None
    planned: bytes | None
    acknowledged: Acknowledged | None
    ack_infos: tuple[AckInfo, ...]
    cookie: Cookie | None
    modifiers: tuple[Modifier, ...]
    flap: Flap
    gap: Gap | None
    red_since: float
    yellow_since: float
    alerting: bool
    recorded: bool = False  # this report's change is already in the ring
    enabled: bool = False  # a disable ended with this report
    changed: bool = False  # another colour is shown, or the first one
    ended: bool = False  # an announced stretch ended

    @staticmethod
    def begin(before: Status | None, report: Report, policy: Policy, now: float, cause: Cause) -> "Draft":
        """The draft before the first step: the old status, or a new one born now."""
        start = before or _newborn(report, now)
        return Draft(
            key=start.key,
            now=now,
            cause=cause,
            policy=policy,
            report=report,
            before=before,
            color=report.color,
            text=start.text,
            head=start.head,
            sender=start.sender,
            created=start.created,
            since=start.since,
            updated=start.updated,
            valid_until=start.valid_until,
            validity=start.validity,
            flags=start.flags,
            groups=start.groups,
            before_change=start.before_change,
            changes=start.changes,
            disabled=start.disabled,
            planned=start.planned,
            acknowledged=start.acknowledged,
            ack_infos=start.ack_infos,
            cookie=start.cookie,
            modifiers=start.modifiers,
            flap=start.flap,
            gap=start.gap,
            red_since=start.red_since,
            yellow_since=start.yellow_since,
            alerting=start.alerting,
        )

    def finish(self) -> Status:
        """The status as it now is."""
        before = self.before
        own = self.cause is Cause.REPORT or before is None
        return Status(
            key=self.key,
            color=self.color,
            reported=self.report.color if own or before is None else before.reported,
            text=self.text,
            head=self.head,
            sender=self.sender,
            created=self.created,
            since=self.since,
            updated=self.updated,
            valid_until=self.valid_until,
            validity=self.validity,
            before=before.color if before else None,
            before_change=self.before_change,
            flags=self.flags,
            groups=self.groups,
            changes=self.changes,
            disabled=self.disabled,
            planned=self.planned,
            acknowledged=self.acknowledged,
            ack_infos=self.ack_infos,
            cookie=self.cookie,
            modifiers=self.modifiers,
            flap=self.flap,
            gap=self.gap,
            red_since=self.red_since,
            yellow_since=self.yellow_since,
            alerting=self.alerting,
        )

    def ring(self) -> tuple[float, ...]:
        """The last moments of change that count for flapping, oldest first."""
        return flap_ring(self.created, self.flap.changes, self.policy.flap_count)

    def record_change(self) -> None:
        """Remember that the colour changed now, once per report."""
        if self.recorded or self.before is None or not self.policy.flap_count:
            return
        self.recorded = True
        changes = (*self.flap.changes, self.now)[-self.policy.flap_count :]
        self.flap = msgspec.structs.replace(self.flap, changes=changes)


def flap_ring(created: float, changes: tuple[float, ...], places: int) -> tuple[float, ...]:
    """The last `places` moments of change, oldest first.

    A new square begins with two: xymond counts its birth, and its first colour as a change.
    """
    return (created, created, *changes)[-places:] if places else ()


def _newborn(report: Report, now: float) -> Status:
    return Status(
        key=report.key,
        color=report.color,
        reported=report.color,
        text=report.text,
        head=report.head,
        sender=report.sender,
        created=now,
        since=now,
        updated=now,
        valid_until=now,
        validity=report.validity,
    )
