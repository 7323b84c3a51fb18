"""What the query of a URL may ask, and that nothing but checked figures and known words comes out of it."""

from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.palette import THEMES
from hexmon.graphs.request import RANGES, Asked, RequestError, Window, read_request

NOW = 1_800_000_000
DAY = 86_400


@pytest.mark.parametrize(
    ("query", "window"),
    [
        pytest.param({}, Window(NOW - 2 * DAY, NOW, "48h"), id="two days"),
        pytest.param({"graph": "hourly"}, Window(NOW - 2 * DAY, NOW, "48h"), id="Xymon's hourly"),
        pytest.param({"graph": "daily"}, Window(NOW - 12 * DAY, NOW, "12d"), id="Xymon's daily"),
        pytest.param({"graph": "weekly"}, Window(NOW - 48 * DAY, NOW, "48d"), id="Xymon's weekly"),
        pytest.param({"graph": "monthly"}, Window(NOW - 576 * DAY, NOW, "576d"), id="Xymon's monthly"),
        pytest.param({"range": "90m"}, Window(NOW - 5400, NOW, "90m"), id="any length"),
        pytest.param({"graph_start": "1000", "graph_end": "5000"}, Window(1000, 5000), id="Xymon's zoom"),
        pytest.param({"start": "-3d"}, Window(NOW - 3 * DAY, NOW), id="so long ago until now"),
        pytest.param({"end": "1000000"}, Window(1_000_000 - 2 * DAY, 1_000_000), id="two days until then"),
        pytest.param({"start": "1000000", "range": "1h"}, Window(1_000_000, 1_003_600), id="an hour from then"),
        pytest.param(
            {"start": "2026-03-01T12:00Z", "end": "2026-03-01T14:00+01:00"}, Window(1772366400, 1772370000), id="ISO"
        ),
        pytest.param({"start": "2026-03-01", "end": "2026-03-02"}, Window(1772323200, 1772409600), id="days, in UTC"),
    ],
)
def test_the_window(query: dict[str, str], window: Window) -> None:
    assert read_request(query, NOW).window == window


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"range": "5 minutes"}, "range must be one of"),
        ({"range": "1000000d"}, "range must be one of"),
        ({"range": "999999d"}, "range must be from a minute to a hundred years"),
        ({"graph": "yearly"}, "graph must be one of hourly"),
        ({"start": "yesterday"}, "start must be epoch seconds or a moment"),
        ({"start": "2026-13-01"}, "start must be epoch seconds or a moment"),
        ({"start": "9" * 5000}, "start must be epoch seconds or a moment"),
        ({"start": "1000", "end": "1000"}, "at least 60 seconds after the start"),
        ({"start": "1", "end": "8000000000"}, "at most a hundred years"),
        ({"width": "100000"}, "width must be a whole number from 80 to 4000"),
        ({"graph_width": "-576"}, "graph_width must be a whole number"),
        ({"height": "1e3"}, "height must be a whole number"),
        ({"theme": "#000"}, "theme must be one of light, dark, contrast"),
        ({"size": "huge"}, "size must be one of"),
        ({"upper": "inf"}, "upper must be a number"),
        ({"upper": "1e999"}, "upper must be a number"),
        ({"lower": "5", "upper": "5"}, "upper must be greater than lower"),
        ({"legend": "maybe"}, "legend must be yes or no"),
        ({"percentile": "100"}, "percentile must be greater than 0 and less than 100"),
        ({"first": "0"}, "first must be a whole number from 1"),
        ({"count": "100000"}, "count must be a whole number from 1 to 100"),
        ({"step": "DEF:a=b"}, "step must be a whole number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(query: dict[str, str], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        read_request(query, NOW)


def test_the_names_of_xymon_give_the_size_of_the_plot_and_ours_that_of_the_picture() -> None:
    asked = read_request({"graph_width": "576", "graph_height": "120", "first": "6", "nostale": ""}, NOW)
    assert (asked.width, asked.height, asked.whole, asked.legend) == (576, 120, False, True)
    assert (asked.first, asked.count, asked.fresh) == (6, 100, True)
    asked = read_request({"width": "900", "height": "200", "count": "5"}, NOW)
    assert (asked.width, asked.height, asked.whole, asked.first, asked.count) == (900, 200, True, 1, 5)
    asked = read_request({"size": "small"}, NOW)
    assert (asked.width, asked.height, asked.whole, asked.legend, asked.title) == (400, 120, True, False, False)


NAMES = """
graph range start end graph_start graph_end width height graph_width graph_height theme size legend title
upper lower first count nostale percentile step color disp host service action
"""
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["", "--daemon", "DEF:x=/etc/passwd:a:AVERAGE", "exec:id", "../..", "1e400", *RANGES, *THEMES]),
)


@given(st.dictionaries(st.sampled_from(NAMES.split()), VALUES, max_size=8))
def test_only_bounded_figures_and_known_words_come_out(query: dict[str, str]) -> None:
    try:
        asked = read_request(query, NOW)
    except RequestError:
        return
    assert 60 <= asked.window.length <= 100 * 366 * DAY
    assert asked.theme in THEMES
    assert asked.width is None or 80 <= asked.width <= 4000
    assert asked.height is None or 20 <= asked.height <= 2000
    assert 0 <= asked.count <= 100
    # The only text besides the theme is a word for a length.
    assert [name for name, kind in get_type_hints(Asked).items() if kind is str] == ["theme"]
    assert asked.window.range == "" or asked.window.range in RANGES or asked.window.range[:-1].isdigit()
