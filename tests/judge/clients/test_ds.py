"""Figures of the graphs that colour squares."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.ds import Finding, judge_values
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import DataSet
from hexmon.judge.clients.selection import NOTHING_SELECTED, Selected
from hexmon.model.color import Color

YELLOW, RED = Color.YELLOW, Color.RED


def ds(*limits: tuple[str, float], column: str = "conn", file: str = "tcp.conn.rrd", **fields: object) -> DataSet:
    values: dict[str, object] = {"data_set": "sec", "limits": limits} | fields
    return DataSet(column=column, file=Expression(file), **values)  # type: ignore[arg-type]


def told(*rules: DataSet, value: float = 0.7, file: str = "tcp.conn.rrd") -> list[tuple[str, Color, str]]:
    found = judge_values(Selected(*rules), file, {"sec": value})
    return [(column, one.color, one.cause.decode()) for column, one in found.items() if one is not None]


def test_it_is_about_a_column() -> None:
    found = judge_values(Selected(ds((">", 0.5))), "tcp.conn.rrd", {"other": 9.0, "sec": 0.7})
    assert found == {"conn": Finding(RED, b"sec=0.7 (> 0.50)")}


def test_columns_whose_figures_are_well_are_told() -> None:
    rules = Selected(ds((">", 0.5)), ds((">", 0.9), column="slow"), ds((">", 0.1), column="other", data_set="x"))
    found = judge_values(rules, "tcp.conn.rrd", {"sec": 0.7})
    assert found == {"conn": Finding(RED, b"sec=0.7 (> 0.50)"), "slow": None}


def test_large_counters_are_told_in_full() -> None:
    found = judge_values(Selected(ds((">", 0.5))), "tcp.conn.rrd", {"sec": 123456789012345.0})
    assert found == {"conn": Finding(RED, b"sec=123456789012345 (> 0.50)")}


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        ([(">", 1.0)], [1.1, math.inf], [1.0, 0.0, math.nan]),
        ([(">=", 1.0)], [1.0], [0.9]),
        ([("<", 1.0)], [0.9, -5.0], [1.0, math.nan]),
        ([("<=", 1.0)], [1.0], [1.1]),
        ([(">", 1.0), ("<", 2.0)], [1.5], [1.0, 2.0]),
        ([(">=", 1.0), ("<=", 2.0)], [1.0, 2.0], [0.9, 2.1]),
        ([], [], [0.0, 1.0]),
    ],
)
def test_limits(limits: list[tuple[str, float]], inside: list[float], outside: list[float]) -> None:
    assert all(told(ds(*limits), value=value) for value in inside)
    assert not any(told(ds(*limits), value=value) for value in outside)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param(ds((">", 0.5)), "sec=0.7 (> 0.50)", id="one limit"),
        pytest.param(ds((">=", 0.5), ("<", 3.0)), "sec=0.7 (>= 0.50 and < 3.00)", id="between two"),
        pytest.param(ds((">", 0.5), text="&N is &V, over &U"), "sec is 0.7, over 0.50", id="one limit is both"),
        pytest.param(ds((">", 0.5), ("<", 3.0), text="&L to &U"), "0.50 to 3.00", id="the lower and the upper"),
        pytest.param(ds(("<", 3.0), (">", 0.5), text="&L to &U"), "0.50 to 3.00", id="in any order"),
        pytest.param(ds((">", 0.5), text="R&D &X &VV &"), "R&D &X 0.7V &", id="other letters stay"),
        pytest.param(ds((">", 0.5), text="&N", data_set="sec"), "sec", id="only the name"),
        pytest.param(ds((">", 0.5), text="a\nmodify b"), "a modify b", id="in one line"),
    ],
)
def test_texts(rule: DataSet, words: str) -> None:
    assert told(rule) == [("conn", RED, words)]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([ds((">", 0.1), text="a"), ds((">", 0.2), text="b")], [("conn", RED, "a")], id="the first counts"),
        pytest.param([ds((">", 1.0)), ds((">", 0.1))], [], id="even when it is not exceeded"),
        pytest.param(
            [ds((">", 0.1), color=YELLOW, text="a"), ds((">", 0.5), text="b")],
            [("conn", RED, "b")],
            id="red over yellow",
        ),
        pytest.param(
            [ds((">", 0.5), text="a"), ds((">", 0.1), color=YELLOW, text="b")], [("conn", RED, "a")], id="in any order"
        ),
        pytest.param(
            [ds((">", 0.1), color=YELLOW, text="a"), ds((">", 0.9))], [("conn", YELLOW, "a")], id="yellow alone"
        ),
        pytest.param(
            [ds((">", 0.1), text="a"), ds((">", 0.1), column="slow", color=YELLOW, text="b")],
            [("conn", RED, "a"), ("slow", YELLOW, "b")],
            id="each column by itself",
        ),
        pytest.param([ds((">", 0.1), file="tcp.smtp.rrd")], [], id="another file"),
        pytest.param([ds((">", 0.1), file="%^tcp\\.", text="a")], [("conn", RED, "a")], id="a pattern"),
        pytest.param([ds((">", 0.1), file="la.rrd,tcp.conn.rrd", text="a")], [("conn", RED, "a")], id="a list"),
        pytest.param([ds((">", 0.1), data_set="other")], [], id="another data set"),
    ],
)
def test_which_settings_count(rules: list[DataSet], expected: list[tuple[str, Color, str]]) -> None:
    assert told(*rules) == expected


def test_urls_have_commas() -> None:
    file = "tcp.http.www.example.com,a,b.rrd"
    assert told(ds((">", 0.1), column="http", file=file), file=file)
    assert told(ds((">", 0.1), column="http", file="*"), file=file)
    assert told(ds((">", 0.1), column="http", file="%example"), file=file)
    assert not told(ds((">", 0.1), column="http", file="b.rrd"), file=file)


def test_nothing_without_settings() -> None:
    assert judge_values(NOTHING_SELECTED, "tcp.conn.rrd", {"sec": 1.0}) == {}


@given(value=st.floats(), limit=st.floats(), file=st.text(), text=st.text())
def test_any_figure_is_judged(value: float, limit: float, file: str, text: str) -> None:
    for _, color, _cause in told(ds((">", limit), file=file, text=text), value=value, file=file):
        assert color is RED
        assert value > limit
