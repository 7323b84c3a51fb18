"""When squares have their turn: once in each interval, evenly spread, at the same moment for ever."""

import time
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.model.names import StatusKey
from hexmon.schedule.agenda import Agenda, Square, phase_of, squares_of
from tests.support.network import a_host, check

NAMES = st.text("abcdefghijklmnop0123456789.-", min_size=1, max_size=12)
KEYS = st.builds(StatusKey, NAMES, st.sampled_from(["conn", "http", "smtp"]))
INTERVALS = st.sampled_from([1.0, 7.5, 60.0, 300.0])
SQUARES = st.dictionaries(KEYS, INTERVALS, min_size=1, max_size=30)


def squares(of: dict[StatusKey, float]) -> list[Square]:
    return [Square(key, (), interval) for key, interval in of.items()]


def agenda_of(of: dict[StatusKey, float], zero: float = 0.0, now: float = 1000.0) -> Agenda:
    agenda = Agenda(zero)
    agenda.replace(squares(of), now)
    return agenda


def run(agenda: Agenda, start: float, end: float, step: float) -> list[tuple[float, StatusKey]]:
    """Look at the clock every `step` seconds; what was due, with its moment."""
    found: list[tuple[float, StatusKey]] = []
    now = start
    while now < end:
        now = min(now + step, end)
        while batch := agenda.due(now):
            found += [(due.moment, due.square.key) for due in batch]
    return found


@given(SQUARES, st.floats(-1e9, 1e9), st.floats(0.01, 0.9))
@settings(max_examples=60, deadline=None)
def test_every_square_has_exactly_one_turn_in_each_interval(
    of: dict[StatusKey, float], zero: float, step: float
) -> None:
    agenda = agenda_of(of, zero)
    turns = run(agenda, 1000.0, 1900.0, step * 5)
    for key, interval in of.items():
        moments = [moment for moment, other in turns if other == key]
        expected = 900.0 / interval
        assert expected - 1 <= len(moments) + agenda.missed_of(key) <= expected + 1
        assert len({round((moment - zero) // interval) for moment in moments}) == len(moments)
        for moment in moments:
            late = (moment - zero - phase_of(key, interval)) / interval
            assert abs(late - round(late)) < 1e-4, "a turn is on the grid"
    if max(step * 5, 0) < min(of.values()):
        assert agenda.missed == 0


@given(SQUARES)
@settings(max_examples=30, deadline=None)
def test_a_restart_finds_the_same_grid(of: dict[StatusKey, float]) -> None:
    """The grid hangs on the wall clock's zero: another boot time changes nothing."""
    wall = 1_795_219_200.0
    first = run(agenda_of(of, zero=1000.0 - wall), 1000.0, 1600.0, 0.5)
    again = run(agenda_of(of, zero=5.0 - (wall + 120), now=5.0), 5.0, 485.0, 0.5)
    before = {(key, round(moment - 1000.0 + wall, 3)) for moment, key in first}
    after = {(key, round(moment - 5.0 + wall + 120, 3)) for moment, key in again}
    assert {turn for turn in before if turn[1] > wall + 121} == {turn for turn in after if turn[1] > wall + 121}


@given(SQUARES, SQUARES, st.floats(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_reload_moves_no_turn_of_what_stays(
    old: dict[StatusKey, float], new: dict[StatusKey, float], when: float
) -> None:
    undisturbed = run(agenda_of(old), 1000.0, 2000.0, 0.5)
    agenda = agenda_of(old)
    found = run(agenda, 1000.0, 1000.0 + when, 0.5)
    agenda.replace(squares(new), 1000.0 + when)
    found += run(agenda, 1000.0 + when, 2000.0, 0.5)
    for key, interval in old.items():
        if new.get(key) == interval:
            assert [turn for turn in found if turn[1] == key] == [turn for turn in undisturbed if turn[1] == key]
    late = [key for moment, key in found if moment > 1000.0 + when]
    assert set(late) <= new.keys()
    assert agenda.missed == 0


def test_the_load_is_spread() -> None:
    moments = Counter(
        int(phase_of(StatusKey(f"host{number}.example.com", test), 60.0))
        for number in range(10_000)
        for test in ("conn", "http", "smtp")
    )
    assert len(moments) == 60
    assert 400 < min(moments.values()) <= max(moments.values()) < 600  # 500 in each second, give or take 4.5 sigma


def test_missed_turns_are_skipped_and_counted() -> None:
    key = StatusKey("www.example.com", "conn")
    agenda = agenda_of({key: 60.0})
    first = agenda.due(1060.0)[0].moment
    late = agenda.due(first + 60 * 5 + 1)
    assert [due.moment for due in late] == [first + 300]
    assert agenda.missed_of(key) == agenda.missed == 4
    assert agenda.due(first + 360)[0].moment == first + 360


def test_an_extra_turn_is_beside_the_grid() -> None:
    key = StatusKey("www.example.com", "conn")
    agenda = agenda_of({key: 300.0})
    first = agenda.due(1300.0)[0].moment
    agenda.hurry(key, first + 60)
    agenda.hurry(key, first + 310)  # the grid's own turn is sooner
    agenda.hurry(StatusKey("gone.example.com", "conn"), first + 60)
    assert [(due.moment, due.extra) for due in agenda.due(first + 100)] == [(first + 60, True)]
    assert [(due.moment, due.extra) for due in agenda.due(first + 300)] == [(first + 300, False)]


def test_an_extra_turn_is_withdrawn_by_the_grid_and_by_another_one() -> None:
    key = StatusKey("www.example.com", "conn")
    agenda = agenda_of({key: 300.0})
    first = agenda.due(1300.0)[0].moment
    agenda.hurry(key, first + 60)
    agenda.hurry(key, first + 30)
    assert [due.moment for due in agenda.due(first + 299)] == [first + 30]


def test_a_square_that_leaves_has_no_turn_and_one_that_returns_has_its_own() -> None:
    key = StatusKey("www.example.com", "conn")
    agenda = agenda_of({key: 60.0})
    moment = agenda.next_moment()
    agenda.remove(key)
    assert agenda.due(1100.0) == []
    agenda = agenda_of({key: 60.0})
    agenda.remove(key)
    agenda.put(Square(key, (), 60.0), 1000.0)
    assert [due.moment for due in agenda.due(1060.0)] == [moment]


def test_checks_of_one_square_run_together_as_often_as_the_most_frequent() -> None:
    host = a_host(check("http://a/", interval=300.0), "conn", check("http://b/", interval=60.0))
    web, conn = squares_of(host)
    assert (web.key.test, [one.spec for one in web.checks], web.interval) == ("http", ["http://a/", "http://b/"], 60.0)
    assert conn.key.test == "conn"


def test_a_hundred_thousand_squares_are_no_burden() -> None:
    """Generous bounds: they catch what grows with the square of the number, not a busy machine."""
    of = {StatusKey(f"host{number // 5}", f"test{number % 5}"): 60.0 for number in range(100_000)}
    began = time.perf_counter()
    agenda = agenda_of(of)
    due = run(agenda, 1000.0, 1060.0, 1.0)
    agenda.replace(squares(of), 1060.0)
    assert len(due) == 100_000
    assert time.perf_counter() - began < 20
