"""The steps together: order, events, and the short way that must not differ from the long one."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.board.transition import STEPS, Cause, Policy, refresh, transition
from hexmon.model.color import Color
from hexmon.model.events import AlertEnded, AlertRaised, ColorChanged, Event, StatusDisabled, StatusReported
from hexmon.model.status import UNTIL_OK, Disabled, Flap, Report, Status
from hexmon.model.timespec import Downtime, parse_window
from tests.support.builders import a_report, a_status

NOW = 1_795_219_200.0
GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color


@dataclass
class Numbers:
    """Cookies that can be told apart."""

    last: int = 100_000

    def __call__(self) -> int:
        self.last += 1
        return self.last


def kinds(events: tuple[Event, ...]) -> list[type]:
    return [type(event) for event in events]


def test_the_order_of_the_steps_is_that_of_the_documents() -> None:
    assert [step.__name__ for step in STEPS] == [
        "planned_downtime",
        "modified",
        "flapping",
        "disabled",
        "acknowledged",
        "timed",
        "delayed",
        "ack_infos_aged",
        "text_taken",
        "cookie_given",
        "period_begun",
        "gap_bridged",
        "alerted",
    ]


def test_a_first_report_begins_everything() -> None:
    result = transition(None, a_report(GREEN), Policy(), NOW)
    status = result.status
    assert (status.color, status.reported, status.before, status.before_change) == (GREEN, GREEN, None, None)
    assert (status.created, status.since, status.updated, status.valid_until) == (NOW, NOW, NOW, NOW + 1800)
    assert (status.changes, status.cookie, status.gap) == (1, None, None)
    assert result.events == (ColorChanged(NOW, None, NOW, status), StatusReported(NOW, status))


@pytest.mark.parametrize(
    ("color", "cause", "told"),
    [
        pytest.param(GREEN, Cause.REPORT, [StatusReported], id="the same colour is only reported"),
        pytest.param(CLEAR, Cause.REPORT, [ColorChanged, StatusReported], id="another colour goes to history"),
        pytest.param(RED, Cause.REPORT, [ColorChanged, AlertRaised, StatusReported], id="a bad one is an alert"),
        pytest.param(PURPLE, Cause.SILENCE, [ColorChanged, AlertRaised, StatusReported], id="so is purple"),
    ],
)
def test_what_is_told(color: Color, cause: Cause, told: list[type]) -> None:
    result = transition(a_status(GREEN, at=NOW - 60), a_report(color), Policy(), NOW, cause)
    assert kinds(result.events) == told


def test_each_report_in_an_alert_colour_is_told() -> None:
    first = transition(a_status(GREEN, at=NOW - 60), a_report(RED), Policy(), NOW).status
    assert kinds(transition(first, a_report(RED), Policy(), NOW + 60).events) == [AlertRaised, StatusReported]


def test_a_recovery_is_told_once() -> None:
    red = transition(a_status(GREEN, at=NOW - 60), a_report(RED), Policy(), NOW).status
    green = transition(red, a_report(GREEN), Policy(), NOW + 60)
    assert kinds(green.events) == [ColorChanged, AlertEnded, StatusReported]
    assert next(one for one in green.events if isinstance(one, AlertEnded)).before is RED
    assert kinds(transition(green.status, a_report(GREEN), Policy(), NOW + 120).events) == [StatusReported]


def test_a_disable_is_told_and_shown_with_the_old_text() -> None:
    before = a_status(RED, at=NOW - 60, text=b"red it burns", alerting=True, disabled=Disabled(NOW + 600, b"work"))
    result = transition(before, a_report(BLUE, text=before.text), Policy(), NOW, Cause.DISABLE)
    assert kinds(result.events) == [StatusDisabled, ColorChanged, AlertEnded, StatusReported]
    assert (result.status.color, result.status.reported, result.status.text) == (BLUE, RED, b"red it burns")


def test_the_end_of_a_disable_is_told() -> None:
    before = a_status(BLUE, at=NOW - 60, reported=RED, disabled=Disabled(UNTIL_OK, b"work"))
    result = transition(before, a_report(GREEN), Policy(), NOW)
    assert result.events[0] == StatusDisabled(NOW, before.key, 0.0, b"")
    assert (result.status.color, result.status.disabled) == (GREEN, None)


def test_until_ok_ends_at_green_though_the_square_had_flapped() -> None:
    """The manual promises it; xymond keeps such a square blue until the flap window is over."""
    flap = Flap(changes=(NOW - 900, NOW - 800, NOW - 600, NOW - 400, NOW - 200), flapping=True, old=GREEN, current=RED)
    before = a_status(BLUE, at=NOW - 1000, reported=RED, flap=flap, disabled=Disabled(UNTIL_OK, b"work"))
    result = transition(before, a_report(GREEN), Policy(), NOW)
    assert (result.status.color, result.status.disabled) == (GREEN, None)


def test_a_downtime_shows_blue_and_keeps_the_age_of_the_colour() -> None:
    window = parse_window("*", "0000", "2359")
    assert window is not None
    policy = Policy(downtime=(Downtime(window, None, "night work"),))
    red = transition(None, a_report(RED), Policy(), NOW - 600).status
    blue = transition(red, a_report(RED), policy, NOW).status
    assert (blue.color, blue.reported, blue.planned, blue.since) == (BLUE, RED, b"night work", NOW - 600)
    assert blue.gap is not None
    after = transition(blue, a_report(RED), Policy(), NOW + 600).status
    assert (after.color, after.since, after.gap, after.planned) == (RED, NOW - 600, None, None)


def test_the_shared_ring_of_old_is_not_shared() -> None:
    """In 4.3.30 every new square began with the changes of another one."""
    status = transition(None, a_report(GREEN), Policy(), NOW).status
    assert transition(None, a_report(GREEN), Policy(), NOW).status.flap == status.flap == Flap()


COLORS = st.sampled_from([GREEN, CLEAR, BLUE, YELLOW, RED])
POLICIES = st.builds(
    Policy,
    flap_count=st.sampled_from([0, 3, 5]),
    flap_seconds=st.sampled_from([100.0, 1800.0]),
    delay_red=st.sampled_from([0.0, 600.0]),
    delay_yellow=st.sampled_from([0.0, 300.0]),
    cookie_seconds=st.sampled_from([50.0, 86400.0]),
    ack_each_color=st.booleans(),
    summary=st.booleans(),
    new_cookie=st.just(lambda: 123456),
)
REPORTS = st.builds(
    a_report,
    COLORS,
    sender=st.sampled_from(["127.0.0.1", "127.0.0.2"]),
    validity=st.sampled_from([1800.0, 60.0]),
    flags=st.sampled_from([None, "", "O"]),
    groups=st.sampled_from([(), ("dba",)]),
)
STEPS_IN_TIME = st.lists(st.tuples(REPORTS, st.sampled_from([0.0, 1.0, 60.0, 300.0, 2000.0])), min_size=1, max_size=12)


@given(POLICIES, STEPS_IN_TIME)
def test_the_short_way_never_differs_from_the_steps(policy: Policy, reports: list[tuple[Report, float]]) -> None:
    status: Status | None = None
    now = NOW
    for report, pause in reports:
        now += pause
        result = transition(status, report, policy, now)
        if status is not None:
            short = refresh(status, report, policy, now)
            assert short is None or short == result.status
            assert short is None or {type(event) for event in result.events} <= {StatusReported, AlertRaised}
        status = result.status


def test_the_short_way_is_taken_for_a_steady_square() -> None:
    status = transition(None, a_report(GREEN), Policy(), NOW).status
    assert refresh(status, a_report(GREEN), Policy(), NOW + 60) is not None
    red = transition(None, a_report(RED), Policy(), NOW).status
    assert refresh(red, a_report(RED), Policy(), NOW + 60) is not None
