"""Which squares stand behind which, what is wrong with what was written, and that there is never a circle."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.topology import NO_TOPOLOGY, Parent, Relation, Topology, build
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin
from tests.support.builders import a_host, an_inventory
from tests.support.inventory import an_inventory_of

YAML = Origin("alerts.yaml", 7)


def square(text: str) -> StatusKey:
    host, _, test = text.rpartition(".")
    return StatusKey(host, test)


def behind(child: str, *parents: str, need: str = "all") -> Parent:
    return Parent(child=child, parents=parents, need="any" if need == "any" else "all", origin=YAML)


def shown(relations: Iterable[Relation]) -> list[str]:
    return [f"{one.need}: {' '.join(map(str, one.parents))}" for one in relations]


HOSTS = """
    127.0.0.1 core   # conn
    127.0.0.2 sw1    # route:core ssh
    127.0.0.3 web1   # route:sw1,core ssh ~smtp depends=(ssh:db/mysql,web1/conn)
    127.0.0.4 web2   # noclear route:sw1 ssh depends=(ssh:db/mysql)
    127.0.0.5 db.lab # CLIENT:db ssh
"""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("core.conn", [], id="a host without tags stands behind nothing"),
        pytest.param("sw1.conn", ["all: core.conn"], id="route: is for the ping"),
        pytest.param("sw1.cpu", ["all: core.conn"], id="... and for every other square of the host, also an agent's"),
        pytest.param("web1.conn", ["all: sw1.conn core.conn"], id="of several routers each one explains"),
        pytest.param(
            "web1.ssh", ["all: db.lab.mysql web1.conn", "all: sw1.conn core.conn"], id="depends= is for one test"
        ),
        pytest.param("web1.smtp", [], id="a test with ~ is its own"),
        pytest.param("web2.ssh", [], id="so are those of a host with noclear"),
        pytest.param("web2.conn", ["all: sw1.conn"], id="... but for its ping"),
    ],
)
def test_tags_of_hosts_cfg_become_relations(key: str, expected: list[str]) -> None:
    topology, problems = build(an_inventory_of(HOSTS))
    assert shown(topology.relations(square(key))) == expected
    assert problems == ()


NAMES = ("core1", "core2", "sw1", "sw2", "web1.lab", "web2.lab", "db")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(behind("db", "sw1"), {"db.conn": "all: sw1.conn"}, id="a host as parent means its ping"),
        pytest.param(behind("db", "sw1"), {"db.disk": "all: sw1.conn"}, id="a host as child means all its squares"),
        pytest.param(
            behind("db.http", "sw1.ports"), {"db.http": "all: sw1.ports", "db.conn": None}, id="one square behind one"
        ),
        pytest.param(
            behind("db", "core1", "core2", need="any"), {"db.conn": "any: core1.conn core2.conn"}, id="one is enough"
        ),
        pytest.param(
            behind("web*", "sw1"), {"web1.lab.conn": "all: sw1.conn", "db.conn": None}, id="a glob means hosts"
        ),
        pytest.param(
            behind("*.lab", "sw1"), {"web2.lab.conn": "all: sw1.conn", "db.conn": None}, id="... to their end"
        ),
        pytest.param(
            behind("web*.http", "sw1"),
            {"web1.lab.http": "all: sw1.conn", "web1.lab.conn": None},
            id="... and squares where no host is like it",
        ),
        pytest.param(behind("%^web\\d", "sw1"), {"web2.lab.conn": "all: sw1.conn"}, id="a regular expression"),
        pytest.param(behind("DB,web1.LAB", "SW1"), {"web1.lab.conn": "all: sw1.conn"}, id="a list, in any case"),
        pytest.param(
            behind("web*,!web1.lab", "sw1"), {"web2.lab.conn": "all: sw1.conn", "web1.lab.conn": None}, id="but one"
        ),
        pytest.param(
            behind("!db", "sw1"), {"web2.lab.conn": "all: sw1.conn", "db.conn": None, "sw1.conn": None}, id="all others"
        ),
        pytest.param(
            behind("*", "core*", need="any"),
            {"db.conn": "any: core1.conn core2.conn", "core1.conn": None, "core2.conn": None},
            id="a pattern does not mean the parents themselves",
        ),
    ],
)
def test_names_of_the_relations(written: Parent, expected: dict[str, str | None]) -> None:
    topology, problems = build(an_inventory(*NAMES), [written])
    assert {key: next(iter(shown(topology.relations(square(key)))), None) for key in expected} == expected
    assert problems == ()


def test_the_ping_may_be_called_otherwise() -> None:
    topology, _ = build(an_inventory("sw1", "db"), [behind("db", "sw1")], "ping")
    assert shown(topology.relations(square("db.ping"))) == ["all: sw1.ping"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (behind("db", "sw9x"), "alerts.yaml:7: there is no host 'sw9x'"),
        (behind("db", "core1,crore2"), "alerts.yaml:7: there is no host 'crore2'; did you mean 'core2'?"),
        (
            behind("web1.lba.http", "sw1"),
            "alerts.yaml:7: there is no host 'web1.lba.http'; did you mean 'web1.lab.http'?",
        ),
        (behind("mail*", "sw1"), "alerts.yaml:7: no host and no square is like 'mail*'"),
        (behind("core*", "core*"), "alerts.yaml:7: no host and no square but the parents themselves is like 'core*'"),
        (behind("web*,!db", "sw1"), "alerts.yaml:7: '!db' excepts nothing that was named before"),
        (behind("", "sw1"), "alerts.yaml:7: a name is empty; write HOST or HOST.TEST"),
        (
            behind("db", "db"),
            (
                "alerts.yaml:7: 'db' cannot stand behind 'db.conn': db.conn -> db.conn is a circle; left out"
                "; name the tests that are meant: db.TEST"
            ),
        ),
    ],
)
def test_mistakes_are_told_with_their_place(written: Parent, message: str) -> None:
    _, problems = build(an_inventory(*NAMES), [written])
    assert [str(problem) for problem in problems] == [message]
    assert not problems[0].fatal


def test_a_bad_regular_expression_is_told() -> None:
    _, problems = build(an_inventory(*NAMES), [behind("%(", "sw1")])
    assert "is not a regular expression" in problems[0].message


def test_a_test_that_is_one_slip_away_from_a_probed_one_is_told_and_kept() -> None:
    inventory = an_inventory_of("127.0.0.1 sw1 # smtp\n127.0.0.2 db # conn")
    topology, problems = build(inventory, [behind("db", "sw1.smtpx")])
    assert str(problems[0]) == "alerts.yaml:7: hexmon does not test 'sw1.smtpx'; did you mean 'sw1.smtp'?"
    assert shown(topology.relations(square("db.conn"))) == ["all: sw1.smtpx"]


def test_an_unknown_parent_of_several_does_not_let_the_others_explain_more() -> None:
    inventory = an_inventory(*NAMES)
    one_of, _ = build(inventory, [behind("db", "core1", "core9", need="any")])
    each, _ = build(inventory, [behind("db", "core1", "core9", need="all")])
    assert shown(one_of.relations(square("db.conn"))) == []
    assert shown(each.relations(square("db.conn"))) == ["all: core1.conn"]


def test_a_circle_is_refused_with_its_path_at_the_relation_that_closes_it() -> None:
    inventory = an_inventory("a", "b", "c", "d")
    relations = [behind("a", "b"), behind("b", "c.ports"), behind("c", "d")]
    closing = Parent(child="c.ports", parents=("a",), origin=Origin("alerts.yaml", 40))
    topology, problems = build(inventory, [*relations, closing, behind("d", "c.cpu")])
    assert [str(problem) for problem in problems] == [
        (
            "alerts.yaml:40: 'c.ports' cannot stand behind 'a.conn': c.ports -> a.conn -> b.conn -> c.ports "
            "is a circle; left out; take one of these relations away"
        ),
        (
            "alerts.yaml:7: 'd' cannot stand behind 'c.cpu': d.conn -> c.cpu -> d.conn is a circle; left out; "
            "take one of these relations away"
        ),
    ]
    assert shown(topology.relations(square("c.ports"))) == ["all: d.conn"]


def test_routes_in_a_circle_name_the_line_of_the_host() -> None:
    topology, problems = build(an_inventory_of("127.0.0.1 a # route:b\n127.0.0.2 b # route:a"))
    assert str(problems[0]).startswith("hosts.cfg:2: 'b' cannot stand behind 'a.conn': b.conn -> a.conn -> b.conn")
    assert shown(topology.relations(square("a.conn"))) == ["all: b.conn"]
    assert shown(topology.relations(square("b.conn"))) == []


def test_many_children_of_one_relation_are_one_problem() -> None:
    routes = "\n".join(f"127.0.0.{number} a{number} # route:b" for number in range(1, 5))
    _, problems = build(an_inventory_of(f"{routes}\n127.0.0.9 b # conn"), [behind("b", "a*")])
    assert len(problems) == 1
    _, problems = build(
        an_inventory_of(f"{routes}\n127.0.0.9 b # conn"), [behind("b.http", "a1"), behind("a*", "b.http")]
    )
    assert problems[0].message.startswith("'a1' cannot stand behind 'b.http'")
    _, problems = build(an_inventory("a1", "a2", "b"), [behind("b", "a1", "a2"), behind("a*", "b")])
    assert problems[0].message.endswith("is a circle; left out, and 1 more like it")


def test_a_parent_that_says_nothing_lets_the_ping_of_its_host_speak_unless_that_is_a_circle() -> None:
    topology, problems = build(an_inventory("sw1", "db"), [behind("db", "sw1.ports"), behind("sw1.conn", "sw1.power")])
    assert shown(topology.beyond(square("sw1.ports"))) == ["all: sw1.conn"]
    assert shown(topology.beyond(square("sw1.power"))) == []
    assert shown(topology.relations(square("sw1.ports"))) == []
    assert problems == ()


def test_what_nothing_stands_behind_is_no_parent() -> None:
    """A parent that may be silent has its host's ping behind it, which so becomes one, too."""
    topology, _ = build(an_inventory("web1", "db", "sw1"), [Parent(child="web1", parents=("db.mysql",))])
    assert topology.parents == {StatusKey("db", "mysql"), StatusKey("db", "conn")}


def test_only_parents_that_hexmon_probes_are_known_as_probed() -> None:
    inventory = an_inventory_of("127.0.0.1 sw1 # ssh\n127.0.0.2 db # ssh")
    topology, _ = build(inventory, [behind("db", "sw1", "sw1.cpu")])
    assert topology.probed == {square("sw1.conn")}


def test_without_relations_nothing_is_explained() -> None:
    assert build(an_inventory("a")) == (NO_TOPOLOGY, ())


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_of_ten_thousand_hosts_is_built_and_its_circle_found(backwards: bool) -> None:
    count = 10_000
    hosts = [a_host(f"h{number}", route=(f"h{number + 1}",)) for number in range(count)]
    inventory = an_inventory(*(reversed(hosts) if backwards else hosts), f"h{count}")
    topology, problems = build(inventory)
    assert problems == ()
    assert len(topology.hosts) == count
    topology, problems = build(inventory, [behind(f"h{count}", "h0")])
    (problem,) = problems
    assert problem.message.startswith(f"'h{count}' cannot stand behind 'h0.conn': h{count}.conn -> h0.conn -> h1.conn")
    assert "... 9902 more ..." in problem.message


def test_a_hundred_thousand_squares_behind_their_routers() -> None:
    lines = [a_host(f"sw{number}", route=(f"core{number % 2}",)) for number in range(500)]
    lines += [
        a_host(f"h{number}", route=(f"sw{number % 500}",), depends=(("http", (StatusKey(f"h{number}", "mysql"),)),))
        for number in range(10_000)
    ]
    topology, problems = build(an_inventory("core0", "core1", *lines), [behind("h*.disk", "core*", need="any")])
    assert problems == ()
    assert len(topology.squares) == 20_000


def above(topology: Topology, key: StatusKey) -> set[StatusKey]:
    return {parent for relation in topology.beyond(key) for parent in relation.parents}


def has_circle(topology: Topology, squares: Sequence[StatusKey]) -> bool:
    for start in squares:
        seen: set[StatusKey] = set()
        waiting = above(topology, start)
        while waiting:
            key = waiting.pop()
            if key == start:
                return True
            seen.add(key)
            waiting |= above(topology, key) - seen
    return False


SOME = [f"h{number}" for number in range(6)]
TESTS = ("conn", "http", "cpu")
SQUARES = [StatusKey(host, test) for host in SOME for test in TESTS]
names = st.sampled_from([*SOME, *map(str, SQUARES), "h*", "*", "*.http", "%h[0-3]", "!h1", "h1,h2.cpu", "nobody"])
written = st.builds(
    Parent,
    child=names,
    parents=st.lists(names, min_size=1, max_size=3).map(tuple),
    need=st.sampled_from(["any", "all"]),
)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    routes = st.lists(st.sampled_from(SOME), max_size=2).map(tuple)
    depends = st.lists(
        st.tuples(st.sampled_from(TESTS), st.lists(st.sampled_from(SQUARES), min_size=1, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple)
    return an_inventory(*(a_host(name, route=draw(routes), depends=draw(depends)) for name in SOME))


@given(inventories(), st.lists(written, max_size=8))
def test_there_is_no_circle_whatever_is_written(inventory: Inventory, parents: list[Parent]) -> None:
    topology, _ = build(inventory, parents)
    assert not has_circle(topology, SQUARES)


@given(st.lists(st.tuples(st.sampled_from(SQUARES), st.sampled_from(SQUARES)), max_size=25))
def test_a_relation_is_refused_exactly_when_those_before_it_lead_back(pairs: list[tuple[StatusKey, StatusKey]]) -> None:
    inventory = an_inventory(*SOME)
    parents = [
        Parent(child=str(child), parents=(str(parent),), origin=Origin("x", number))
        for number, (child, parent) in enumerate(pairs)
    ]
    topology, problems = build(inventory, parents)
    refused = {problem.origin.line for problem in problems}
    reach: dict[StatusKey, set[StatusKey]] = {key: {key} for key in SQUARES}
    for number, (child, parent) in enumerate(pairs):
        closes = child in reach[parent]
        assert closes is (number in refused)
        if not closes:
            for key in SQUARES:
                if child in reach[key]:
                    reach[key] |= reach[parent]
    assert sum(map(len, topology.squares.values())) == len(pairs) - len(problems)
