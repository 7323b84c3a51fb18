"""What is true of every story: rules of any kind, colours, acknowledgements, reloads, restarts, clocks that jump."""

from collections.abc import Iterable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hexmon.alerts.rules import Bezier, Constant, Criteria, Method, Recipient, Rule, RuleBook
from hexmon.model.color import Color
from hexmon.model.incident import ENDS, Incident, Kind, Told
from hexmon.model.names import StatusKey
from hexmon.model.times import Times
from hexmon.model.timespec import parse_timespec
from tests.support.alert_engine import LittleEngine, Said

KEYS = (StatusKey("www.example.com", "http"), StatusKey("db.example.com", "conn"))
NOW = 1_795_219_200.0
DAY = 86400.0
_TIMES = [
    Times(text, parse_timespec(text))
    for text in ("*:0000:0008", "*:0005:0200", "*:0000:0003,*:0010:2400", "60:0100:0200")
]
_DURATIONS = [120.0, 600.0]
_FILTERS: list[dict[str, Any]] = [
    *({} for _ in range(8)),
    *({"colors": frozenset({color})} for color in (Color.RED, Color.YELLOW, Color.PURPLE)),
    *({name: times} for name in ("times", "ex_times") for times in _TIMES),
    *({name: seconds} for name in ("longer", "shorter", "holding") for seconds in _DURATIONS),
]
_HABITS: list[dict[str, Any]] = [
    *({} for _ in range(10)),
    *({"quiet": times} for times in _TIMES),
    *({"threshold": 2}, {"threshold": 3}, {"after": 300.0}, {"stop": True}, {"unmatched": True}, {"noalert": True}),
    *(
        {"method": Method.IGNORE},
        {"pacing": Constant(0.0)},
        {"pacing": Bezier(1800.0, 4)},
        {"pacing": Constant(3600.0)},
    ),
]


def _criteria(filters: dict[str, Any], recovered: bool | None, notice: bool) -> Criteria:
    return Criteria(**filters, recovered=recovered, notice=notice)


def _recipient(address: str, criteria: Criteria, habits: dict[str, Any]) -> Recipient:
    return Recipient(**{"method": Method.MAIL, "pacing": Constant(300.0), **habits}, address=address, criteria=criteria)


_wishes = st.builds(_criteria, st.sampled_from(_FILTERS), st.sampled_from([None, True, True, False]), st.booleans())
_recipients = st.builds(_recipient, st.sampled_from(["a", "b", "c", "d-&color&"]), _wishes, st.sampled_from(_HABITS))
_rules = st.builds(
    Rule,
    line=st.just(1),
    text=st.just(""),
    criteria=st.just(Criteria(recovered=True)) | _wishes,
    recipients=st.lists(_recipients, min_size=1, max_size=3).map(tuple),
)
_books = st.builds(RuleBook, rules=st.lists(_rules, min_size=1, max_size=3).map(tuple))
_key = st.sampled_from(KEYS)


class Stories(RuleBasedStateMachine):
    """Two engines hear the same; the other one is restarted after every step."""

    @initialize(book=_books)
    def begin(self, book: RuleBook) -> None:
        self.engine = LittleEngine(book, NOW)
        self.other = LittleEngine(book, NOW)
        self.owed: dict[tuple[StatusKey, str], Told] = {}
        self.latest: dict[tuple[StatusKey, str], Said] = {}
        self.acked: dict[StatusKey, float] = {}
        self.read = 0
        self.stepped_back = False

    @rule(key=_key, color=st.sampled_from([Color.RED, Color.YELLOW, Color.PURPLE]))
    def is_bad(self, key: StatusKey, color: Color) -> None:
        for engine in self._both():
            engine.report(key, color)

    @rule(key=_key, color=st.sampled_from([Color.RED, Color.YELLOW]), seconds=st.sampled_from([0.0, 61.0, 900.0]))
    def is_bad_for_a_while(self, key: StatusKey, color: Color, seconds: float) -> None:
        self.is_bad(key, color)
        self.wait(seconds)

    @rule(key=_key, color=st.sampled_from([Color.GREEN, Color.BLUE]))
    def ends(self, key: StatusKey, color: Color) -> None:
        self._settle()
        self.acked.pop(key, None)
        for engine in self._both():
            engine.report(key, color)

    @rule(key=_key, seconds=st.sampled_from([0.0, 60.0, 1800.0, DAY]))
    def acknowledge(self, key: StatusKey, seconds: float) -> None:
        self._settle()
        incident = self.engine.incidents.get(key)
        if incident is not None and not incident.ended:
            self.acked[key] = self.engine.now + seconds if seconds else 0.0  # one that ends at once is none
        for engine in self._both():
            engine.ack(key, engine.now + seconds)

    @rule(key=_key)
    def notice(self, key: StatusKey) -> None:
        for engine in self._both():
            engine.notice(key)

    @rule(book=_books)
    def reload(self, book: RuleBook) -> None:
        for engine in self._both():
            engine.reload(book)

    @rule(seconds=st.sampled_from([0.25, 7.0, 61.0, 300.0, 1000.0, 4000.0, 30000.0]))
    def wait(self, seconds: float) -> None:
        for engine in self._both():
            engine.move_to(engine.now + seconds)

    @rule(seconds=st.sampled_from([-7200.0, -60.0, 7200.0]))
    def set_the_clock(self, seconds: float) -> None:
        self.stepped_back = self.stepped_back or seconds < 0
        self.acked = {key: until for key, until in self.acked.items() if until > self.engine.now}  # over is over
        for engine in self._both():
            engine.now += seconds

    def _both(self) -> Iterable[LittleEngine]:
        self.other.restart()
        return self.engine, self.other

    @invariant()
    def a_restart_changes_nothing(self) -> None:
        assert self.engine.said == self.other.said
        assert self.engine.incidents == self.other.incidents

    @invariant()
    def announcements_and_ends_alternate(self) -> None:
        self._settle()

    def _settle(self) -> None:
        for said in self.engine.said[self.read :]:
            if said.kind is not Kind.NOTICE:
                self._hears(said)
        self.read = len(self.engine.said)

    def _hears(self, said: Said) -> None:
        who = said.key, said.told.who
        before = self.latest.get(who)
        assert said.kind in ENDS or said.at >= self.acked.get(said.key, 0.0), "told while it is acknowledged"
        if said.kind in ENDS:
            assert before is not None, "nobody hears an end without an alert"
            assert before.kind not in ENDS
        elif said.kind is Kind.REMINDER or said.told.count > 1:
            assert before is not None
            assert before.kind not in ENDS
            assert said.kind is Kind.ALERT or said.at >= before.told.due or self.stepped_back, "too early"
        elif before is not None:
            # A second first alert: the end was told, or not wanted.
            assert before.kind in ENDS or who not in self.owed
        self.latest[who] = said

    @invariant()
    def nothing_announced_stays_unresolved(self) -> None:
        incidents = self.engine.incidents
        owed = {(key, told.who): told for key, incident in incidents.items() for told in _owed(incident)}
        for key, who in self.owed.keys() - owed.keys():
            assert self.latest[key, who].kind in ENDS
        self.owed = owed

    def teardown(self) -> None:
        """However the times are: a week after the end nobody waits any more."""
        if not hasattr(self, "engine"):
            return
        self.acked.clear()
        for key in KEYS:
            self.engine.report(key, Color.GREEN)
        self.engine.move_to(max(self.engine.now, NOW) + 10 * DAY)
        self._settle()
        assert not self.engine.incidents
        self.nothing_announced_stays_unresolved()


def _owed(incident: Incident) -> list[Told]:
    return [told for told in incident.told if told.wants_end and not told.end_told]


TestStories = Stories.TestCase
TestStories.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
