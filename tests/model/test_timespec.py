"""Durations and weekly times as Xymon's files write them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.timespec import (
    Downtime,
    parse_duration,
    parse_duration_strict,
    parse_timespec,
    parse_window,
)

SATURDAY = datetime(2026, 11, 21)  # noqa: DTZ001 - local time is what the windows are about


@pytest.mark.parametrize(
    ("text", "lax", "strict"),
    [
        pytest.param("30", 1800.0, 1800.0, id="minutes without a unit"),
        pytest.param("2h", 7200.0, 7200.0, id="hours"),
        pytest.param("1h30m", 5400.0, 5400.0, id="components add up"),
        pytest.param("1w2d", 777_600.0, 777_600.0, id="weeks and days"),
        pytest.param("2H", 7200.0, 7200.0, id="units in any case"),
        pytest.param("10x", 600.0, None, id="an unknown unit ends it, in minutes"),
        pytest.param("10x5h", 600.0, None, id="and nothing behind it counts"),
        pytest.param("", None, None, id="nothing"),
        pytest.param("abc", None, None, id="no digit"),
        pytest.param("-1", None, None, id="negative"),
    ],
)
def test_durations(text: str, lax: float | None, strict: float | None) -> None:
    assert parse_duration(text) == lax
    assert parse_duration_strict(text) == strict


@given(st.text())
def test_no_text_breaks_the_parsers(text: str) -> None:
    strict = parse_duration_strict(text)
    assert strict is None or strict == parse_duration(text)
    parse_timespec(text)


@pytest.mark.parametrize(
    ("spec", "day", "clock", "inside"),
    [
        pytest.param("*:0800:1800", 0, (8, 0), True, id="the first minute counts"),
        pytest.param("*:0800:1800", 0, (18, 0), True, id="the last minute counts"),
        pytest.param("*:0800:1800", 0, (18, 1), False, id="the minute after does not"),
        pytest.param("W:0000:2359", 0, (12, 0), False, id="Saturday is no working day"),
        pytest.param("W:0000:2359", 2, (12, 0), True, id="Monday is one"),
        pytest.param("60:0000:2359", 1, (12, 0), True, id="several days, Sunday is 0"),
        pytest.param("6:2330:0200", 0, (23, 45), True, id="over midnight, the first day"),
        pytest.param("6:2330:0200", 0, (1, 0), True, id="over midnight, the morning of the same day"),
        pytest.param("6:2330:0200", 1, (1, 0), False, id="over midnight, not the morning of the day after"),
        pytest.param("*:2330:0200", 1, (2, 0), True, id="over midnight, every day"),
        pytest.param("*:0000:1159,*:1300:2359", 0, (12, 30), False, id="between two windows"),
        pytest.param("*:0000:2400", 0, (23, 59), True, id="2400 is the end of the day"),
    ],
)
def test_windows(spec: str, day: int, clock: tuple[int, int], inside: bool) -> None:
    parsed = parse_timespec(spec)
    assert parsed is not None
    assert parsed.covers(SATURDAY + timedelta(days=day, hours=clock[0], minutes=clock[1])) is inside


def test_a_holiday_is_another_day_of_the_week() -> None:
    parsed = parse_timespec("0:0000:2359")
    assert parsed is not None
    assert not parsed.covers(SATURDAY)
    assert parsed.covers(SATURDAY, lambda _: 0)


@pytest.mark.parametrize(
    "spec", ["", "7:0800:1800", "*:800:1800", "*:0860:1800", "*:2500:1800", "*:0800", "*:0800:1800,"]
)
def test_what_is_no_window_is_refused(spec: str) -> None:
    assert parse_timespec(spec) is None


def test_a_downtime_is_for_its_tests_in_any_case() -> None:
    window = parse_window("*", "0000", "2359")
    assert window is not None
    some = Downtime(window, frozenset({"Disk", "cpu"}))
    assert some.covers("disk", SATURDAY)
    assert some.covers("CPU", SATURDAY)
    assert not some.covers("http", SATURDAY)
    assert Downtime(window).covers("http", SATURDAY)
