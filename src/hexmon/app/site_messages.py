"""What there is to say about a monitor of a YAML site, put together for the channels. Pure."""

from hexmon.model.color import Color
from hexmon.model.incident import Kind, Message, incident_id
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, Site
from hexmon.model.site_state import MonitorState

_TEST_NAME = "test_monitor"
_TEST_TEXT = b"red test_monitor is down: connection timeout (192.168.1.999)\n"  # APMonitor's, behind TEST:


def message_of(site: Site, monitor: Monitor, state: MonitorState, kind: Kind, now: float) -> Message:
    """An alert, a reminder or a recovery."""
    started = state.last_alarm_started or now
    return Message(
        kind=kind,
        key=monitor.key,
        color=Color.RED,
        worst=Color.RED,
        at=now,
        started=started,
        text=f"red {state.error_reason}\n".encode(errors="surrogateescape"),
        count=state.notified_count + 1,
        incident=incident_id(monitor.key, started),
        ip=monitor.address,
        display=monitor.name,
        site=site.name,
    )


def change_message(site: Site, monitor: Monitor, notice: str, now: float) -> Message:
    """What changed on a device; `notice` is the sentence without the names of device and site."""
    return Message(
        kind=Kind.NOTICE,
        key=monitor.key,
        color=Color.RED,
        worst=Color.RED,
        at=now,
        started=now,
        text=f"{monitor.name} in {site.name}: {notice}".encode(errors="surrogateescape"),
        ip=monitor.address,
        display=monitor.name,
        site=site.name,
    )


def message_for_testing(site: Site, now: float) -> Message:
    """The message of --test-webhooks and --test-emails, always the same."""
    key = StatusKey(f"{site.folder}.{_TEST_NAME}", "tcp")
    return Message(
        kind=Kind.TEST,
        key=key,
        color=Color.RED,
        worst=Color.RED,
        at=now,
        started=now,
        text=_TEST_TEXT,
        incident=incident_id(key, 0.0),
        display=_TEST_NAME,
        site=site.name,
    )
