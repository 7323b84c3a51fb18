"""What a pass over a YAML site decides of a monitor: is it due, how does a check leave it, who is to be told. Pure.

The rules are APMonitor's. What is told moves the clock of the reminders only once somebody has it, and a monitor
that is muted moves nothing: who is told later hears of an outage as one.
"""

from msgspec.structs import replace

from hexmon.alerts.pacing import delay
from hexmon.alerts.rules import Bezier
from hexmon.judge.site_states import checked
from hexmon.model.events import MonitorChecked
from hexmon.model.incident import Kind
from hexmon.model.site import Monitor, OutageEmail, Site
from hexmon.model.site_state import MonitorState

_EARLY = 0.05  # share of the interval: a pass that cron starts a moment early is not made to wait for the next one
_EARLIEST = 2.0  # seconds


def why_due(state: MonitorState, monitor: Monitor, now: float) -> str:
    """Why it is to be checked in this pass, in a few words; "" when it is not its turn.

    A check in the future means that the clock was set back.
    """
    if not state.last_checked:
        return "never checked"
    if state.last_config_checksum not in ("", monitor.checksum):
        return "its configuration changed"
    since = now - state.last_checked
    took = (state.last_response_time_ms or 0) / 1000
    if since < 0:
        return "the clock was set back"
    if since >= monitor.check_every - min(_EARLIEST, monitor.check_every * _EARLY) - took:
        return f"checked {since:.0f} s ago"
    pulled = monitor.heartbeat_every is not None and heartbeat_due(state, monitor, now + took)
    return "its heartbeat is due" if pulled else ""


def heartbeat_due(state: MonitorState, monitor: Monitor, now: float) -> bool:
    """Whether a heartbeat is to be sent, if all is well."""
    if not monitor.heartbeat_url:
        return False
    last = state.last_successful_heartbeat
    return monitor.heartbeat_every is None or not last or last > now or now - last >= monitor.heartbeat_every


def decide(
    before: MonitorState, seen: MonitorChecked, monitor: Monitor, now: float
) -> tuple[MonitorState, tuple[Kind, ...]]:
    """The monitor after this check, and what is to be told of it: nothing, an alert, a reminder or a recovery."""
    after = checked(before, replace(seen, at=now), monitor)
    return _well(before, after, monitor) if seen.up else _bad(before, after, monitor, now)


def _well(before: MonitorState, after: MonitorState, monitor: Monitor) -> tuple[MonitorState, tuple[Kind, ...]]:
    owed = before.recovery_owed or (not before.is_up and before.notified_count > 0)
    after = replace(after, recovery_owed=owed and monitor.alarms)
    return after, (Kind.RECOVERY,) if after.recovery_owed else ()


def _bad(
    before: MonitorState, after: MonitorState, monitor: Monitor, now: float
) -> tuple[MonitorState, tuple[Kind, ...]]:
    if before.is_up:
        after = replace(after, last_alarm_started=now, last_notified=0.0, notified_count=0)
    after = replace(after, down_count=1 if before.is_up else after.down_count, recovery_owed=False)
    if not monitor.alarms or not _is_time(after, monitor, now):
        return after, ()
    return after, (Kind.REMINDER if after.notified_count else Kind.ALERT,)


def _is_time(state: MonitorState, monitor: Monitor, now: float) -> bool:
    """Whether the gap after the last message is over; a message in the future was before the clock was set back."""
    if not state.notified_count or not 0.0 < state.last_notified <= now:
        return True
    return now - state.last_notified >= next_gap(state, monitor)


def next_gap(state: MonitorState, monitor: Monitor) -> float:
    """Seconds between the last message of this outage and the next one."""
    return delay(Bezier(monitor.notify_every, monitor.after_every), state.notified_count)


def told(state: MonitorState, kind: Kind, now: float) -> MonitorState:
    """The same monitor once a message of that kind has reached somebody, or there is nobody who wants it."""
    if kind is Kind.RECOVERY:
        return replace(state, last_notified=now, recovery_owed=False)
    return replace(state, last_notified=now, notified_count=state.notified_count + 1)


def beaten(state: MonitorState, now: float) -> MonitorState:
    """The same monitor once a heartbeat was taken."""
    return replace(state, last_successful_heartbeat=now)


def wanting(site: Site, monitor: Monitor, kind: Kind) -> tuple[OutageEmail, ...]:
    """The addresses that want mail of that kind about that monitor; news of interfaces count as outages."""
    if not monitor.email:
        return ()
    return tuple(one for one in site.outage_emails if _wants(one, kind))


def _wants(recipient: OutageEmail, kind: Kind) -> bool:
    match kind:
        case Kind.RECOVERY:
            return recipient.recoveries
        case Kind.REMINDER:
            return recipient.reminders
        case Kind.TEST:
            return True
        case _:
            return recipient.outages
