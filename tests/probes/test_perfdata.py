"""What plugins print, as their guidelines have it, and as they do it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.probes.perfdata import Figure, Output, Range, read_figures, read_output

INF = math.inf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("OK", Output("OK", "", ""), id="one line"),
        pytest.param("OK - fine | a=1\n", Output("OK - fine", "", "a=1"), id="with figures"),
        pytest.param(
            "OK|a=1\nmore\nand more|b=2\nc=3\n",
            Output("OK", "more\nand more", "a=1 b=2\nc=3"),
            id="long text and more figures",
        ),
        pytest.param("OK\nlong\n", Output("OK", "long", ""), id="long text only"),
        pytest.param("OK\n|b=2 c=3", Output("OK", "", "b=2 c=3"), id="figures only below"),
        pytest.param("", Output("", "", ""), id="nothing"),
        pytest.param("|a=1", Output("", "", "a=1"), id="no text"),
    ],
)
def test_text_and_figures(text: str, expected: Output) -> None:
    assert read_output(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("time=0.002s", Figure(label="time", value=0.002, unit="s"), id="seconds"),
        pytest.param("time=12ms", Figure(label="time", value=0.012, unit="s"), id="milliseconds"),
        pytest.param("time=5us", Figure(label="time", value=5e-6, unit="s"), id="microseconds"),
        pytest.param("time=5\u00b5s", Figure(label="time", value=5e-6, unit="s"), id="with a Greek letter"),
        pytest.param("size=2KB", Figure(label="size", value=2048, unit="B"), id="kilobytes of 1024"),
        pytest.param("size=1MiB", Figure(label="size", value=1048576, unit="B"), id="mebibytes"),
        pytest.param("used=42%", Figure(label="used", value=42, unit="%"), id="per cent"),
        pytest.param("packets=1234c", Figure(label="packets", value=1234, unit="c"), id="a counter"),
        pytest.param("temp=21.5\u00b0C", Figure(label="temp", value=21.5, unit="\u00b0C"), id="another unit"),
        pytest.param("load=1,25", Figure(label="load", value=1.25), id="a comma as decimal point"),
        pytest.param("x=-3", Figure(label="x", value=-3), id="negative"),
        pytest.param("x=.5", Figure(label="x", value=0.5), id="without a digit before the point"),
        pytest.param("x=1e3", Figure(label="x", value=1000), id="an exponent"),
        pytest.param("'a b'=1", Figure(label="a b", value=1), id="a quoted label"),
        pytest.param("'it''s'=1", Figure(label="it's", value=1), id="a quote in a label"),
        pytest.param("'a=b'=1", Figure(label="a=b", value=1), id="an equals sign in a quoted label"),
        pytest.param("'C:\\ used'=3", Figure(label="C:\\ used", value=3), id="a drive"),
        pytest.param("x=1;;;", Figure(label="x", value=1), id="empty thresholds"),
        pytest.param(
            "x=1;2;3;4;5;6",
            Figure(label="x", value=1, warn=Range(0, 2), critical=Range(0, 3), minimum=4, maximum=5),
            id="more than there are",
        ),
        pytest.param(
            "t=5ms;10;20;0;1000",
            Figure(
                label="t", value=0.005, unit="s", warn=Range(0, 0.01), critical=Range(0, 0.02), minimum=0, maximum=1
            ),
            id="thresholds have the unit of the value",
        ),
    ],
)
def test_one_figure(text: str, expected: Figure) -> None:
    assert read_figures(text) == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("10", Range(0, 10), id="up to"),
        pytest.param("10:", Range(10, INF), id="from"),
        pytest.param("~:10", Range(-INF, 10), id="anything up to"),
        pytest.param("10:20", Range(10, 20), id="between"),
        pytest.param("@10:20", Range(10, 20, inside=True), id="not between"),
        pytest.param("1,5:2,5", Range(1.5, 2.5), id="with commas"),
        pytest.param("20:10", None, id="the wrong way round"),
        pytest.param("ten", None, id="a word"),
        pytest.param("1:2:3", None, id="three of them"),
        pytest.param(":", Range(0, INF), id="only a colon"),
        pytest.param("~", None, id="only a tilde"),
    ],
)
def test_a_range(written: str, expected: Range | None) -> None:
    [figure] = read_figures(f"x=1;{written}")
    assert figure.warn == expected


@pytest.mark.parametrize(
    ("range_", "end"),
    [(Range(0, 10), 10), (Range(10, INF), 10), (Range(-INF, INF), None)],
    ids=["upper", "lower", "none"],
)
def test_the_end_of_a_range_that_a_chart_shows(range_: Range, end: float | None) -> None:
    assert range_.end == end


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param("a=1 b=2\nc=3", ["a", "b", "c"], id="blanks and lines"),
        pytest.param("a=U b=2", ["b"], id="a value that could not be had"),
        pytest.param("a= =2 '=3 b=4", [], id="a quote that is never closed hides the rest"),
        pytest.param("a= =2 b=4", ["b"], id="without value or label"),
        pytest.param("rta 3 ms a=1", ["a"], id="words between"),
        pytest.param("'x'y=1 b=2", ["b"], id="a label that ends late"),
        pytest.param("a=1,234,567 b=2", ["b"], id="not a number"),
        pytest.param("a=1 a=2", ["a"], id="the same label again"),
        pytest.param("a=1e999 b=2", ["b"], id="too large for a number"),
        pytest.param("a=nan b=inf c=0x10", [], id="what only float() takes"),
        pytest.param(f"{'x' * 500}=1", [], id="a label of five hundred letters"),
        pytest.param("a\x01=1", [], id="a control character in the label"),
    ],
)
def test_what_is_not_understood_is_passed_over(text: str, labels: list[str]) -> None:
    assert [figure.label for figure in read_figures(text)] == labels


def test_there_is_an_end_to_figures() -> None:
    assert len(read_figures(" ".join(f"label{number}=1" for number in range(2000)))) == 500


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
LABELS = st.text(st.characters(categories=("L", "N", "P"), include_characters=" "), min_size=1, max_size=20)


@given(st.lists(st.tuples(LABELS, NUMBERS), max_size=10, unique_by=lambda pair: pair[0]))
def test_what_the_guidelines_write_is_read_back(pairs: list[tuple[str, float]]) -> None:
    quoted = [(label.replace("'", "''"), value) for label, value in pairs]
    text = " ".join(f"'{label}'={value!r};~:{value!r}" for label, value in quoted)
    found = read_figures(text)
    assert [(figure.label, figure.value) for figure in found] == pairs
    assert all(figure.warn == Range(-INF, figure.value) for figure in found)


@given(st.text(max_size=300) | st.text("'=;:@~.,0123456789eEusmB% \n", max_size=300))
def test_no_text_is_an_exception_and_every_figure_is_a_number(text: str) -> None:
    for figure in read_figures(read_output(text).performance):
        numbers = [figure.value, figure.minimum or 0.0, figure.maximum or 0.0]
        assert all(math.isfinite(number) for number in numbers)
        assert figure.label.isprintable()


@pytest.mark.parametrize("text", ["'" * 65536, "'a" * 32768, "=" * 65536, "a=1;" * 16384, "1" * 65536, " '" * 32768])
def test_a_long_text_is_read_in_one_pass(text: str) -> None:
    """Minutes, if the time grew with the square of the length: the time limit of the tests would strike."""
    for _ in range(20):
        read_figures(text)
