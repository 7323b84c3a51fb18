"""rrddefinitions.cfg: the archives of new files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.graphs.definitions import USUAL, Definitions, read_definitions
from hexmon.graphs.schema import Archive, Layout
from hexmon.model.origin import Origin


def read(text: str) -> Definitions:
    return read_definitions(Line(line, Origin("r", number)) for number, line in enumerate(text.splitlines(), 1))


SHIPPED = """\
# Xymon's own
[ifmib/60]
    RRA:AVERAGE:0.5:5:576
    RRA:AVERAGE:0.5:30:576
[]
RRA:AVERAGE:0.5:1:100
[memory]
RRA:AVERAGE:0.5:1:2016
RRA:MAX:.5:5m:2d
[fast]
--step 60
RRA:LAST:0:1m:1h
[slow]
-s
600
RRA:MIN:0.25:2:10
"""


@pytest.mark.parametrize(
    ("test", "layout"),
    [
        pytest.param("la", Layout(300, (Archive("AVERAGE", 1, 100),)), id="[] is for whatever has no section"),
        pytest.param(
            "memory", Layout(300, (Archive("AVERAGE", 1, 2016), Archive("MAX", 1, 576))), id="a column has its own"
        ),
        pytest.param(
            "MEMORY", Layout(300, (Archive("AVERAGE", 1, 2016), Archive("MAX", 1, 576))), id="in any case of letters"
        ),
        pytest.param(
            "ifmib/60", Layout(60, (Archive("AVERAGE", 5, 576), Archive("AVERAGE", 30, 576))), id="another interval"
        ),
        pytest.param("ifmib", Layout(300, (Archive("AVERAGE", 1, 100),)), id="[column/60] is not for 300 seconds"),
        pytest.param("disk/60", Layout(60, (Archive("AVERAGE", 1, 100),)), id="the interval is the step"),
        pytest.param("fast", Layout(60, (Archive("LAST", 1, 60, 0.0),)), id="--step goes first, durations follow it"),
        pytest.param("slow", Layout(600, (Archive("MIN", 2, 10, 0.25),)), id="-s and its number on two lines"),
        pytest.param("a/b", Layout(300, (Archive("AVERAGE", 1, 100),)), id="a slash without a number"),
    ],
)
def test_a_column_to_its_layout(test: str, layout: Layout) -> None:
    found = read(SHIPPED)
    assert not found.problems
    assert found.layout(test) == layout


def test_without_a_file_it_is_as_xymon_has_it() -> None:
    assert Definitions().layout("cpu") == Layout(300, USUAL)
    assert [(one.steps, one.rows) for one in USUAL] == [(1, 576), (6, 576), (24, 576), (288, 576)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RRA:AVERAGE:0.5:1:576", "r:1: 'RRA:AVERAGE:0.5:1:576' stands before the first section; write [] above it"),
        ("[a]", "r:1: [a] has no archives; write RRA:AVERAGE:0.5:1:576 below it"),
        (
            "[a]\nRRA:AVERAGE:0.5:1",
            "r:2: 'RRA:AVERAGE:0.5:1' is not an archive; write RRA:AVERAGE:0.5:STEPS:ROWS; AVERAGE, MIN, MAX and LAST",
        ),
        ("[a]\nRRA:AVERAGE:0.5:0:5", "r:2: 'RRA:AVERAGE:0.5:0:5': steps and rows must be above 0, rows at most"),
        ("[a]\nRRA:AVERAGE:0.5:1:5\n[A]\nRRA:MAX:0.5:1:5", "r:3: [a] was there already; the last one holds"),
        ("[a]\n--step 0\nRRA:MAX:0.5:1:5", "r:2: a step of no seconds; write --step 300"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, said: str) -> None:
    assert str(read(text).problems[0]).startswith(said)


words = st.sampled_from(
    ["[", "]", "[a]", "[a/60]", "RRA:", "AVERAGE", ":", "0.5", "1", "576", "-s", "--step", "\n", "9" * 30]
)


@given(st.lists(words | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_gives_a_layout_that_librrd_takes(text: str) -> None:
    layout = read(text).layout("a")
    assert layout.step > 0
    assert all(one.steps > 0 and one.rows > 0 and 0 <= one.xff < 1 for one in layout.archives)
    assert layout.archives
