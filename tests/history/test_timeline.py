"""Which colour was shown when."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.history.store import Change
from hexmon.history.timeline import Period, Share, cells, periods, shares
from hexmon.model.color import Color
from hexmon.model.names import StatusKey

RED, GREEN, YELLOW, BLUE = Color.RED, Color.GREEN, Color.YELLOW, Color.BLUE


def a_change(at: float, color: Color, before: Color | None = None, since: float = 0.0, number: int = 0) -> Change:
    key = StatusKey("www.example.com", "http")
    return Change(id=number or int(at), key=key, at=at, color=color, before=before, before_since=since)


def spans(found: tuple[Period, ...]) -> list[tuple[float, float, Color]]:
    return [(period.begin, period.end, period.color) for period in found]


NEWEST_FIRST = [a_change(30, GREEN, RED, 20), a_change(20, RED, GREEN, 10), a_change(10, GREEN)]


@pytest.mark.parametrize(
    ("changes", "since", "until", "expected"),
    [
        pytest.param([], 0, 100, [], id="nothing is known without a change"),
        pytest.param(
            NEWEST_FIRST, 0, 40, [(10, 20, GREEN), (20, 30, RED), (30, 40, GREEN)], id="the last colour lasts until now"
        ),
        pytest.param(NEWEST_FIRST, 15, 25, [(15, 20, GREEN), (20, 25, RED)], id="periods are clipped to the span"),
        pytest.param(NEWEST_FIRST, 20, 30, [(20, 30, RED)], id="a period that is exactly the span"),
        pytest.param(NEWEST_FIRST, 50, 60, [(50, 60, GREEN)], id="nothing changed in the span"),
        pytest.param(NEWEST_FIRST, 0, 5, [], id="the history begins after the span"),
        pytest.param(NEWEST_FIRST, 30, 30, [], id="an empty span"),
        pytest.param(
            [a_change(20, RED, GREEN, 10)],
            0,
            30,
            [(10, 20, GREEN), (20, 30, RED)],
            id="what ended with the first change",
        ),
        pytest.param([a_change(20, RED, GREEN, 10)], 12, 18, [(12, 18, GREEN)], id="only what the next change tells"),
        pytest.param(
            [a_change(20, RED, GREEN, 20), a_change(20, GREEN, None, 20, 7)],
            0,
            30,
            [(20, 30, RED)],
            id="a colour shown for no time is left out",
        ),
    ],
)
def test_periods(changes: list[Change], since: float, until: float, expected: list[tuple[float, float, Color]]) -> None:
    assert spans(periods(changes, since, until)) == expected


def test_a_period_leads_to_the_change_that_began_it() -> None:
    assert [period.change for period in periods([a_change(20, RED, GREEN, 10)], 0, 30)] == [0, 20]


def test_shares_are_of_the_known_time() -> None:
    found = shares(periods(NEWEST_FIRST, 0, 50))
    assert found == (Share(RED, 10.0, 25.0, 1), Share(GREEN, 30.0, 75.0, 2))
    assert shares(()) == ()


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        pytest.param(0, 40, [None, GREEN, RED, GREEN], id="a cell for each"),
        pytest.param(5, 45, [GREEN, RED, RED, GREEN], id="the worst of a cell wins"),
        pytest.param(0, 8, [None] * 4, id="nothing known"),
        pytest.param(40, 80, [GREEN] * 4, id="one colour throughout"),
        pytest.param(30, 30, [None] * 4, id="no time at all"),
    ],
)
def test_cells(since: float, until: float, expected: list[Color | None]) -> None:
    assert list(cells(periods(NEWEST_FIRST, since, until), since, until, 4)) == expected


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.sampled_from(Color)), max_size=20),
    st.floats(0, 1000),
    st.floats(0.001, 1000),
    st.integers(1, 50),
)
def test_periods_follow_each_other_without_gaps_and_cells_show_every_colour(
    found: list[tuple[float, Color]], since: float, length: float, count: int
) -> None:
    until = since + length
    changes = [a_change(at, color, number=number) for number, (at, color) in enumerate(sorted(found), 1)]
    timeline = periods(changes, since, until)
    assert all(one.end == two.begin for one, two in pairwise(timeline))
    assert all(since <= period.begin < period.end <= until for period in timeline)
    if timeline:
        assert timeline[-1].end == until
        assert sum(share.percent for share in shares(timeline)) == pytest.approx(100)
    bar = cells(timeline, since, until, count)
    assert len(bar) == count
    assert max((color for color in bar if color is not None), default=None) == max(
        (period.color for period in timeline), default=None
    )
