"""Several inventories as one."""

from hexmon.inventory.merge import merge
from hexmon.model.inventory import Group, Inventory, Page, Placement, Summary
from hexmon.model.origin import BUILT_IN, Problem
from tests.support.inventory import an_inventory_of

FIRST = an_inventory_of(
    "127.0.0.1 a # CLIENT:x\npage p P\ngroup G\n127.0.0.2 b\nsummary r.c 127.0.0.1 http://127.0.0.1/"
)
SECOND = an_inventory_of(
    "127.0.0.9 A\n127.0.0.3 c # CLIENT:X CLIENT:y\npage p Other\ngroup H\n127.0.0.4 d\nsubpage q Q"
)
BOTH = merge([FIRST, SECOND])


def test_nothing_gives_an_empty_inventory() -> None:
    assert merge([]) == Inventory()


def test_one_inventory_stays_what_it_is() -> None:
    assert merge([FIRST]) == FIRST


def test_the_first_definition_of_a_host_counts_and_the_other_is_told() -> None:
    assert {name: host.ip for name, host in BOTH.hosts.items()} == {
        "a": "127.0.0.1",
        "b": "127.0.0.2",
        "c": "127.0.0.3",
        "d": "127.0.0.4",
    }
    assert [host.index for host in BOTH.hosts.values()] == [0, 1, 2, 3]
    assert [str(problem) for problem in BOTH.problems] == [
        "hosts.cfg:1: the host 'A' is also defined at hosts.cfg:1, which counts"
    ]


def test_the_first_owner_of_an_alias_keeps_it() -> None:
    assert BOTH.by_alias == {"a": "a", "b": "b", "x": "a", "c": "c", "d": "d", "y": "c"}


def test_pages_of_one_path_are_joined() -> None:
    assert list(BOTH.pages) == ["", "p", "p/q"]
    assert BOTH.pages[""].groups == (Group(hosts=(Placement("a"), Placement("c"))),)
    assert BOTH.pages["p"] == Page(
        path="p",
        name="p",
        title="P",
        children=("p/q",),
        groups=(
            Group(),
            Group(title="G", hosts=(Placement("b"),)),
            Group(title="H", hosts=(Placement("d"),)),
        ),
    )


def test_summaries_and_problems_of_all_are_kept() -> None:
    note = Problem(BUILT_IN, "before all")
    assert merge([FIRST], [note]).problems == (note,)
    assert [summary.name for summary in BOTH.summaries] == ["r.c"]
    assert all(isinstance(summary, Summary) for summary in BOTH.summaries)
