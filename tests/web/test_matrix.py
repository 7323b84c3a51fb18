"""Rows, columns, colours and the order of problems."""

import msgspec
import pytest

from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged
from hexmon.web.ages import age
from hexmon.web.matrix import columns_of, hosts_below, page_colors, tables_of
from hexmon.web.propagation import propagated, propagation_of
from hexmon.web.troubles import Trouble, arranged
from tests.web.fake import START, a_group, a_square, an_inventory

TESTS = ("http", "conn", "cpu")


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        pytest.param({}, ("conn", "cpu", "http"), id="all, alphabetically"),
        pytest.param({"only": ["http", "ssh", "conn"]}, ("http", "conn"), id="group-only: as listed, where they exist"),
        pytest.param({"exclude": ["cpu"]}, ("conn", "http"), id="group-except: all but these"),
    ],
)
def test_the_columns_of_a_group(settings: dict[str, object], wanted: tuple[str, ...]) -> None:
    assert columns_of(a_group("www", **settings), TESTS) == wanted


def test_a_sorted_group_and_hosts_that_are_not_shown() -> None:
    hosts = [Host(name="b"), Host(name="a", display_name="z"), Host(name="hidden", nodisp=True)]
    inventory = an_inventory({"": [a_group("a", "hidden", "b", sort=True), a_group()]}, hosts)
    tables = tables_of(inventory, inventory.pages[""], lambda _: TESTS)
    assert [[place.host for place in table.rows] for table in tables] == [["b", "a"]]


def test_pages_take_the_worst_colour_of_what_is_on_and_below_them() -> None:
    inventory = an_inventory({"": [a_group("calm")], "usa": [], "usa/ny": [a_group("bad")]})
    colors = page_colors(inventory, lambda host, _: Color.RED if host == "bad" else Color.GREEN)
    assert colors == {"": Color.RED, "usa": Color.RED, "usa/ny": Color.RED}
    assert hosts_below(inventory, "usa") == ("bad",)


@pytest.mark.parametrize(
    ("items", "color", "wanted"),
    [
        pytest.param({}, Color.RED, Color.RED, id="a red square colours its host"),
        pytest.param({}, Color.BLUE, Color.GREEN, id="blue counts as green"),
        pytest.param({"NOPROPRED": "conn,cpu"}, Color.RED, Color.GREEN, id="not with NOPROPRED"),
        pytest.param({"NOPROPRED": "conn"}, Color.YELLOW, Color.YELLOW, id="nor yellow is touched by it elsewhere"),
        pytest.param({"NOPROPYELLOW": "+cpu"}, Color.YELLOW, Color.GREEN, id="+ adds to the default"),
        pytest.param({"NOPROPPURPLE": "*"}, Color.PURPLE, Color.GREEN, id="the star is every test"),
        pytest.param({"NOPROPACK": "cpu"}, Color.RED, Color.RED, id="NOPROPACK needs an acknowledgement"),
    ],
)
def test_what_propagates(items: dict[str, str], color: Color, wanted: Color) -> None:
    rules = propagation_of(Host(name="www", items=items))
    assert propagated(a_square("www", "cpu", color), rules, START) is wanted


def test_an_acknowledged_square_does_not_propagate_where_nopropack_says_so() -> None:
    status = a_square("www", "cpu", Color.RED)
    acked = msgspec.structs.replace(status, acknowledged=Acknowledged(START + 60, b"", Color.RED))
    rules = propagation_of(Host(name="www", items={"NOPROPACK": "cpu"}))
    assert propagated(acked, rules, START) is Color.GREEN
    assert propagated(acked, rules, START + 61) is Color.RED


def trouble(host: str, test: str, color: Color = Color.RED, since: float = 0.0, acknowledged: bool = False) -> Trouble:
    return Trouble(StatusKey(host, test), color, since, "", acknowledged)


def test_problems_are_worst_and_newest_first_and_the_acknowledged_last() -> None:
    given = [
        trouble("a", "cpu", Color.YELLOW, 5),
        trouble("b", "http", since=1),
        trouble("c", "http", since=2),
        trouble("d", "http", since=9, acknowledged=True),
    ]
    assert [one.key.host for one in arranged(given, lambda _: ())] == ["c", "b", "a", "d"]


def test_a_host_that_is_down_explains_its_other_problems_and_those_behind_it() -> None:
    given = [trouble("gw", "conn"), trouble("www", "conn"), trouble("www", "http"), trouble("db", "disk")]
    found = arranged(given, lambda host: ["gw"] if host == "www" else [])
    assert {one.key.host: [str(lesser.key) for lesser in one.explains] for one in found} == {
        "gw": ["www.conn", "www.http"],
        "db": [],
    }


def test_hosts_that_stand_before_each_other_hide_nothing() -> None:
    found = arranged([trouble("a", "conn"), trouble("b", "conn")], lambda host: ["b"] if host == "a" else ["a"])
    assert sorted(one.key.host for one in found) == ["a", "b"]


@pytest.mark.parametrize(
    ("seconds", "text", "more"),
    [(0, "< 1 min", 60), (61, "1 min", 59), (7_199, "119 min", 1), (7_200, "2 h", 3_600), (172_800, "2 d", 86_400)],
)
def test_ages_are_coarse_and_know_how_long_they_hold(seconds: float, text: str, more: float) -> None:
    assert age(seconds) == (text, more)
