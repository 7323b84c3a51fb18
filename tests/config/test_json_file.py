"""JSON with lines."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.json_file import read_json
from hexmon.config.yaml_file import DEEPEST
from hexmon.model.origin import ConfigError

TEXT = """{
  "a": 1,
  "b": [true, false, null,
        -2.5e3, {"c": "d\\n\\u00e9\\ud83d\\ude00"}],
  "e": {}, "f": []
}
"""


def test_values_and_their_lines() -> None:
    file = read_json(TEXT, "a.json")
    assert file.value == {"a": 1, "b": [True, False, None, -2500.0, {"c": "d\né😀"}], "e": {}, "f": []}
    lines = {place: file.locate(place).line for place in [("a",), ("b",), ("b", 3), ("b", 4, "c"), ("f",), ("none",)]}
    assert lines == {("a",): 2, ("b",): 3, ("b", 3): 4, ("b", 4, "c"): 4, ("f",): 5, ("none",): 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n"a": 2}', "a.json:2: 'a' is written twice; it stands on line 1 already"),
        ('{"a": 1\n"b": 2}', "a.json:2: this is not JSON: a , or a } is needed"),
        ('{"a"\n1}', "a.json:2: this is not JSON: a : is needed behind the key"),
        ("{a: 1}", 'a.json:1: this is not JSON: a key in "quotes" is needed'),
        ('{"a": }', "a.json:1: this is not JSON: a value is missing, or is none"),
        ('["a\n"]', "a.json:1: this is not JSON: a text does not end on its line"),
        ('["\\x"]', "a.json:1: this is not JSON: a text holds a \\ that means nothing"),
        ("[1,]", "a.json:1: this is not JSON: a value is missing, or is none"),
        ("[1] 2", "a.json:1: this is not JSON: something stands behind the end"),
        ("[01]", "a.json:1: this is not JSON: a value is missing, or is none"),
        ("[" * (DEEPEST + 5), "a.json:1: this is not JSON: there is too much of it"),
        ("9" * 5000, "a.json:1: this is not JSON: a value is missing, or is none"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_json(text, "a.json")
    assert str(caught.value) == said


def test_an_empty_file_is_an_empty_table() -> None:
    assert read_json(" \n", "a.json").value == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_what_python_writes_is_read_as_it_was(value: Any, indent: int | None, plain: bool) -> None:
    if _endless(value) or value is None:
        return
    assert read_json(json.dumps(value, indent=indent, ensure_ascii=plain), "a.json").value == value


def _endless(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_endless, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


@given(st.text(st.sampled_from('{}[]",:\\ \n-+.eE019tfnurlase\x00é')))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        known = ValueError
    try:
        found = read_json(text, "a.json").value
    except ConfigError:
        return
    assert known == found or not text.strip() or found == {}
