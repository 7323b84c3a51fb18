"""Whether a failure is told, waits for its parents' verdict, or is explained by one of them."""

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.causes import (
    FREE,
    Explained,
    Facts,
    Free,
    Hold,
    Judgement,
    Limits,
    ParentFact,
    explained_by,
    fact_of,
    judge_hold,
    root_of,
)
from hexmon.alerts.topology import NO_TOPOLOGY, Parent, Topology, build
from hexmon.model.color import ALERT_COLORS, BY_WORD, Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Disabled
from hexmon.probes.none import NoneOptions
from tests.support.builders import a_host, a_status, an_inventory
from tests.support.checks import a_check

BEGAN = 1000.0
CHILD = StatusKey("web", "conn")
HOSTS = ("core", "core2", "sw", "web")


def square(text: str) -> StatusKey:
    host, _, test = text.partition(".")
    return StatusKey(host, test or "conn")


def a_topology(*relations: tuple[str, str, str]) -> Topology:
    """(child, "all" or "any", parents) each; hexmon pings every host."""
    hosts = [a_host(name, checks=(a_check("none", NoneOptions(), host=name),)) for name in HOSTS]
    parents = [
        Parent(child=child, parents=tuple(names.split()), need="any" if need == "any" else "all")
        for child, need, names in relations
    ]
    topology, problems = build(an_inventory(*hosts), parents)
    assert not problems
    return topology


def facts(**words: str) -> Facts:
    """`sw="red 990 1001 green"`: colour, since, updated, colour before; the child is red since 1000."""
    found = {CHILD: fact("red 1000 1000 green")}
    found.update((square(name.replace("_", ".")), fact(text)) for name, text in words.items() if text)
    return found.get


def fact(text: str) -> ParentFact:
    color, since, updated, was, *rest = text.split()
    return ParentFact(
        BY_WORD[color],
        float(since),
        float(updated),
        BY_WORD[color] in ALERT_COLORS,
        was=BY_WORD.get(was),
        heard="unheard" not in rest,
    )


ONE = a_topology(("web", "all", "sw"))
CHAIN = a_topology(("web", "all", "sw"), ("sw", "all", "core"))
BOTH = a_topology(("web", "all", "core core2"))
EITHER = a_topology(("web", "any", "core core2"))
TWICE = a_topology(("web", "all", "sw"), ("web", "any", "core core2"))
SQUARE = a_topology(("web", "all", "sw.ports"))

UP = "green 0 1001 none"
DOWN = "red 990 995 green"
OLD = "green 0 940 none"


def held(*ask: str, until: float = BEGAN + 30) -> Hold:
    return Hold(until, tuple(map(square, ask)))


def why(root: str) -> Explained:
    return Explained(square(root))


@pytest.mark.parametrize(
    ("topology", "known", "expected"),
    [
        pytest.param(NO_TOPOLOGY, {}, FREE, id="without parents it is news"),
        pytest.param(ONE, {"sw": UP}, FREE, id="a parent that answered after the failure began explains nothing"),
        pytest.param(ONE, {"sw": DOWN}, why("sw"), id="a parent that is down explains, whenever it was looked at"),
        pytest.param(ONE, {"sw": OLD}, held("sw"), id="what the parent said before the failure is no verdict: ask it"),
        pytest.param(ONE, {}, held("sw"), id="a parent that is probed and was not reported yet is waited for"),
        pytest.param(SQUARE, {}, FREE, id="a parent that nobody reports explains nothing and is not waited for"),
        pytest.param(CHAIN, {"sw": DOWN, "core": DOWN}, why("core"), id="the root is the topmost that is down"),
        pytest.param(CHAIN, {"sw": DOWN, "core": UP}, why("sw"), id="... which may be the nearest"),
        pytest.param(CHAIN, {"sw": DOWN, "core": OLD}, why("sw"), id="... and is it until there is a verdict above it"),
        pytest.param(CHAIN, {"sw": UP, "core": DOWN}, FREE, id="a parent that is up lets nothing through"),
        pytest.param(CHAIN, {"sw": OLD, "core": DOWN}, held("sw"), id="... but it has to say so"),
        pytest.param(BOTH, {"core": UP, "core2": DOWN}, why("core2"), id="of several needed parents one is enough"),
        pytest.param(BOTH, {"core": DOWN, "core2": DOWN}, why("core"), id="... and the first one is the cause"),
        pytest.param(BOTH, {"core": UP, "core2": OLD}, held("core2"), id="... only what is old is asked"),
        pytest.param(EITHER, {"core": DOWN, "core2": UP}, FREE, id="with redundancy one that is up is enough"),
        pytest.param(EITHER, {"core": DOWN, "core2": DOWN}, why("core"), id="... and all that are down explain"),
        pytest.param(EITHER, {"core": DOWN, "core2": OLD}, held("core2"), id="... once the last one has a verdict"),
        pytest.param(EITHER, {"core": UP, "core2": OLD}, FREE, id="... nobody is asked who changes nothing"),
        pytest.param(EITHER, {"core": OLD, "core2": OLD}, held("core", "core2"), id="... both are asked at once"),
        pytest.param(TWICE, {"sw": UP, "core": DOWN, "core2": DOWN}, why("core"), id="any relation suffices"),
        pytest.param(TWICE, {"sw": DOWN, "core": DOWN, "core2": DOWN}, why("sw"), id="... the first that does"),
        pytest.param(ONE, {"sw": "yellow 990 1001 green"}, FREE, id="a warning does not explain what is worse"),
        pytest.param(
            ONE,
            {"sw": "yellow 990 1001 green", "web": "yellow 1000 1000 green"},
            why("sw"),
            id="... but another warning",
        ),
        pytest.param(ONE, {"sw": "yellow 9 940 green"}, held("sw"), id="... it may have become worse: ask"),
        pytest.param(
            CHAIN,
            {"sw": "yellow 990 1001 green", "core": DOWN},
            why("core"),
            id="... yellow behind a dead router is down",
        ),
        pytest.param(
            CHAIN, {"sw": "yellow 990 1001 green", "core": OLD}, held("core"), id="... if that router is dead: ask it"
        ),
        pytest.param(ONE, {"sw": "purple 990 1001 green"}, FREE, id="silence is no verdict that something is down"),
        pytest.param(
            ONE,
            {"sw": "purple 990 1001 green", "web": "purple 1000 1000 green"},
            why("sw"),
            id="... but explains other silence",
        ),
        pytest.param(ONE, {"sw": "clear 990 1001 green"}, FREE, id="a parent without a verdict explains nothing"),
        pytest.param(
            CHAIN, {"sw": "clear 990 1001 green", "core": DOWN}, why("core"), id="... but lets what is above it through"
        ),
        pytest.param(
            SQUARE,
            {"sw_ports": "clear 990 1001 green", "sw": DOWN},
            why("sw"),
            id="... also the ping of its own host, which made it clear",
        ),
        pytest.param(SQUARE, {"sw_ports": "green 990 1001 none", "sw": DOWN}, FREE, id="... not if it is green"),
        pytest.param(ONE, {"sw": "blue 990 1001 red"}, FREE, id="a disabled parent that is well explains nothing"),
        pytest.param(ONE, {"sw": f"{DOWN} unheard"}, FREE, id="a parent of which nobody hears hides nobody"),
        pytest.param(CHAIN, {"sw": f"{DOWN} unheard", "core": DOWN}, why("core"), id="... but one above it may"),
        pytest.param(
            ONE, {"sw": DOWN, "web": "green 1000 1000 red"}, why("sw"), id="a child nobody shows as bad is red"
        ),
    ],
)
def test_judgement_at_the_beginning(topology: Topology, known: Mapping[str, str], expected: Judgement) -> None:
    assert judge_hold(topology, CHILD, BEGAN, facts(**known), now=BEGAN + 1) == expected


RECOVERED = "green 1100 1100 red"


@pytest.mark.parametrize(
    ("topology", "known", "now", "expected"),
    [
        pytest.param(ONE, {"sw": OLD}, BEGAN + 30, FREE, id="no verdict within the time: it is told"),
        pytest.param(ONE, {"sw": OLD}, BEGAN - 1, FREE, id="a clock that was set back holds nothing"),
        pytest.param(
            ONE, {"sw": RECOVERED, "web": "red 1000 1099 green"}, 1101.0, held("web", until=1400.0), id="settle: ask it"
        ),
        pytest.param(
            ONE,
            {"sw": "green 1100 1102 red", "web": "red 1000 1101 green"},
            1103.0,
            FREE,
            id="reported anew and still bad: told",
        ),
        pytest.param(
            ONE,
            {"sw": RECOVERED, "web": "red 1000 1101 green"},
            1102.0,
            held("sw", until=1131.0),
            id="... unless a parent may have failed meanwhile",
        ),
        pytest.param(
            ONE, {"sw": RECOVERED, "web": "red 1000 1101 green"}, 1131.0, FREE, id="... for as long as always"
        ),
        pytest.param(
            ONE, {"sw": RECOVERED, "web": "red 1000 1099 green"}, 1400.0, FREE, id="... or after five minutes"
        ),
        pytest.param(
            ONE,
            {"sw": "green 1100 1100 none", "web": "red 1000 1099 green"},
            1101.0,
            FREE,
            id="a first report is no end",
        ),
        pytest.param(
            ONE, {"sw": "green 900 1100 red", "web": "red 1000 1099 green"}, 1101.0, FREE, id="an end before it began"
        ),
        pytest.param(
            CHAIN,
            {"sw": "yellow 1000 1050 green", "core": RECOVERED, "web": "red 1000 1099 green"},
            1101.0,
            held("web", until=1400.0),
            id="a root that recovers before the parents between",
        ),
        pytest.param(
            EITHER,
            {"core": RECOVERED, "core2": "red 990 1100 green", "web": "red 1000 1099 green"},
            1101.0,
            held("web", until=1400.0),
            id="one of two comes back",
        ),
        pytest.param(
            EITHER,
            {"core": RECOVERED, "core2": "green 0 1100 none", "web": "red 1000 1099 green"},
            1101.0,
            FREE,
            id="one of two comes back, the other was never away: it explained nothing",
        ),
        pytest.param(
            ONE,
            {"sw": "clear 1100 1100 red", "web": "red 1000 1099 green"},
            1101.0,
            held("web", until=1400.0),
            id="clear",
        ),
        pytest.param(ONE, {"web": "red 1000 1099 green"}, 1101.0, FREE, id="a parent that was dropped"),
        pytest.param(
            ONE,
            {"sw": "blue 1100 1101 red", "web": "red 1000 1099 green"},
            1102.0,
            held("web", until=1400.0),
            id="disabled",
        ),
    ],
)
def test_judgement_later(topology: Topology, known: Mapping[str, str], now: float, expected: Judgement) -> None:
    assert judge_hold(topology, CHILD, BEGAN, facts(**known), now) == expected


def test_the_limits_are_settings() -> None:
    limits = Limits(hold_seconds=5.0, settle_seconds=7.0)
    assert judge_hold(ONE, CHILD, BEGAN, facts(sw=OLD), BEGAN, limits) == held("sw", until=1005.0)
    known = facts(sw=RECOVERED, web="red 1000 1099 green")
    assert judge_hold(ONE, CHILD, BEGAN, known, 1101.0, limits) == held("web", until=1107.0)


@pytest.mark.parametrize(
    ("shown", "reported", "expected"),
    [
        pytest.param(Color.RED, Color.RED, (Color.RED, True), id="as it is shown"),
        pytest.param(Color.GREEN, Color.GREEN, (Color.GREEN, False), id="nothing is wrong"),
        pytest.param(Color.CLEAR, Color.RED, (Color.CLEAR, False), id="a delayed red is no verdict yet"),
        pytest.param(Color.BLUE, Color.RED, (Color.RED, True), id="planned work on what is down explains"),
        pytest.param(Color.BLUE, Color.GREEN, (Color.BLUE, False), id="planned work on what is up does not"),
    ],
)
def test_the_fact_of_a_status(shown: Color, reported: Color, expected: tuple[Color, bool]) -> None:
    status = a_status(
        shown, 50.0, reported=reported, updated=70.0, disabled=Disabled(99.0, b""), before_change=Color.RED
    )
    fact = fact_of(status)
    assert (fact.color, fact.bad) == expected
    assert (fact.since, fact.updated, fact.was, fact.exists, fact.heard) == (50.0, 70.0, Color.RED, True, True)
    assert fact_of(status, frozenset()).bad is False


def test_the_root_lists_what_it_explains_and_every_child_has_one_root() -> None:
    topology = a_topology(("web", "all", "sw"), ("sw", "all", "core"))
    known = facts(core=DOWN, sw="yellow 990 1001 green", web_http="yellow 1000 1000 green", core2="red 1 2 green")
    bad = [square(name) for name in ("web", "web.http", "sw", "core", "core2")]
    assert explained_by(square("core"), topology, bad, known) == (square("sw"), CHILD, square("web.http"))
    assert explained_by(square("sw"), topology, bad, known) == ()
    assert root_of(topology, CHILD, known) == square("core")
    assert root_of(topology, square("core"), known) is None


def test_without_facts_all_that_is_listed_counts_as_red() -> None:
    bad = [square(name) for name in ("web", "web.http", "sw", "core")]
    assert explained_by(square("core"), CHAIN, bad) == (square("sw"), CHILD, square("web.http"))
    assert explained_by(square("sw"), CHAIN, [CHILD]) == (CHILD,)


def test_a_chain_of_ten_thousand_yellow_routers_has_one_root() -> None:
    count = 10_000
    hosts = [a_host(f"h{number}", route=(f"h{number + 1}",)) for number in range(count)]
    topology, _ = build(an_inventory(*hosts, f"h{count}"))
    keys = [StatusKey(f"h{number}", "conn") for number in range(count + 1)]
    yellow, red = (ParentFact(color, 0.0, 0.0, bad=True) for color in (Color.YELLOW, Color.RED))
    child = StatusKey("h0", "http")

    def look(key: StatusKey) -> ParentFact:
        return red if key in (keys[-1], child) else yellow

    assert judge_hold(topology, child, 0.0, look, 1.0) == Explained(keys[-1])
    assert len(explained_by(keys[-1], topology, keys, look)) == count


# Whatever the topology and the facts are.

NAMES = tuple(f"h{number}" for number in range(6))
KEYS = [StatusKey(name, test) for name in NAMES for test in ("conn", "http")]
relation = st.tuples(
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from(["any", "all"]),
    st.sets(st.integers(1, 11), min_size=1, max_size=3),
)
moments = st.floats(0.0, 2000.0).map(round).map(float)
some_fact = st.none() | st.builds(
    lambda color, since, updated, was, heard: ParentFact(
        color, since, max(since, updated), color in ALERT_COLORS, was=was, heard=heard
    ),
    st.sampled_from(Color),
    moments,
    moments,
    st.none() | st.sampled_from(Color),
    st.booleans(),
)
some_facts = st.fixed_dictionaries(dict.fromkeys(KEYS, some_fact))
relations = st.lists(relation, max_size=6)


def built(written: Iterable[tuple[int, bool, str, set[int]]]) -> Topology:
    """Parents stand later in the list than their children, so that no relation is refused."""
    hosts = [a_host(name, checks=(a_check("none", NoneOptions(), host=name),)) for name in NAMES]
    parents = [
        Parent(
            child=NAMES[child] if whole else str(KEYS[2 * child]),
            parents=tuple(str(KEYS[number]) for number in sorted(numbers) if number // 2 > child),
            need="any" if need == "any" else "all",
        )
        for child, whole, need, numbers in written
    ]
    topology, problems = build(an_inventory(*hosts), [one for one in parents if one.parents])
    assert not problems
    return topology


@given(relations, some_facts, st.data())
def test_removing_a_relation_never_hides_more(
    written: list[tuple[int, bool, str, set[int]]], known: dict[StatusKey, ParentFact | None], data: st.DataObject
) -> None:
    whole = built(written)
    gone = data.draw(st.integers(0, max(len(written) - 1, 0)))
    less = built(written[:gone] + written[gone + 1 :])
    now = data.draw(moments)
    for key in KEYS:
        before = judge_hold(whole, key, 1000.0, known.get, now)
        after = judge_hold(less, key, 1000.0, known.get, now)
        if isinstance(before, Free):
            assert isinstance(after, Free)
        if not isinstance(before, Explained):
            assert not isinstance(after, Explained)


@given(relations, some_facts, moments)
def test_what_is_explained_has_a_bad_root_that_explains_itself_to_nobody(
    written: list[tuple[int, bool, str, set[int]]], known: dict[StatusKey, ParentFact | None], now: float
) -> None:
    topology = built(written)
    for key in KEYS:
        judgement = judge_hold(topology, key, 1000.0, known.get, now)
        if isinstance(judgement, Explained):
            root = known[judgement.root]
            child = known[key]
            assert root is not None
            assert root.bad
            assert root.heard
            assert root.color >= (child.color if child is not None and child.bad else Color.RED)
            assert root_of(topology, judgement.root, known.get) is None
            assert judgement.root != key


@given(relations, some_facts, moments)
def test_nothing_is_held_longer_than_the_limits_and_asked_is_only_what_may_answer(
    written: list[tuple[int, bool, str, set[int]]], known: dict[StatusKey, ParentFact | None], now: float
) -> None:
    topology = built(written)
    for key in KEYS:
        judgement = judge_hold(topology, key, 1000.0, known.get, now)
        if isinstance(judgement, Hold):
            assert now < judgement.until <= now + 300.0
            assert not isinstance(judge_hold(topology, key, 1000.0, known.get, judgement.until + 300.0), Hold)
            for other in set(judgement.ask) - {key}:
                fact = known[other]
                assert fact is None or fact.updated < 1000.0


@given(relations, some_facts)
def test_the_lists_of_the_roots_hold_every_explained_square_once(
    written: list[tuple[int, bool, str, set[int]]], known: dict[StatusKey, ParentFact | None]
) -> None:
    topology = built(written)
    bad = [key for key, fact in known.items() if fact is not None and fact.bad]
    listed = [key for root in KEYS for key in explained_by(root, topology, bad, known.get)]
    assert sorted(listed) == sorted(key for key in bad if root_of(topology, key, known.get) is not None)


@given(relations, st.sets(st.sampled_from(KEYS)))
def test_a_child_of_a_red_parent_is_never_free(
    written: list[tuple[int, bool, str, set[int]]], red: set[StatusKey]
) -> None:
    topology = built(written)
    known = {
        key: ParentFact(Color.RED if key in red else Color.GREEN, 900.0, 1001.0, key in red, was=Color.GREEN)
        for key in KEYS
    }
    for key in KEYS:
        explains = any(
            all(parent in red for parent in one.parents)
            if one.need == "any"
            else any(parent in red for parent in one.parents)
            for one in topology.relations(key)
        )
        judgement = judge_hold(topology, key, 1000.0, known.get, 1002.0)
        assert isinstance(judgement, Explained if explains else Free)
