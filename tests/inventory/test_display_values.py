"""How a host is shown, graphed and reported, as its tags say."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.xymon_tags import TagReader
from hexmon.model.color import Color
from hexmon.model.display import AS_USUAL, Compact, Critical, Display, Reporting, Selection, Trends
from hexmon.model.timespec import parse_timespec
from tests.support.inventory import SERVICES, a_host_with, the_host

GRAPHS = ("la", "disk", "users", "netstat", "tcp")
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("all=cpu|disk|mem", [("all", "cpu", "disk", "mem")], id="the members of one column"),
        pytest.param("a=b|c,d=e|f", [("a", "b", "c"), ("d", "e", "f")], id="several, as hosts.cfg has them"),
        pytest.param("a=b,c=d", [("a", "b"), ("c", "d")], id="several with one member each"),
        pytest.param("a=b,c,d", [("a", "b", "c", "d")], id="the members as bb-hosts has them"),
        pytest.param("a=b,c;d=e,f", [("a", "b", "c"), ("d", "e", "f")], id="several, as bb-hosts has them"),
        pytest.param("a=b|b", [("a", "b")], id="a member that is named twice"),
    ],
)
def test_compact_in_both_spellings(value: str, expected: list[tuple[str, ...]]) -> None:
    host = a_host_with(f"COMPACT:{value}")
    assert host.display.compact == tuple(Compact(column, tuple(tests)) for column, *tests in expected)


@pytest.mark.parametrize("value", ["nothing", "=a|b", "all="])
def test_a_compact_column_needs_a_name_and_tests(value: str) -> None:
    meaning = TagReader(SERVICES).read(f"COMPACT:{value}")
    assert meaning.parsed == ()
    assert "is not a column with its tests" in meaning.mistakes[0].message


@pytest.mark.parametrize(
    ("tag", "graphs"),
    [
        pytest.param("TRENDS:*", [(name, "") for name in GRAPHS], id="all"),
        pytest.param("TRENDS:*,!users,!tcp", [("la", ""), ("disk", ""), ("netstat", "")], id="all but some"),
        pytest.param("TRENDS:disk,la", [("la", ""), ("disk", "")], id="only some, in the usual order"),
        pytest.param(
            "TRENDS:netstat:netstat2|netstat3,tcp:http",
            [("netstat", "netstat2"), ("netstat", "netstat3"), ("tcp", "http")],
            id="subgraphs",
        ),
        pytest.param(
            "TRENDS:*,!la,!disk,!users,tcp:http", [("netstat", ""), ("tcp", "http")], id="subgraphs of one of all"
        ),
        pytest.param("LARRD:disk", [("disk", "")], id="the old word"),
        pytest.param("TRENDS:!disk", [], id="without a star nothing is there to begin with"),
    ],
)
def test_which_graphs_are_shown(tag: str, graphs: list[tuple[str, str]]) -> None:
    trends = a_host_with(tag).display.trends
    assert trends is not None
    assert trends.graphs(GRAPHS) == graphs


@pytest.mark.parametrize(
    ("tags", "test", "color", "shows"),
    [
        pytest.param("NK:http,cpu", "http", Color.RED, True, id="a critical test that is red"),
        pytest.param("NK:http,cpu", "cpu", Color.YELLOW, True, id="or yellow"),
        pytest.param("NK:http", "http", Color.PURPLE, False, id="no other colour"),
        pytest.param("NK:http", "cpu", Color.RED, False, id="no other test"),
        pytest.param("", "http", Color.RED, False, id="without NK nothing"),
        pytest.param("NK:http NKTIME=W:0800:1800", "http", Color.RED, True, id="in the hours of NKTIME"),
        pytest.param("NK:http NKTIME=*:0000:1159,*:1300:2359", "http", Color.RED, False, id="not outside them"),
        pytest.param("NK:http NKTIME=0:0000:2359", "http", Color.RED, False, id="not on other days"),
    ],
)
def test_what_is_on_the_page_of_critical_systems(tags: str, test: str, color: Color, shows: bool) -> None:
    assert a_host_with(tags).display.critical.shows(test, color, MONDAY) is shows


def test_on_a_holiday_the_hours_of_another_day_are_critical() -> None:
    critical = a_host_with("NK:http NKTIME=0:0000:2359").display.critical
    assert critical.shows("http", Color.RED, MONDAY, lambda _: 0)


@pytest.mark.parametrize(
    ("tags", "tests"),
    [
        pytest.param("", {"conn", "http"}, id="the general list"),
        pytest.param("NK:cpu", {"cpu"}, id="else the critical tests"),
        pytest.param("WML:disk NK:cpu", {"disk"}, id="a list of its own"),
        pytest.param("WML:+disk,-http", {"conn", "disk"}, id="changes to the general list"),
    ],
)
def test_what_is_on_the_list_for_small_screens(tags: str, tests: set[str]) -> None:
    critical = a_host_with(tags).display.critical
    every = ("conn", "http", "cpu", "disk")
    assert {test for test in every if critical.on_card(test, Color.RED, {"conn", "http"})} == tests
    assert not any(critical.on_card(test, Color.GREEN, set(every)) for test in every)


def test_how_availability_is_reported() -> None:
    host = a_host_with("REPORTTIME=W:0700:2000 WARNPCT:98.5 WARNSTOPS:3")
    assert host.display.reporting == Reporting(parse_timespec("W:0700:2000"), 98.5, 3)
    assert a_host_with("WARNPCT:98").display.reporting == Reporting(warn_percent=98.0)


def test_interfaces_are_a_pattern_that_is_checked() -> None:
    assert a_host_with("INTERFACES:^eth").display.interfaces == "^eth"
    meaning = TagReader(SERVICES).read("INTERFACES:(eth")
    assert meaning.parsed == ""
    assert "is not a regular expression" in meaning.mistakes[0].message


def test_columns_of_its_own_that_a_host_does_not_have() -> None:
    assert a_host_with("noinfo notrends noclient").display == Display(info=False, graphs=False, clients=False)


def test_hosts_that_say_nothing_are_shown_as_usual() -> None:
    assert a_host_with("ssh NAME:x").display is AS_USUAL


def test_the_defaults_hold_here_too() -> None:
    text = "0.0.0.0 .default. # NK:conn TRENDS:la\n127.0.0.1 www # NK:http"
    assert the_host(text).display == Display(critical=Critical(frozenset({"http"})), trends=Trends(chosen=("la",)))


@given(st.sampled_from(["COMPACT:", "TRENDS:", "NK:", "WML:", "INTERFACES:", "LARRD:"]), st.text(max_size=40))
def test_any_value_is_understood_or_reported(word: str, value: str) -> None:
    meaning = TagReader(SERVICES).read(word + value)
    assert meaning.parsed is not None


@given(
    st.frozensets(st.sampled_from("abc")), st.frozensets(st.sampled_from("abc")), st.frozensets(st.sampled_from("abc"))
)
def test_a_selection_changes_the_general_list_or_replaces_it(
    general: frozenset[str], added: frozenset[str], removed: frozenset[str]
) -> None:
    assert Selection(None, added, removed).of(general) == (general | added) - removed
    assert Selection(added, removed=removed).of(general) == added
