"""Whose turn it is: the same time of day on the wall, whatever the clocks do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.rotation import handover, member_at, turn_at
from hexmon.alerts.rules import Override, Shift

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY


def at(text: str, zone: ZoneInfo = COPENHAGEN, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def shift(begins: str, seconds: float = WEEK, *overrides: Override) -> Shift:
    return Shift(
        name="ops",
        members=("anna", "bo", "carla"),
        begins=at(begins),
        seconds=seconds,
        zone="Europe/Copenhagen",
        clock=COPENHAGEN,
        overrides=overrides,
    )


WEEKLY = shift("2026-01-05 08:00")


@pytest.mark.parametrize(
    ("moment", "member"),
    [
        pytest.param("2026-01-05 08:00", "anna", id="the first turn begins"),
        pytest.param("2026-01-12 07:59:59", "anna", id="and lasts until a second before the next"),
        pytest.param("2026-01-12 08:00", "bo", id="which begins at the same time of day"),
        pytest.param("2026-01-26 08:00", "anna", id="after the last the first again"),
        pytest.param("2026-01-05 07:59:59", "carla", id="before the beginning it went round, too"),
        pytest.param("2026-03-30 07:59:59", "carla", id="the week in which clocks go forward ends at eight"),
        pytest.param("2026-03-30 08:00", "anna", id="and so does the next begin"),
        pytest.param("2026-10-26 07:59:59", "carla", id="the week in which clocks go back ends at eight"),
        pytest.param("2026-10-26 08:00", "anna", id="and so does the next begin, an hour later by the sun"),
    ],
)
def test_turns_change_at_the_same_time_of_day(moment: str, member: str) -> None:
    assert member_at(WEEKLY, at(moment)) == member


@pytest.mark.parametrize(
    ("moment", "fold", "member"),
    [
        pytest.param("2026-10-25 02:29", 0, "anna", id="before half past two"),
        pytest.param("2026-10-25 02:30", 0, "bo", id="at half past two for the first time"),
        pytest.param("2026-10-25 02:10", 1, "bo", id="when it is ten past two again"),
        pytest.param("2026-10-25 02:30", 1, "bo", id="when it is half past two again"),
    ],
)
def test_a_turn_does_not_go_back_with_the_clock(moment: str, fold: int, member: str) -> None:
    assert member_at(shift("2026-10-24 02:30", DAY), at(moment, fold=fold)) == member


def test_a_time_that_is_left_out_comes_as_much_later() -> None:
    daily = shift("2026-03-28 02:30", DAY)
    assert member_at(daily, at("2026-03-29 01:59:59")) == "anna"
    assert member_at(daily, at("2026-03-29 03:29:59")) == "anna"
    assert member_at(daily, at("2026-03-29 03:30")) == "bo"
    assert member_at(daily, at("2026-03-30 02:30")) == "carla"


def test_who_stands_in_goes_first_and_the_last_word_counts() -> None:
    first = Override(begins=at("2026-01-06"), ends=at("2026-01-09"), member="dora")
    second = Override(begins=at("2026-01-07"), ends=at("2026-01-08"), member="emil")
    weekly = shift("2026-01-05 08:00", WEEK, first, second)
    assert [member_at(weekly, at(f"2026-01-0{day} 00:00")) for day in range(5, 10)] == [
        "carla",
        "dora",
        "emil",
        "dora",
        "anna",
    ]


@given(
    st.sampled_from(["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    st.sampled_from([HOUR, 12 * HOUR, DAY, WEEK, 5 * HOUR]),
    st.integers(0, 2**31),
    st.integers(0, 2**31),
)
def test_every_moment_lies_in_its_turn(zone: str, seconds: float, begins: int, now: int) -> None:
    members = ("a", "b", "c")
    rotation = Shift(name="x", members=members, begins=begins, seconds=seconds, zone=zone, clock=ZoneInfo(zone))
    turn = turn_at(rotation, now)
    assert handover(rotation, turn) <= now < handover(rotation, turn + 1)
    assert member_at(rotation, now) == members[turn % 3]


@given(st.integers(0, 2**31), st.integers(1, 10**6))
def test_without_clocks_that_move_it_is_a_division(begins: int, passed: int) -> None:
    rotation = Shift(name="x", members=("a", "b"), begins=begins, seconds=DAY, clock=UTC)
    assert turn_at(rotation, begins + passed) == passed // 86400
