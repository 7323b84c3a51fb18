"""What is no number that librrd can keep is unknown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs import librrd
from hexmon.graphs.definitions import Definitions
from hexmon.graphs.schema import DataSource
from hexmon.graphs.values import value_for
from tests.support.rrd import START


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("GAUGE", "1.50", "1.50"),
        ("GAUGE", " -3e2 ", "-3e2"),
        ("GAUGE", ".5", ".5"),
        ("GAUGE", "U", "U"),
        ("GAUGE", "nan", "U"),
        ("GAUGE", "inf", "U"),
        ("GAUGE", "1e999", "U"),
        ("GAUGE", "9" * 5000, "U"),
        ("GAUGE", "0x10", "U"),
        ("GAUGE", "1:2", "U"),
        ("GAUGE", "", "U"),
        ("GAUGE", "٣", "U"),
        ("COUNTER", "18446744073709551615", "18446744073709551615"),
        ("COUNTER", "18446744073709551616", "U"),
        ("COUNTER", "12.75", "12"),
        ("COUNTER", "-1", "U"),
        ("COUNTER", "-0", "0"),
        ("COUNTER", "007", "7"),
        ("DERIVE", "-12.9", "-12"),
        ("DERIVE", "1e3", "U"),
        ("DCOUNTER", "12.75", "12.75"),
    ],
)
def test_a_text_to_a_value(kind: str, text: str, value: str) -> None:
    assert value_for(kind, text) == value


texts = st.text("0123456789.eE+-: U", max_size=40) | st.text(max_size=10)


@given(texts, st.sampled_from(["GAUGE", "COUNTER", "DERIVE", "ABSOLUTE", "DCOUNTER", "DDERIVE"]))
def test_librrd_takes_every_value(tmp_path_factory: pytest.TempPathFactory, text: str, kind: str) -> None:
    path: Path = tmp_path_factory.getbasetemp() / f"{kind}.rrd"
    source = DataSource("x", kind)  # type: ignore[arg-type]
    librrd.create(path, [source], Definitions().layout(""), START)
    librrd.update(path, ["x"], [f"{START + 60}:{value_for(kind, text)}"])
    assert librrd.info(path)["last_update"] == START + 60
