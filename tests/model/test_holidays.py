"""When holidays are, and which weekday they count as."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.holidays import NO_HOLIDAYS, WEEKDAYS, Calendar, Holiday, Holidays, easter, xymon_weekday

NEW_YEAR = Holiday("New Year", "static", month=1, day=1)
GOOD_FRIDAY = Holiday("Good Friday", "easter", offset=-2)


@pytest.mark.parametrize(
    ("holiday", "expected"),
    [
        pytest.param(Holiday("x", "static", month=12, day=25), date(2026, 12, 25), id="a fixed day"),
        pytest.param(Holiday("x", "static", month=2, day=29), None, id="29 February in an ordinary year"),
        pytest.param(Holiday("x", "static", month=2, day=31), None, id="a day that no year has"),
        pytest.param(GOOD_FRIDAY, date(2026, 4, 3), id="days before Easter"),
        pytest.param(Holiday("x", "easter", offset=60), date(2026, 6, 4), id="days after Easter"),
        pytest.param(Holiday("x", "4advent"), date(2026, 12, 20), id="the fourth Sunday of Advent"),
        pytest.param(Holiday("x", "4advent", offset=-32), date(2026, 11, 18), id="days before it"),
        pytest.param(Holiday("x", "mon", month=9, offset=1), date(2026, 9, 7), id="the first Monday of a month"),
        pytest.param(Holiday("x", "thu", month=11, offset=4), date(2026, 11, 26), id="the fourth Thursday"),
        pytest.param(
            Holiday("x", "mon", month=5, offset=5), date(2026, 5, 25), id="5 is the last where there are four"
        ),
        pytest.param(
            Holiday("x", "fri", month=5, offset=5), date(2026, 5, 29), id="5 is the last where there are five"
        ),
        pytest.param(Holiday("x", "+mon", month=5, day=17), date(2026, 5, 18), id="the first Monday on or after a day"),
        pytest.param(Holiday("x", "+wed", month=7, day=1), date(2026, 7, 1), id="which may be that day"),
    ],
)
def test_when_a_holiday_is(holiday: Holiday, expected: date | None) -> None:
    assert holiday.in_year(2026) == expected


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1961, 4, 2),
        (1981, 4, 19),
        (2000, 4, 23),
        (2008, 3, 23),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2038, 4, 25),
    ],
)
def test_easter_is_when_the_almanac_says(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_in_spring(year: int) -> None:
    assert xymon_weekday(easter(year)) == 0
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


@given(st.integers(1970, 2100), st.sampled_from(WEEKDAYS), st.integers(1, 12), st.integers(1, 5))
def test_a_counted_weekday_is_in_its_month(year: int, kind: str, month: int, offset: int) -> None:
    day = Holiday("x", kind, month=month, offset=offset).in_year(year)
    assert day is not None
    assert (day.year, day.month, WEEKDAYS[day.weekday()]) == (year, month, kind)


def test_on_a_holiday_another_weekday_counts() -> None:
    calendar = Calendar((NEW_YEAR, GOOD_FRIDAY), like=0)
    assert calendar.weekday(datetime(2026, 1, 1, 12, tzinfo=UTC)) == 0
    assert calendar.weekday(date(2026, 1, 2)) == 5
    assert calendar.holiday(date(2026, 4, 3)) == "Good Friday"


@pytest.mark.parametrize("calendar", [NO_HOLIDAYS, Calendar((NEW_YEAR,)), Calendar((), like=0)])
def test_without_holidays_or_a_weekday_for_them_every_day_is_itself(calendar: Calendar) -> None:
    assert calendar.weekday(date(2026, 1, 1)) == 4


def test_a_holiday_may_fall_into_the_year_before_or_after() -> None:
    late = Calendar((Holiday("late", "4advent", offset=20), Holiday("early", "+mon", month=12, day=30)), like=0)
    assert late.holiday(date(2027, 1, 9)) == "late"
    assert late.holiday(date(2028, 1, 3)) == "early"


def test_a_set_adds_to_the_holidays_of_everybody_in_any_case() -> None:
    holidays = Holidays((NEW_YEAR,), {"uk": (GOOD_FRIDAY,)}, like=6)
    assert holidays.calendar("UK") == Calendar((NEW_YEAR, GOOD_FRIDAY), 6)
    assert holidays.calendar("nowhere") == holidays.calendar("") == Calendar((NEW_YEAR,), 6)
