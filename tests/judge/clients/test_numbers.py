"""Whole numbers out of agents' words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.lines import shortened
from hexmon.judge.clients.numbers import MOST, after, whole, wholes


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("97%", 97),
        ("0", 0),
        ("+5", 5),
        ("-5", -5),
        ("1.2T", 1),
        ("007", 7),
        ("-", None),
        ("", None),
        ("abc", None),
        ("nan", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, MOST),
        ("-" + "9" * 5000, -MOST),
        ("0" * 5000 + "1", 1),
    ],
)
def test_whole(word: str, value: int | None) -> None:
    assert whole(word) == value


def test_the_first_numbers_of_a_text() -> None:
    assert wholes(" 1  2\t3 x 4", 5) == (1, 2, 3)
    assert wholes("1 2 3", 2) == (1, 2)
    assert wholes("x 2", 2) == ()


def test_numbers_behind_a_label() -> None:
    assert after("Free: 5\nTotal:7 8\n", "Total:", 2) == (7, 8)
    assert after("Total:7", "Free:") == ()


@given(st.text())
def test_any_word_is_a_number_within_bounds_or_none(word: str) -> None:
    value = whole(word)
    assert value is None or -MOST <= value <= MOST


@given(st.text(alphabet="ab\n", max_size=50), st.integers(0, 60))
def test_a_text_is_cut_at_a_line_and_that_is_told(text: str, longest: int) -> None:
    cut = shortened(text, longest)
    if len(text) <= longest:
        assert cut == text
    else:
        kept, _, told = cut.rpartition("\n")
        assert text.startswith(kept)
        assert len(kept) <= longest
        assert told == f"[{len(text) - len(kept)} characters more]"
