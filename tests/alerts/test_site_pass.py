"""What a pass decides: when a monitor is due, how a check leaves it, and when somebody is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.site_pass import beaten, decide, heartbeat_due, told, wanting, why_due
from hexmon.model.device import Device
from hexmon.model.events import MonitorChecked
from hexmon.model.incident import Kind
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, OutageEmail, Site
from hexmon.model.site_state import MonitorState

_KEY = StatusKey("Lab.gw", "conn")
_START = 1_795_622_400.0
_A, _B = "a" * 64, "b" * 64


def _monitor(**fields: Any) -> Monitor:
    return Monitor(site="Lab", key=_KEY, type="ping", name="gw", address="192.0.2.1", checksum=_A, **fields)


def _seen(up: bool, **fields: Any) -> MonitorChecked:
    return MonitorChecked(at=0.0, key=_KEY, up=up, seconds=0.25, reason="" if up else "host unreachable", **fields)


@pytest.mark.parametrize(
    ("state", "fields", "due"),
    [
        pytest.param({}, {}, True, id="a monitor that was never checked is"),
        pytest.param({"last_checked": _START - 59.9}, {}, True, id="a pass may come a little early"),
        pytest.param({"last_checked": _START - 50}, {}, False, id="not before its time"),
        pytest.param({"last_checked": _START - 60}, {}, True, id="in its time"),
        pytest.param({"last_checked": _START - 50, "last_config_checksum": _B}, {}, True, id="changed: at once"),
        pytest.param({"last_checked": _START - 50, "last_config_checksum": _A}, {}, False, id="unchanged: in time"),
        pytest.param({"last_checked": _START + 3300}, {}, True, id="checked in the future: the clock was set back"),
        pytest.param(
            {"last_checked": _START - 50, "last_response_time_ms": 9000},
            {},
            True,
            id="its interval begins when its check begins",
        ),
        pytest.param({"last_checked": _START - 9.9}, {"check_every": 10.0}, True, id="a twentieth early"),
        pytest.param({"last_checked": _START - 9.4}, {"check_every": 10.0}, False, id="and no more"),
    ],
)
def test_when_a_check_is_due(state: dict[str, Any], fields: dict[str, Any], due: bool) -> None:
    assert bool(why_due(MonitorState(**state), _monitor(**fields), _START)) is due


@pytest.mark.parametrize(
    ("state", "every", "pulled", "sent"),
    [
        pytest.param({}, 30.0, True, True, id="never sent"),
        pytest.param({"last_successful_heartbeat": _START - 29}, 30.0, False, False, id="not yet"),
        pytest.param({"last_successful_heartbeat": _START - 30}, 30.0, True, True, id="it is time"),
        pytest.param({"last_successful_heartbeat": _START + 99}, 30.0, True, True, id="sent in the future"),
        pytest.param(
            {"last_successful_heartbeat": _START - 29.5, "last_response_time_ms": 600},
            30.0,
            True,
            False,
            id="it will be time when the check has ended",
        ),
        pytest.param({"last_successful_heartbeat": _START - 1}, None, False, True, id="with every good check only"),
    ],
)
def test_a_heartbeat_that_is_due_pulls_its_check_forward(
    state: dict[str, Any], every: float | None, pulled: bool, sent: bool
) -> None:
    monitor = _monitor(heartbeat_url="http://beat.test/", heartbeat_every=every, check_every=3600.0)
    before = MonitorState(last_checked=_START - 100, **state)
    assert bool(why_due(before, monitor, _START)) is pulled
    assert heartbeat_due(before, monitor, _START) is sent
    assert not heartbeat_due(beaten(before, _START), monitor, _START + 29) or every is None


def test_without_a_url_there_is_no_heartbeat() -> None:
    assert not heartbeat_due(MonitorState(), _monitor(), _START)


def test_a_first_check_that_is_good_says_nothing() -> None:
    after, messages = decide(MonitorState(), _seen(True), _monitor(), _START)
    assert messages == ()
    assert after == MonitorState(last_checked=_START, last_response_time_ms=250, last_config_checksum=_A)


def test_a_first_check_that_is_bad_is_an_outage() -> None:
    after, messages = decide(MonitorState(), _seen(False), _monitor(), _START)
    assert messages == (Kind.ALERT,)
    assert after.last_alarm_started == _START
    assert (after.is_up, after.down_count, after.error_reason) == (False, 1, "host unreachable")
    assert (after.notified_count, after.last_notified) == (0, 0.0), "nobody has been told yet"
    assert told(after, Kind.ALERT, _START).notified_count == 1


def test_the_life_of_an_outage() -> None:
    monitor = _monitor(notify_every=100.0)
    said = []
    state = MonitorState()
    for minute, up in enumerate([True, False, False, False, True, True, False, True]):
        now = _START + 60 * minute
        state, messages = decide(state, _seen(up), monitor, now)
        said.append(messages)
        for kind in messages:
            state = told(state, kind, now)
    assert said == [(), (Kind.ALERT,), (), (Kind.REMINDER,), (Kind.RECOVERY,), (), (Kind.ALERT,), (Kind.RECOVERY,)]
    assert state.last_alarm_started == _START + 360
    assert state.notified_count == 1, "that of the last outage"
    assert state.last_notified == _START + 420


_RAMP = [843.75, 1575.0, 2193.75, 2700.0, 3093.75, 3375.0, 3543.75, 3600.0, 3600.0, 3600.0]
_SHEET = [61.87, 119.47, 172.80, 221.87, 266.67, 307.20, 343.47, 375.47, 403.20, 426.67, 445.87, 460.80, 471.47, 477.87]


@pytest.mark.parametrize(
    ("plateau", "ramp", "gaps"),
    [
        pytest.param(3600.0, 8, _RAMP, id="3600 s after 8"),
        pytest.param(3600.0, 1, [3600.0] * 4, id="3600 s after 1"),
        pytest.param(43200.0, 6, [13200, 24000, 32400, 38400, 42000, 43200, 43200], id="43200 s after 6"),
        pytest.param(480.0, 15, [*_SHEET, 480.0, 480.0], id="480 s after 15"),
    ],
)
def test_the_tables_of_pacing(plateau: float, ramp: int, gaps: list[float]) -> None:
    """One check each second: a message is due no second too early and none too late."""
    monitor = _monitor(notify_every=plateau, after_every=ramp)
    state, messages = decide(MonitorState(), _seen(False), monitor, _START)
    assert messages == (Kind.ALERT,)
    now = _START
    for gap in gaps:
        state = told(state, messages[0], now)
        state, early = decide(state, _seen(False), monitor, now + gap - 0.01)
        assert early == ()
        now += gap + 0.01
        state, messages = decide(state, _seen(False), monitor, now)
        assert messages == (Kind.REMINDER,)


def test_what_reached_nobody_is_said_again_with_the_next_check() -> None:
    monitor = _monitor(notify_every=3600.0)
    state, _ = decide(MonitorState(), _seen(False), monitor, _START)
    state, again = decide(state, _seen(False), monitor, _START + 60)
    assert again == (Kind.ALERT,), "an outage, not a reminder: nobody knows of it"
    state = told(state, Kind.ALERT, _START + 60)
    state, recovery = decide(state, _seen(True), monitor, _START + 120)
    assert recovery == (Kind.RECOVERY,)
    state, recovery = decide(state, _seen(True), monitor, _START + 180)
    assert recovery == (Kind.RECOVERY,), "it is owed until somebody has it"
    state = told(state, Kind.RECOVERY, _START + 180)
    assert decide(state, _seen(True), monitor, _START + 240)[1] == ()


def test_an_outage_of_which_nobody_was_told_ends_silently() -> None:
    state, _ = decide(MonitorState(), _seen(False), _monitor(), _START)
    assert decide(state, _seen(True), _monitor(), _START + 60)[1] == ()


def test_a_muted_monitor_counts_no_messages() -> None:
    muted, loud = _monitor(alarms=False), _monitor()
    state, messages = decide(MonitorState(), _seen(False), muted, _START)
    assert messages == ()
    state, messages = decide(state, _seen(False), muted, _START + 9999)
    assert (messages, state.notified_count, state.down_count) == ((), 0, 2)
    assert decide(state, _seen(False), loud, _START + 10000)[1] == (Kind.ALERT,), "an outage, when it is heard again"
    assert decide(state, _seen(True), muted, _START + 10000)[1] == ()


def test_a_clock_that_was_set_back_does_not_silence_an_outage() -> None:
    state = MonitorState(is_up=False, notified_count=2, last_notified=_START + 3600, last_alarm_started=_START)
    assert decide(state, _seen(False), _monitor(notify_every=7200.0), _START)[1] == (Kind.REMINDER,)


def test_what_a_device_said_is_kept_when_it_says_nothing() -> None:
    device = Device(name="sw1", values={"disk_space_pct": 73.4})
    state, _ = decide(MonitorState(), _seen(True, device=device), _monitor(), _START)
    assert (state.disk_space_pct, state.detail) == (73.4, Device(name="sw1"))
    state, _ = decide(state, _seen(False), _monitor(), _START + 60)
    assert (state.disk_space_pct, state.detail) == (73.4, Device(name="sw1"))
    silent = Device(name="sw2", values={"disk_space_pct": None})
    state, _ = decide(state, _seen(True, device=silent), _monitor(), _START + 120)
    assert (state.disk_space_pct, state.detail) == (73.4, Device(name="sw2"))


@pytest.mark.parametrize(
    ("kind", "heard"),
    [
        (Kind.ALERT, ["all@x.test", "outages@x.test"]),
        (Kind.REMINDER, ["all@x.test", "reminders@x.test"]),
        (Kind.RECOVERY, ["all@x.test", "recoveries@x.test"]),
        (Kind.NOTICE, ["all@x.test", "outages@x.test"]),
        (Kind.TEST, ["all@x.test", "outages@x.test", "reminders@x.test", "recoveries@x.test"]),
    ],
)
def test_who_wants_mail_of_what(kind: Kind, heard: list[str]) -> None:
    emails = (
        OutageEmail(email="all@x.test"),
        OutageEmail(email="outages@x.test", recoveries=False, reminders=False),
        OutageEmail(email="reminders@x.test", outages=False, recoveries=False),
        OutageEmail(email="recoveries@x.test", outages=False, reminders=False),
    )
    site = Site(name="Lab", source="lab.yaml", stem="lab", folder="Lab", page="Lab", outage_emails=emails)
    assert [one.email for one in wanting(site, _monitor(), kind)] == heard
    assert wanting(site, _monitor(email=False), kind) == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(1, 9999)), max_size=30))
def test_nobody_hears_of_a_recovery_without_an_outage(story: list[tuple[bool, bool, float]]) -> None:
    """Whatever happens and whatever gets lost: outage, reminders, one recovery, in this order."""
    state, now, last = MonitorState(), _START, Kind.RECOVERY
    for up, delivered, later in story:
        now += later
        state, messages = decide(state, _seen(up), _monitor(notify_every=300.0, after_every=4), now)
        for kind in messages:
            assert kind is not Kind.REMINDER or last in (Kind.ALERT, Kind.REMINDER)
            assert kind is not Kind.RECOVERY or last in (Kind.ALERT, Kind.REMINDER)
            if delivered:
                state, last = told(state, kind, now), kind
