"""YAML with the line of everything: what is a text, what is refused, what is bounded."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hexmon.config.yaml_file import DEEPEST, decode_yaml, read_yaml
from hexmon.model.origin import ConfigError

_LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
_TOWER = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5000))


def value(text: str) -> Any:
    return read_yaml(text, "f.yaml").value


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_yaml(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", {}, id="an empty file is an empty table"),
        pytest.param("# only a comment\n", {}, id="comments alone are nothing"),
        pytest.param("\ufeffa: 1\n", {"a": 1}, id="a byte order mark is nothing"),
        pytest.param("a: 22:00\nb: 12:30:45", {"a": "22:00", "b": "12:30:45"}, id="times of day are texts"),
        pytest.param(
            "a: [0123, +45, 1_000, 0x1F]", {"a": ["0123", "+45", "1_000", "0x1F"]}, id="odd numbers are texts"
        ),
        pytest.param("a: [on, off, yes, no, y]", {"a": ["on", "off", "yes", "no", "y"]}, id="only true is true"),
        pytest.param("a: [true, False, null, ~]", {"a": [True, False, None, None]}, id="truth and nothing"),
        pytest.param("a: [5, -5, 1.5, 1.50]", {"a": [5, -5, 1.5, "1.50"]}, id="numbers that come back as written"),
        pytest.param("a: 2026-01-05", {"a": "2026-01-05"}, id="dates are texts"),
        pytest.param("a: ['5', \"true\", !!str 5]", {"a": ["5", "true", "5"]}, id="what is quoted is a text"),
        pytest.param("1984: a\ntrue: b", {"1984": "a", "true": "b"}, id="keys are always texts"),
        pytest.param("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}, id="texts of several lines"),
        pytest.param("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}, id="an alias is the same again"),
        pytest.param(
            "a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}",
            {"a": {"b": 1, "c": 2}, "d": {"c": 2, "b": 3}},
            id="what a table says itself goes before what it takes in",
        ),
        pytest.param(
            "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}",
            {"a": {"b": 1}, "c": {"b": 2, "d": 3}, "e": {"b": 1, "d": 3}},
            id="of several that are taken in the first goes first",
        ),
    ],
)
def test_values(text: str, found: Any) -> None:
    assert value(text) == found
    assert repr(value(text)) == repr(found) or isinstance(found, dict)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: 1\n\na: 2\n", ["f.yaml:3: 'a' is written twice; it stands on line 1 already"], id="twice"),
        pytest.param(
            "a: {b: 1, b: 2}\nc: 1\nc: 2\n",
            [
                "f.yaml:1: 'b' is written twice; it stands on line 1 already",
                "f.yaml:3: 'c' is written twice; it stands on line 2 already",
            ],
            id="every one that is written twice",
        ),
        pytest.param(
            "a:\n  b: *\n",
            [
                (
                    "f.yaml:2: this is not YAML: while scanning an alias did not find expected alphabetic or numeric "
                    "character; put a text that begins with * in quotes"
                )
            ],
            id="a star that is no alias",
        ),
        pytest.param(
            "a: *web\n",
            ["f.yaml:1: no &web stands before *web; if a text is meant, put it in quotes: '*web'"],
            id="an alias of nothing",
        ),
        pytest.param(
            "a: !web1\n",
            [
                (
                    "f.yaml:1: '!web1' is a tag of YAML, and there are none here; "
                    "if a text is meant, put it in quotes: '!web1'"
                )
            ],
            id="an exception without quotes",
        ),
        pytest.param(
            "a: !!python/object/apply:os.system [x]\n",
            [
                (
                    "f.yaml:1: '!!python/object/apply:os.system' is a tag of YAML, and there are none here; "
                    "if a text is meant, put it in quotes: '!!python/object/apply:os.system'"
                )
            ],
            id="objects are not made",
        ),
        pytest.param("a: &x [*x]\n", ["f.yaml:1: &x contains itself"], id="a list inside itself"),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            ["f.yaml:2: a second document begins here; take the line '---' away"],
            id="two documents",
        ),
        pytest.param("? [a]\n: b\n", ["f.yaml:1: a key must be a word"], id="a list as a key"),
        pytest.param(
            "<<: 5\n",
            ["f.yaml:1: << takes in a table or a list of tables; write: <<: *NAME, after NAME: &NAME"],
            id="nothing to take in",
        ),
        pytest.param("a: 1\nb: \x07\n", ["f.yaml:2: this is not YAML: it holds a control character"], id="a bell"),
        pytest.param(_LAUGHS, ["f.yaml:7: this makes more than 2,000,000 values; use fewer aliases"], id="laughs"),
        pytest.param(
            _TOWER, [f"f.yaml:60: more than {DEEPEST} lists and tables are inside one another"], id="a tower of aliases"
        ),
        pytest.param("[" * 100, ["f.yaml:1: more than 60 lists and tables are inside one another"], id="a tower"),
    ],
)
def test_what_is_refused(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


def test_tabs_are_told() -> None:
    (said,) = mistakes("a:\n\tb: 1\n")
    assert said.endswith("indent with blanks, not with tabs")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing of a list."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own
    name: str
    need: Literal["any", "all"] = "all"


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A file of these tests."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own
    items: tuple[Item, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)


def test_a_file_becomes_a_value() -> None:
    found = decode_yaml(Whole, read_yaml("items:\n- name: a\n- {name: b, need: any}\nsizes: {x: 1}\n", "f.yaml"))
    assert found == Whole(items=(Item(name="a"), Item(name="b", need="any")), sizes={"x": 1})


def test_every_mistake_has_its_line_and_path() -> None:
    text = "items:\n- name: a\n  needs: any\n- need: al\n- 5\nsizes:\n  x: 1\n  y: many\nitms: 5\n"
    with pytest.raises(ConfigError) as caught:
        decode_yaml(Whole, read_yaml(text, "f.yaml"))
    assert sorted(str(problem) for problem in caught.value.problems) == [
        "f.yaml:3: items[1].needs: unknown setting; did you mean need?",
        "f.yaml:4: items[2].name: is needed and missing",
        "f.yaml:4: items[2].need: 'al' is not one of 'any' or 'all'; did you mean all?",
        "f.yaml:5: items[3]: lines KEY: VALUE are needed",
        "f.yaml:8: sizes.y: a whole number is needed",
        "f.yaml:9: itms: unknown setting; did you mean items?",
    ]


def test_a_mistake_in_what_was_taken_in_is_on_the_line_where_it_is_written() -> None:
    text = "items:\n- &x\n  name: a\n  need: 7\n-\n  <<: *x\n  name: b\n"
    with pytest.raises(ConfigError) as caught:
        decode_yaml(Whole, read_yaml(text, "f.yaml"))
    assert {problem.origin.line for problem in caught.value.problems} == {4}


_PIECES = (
    *("a", "b: ", "- ", "\n", "  ", "\t", "&x ", "*x", "<<: ", "[", "]", "{", "}", ",", ":", "? ", "!t ", "'", '"'),
    *("|\n", "---\n", "...\n", "#", "%", "1", "true", "~", "\x00", "\ud800", "\u2028", "é"),
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)))
@example("&a a: *a")
@example("!<tag:yaml.org,2002:str> a: b")
@example("- &a\n- *a")
@example("*a : 1")
def test_any_text_is_a_value_or_mistakes(text: str) -> None:
    try:
        file = read_yaml(text, "f.yaml")
        decode_yaml(Whole, file)
    except ConfigError as error:
        told = error.problems
    else:
        return
    assert told
    assert all(problem.message for problem in told)
