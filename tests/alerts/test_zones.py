"""Zones, moments and weekly times as YAML rules write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.rules import Criteria
from hexmon.alerts.times import changes_in
from hexmon.alerts.zones import read_moment, read_times, read_zone
from hexmon.model.holidays import NO_HOLIDAYS

TOKYO = ZoneInfo("Asia/Tokyo")
SUNDAY = datetime(2026, 1, 4, tzinfo=UTC)


def holds(text: str, day: int, clock: str, zone: ZoneInfo | None = None) -> bool:
    """Whether that minute of that day (0: a Sunday, UTC) lies inside."""
    hours, minutes = map(int, clock.split(":"))
    spec = read_times(text, zone).spec
    assert spec is not None
    return spec.covers(SUNDAY + timedelta(days=day, hours=hours, minutes=minutes))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        pytest.param("weekdays 08:00-18:00", [(1, "08:00"), (5, "17:59")], [(1, "18:00"), (6, "12:00")], id="weekdays"),
        pytest.param("weekends 00:00-24:00", [(0, "00:00"), (6, "23:59")], [(1, "00:00"), (5, "23:59")], id="weekends"),
        pytest.param("20:00-06:00", [(1, "20:00"), (2, "05:59")], [(1, "19:59"), (2, "06:00")], id="every night"),
        pytest.param("sat 23:00-02:00", [(6, "23:00"), (0, "01:59")], [(6, "01:00"), (0, "02:00")], id="into Sunday"),
        pytest.param(
            "fri-mon 09:00-10:00", [(5, "09:00"), (1, "09:30")], [(4, "09:00")], id="over the end of the week"
        ),
        pytest.param("Mon 9:00-10:00", [(1, "09:00")], [(2, "09:00")], id="in any case, hours with one digit"),
        pytest.param("daily 12:00-12:01", [(3, "12:00")], [(3, "11:59"), (3, "12:02")], id="a minute or two"),
        pytest.param("22:00-00:00", [(3, "23:59")], [(3, "00:01")], id="until midnight"),
        pytest.param("W:0800:1800", [(1, "08:00"), (1, "18:00")], [(0, "09:00")], id="as in Xymon's files"),
        pytest.param("sat 10:00-11:00, W:1200:1300", [(6, "10:00"), (3, "12:30")], [(0, "10:00")], id="several"),
    ],
)
def test_weekly_times(text: str, inside: list[tuple[int, str]], outside: list[tuple[int, str]]) -> None:
    assert all(holds(text, *moment) for moment in inside)
    assert not any(holds(text, *moment) for moment in outside)


def test_times_with_a_zone_are_those_of_that_place() -> None:
    assert holds("mon 08:00-09:00", 0, "23:00", TOKYO)
    assert not holds("mon 08:00-09:00", 1, "08:00", TOKYO)


@pytest.mark.parametrize(
    "text",
    ["", "8-18", "mon", "monday 08:00-09:00", "08:00-08:00", "24:00-08:00", "08:60-09:00", "25:00-26:00", "W:2200"],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as"):
        read_times(text)


@given(st.text())
def test_any_text_is_times_or_a_mistake(text: str) -> None:
    try:
        times = read_times(text)
    except ValueError:
        return
    assert times.spec is not None


@given(st.integers(0, 7 * 1440), st.sampled_from(["Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "UTC"]))
def test_a_change_of_times_with_a_zone_is_foreseen(minute: int, zone: str) -> None:
    times = read_times("mon-tue 08:00-10:00, 16:00-16:30", ZoneInfo(zone))
    local = SUNDAY + timedelta(minutes=minute)
    spec = times.spec
    assert spec is not None
    wait = changes_in(Criteria(times=times), local, NO_HOLIDAYS)
    assert wait is not None
    steps = range(1, int(wait // 60))
    assert all(spec.covers(local + timedelta(minutes=step)) == spec.covers(local) for step in steps)
    assert wait == 900.0 or spec.covers(local + timedelta(seconds=wait)) != spec.covers(local)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-01-05 08:00", datetime(2026, 1, 4, 23, tzinfo=UTC), id="there"),
        pytest.param("2026-01-05", datetime(2026, 1, 4, 15, tzinfo=UTC), id="a day begins at midnight"),
        pytest.param("2026-01-05T08:00+00:00", datetime(2026, 1, 5, 8, tzinfo=UTC), id="with an offset of its own"),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert read_moment(text, TOKYO) == moment.timestamp()


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "08:00"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is not a moment such as"):
        read_moment(text, ZoneInfo("Pacific/Kiritimati"))


@given(st.text() | st.datetimes().map(str))
def test_any_text_is_a_moment_or_a_mistake(text: str) -> None:
    try:
        moment = read_moment(text, TOKYO)
    except ValueError:
        return
    assert isinstance(moment, float)


def test_a_moment_that_clocks_leave_out_is_told() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/Copenhagen"):
        read_moment("2026-03-29 02:30", ZoneInfo("Europe/Copenhagen"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Europe/Kopenhagen", "did you mean Europe/Copenhagen?", id="a slip"),
        pytest.param("", "such as Europe/Copenhagen", id="nothing"),
        pytest.param("../../etc/passwd", "such as Europe/Copenhagen", id="a path"),
        pytest.param("Europe", "is not a time zone", id="a folder"),
        pytest.param("a\x00b", "is not a time zone", id="a zero"),
    ],
)
def test_zones_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone") as caught:
        read_zone(text)
    assert said in str(caught.value)
