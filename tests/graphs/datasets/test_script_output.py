"""What a script of the administrator prints becomes figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.script_output import updates_from

SOURCE = Source(kind="status", host="www", test="weather", text=b"green", at=1e9)
DEFINED = "DS:temp:GAUGE:600:-30:50\nDS:wind:GAUGE:600:0:U\n"


def files(output: str) -> dict[str, dict[str, str]]:
    return {
        update.file: {one.name: value for one, value in zip(update.sources, update.values, strict=True)}
        for update in updates_from(output, SOURCE)
    }


@pytest.mark.parametrize(
    ("output", "found"),
    [
        pytest.param(f"{DEFINED}weather.rrd\n21:4.5\n", {"weather.rrd": {"temp": "21", "wind": "4.5"}}, id="one file"),
        pytest.param(
            f"{DEFINED}a.rrd\n1:2\nb.rrd\n3:U\n",
            {"a.rrd": {"temp": "1", "wind": "2"}, "b.rrd": {"temp": "3", "wind": "U"}},
            id="two with the same sources",
        ),
        pytest.param(
            f"{DEFINED}a.rrd\n1:2\nds:other:DERIVE:600:0:U\nb.rrd\n3\n",
            {"a.rrd": {"temp": "1", "wind": "2"}, "b.rrd": {"other": "3"}},
            id="two with their own, in small letters",
        ),
        pytest.param(f"{DEFINED}a.rrd\n1\n", {}, id="too few values"),
        pytest.param("DS:temp:ODD:600:0:U\na.rrd\n1\n", {}, id="a definition that is none"),
        pytest.param("a.rrd\n1\n", {}, id="no definition"),
        pytest.param(f"{DEFINED}a.rrd\n1:x\n\n", {"a.rrd": {"temp": "1", "wind": "U"}}, id="a value that is no number"),
        pytest.param(f"{DEFINED}../a.rrd\n1:2\n", {"_.,a.rrd": {"temp": "1", "wind": "2"}}, id="a file elsewhere"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_output(output: str, found: dict[str, dict[str, str]]) -> None:
    assert files(output) == found


@given(st.text(alphabet=st.sampled_from("DS:gaugeGAUGE600U \n.rd"), max_size=300) | st.text(max_size=200))
def test_whatever_a_script_prints(output: str) -> None:
    assert all(len(update.sources) == len(update.values) for update in updates_from(output, SOURCE))
