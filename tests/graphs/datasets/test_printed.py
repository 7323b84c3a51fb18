"""What an extra script prints: definitions, files, values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.datasets.contract import DataSource, Source
from hexmon.graphs.datasets.printed import MOST_FILES, Printed, read_printed

A, B = "DS:a:GAUGE:600:0:U", "DS:b:DERIVE:600:0:U"


def read(*lines: str) -> Printed:
    source = Source(kind="status", host="www.example.com", test="weather", text=b"", at=1000.0)
    return read_printed(source, "\n".join(lines) + "\n")


def files(*lines: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By name: the data sources and the values."""
    found = read(*lines)
    assert found.mistakes == ()
    return {one.file: (tuple(source.name for source in one.sources), one.values) for one in found.updates}


def test_one_file() -> None:
    [update] = read(A, B, "weather.rrd", "21.5:7").updates
    assert update.sources == (DataSource("a", low=0), DataSource("b", "DERIVE", low=0))
    assert (update.folder, update.file, update.values) == ("www.example.com", "weather.rrd", ("21.5", "7"))
    assert (update.test, update.at) == ("weather", 1000.0)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            [A, "x.rrd", "1", "y.rrd", "2"],
            {"x.rrd": (("a",), ("1",)), "y.rrd": (("a",), ("2",))},
            id="definitions hold on",
        ),
        pytest.param(
            [A, "x.rrd", "1", B, "y.rrd", "2"],
            {"x.rrd": (("a",), ("1",)), "y.rrd": (("b",), ("2",))},
            id="until there are others",
        ),
        pytest.param(["", A, "", "x.rrd", "\t", "1", ""], {"x.rrd": (("a",), ("1",))}, id="empty lines are none"),
        pytest.param([A + "\r", "x.rrd\r", "1\r"], {"x.rrd": (("a",), ("1",))}, id="ends of Windows"),
        pytest.param([A, "my file.rrd", "1"], {"my_file.rrd": (("a",), ("1",))}, id="blanks in a name"),
        pytest.param([A, "sub/x.rrd", "1"], {"sub,x.rrd": (("a",), ("1",))}, id="a name with slashes is one name"),
        pytest.param([A, "../.x.rrd", "1"], {"_.,.x.rrd": (("a",), ("1",))}, id="nor does it lead elsewhere"),
        pytest.param([A, "weather", "1"], {"weather.rrd": (("a",), ("1",))}, id="a name without its end"),
        pytest.param([A, B, "x.rrd", "U:"], {"x.rrd": (("a", "b"), ("U", "U"))}, id="unknown values"),
        pytest.param([A, B, "x.rrd", "nan:1.5"], {"x.rrd": (("a", "b"), ("U", "U"))}, id="what is no value is unknown"),
        pytest.param([A, "x.rrd", "1", "x.rrd", "2"], {"x.rrd": (("a",), ("1",))}, id="a file comes once"),
        pytest.param([], {}, id="nothing"),
    ],
)
def test_output(lines: list[str], expected: dict[str, object]) -> None:
    found = read(*lines)
    assert {one.file: (tuple(source.name for source in one.sources), one.values) for one in found.updates} == expected


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        pytest.param(["x.rrd", "1"], "the file 'x.rrd': no DS: line comes before it", id="no definition"),
        pytest.param([A, "x.rrd"], "the file 'x.rrd' has no values", id="no values"),
        pytest.param([A, "x.rrd", "1:2"], "the file 'x.rrd': 2 values for 1 data sources", id="too many values"),
        pytest.param([A, B, "x.rrd", "1"], "the file 'x.rrd': 1 values for 2 data sources", id="too few values"),
        pytest.param([A, A, "x.rrd", "1:2"], "the file 'x.rrd': a data source is defined twice", id="twice"),
        pytest.param(
            ["DS:a b:GAUGE:600:U:U", "x.rrd", "1"],
            "the file 'x.rrd': 'DS:a b:GAUGE:600:U:U' defines no data source (rrdcreate(1))",
            id="a bad definition",
        ),
        pytest.param(
            ["ds:a:GAUGE:600:U:U", "x.rrd", "1"],
            "the file 'x.rrd': 'ds:a:GAUGE:600:U:U' defines no data source (rrdcreate(1))",
            id="in small letters",
        ),
    ],
)
def test_mistakes(lines: list[str], mistake: str) -> None:
    assert read(*lines) == Printed((), (mistake,))


def test_a_mistake_costs_one_file() -> None:
    found = read(A, "x.rrd", "1:2", "y.rrd", "3")
    assert [one.file for one in found.updates] == ["y.rrd"]


def test_there_is_an_end() -> None:
    found = read(A, *(line for number in range(2 * MOST_FILES) for line in (f"f{number}.rrd", "1")))
    assert len(found.updates) == MOST_FILES


LINES = st.sampled_from([A, B, "x.rrd", "y", "1", "1:2", "DS:", "ds:x", "", "/", "U", "9" * 5000])


@given(st.text() | st.lists(LINES).map("\n".join))
def test_anything_may_be_printed(output: str) -> None:
    source = Source(kind="status", host="www.example.com", test="weather", text=b"", at=1000.0)
    for update in read_printed(source, output).updates:
        assert len(update.values) == len(update.sources) > 0
        assert update.file.endswith(".rrd")
        assert "/" not in update.file
