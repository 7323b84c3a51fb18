"""The same time line to the real xymond_alert and to the plan: who is told what, and when, must be the same.

What hexmon does better on purpose has cases of its own below, which show both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.model.color import BY_WORD, Color
from hexmon.model.incident import ENDS, Kind
from hexmon.model.names import StatusKey
from tests.support.alert_engine import LittleEngine, Said
from tests.support.alert_lines import Block, To, Words, as_book, as_text
from tests.support.xymond_alert import Heard, XymondAlert, xymond_alert

pytestmark = pytest.mark.peers

NOW = 1_795_219_200 + 3600 * 9  # 09:00 UTC
WAKER = "waker"  # told every minute, so that xymond_alert looks at its rules at every step
STEP = 20  # seconds; xymond_alert works at most once in ten
HOSTS = "127.0.0.1 www.example.com # \n127.0.0.2 db.example.com # \n"
WWW = StatusKey("www.example.com", "http")
DB = StatusKey("db.example.com", "conn")
_GOOD = frozenset({"green", "blue"})


@dataclass(frozen=True)
class Event:
    """`what`: a colour, `ack N` (steps), `notify`, `restart`, `drop`, or `rules`; `at` in steps from the start."""

    at: int
    what: str
    key: StatusKey = WWW
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Told:
    """One message, as both tell it: `at` in seconds from the start, `start` that of the incident."""

    at: float
    address: str
    program: str
    kind: str
    key: StatusKey
    color: str
    line: int

    def __str__(self) -> str:
        return f"+{self.at:5.0f} {self.program}:{self.address} {self.kind} {self.key} {self.color} line {self.line}"


class Theirs:
    """The time line as xymond would tell it: each bad square is reported anew every third step."""

    def __init__(self, peer: XymondAlert) -> None:
        self.peer = peer
        self.colors: dict[StatusKey, str] = {}
        self.since: dict[StatusKey, int] = {}
        self.heard: list[Told] = []

    def step(self, number: int, events: Sequence[Event]) -> None:
        self.peer.move_to(NOW + number * STEP)
        for event in events:
            self._happens(event)
        if not events and number % 3 == 0:
            for key in self.colors:
                self._page(key, self.colors[key], self.colors[key])
        if not events:
            self.peer.wake()
        self.heard += [_theirs(one) for one in self.peer.heard()]

    def _happens(self, event: Event) -> None:
        key, what, *words = event.key, *event.what.split()
        if what == "ack":
            self.peer.ack(key.host, key.test, self.peer.now + int(words[0]) * STEP)
        elif what == "notify":
            self.peer.notify(key.host, key.test)
        elif what == "drop":
            self.colors.pop(key, None)
            self.peer.drop(key.host, key.test)
        elif what == "restart":
            self.peer.stop()
            self.peer.start()
        elif what == "rules":
            self.peer.rules(as_text(event.blocks))
        else:
            self._page(key, what, self.colors.get(key, "green"))

    def _page(self, key: StatusKey, color: str, before: str) -> None:
        if color != before:
            self.since[key] = self.peer.now
        self.peer.page(key.host, key.test, color, before, since=self.since[key])
        if color in _GOOD:
            self.colors.pop(key, None)
        else:
            self.colors[key] = color


def _theirs(heard: Heard) -> Told:
    values = heard.values
    ended = {"0": "alert", "1": "recovery", "2": "disabled"}[values["RECOVERED"]]
    kind = "notice" if values["BBCOLORLEVEL"] == "green" else ended
    key = StatusKey(values["BBHOSTNAME"], values["BBSVCNAME"])
    return Told(heard.at - NOW, heard.address, heard.program, kind, key, values["BBCOLORLEVEL"], int(values["CFID"]))


def _ours(said: Said) -> Told:
    kind = "alert" if said.kind is Kind.REMINDER else said.kind.value
    return Told(said.at - NOW, said.address, said.way.program, kind, said.key, said.color.word, said.line)


def ours(blocks: Sequence[Block], events: Sequence[Event], steps: int, eager: bool = False) -> list[Said]:
    """What the plan tells in that time line, looking when xymond_alert looks; `eager`: at every step, asked or not."""
    engine = LittleEngine(as_book(blocks), NOW)
    for number, happening in _by_step(events, steps):
        engine.now = NOW + number * STEP
        for event in happening:
            _happens(engine, event)
        if eager:
            engine.reload(engine.book)
        engine.look()
    return engine.said


def _happens(engine: LittleEngine, event: Event) -> None:
    key, what, *words = event.key, *event.what.split()
    if what == "ack":
        engine.ack(key, engine.now + int(words[0]) * STEP)
    elif what == "notify":
        engine.notice(key)
    elif what == "drop":
        engine.drop(key)
    elif what == "restart":
        engine.restart()
    elif what == "rules":
        engine.reload(as_book(event.blocks))
    else:
        engine.report(key, BY_WORD[what])


def theirs(blocks: Sequence[Block], events: Sequence[Event], steps: int) -> list[Told]:
    """What xymond_alert tells in that time line."""
    with xymond_alert(as_text(blocks), HOSTS, NOW) as peer:
        story = Theirs(peer)
        for number, happening in _by_step(events, steps):
            story.step(number, happening)
    return story.heard


def _by_step(events: Sequence[Event], steps: int) -> Iterator[tuple[int, list[Event]]]:
    for number in range(1, steps + 1):
        yield number, [event for event in events if event.at == number]


def agree(blocks: Sequence[Block], events: Sequence[Event], steps: int, eager: bool = False) -> None:
    """Both tell the same at the same moments; only ends may be told to more by us."""
    mine = [_ours(one) for one in ours(blocks, events, steps, eager) if one.address != WAKER]
    its = [one for one in theirs(blocks, events, steps) if one.address != WAKER]
    story = "\n".join([as_text(blocks), *map(str, events), "ours:", *map(str, mine), "theirs:", *map(str, its)])
    for recipient in sorted({(one.address, one.program, one.key) for one in [*mine, *its]}):
        left = [one for one in mine if (one.address, one.program, one.key) == recipient]
        right = [one for one in its if (one.address, one.program, one.key) == recipient]
        assert _without_extra_ends(left, right) == right, f"{recipient}\n{story}"


def _without_extra_ends(mine: list[Told], its: list[Told]) -> list[Told]:
    ends = {kind.value for kind in ENDS}
    moments = {(one.at, one.kind) for one in its}
    return [one for one in mine if one.kind not in ends or (one.at, one.kind) in moments]


# Time lines that nobody thought of


_TIMES = st.sampled_from(["", "", "", "*:0905:0920", "*:0000:0910", "*:0915:2359"])
_COLORS = st.sampled_from([(), (), ("red",), ("yellow",), ("red", "purple")])
_filters = st.builds(
    Words,
    host=st.sampled_from(["", "", WWW.host]),
    colors=_COLORS,
    longer=st.sampled_from([0, 0, 2, 5]),
    shorter=st.sampled_from([0, 0, 0, 6, 10]),
    time=_TIMES,
    recovered=st.sampled_from([None, True, False]),
    notice=st.sampled_from([None, True, False]),
)


@st.composite
def _books(draw: st.DrawFn) -> tuple[Block, ...]:
    """Rules of different people, and the waker: otherwise xymond_alert sleeps over the filters of rules."""
    names = iter("abcdefghij")
    blocks = [Block(Words(host="*", recovered=True), (To(WAKER, repeat=0),))]
    for _ in range(draw(st.integers(1, 3))):
        to = [
            To(
                next(names),
                draw(_filters),
                draw(st.sampled_from([1, 3, 5, 30])),
                draw(st.sampled_from(["one", "two"])),
                stop=draw(st.integers(0, 9)) == 0,
                unmatched=draw(st.integers(0, 5)) == 0,
                noalert=draw(st.integers(0, 9)) == 0,
            )
            for _ in range(draw(st.integers(1, 3)))
        ]
        words = draw(_filters)
        blocks.append(Block(words if words.text() else Words(host="*"), tuple(to)))
    return tuple(blocks)


_Squares = dict[StatusKey, tuple[Color, Color, int]]  # the colour, the worst, the step until when it is acknowledged


@st.composite
def _stories(draw: st.DrawFn) -> list[Event]:
    """What may happen to two squares, without what hexmon does otherwise on purpose."""
    at = 0
    events: list[Event] = []
    state: _Squares = {}
    for _ in range(draw(st.integers(2, 14))):
        at += draw(st.sampled_from([1, 2, 3, 5, 8, 13, 21]))
        key = draw(st.sampled_from([WWW, WWW, DB]))
        found = _next_event(draw, at, key, state)
        if found:
            events.append(found)
    return events


def _next_event(draw: st.DrawFn, at: int, key: StatusKey, state: _Squares) -> Event | None:
    color, worst, acked = state.get(key, (Color.GREEN, Color.GREEN, 0))
    bad = color > Color.BLUE
    what = draw(st.sampled_from(["red", "yellow", "purple", "green", "green", "blue", "ack", "notify", "restart"]))
    if what == "restart":
        # It drops what is not as bad as it was, and tells it anew.
        return Event(at, what) if all(now is most for now, most, _ in state.values()) else None
    if what == "notify":
        return None if bad else Event(at, what, key)
    if what == "ack":
        steps = draw(st.sampled_from([3, 10, 30]))
        if not bad or at <= acked:
            return None  # a second one is lost when no report came in between
        state[key] = color, worst, at + steps
        return Event(at, f"ack {steps}", key)
    return _next_color(at, key, BY_WORD[what], state)


def _next_color(at: int, key: StatusKey, after: Color, state: _Squares) -> Event | None:
    color, worst, acked = state.get(key, (Color.GREEN, Color.GREEN, 0))
    if after <= Color.BLUE:
        state.pop(key, None)
        return Event(at, after.word, key) if color > Color.BLUE else None
    if color > Color.BLUE and after > worst and at <= acked:
        return None  # it breaks the acknowledgement
    state[key] = after, max(worst, after), acked
    return Event(at, after.word, key)


@st.composite
def _patient_books(draw: st.DrawFn) -> tuple[Block, ...]:
    """Rules without what xymond_alert sleeps over, and nobody who wakes it."""
    filters = st.builds(Words, longer=st.sampled_from([0, 0, 2, 5]), shorter=st.sampled_from([0, 0, 0, 6, 10]))
    blocks = draw(_books())[1:]
    to = [To(one.address, draw(filters), one.repeat, one.program, one.stop, one.unmatched) for one in blocks[0].to]
    if any(one.words.shorter for one in to):
        # See BETTER: those whose turn comes when others drop out.
        to = [replace(one, unmatched=False, stop=False) for one in to]
    return (Block(Words(host="*", recovered=True), tuple(to)),)


_ONCE = settings(max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@_ONCE
@given(_books(), _stories())
def test_time_lines_of_any_kind(blocks: tuple[Block, ...], events: list[Event]) -> None:
    agree(blocks, events, events[-1].at + 10 if events else 1, eager=True)


@_ONCE
@given(_patient_books(), _stories())
def test_time_lines_while_nobody_looks_without_need(blocks: tuple[Block, ...], events: list[Event]) -> None:
    agree(blocks, events, events[-1].at + 30 if events else 1)


# Time lines by hand


EVERYBODY = Words(host="*")
HEARS_ALL = Words(recovered=True)


def _rules(*to: To, words: Words = EVERYBODY) -> tuple[Block, ...]:
    return (Block(words, to),)


def _short(told: Sequence[Told]) -> list[str]:
    """`60 a alert red`: seconds, address, kind and colour."""
    return [f"{one.at:.0f} {one.address} {one.kind} {one.color}" for one in told]


def _events(*words: str) -> list[Event]:
    """`60 red` is what happens to www.example.com after a minute."""
    return [Event(int(at) // STEP, what) for at, _, what in (word.partition(" ") for word in words)]


def test_a_life_with_everything_in_it() -> None:
    blocks = _rules(
        To("a", HEARS_ALL, repeat=5),
        To("red", Words(colors=("red",), recovered=True), repeat=60),
        To("late", Words(longer=10, recovered=True), repeat=60),
        To("silent", Words(notice=True), repeat=60, program="two"),
    )
    events = _events(
        *("60 yellow", "120 yellow", "600 red", "1000 ack 60", "1300 restart", "1400 yellow", "2300 red"),
        *("3000 green", "3100 notify", "3200 red", "3300 blue", "3500 red", "3520 green", "3540 yellow", "3560 green"),
        *("3700 purple", "4000 restart", "4300 drop", "4600 red", "4660 green"),
    )
    agree(blocks, events, 240)
    assert _short([_ours(one) for one in ours(blocks, events, 240)]) == [
        *("60 a alert yellow", "60 silent alert yellow", "360 a alert yellow"),
        *("600 a alert red", "600 red alert red", "600 silent alert red", "680 late alert red", "900 a alert red"),
        *("2200 a alert yellow", "2500 a alert red", "2800 a alert red"),
        *("3000 a recovery red", "3000 red recovery red", "3000 late recovery red", "3100 silent notice green"),
        *("3200 a alert red", "3200 red alert red", "3200 silent alert red", "3300 a disabled red"),
        "3300 red disabled red",
        *("3500 a alert red", "3500 red alert red", "3500 silent alert red", "3520 a recovery red"),
        *("3520 red recovery red", "3540 a alert yellow", "3540 silent alert yellow", "3560 a recovery yellow"),
        *("3700 a alert purple", "3700 silent alert purple", "4000 a alert purple"),
        *("4600 a alert red", "4600 red alert red", "4600 silent alert red", "4660 a recovery red"),
        "4660 red recovery red",
    ]


@dataclass(frozen=True)
class Case:
    """What hexmon does better: the rules, what happens, what xymond_alert tells of it, and what hexmon does."""

    blocks: tuple[Block, ...]
    events: tuple[str, ...]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    steps: int = 30
    reload: tuple[Block, ...] = ()


BETTER = {
    "red does not break an acknowledgement given on yellow": Case(
        _rules(To("a", HEARS_ALL)),
        ("60 yellow", "120 ack 10", "200 red"),
        ("60 a alert yellow", "200 a alert red"),
        ("60 a alert yellow", "320 a alert red"),
    ),
    "a later acknowledgement holds, though no report came in between": Case(
        _rules(To("a", repeat=2)),
        ("60 red", "80 ack 3", "100 ack 10"),
        ("60 a alert red", *(f"{at} a alert red" for at in (180, 300, 420, 540))),
        ("60 a alert red", *(f"{at} a alert red" for at in (300, 420, 540))),
    ),
    "a notice leaves the alert alone": Case(
        _rules(To("a", Words(recovered=True, notice=True))),
        ("60 red", "120 notify", "200 green"),
        ("60 a alert red", "120 a notice green"),
        ("60 a alert red", "120 a notice green", "200 a recovery red"),
    ),
    "who was told of yellow hears that it is over, though it was red then": Case(
        _rules(To("y", Words(colors=("yellow",), recovered=True)), To("a")),
        ("60 yellow", "200 red", "300 green"),
        ("60 y alert yellow", "60 a alert yellow", "200 a alert red"),
        ("60 y alert yellow", "60 a alert yellow", "200 a alert red", "300 y recovery red"),
    ),
    "a recovery outside of TIME waits until it opens": Case(
        _rules(To("t", Words(time="*:0900:0904,*:0908:2359", recovered=True))),
        ("60 red", "360 green"),
        ("60 t alert red",),
        ("60 t alert red", "480 t recovery red"),
    ),
    "who is told only in the first minutes hears the end, too": Case(
        _rules(To("s", Words(shorter=2, recovered=True))),
        ("60 red", "360 green"),
        ("60 s alert red",),
        ("60 s alert red", "360 s recovery red"),
    ),
    "who was told because nobody else was hears the end, too": Case(
        _rules(To("l", Words(longer=2, recovered=True)), To("u", HEARS_ALL, unmatched=True)),
        ("60 red", "360 green"),
        ("60 u alert red", "200 l alert red", "360 l recovery red"),
        ("60 u alert red", "200 l alert red", "360 l recovery red", "360 u recovery red"),
    ),
    "who is told when nobody else is hears of it as soon as nobody else is": Case(
        _rules(To("s", Words(shorter=4), repeat=1), To("u", unmatched=True, repeat=5)),
        ("60 red",),
        ("60 s alert red", "120 s alert red", "180 s alert red", "240 s alert red", "360 u alert red"),
        ("60 s alert red", "120 s alert red", "180 s alert red", "240 s alert red", "300 u alert red"),
        steps=28,
    ),
    "who was told hears the end though its line is gone": Case(
        _rules(To("a", HEARS_ALL)),
        ("60 red", "120 rules", "360 green"),
        ("60 a alert red",),
        ("60 a alert red", "360 a recovery red"),
        reload=_rules(To("b", Words(host="nobody.example.com"))),
    ),
    "a DURATION of a whole rule is looked at when it is reached": Case(
        (Block(Words(longer=2), (To("late", HEARS_ALL),)), *_rules(To("a", repeat=60))),
        ("60 red", "300 green"),
        ("60 a alert red",),
        ("60 a alert red", "200 late alert red", "300 late recovery red"),
    ),
    "who waits for yellow is told when red becomes yellow": Case(
        _rules(To("y", Words(colors=("yellow",))), To("a", repeat=8)),
        ("60 red", "120 yellow"),
        ("60 a alert red", "540 y alert yellow", "540 a alert yellow"),
        ("60 a alert red", "120 y alert yellow", "540 a alert yellow"),
    ),
    "a short recovery is not lost": Case(
        _rules(To("a", HEARS_ALL)),
        ("60 red", "60 green", "80 red"),
        ("60 a alert red", "80 a alert red"),
        ("60 a alert red", "60 a recovery red", "80 a alert red"),
    ),
    "somebody whom two lines name is told once": Case(
        _rules(To("a", repeat=3), To("a", HEARS_ALL, repeat=60)),
        ("60 red", "300 green"),
        ("60 a alert red", "60 a alert red", "240 a alert red", "240 a alert red", "300 a recovery red"),
        ("60 a alert red", "240 a alert red", "300 a recovery red"),
    ),
    "two programs for one address have an interval each": Case(
        _rules(To("a", repeat=3), To("a", repeat=60, program="two")),
        ("60 red",),
        (
            "60 a alert red",
            "60 a alert red",
            *("240 a alert red",) * 2,
            *("420 a alert red",) * 2,
            *("600 a alert red",) * 2,
        ),
        ("60 a alert red", "60 a alert red", "240 a alert red", "420 a alert red", "600 a alert red"),
    ),
    "a restart while it is less bad than it was forgets nobody": Case(
        _rules(To("a", HEARS_ALL)),
        ("60 red", "120 yellow", "200 restart", "300 green"),
        ("60 a alert red", "240 a alert yellow", "300 a recovery yellow"),
        ("60 a alert red", "300 a recovery yellow"),
    ),
    "an address with the colour in it is another address for each": Case(
        _rules(To("x-&color&", HEARS_ALL)),
        ("60 red", "120 yellow", "300 green"),
        ("60 x-red alert red", "300 x-yellow recovery yellow"),
        (
            "60 x-red alert red",
            "120 x-yellow alert yellow",
            "300 x-yellow recovery yellow",
            "300 x-red recovery yellow",
        ),
    ),
}


@pytest.mark.parametrize("case", BETTER.values(), ids=BETTER.keys())
def test_better_on_purpose(case: Case) -> None:
    events = [replace(event, blocks=case.reload) for event in _events(*case.events)]
    found = _short([_ours(one) for one in ours(case.blocks, events, case.steps)])
    assert (_short(theirs(case.blocks, events, case.steps)), found) == (list(case.theirs), list(case.ours))
