"""Outages on a small network, its prober and an engine that tells what is free: who is told of what."""

import heapq
import itertools
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.causes import Explained, Free, Hold, Judgement, ParentFact, judge_hold
from hexmon.alerts.topology import Parent, Topology, build
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.probes.none import NoneOptions
from tests.support.builders import a_host, an_inventory
from tests.support.checks import a_check

NAMES = tuple(f"h{number}" for number in range(6))
KEYS = [StatusKey(name, "conn") for name in NAMES]
ROUND = 60.0
ANSWER = 2.0  # seconds until a square that was asked for is reported


class Network:
    """Squares that are broken, or unreachable because of what they stand behind."""

    def __init__(self, topology: Topology, polite: frozenset[StatusKey]) -> None:
        self.topology = topology
        self.broken: set[StatusKey] = set()
        self._polite = polite  # these are yellow when a parent is down, as conn is behind a dead router

    def is_hidden(self, key: StatusKey) -> bool:
        """Whether a parent is down, so that the square cannot be well."""
        return any(
            (all if one.need == "any" else any)(self.is_down(parent) for parent in one.parents)
            for one in self.topology.relations(key)
        )

    def is_down(self, key: StatusKey) -> bool:
        return key in self.broken or self.is_hidden(key)

    def color(self, key: StatusKey) -> Color:
        if self.is_hidden(key) and key in self._polite:
            return Color.YELLOW
        return Color.RED if self.is_down(key) else Color.GREEN


class Monitor:
    """Probes every square once a minute and when asked, and tells what is free."""

    def __init__(self, network: Network, phases: Iterable[float]) -> None:
        self.now = 10_000.0
        self.network = network
        self.board: dict[StatusKey, ParentFact] = {}
        self.began: dict[StatusKey, float] = {}
        self.told: set[StatusKey] = set()
        self.last: dict[StatusKey, Judgement] = {}
        self.log: list[tuple[str, StatusKey]] = []
        self._asked: set[StatusKey] = set()
        self._numbers = itertools.count()
        self._events: list[tuple[float, int, StatusKey, str]] = []
        for key, phase in zip(KEYS, phases, strict=True):
            self._at(self.now + phase, key, "round")

    def _at(self, moment: float, key: StatusKey, what: str) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), key, what))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._events[0][0] <= end:
            moment, _, key, what = heapq.heappop(self._events)
            self.now = moment
            if what == "round":
                self._at(moment + ROUND, key, "round")
            if what != "look":
                self._asked.discard(key)
                self._report(key)
            self._judge_all()
        self.now = end

    def _report(self, key: StatusKey) -> None:
        before, color = self.board.get(key), self.network.color(key)
        changed = before is None or before.color is not color
        since = self.now if changed else before.since if before else self.now
        was = before.was if before and not changed else before.color if before else None
        self.board[key] = ParentFact(color, since, self.now, color is not Color.GREEN, was=was)
        if color is not Color.GREEN:
            self.began.setdefault(key, self.now)
        elif self.began.pop(key, None) is not None and key in self.told:
            self.told.discard(key)
            self.log.append(("end", key))

    def _judge_all(self) -> None:
        self.last = {}
        for key, began in self.began.items():
            judgement = judge_hold(self.network.topology, key, began, self.board.get, self.now)
            self.last[key] = judgement
            if isinstance(judgement, Hold):
                self._hold(judgement)
            elif isinstance(judgement, Free) and key not in self.told:
                self.told.add(key)
                self.log.append(("alert", key))
                assert not self.network.is_hidden(key), f"{key} was announced although a parent is down"

    def _hold(self, judgement: Hold) -> None:
        assert judgement.until > self.now
        self._at(judgement.until, KEYS[0], "look")
        for key in set(judgement.ask) - self._asked:
            self._asked.add(key)
            self._at(self.now + ANSWER, key, "asked")


relation = st.tuples(
    st.integers(0, 4), st.sets(st.integers(1, 5), min_size=1, max_size=3), st.sampled_from(["any", "all"])
)
phases = st.lists(st.integers(0, 59).map(float), min_size=6, max_size=6)
changes = st.lists(st.tuples(st.sets(st.sampled_from(KEYS), max_size=3), st.integers(150, 900)), max_size=6)


def a_topology(written: list[tuple[int, set[int], str]]) -> Topology:
    hosts = [a_host(name, checks=(a_check("none", NoneOptions(), host=name),)) for name in NAMES]
    parents = [
        Parent(
            child=NAMES[child],
            parents=tuple(NAMES[number] for number in sorted(numbers) if number > child),
            need="any" if need == "any" else "all",
        )
        for child, numbers, need in written
    ]
    topology, problems = build(an_inventory(*hosts), [one for one in parents if one.parents])
    assert not problems
    return topology


@given(st.lists(relation, max_size=6), phases, changes, st.frozensets(st.sampled_from(KEYS)))
def test_whatever_breaks_only_what_has_no_parent_down_is_told_and_everything_has_an_end(
    written: list[tuple[int, set[int], str]],
    phases: list[float],
    changes: list[tuple[set[StatusKey], int]],
    polite: frozenset[StatusKey],
) -> None:
    network = Network(a_topology(written), polite)
    monitor = Monitor(network, phases)
    monitor.run(180.0)
    assert monitor.log == []
    for toggled, seconds in changes:
        network.broken ^= toggled
        monitor.run(float(seconds))
    monitor.run(600.0)
    for key in KEYS:
        judgement = monitor.last.get(key)
        assert (judgement is not None) is network.is_down(key)
        if isinstance(judgement, Explained):
            assert judgement.root in monitor.told, "who is explained is in the message of its root"
            assert network.is_hidden(key)
        else:
            assert judgement is None or key in monitor.told, "nothing is held for ever"
    network.broken.clear()
    monitor.run(600.0)
    assert monitor.began == {}
    for key in KEYS:
        kinds = [kind for kind, other in monitor.log if other == key]
        assert kinds == ["alert", "end"] * (len(kinds) // 2), "who heard of it hears its end"
