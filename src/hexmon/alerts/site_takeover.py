"""An outage of which another program has told people, as an incident of ours: its begin is not told again. Pure."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from hexmon.alerts.pacing import delay
from hexmon.alerts.recipients import entries, told_now
from hexmon.alerts.rules import Recipient, Rule
from hexmon.model.color import Color
from hexmon.model.incident import Incident, incident_id
from hexmon.model.site import Monitor
from hexmon.model.site_state import MonitorState
from hexmon.model.status import Status


def taken_status(monitor: Monitor, state: MonitorState, now: float, validity: float) -> Status:
    """Its square as it would be, had hexmon watched it."""
    began = state.last_alarm_started or state.last_checked or now
    return Status(
        key=monitor.key,
        color=Color.RED,
        reported=Color.RED,
        text=f"red {state.error_reason or 'down'}\n".encode(errors="surrogateescape"),
        head=b"",
        sender="hexmon import",
        created=began,
        since=began,
        updated=now,
        valid_until=now + validity,
        validity=validity,
        red_since=began,
        alerting=True,
    )


def taken_incident(status: Status, state: MonitorState, rules: Iterable[Rule]) -> Incident | None:
    """The incident, with those who were told; None when nobody was: then they hear of it as new."""
    if not state.notified_count:
        return None
    incident = Incident(
        id=incident_id(status.key, status.since),
        key=status.key,
        started=status.since,
        color=status.color,
        worst=status.color,
        color_since=status.since,
        seen=status.updated,
        reports=max(1, state.down_count),
    )
    last = state.last_notified or status.since
    told = []
    for entry in entries(_concerning(rules, status), incident, last).values():
        count = state.notified_count
        due = last + delay(entry.recipient.pacing, count)
        first = min(status.since, last)
        told.append(replace(told_now(entry, None, incident, last), first=first, count=count, due=due))
    return replace(incident, told=tuple(told))


def _concerning(rules: Iterable[Rule], status: Status) -> Iterator[tuple[Rule, Recipient]]:
    """A site's rules name the squares that they are about, and ask nothing else."""
    for rule in rules:
        hosts, tests = rule.criteria.hosts, rule.criteria.tests
        if hosts is not None and tests is not None and hosts.match(status.key.host) and tests.match(status.key.test):
            for recipient in rule.recipients:
                yield rule, recipient
