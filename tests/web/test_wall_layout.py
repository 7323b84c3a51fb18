"""How the cards of a wall share a screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.web.wall_layout import Layout, layout, span_of

SWITCH, MACHINE = 8, 4


@pytest.mark.parametrize(
    ("spans", "services", "expected"),
    [
        ([], 0, Layout(1, 1)),
        ([], 1, Layout(1, 1)),
        ([], 9, Layout(1, 3)),
        ([], 40, Layout(1, 8)),
        ([], 200, Layout(1, 20)),
        ([], 5000, Layout(1, 20)),
        ([SWITCH], 0, Layout(1, 1)),
        ([SWITCH, SWITCH, MACHINE, MACHINE], 6, Layout(1, 4)),
        ([SWITCH] * 6 + [MACHINE] * 4, 40, Layout(2, 10)),
        ([SWITCH] * 40, 0, Layout(4, 1)),
        ([SWITCH] * 400, 1000, Layout(4, 20)),
    ],
)
def test_pictures_are_as_large_as_they_can_be(spans: list[int], services: int, expected: Layout) -> None:
    assert layout(spans, services) == expected


@given(st.lists(st.sampled_from([SWITCH, MACHINE]), max_size=200), st.integers(0, 5000))
def test_there_is_one_for_every_site(spans: list[int], services: int) -> None:
    found = layout(spans, services)
    assert 1 <= found.across <= 4
    assert 1 <= found.columns <= 20


@pytest.mark.parametrize(("pictures", "span"), [(8, 8), (5, 8), (4, 4), (1, 4)])
def test_four_pictures_fill_half_a_row(pictures: int, span: int) -> None:
    assert span_of(pictures) == span
