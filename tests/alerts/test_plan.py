"""Who is told, and when: what xymond_alert does not know, and every answer that the engine relies on."""

from typing import Any

import pytest

from hexmon.alerts import matching, plan
from hexmon.alerts.recipients import way_to, who
from hexmon.alerts.rules import Bezier, Constant, Criteria, Format, Method, Recipient, Rule, RuleBook, Shift
from hexmon.model.color import Color
from hexmon.model.incident import Ack, Kind
from hexmon.model.names import StatusKey
from hexmon.model.origin import Origin
from hexmon.model.status import Acknowledged
from hexmon.model.times import Times
from hexmon.model.timespec import parse_timespec
from tests.support.alert_engine import LittleEngine
from tests.support.builders import KEY, a_status

NOW = 1_795_219_200.0  # a Saturday, 00:00 UTC
NEVER = float("inf")
RED, YELLOW, GREEN, BLUE = Color.RED, Color.YELLOW, Color.GREEN, Color.BLUE
HOURLY = Shift(name="week", members=("ann", "ben", "cy"), begins=NOW, seconds=3600.0)


def times(text: str) -> Times:
    return Times(text, parse_timespec(text))


def to(address: str = "a", **others: Any) -> Recipient:
    """Somebody who hears of everything by mail; words of Criteria go there."""
    own = Recipient.__struct_fields__
    filters = {name: others.pop(name) for name in Criteria.__struct_fields__ if name in others and name not in own}
    words = {"method": Method.MAIL, "pacing": Constant(1800.0), "line": 2, **others}
    return Recipient(address=address, criteria=Criteria(**{"recovered": True, **filters}), **words)


def book(*recipients: Recipient, **filters: Any) -> RuleBook:
    rule = Rule(
        line=1, text="", origin=Origin("/etc/alerts.cfg", 1), criteria=Criteria(**filters), recipients=recipients
    )
    return RuleBook(rules=(rule,))


def an_engine(*recipients: Recipient, now: float = NOW, **filters: Any) -> LittleEngine:
    return LittleEngine(book(*recipients, **filters), now)


def heard(engine: LittleEngine) -> list[str]:
    """`60 a alert red`: seconds since the start, address, kind and colour."""
    return [f"{one.at - NOW:g} {one.address} {one.kind.value} {one.color.word}" for one in engine.said]


def test_a_curve_paces_the_reminders_of_one_recipient() -> None:
    engine = an_engine(to(pacing=Bezier(3600.0, 8)))
    engine.report(KEY, RED)
    engine.move_to(NOW + 7200.0)
    engine.report(KEY, GREEN)
    assert heard(engine) == [
        *("0 a alert red", "843.75 a reminder red", "2418.75 a reminder red", "4612.5 a reminder red"),
        "7200 a recovery red",
    ]
    assert [one.told.count for one in engine.said] == [1, 2, 3, 4, 5]


def test_a_curve_begins_anew_with_the_next_incident() -> None:
    engine = an_engine(to(pacing=Bezier(3600.0, 8)))
    for color in (RED, GREEN, RED):
        engine.report(KEY, color)
        engine.move_to(engine.now + 1000.0)
    assert heard(engine) == [
        *("0 a alert red", "843.75 a reminder red", "1000 a recovery red"),
        *("2000 a alert red", "2843.75 a reminder red"),
    ]


def test_three_bad_reports_in_a_row() -> None:
    engine = an_engine(to(threshold=3), to("at once"))
    for seconds in (0.0, 60.0, 120.0, 180.0):
        engine.move_to(NOW + seconds)
        engine.report(KEY, RED)
    engine.report(KEY, GREEN)
    engine.report(KEY, RED)
    assert heard(engine) == [
        *("0 at once alert red", "120 a alert red", "180 a recovery red", "180 at once recovery red"),
        "180 at once alert red",
    ]


def test_mere_refreshes_are_not_planned() -> None:
    engine = an_engine(to(threshold=3))
    for _ in range(50):
        engine.report(KEY, RED)
    assert engine.plans == 2
    assert engine.incidents[KEY].reports == 50


def test_a_threshold_reached_while_acknowledged_is_told_afterwards() -> None:
    engine = an_engine(to(threshold=2))
    engine.report(KEY, RED)
    engine.ack(KEY, NOW + 600.0)
    for _ in range(3):
        engine.report(KEY, RED)
    engine.move_to(NOW + 1000.0)
    assert heard(engine) == ["600 a alert red"]


def test_the_next_in_line_is_told_when_nobody_acknowledged() -> None:
    engine = an_engine(to(), to("boss", after=900.0))
    engine.report(KEY, RED)
    engine.move_to(NOW + 1000.0)
    assert heard(engine) == ["0 a alert red", "900 boss alert red"]
    assert [one.note for one in engine.said] == ["", "nobody acknowledged it for 15 minutes"]


def test_an_acknowledgement_stops_reminders_and_escalation() -> None:
    engine = an_engine(to(), to("boss", after=900.0))
    engine.report(KEY, RED)
    engine.ack(KEY, NOW + 7200.0)
    engine.move_to(NOW + 7000.0)
    assert heard(engine) == ["0 a alert red"]
    engine.report(KEY, GREEN)
    assert heard(engine)[1:] == ["7000 a recovery red"]


def test_an_acknowledgement_that_is_over_is_gone() -> None:
    engine = an_engine(to())
    engine.report(KEY, YELLOW)
    engine.ack(KEY, NOW + 600.0)
    engine.move_to(NOW + 60.0)
    engine.report(KEY, RED)
    engine.move_to(NOW + 599.0)
    assert engine.incidents[KEY].ack is not None
    engine.move_to(NOW + 600.0)
    assert heard(engine) == ["0 a alert yellow", "600 a alert red"]
    assert engine.incidents[KEY].ack is None


def test_a_board_that_lifts_acknowledgements_with_a_worse_colour_is_followed() -> None:
    before = plan.acknowledged(plan.raised(None, a_status(YELLOW, NOW), NOW), Ack(NOW + 600.0, "on it"), NOW)
    lifted = plan.raised(before, a_status(RED, NOW + 60.0), NOW + 60.0)
    assert (lifted.ack, lifted.look_at) == (None, 0.0)
    acked = Acknowledged(NOW + 600.0, b"on it", YELLOW)
    kept = plan.raised(before, a_status(RED, NOW + 60.0, acknowledged=acked), NOW + 60.0)
    assert (kept.ack, kept.look_at) == (before.ack, NOW + 600.0)


@pytest.mark.parametrize(
    ("until", "look_at"),
    [
        pytest.param(NOW + 60.0, NOW + 60.0, id="nothing is due before it ends"),
        pytest.param(NOW - 60.0, NOW, id="one that is over is none"),
    ],
)
def test_acknowledged(until: float, look_at: float) -> None:
    incident = plan.acknowledged(plan.raised(None, a_status(RED, NOW), NOW), Ack(until, "on it"), NOW)
    assert incident.look_at == look_at


def test_what_is_over_cannot_be_acknowledged() -> None:
    engine = an_engine(to(times=times("*:0000:0001")))
    engine.report(KEY, RED)
    engine.move_to(NOW + 600.0)
    engine.report(KEY, GREEN)
    engine.ack(KEY, NOW + 9000.0)
    assert engine.incidents[KEY].ack is None
    assert engine.incidents[KEY].pending


def test_a_message_waits_until_the_quiet_times_end() -> None:
    engine = an_engine(to(quiet=times("*:0000:0059")), to("b"))
    engine.report(KEY, RED)
    assert engine.incidents[KEY].look_at == NOW + 900.0
    engine.move_to(NOW + 3700.0)
    assert heard(engine) == ["0 b alert red", "1800 b reminder red", "3600 a alert red", "3600 b reminder red"]


def test_an_alert_whose_incident_ends_in_the_quiet_times_is_never_sent() -> None:
    engine = an_engine(to(quiet=times("*:0000:0059")))
    engine.report(KEY, RED)
    engine.move_to(NOW + 600.0)
    engine.report(KEY, GREEN)
    engine.move_to(NOW + 7200.0)
    assert heard(engine) == []
    assert engine.incidents == {}


@pytest.mark.parametrize(
    "when",
    [
        pytest.param({"quiet": times("*:0010:0029")}, id="quiet times"),
        pytest.param({"times": times("*:0000:0009,*:0030:2400")}, id="TIME"),
        pytest.param({"ex_times": times("*:0010:0029")}, id="EXTIME"),
    ],
)
@pytest.mark.parametrize(("color", "kind"), [(GREEN, "recovery"), (BLUE, "disabled")])
def test_the_end_waits_until_it_may_be_told(when: dict[str, Any], color: Color, kind: str) -> None:
    engine = an_engine(to(**when), to("b"))
    engine.report(KEY, RED)
    engine.move_to(NOW + 630.0)
    engine.report(KEY, color)
    incident = engine.incidents[KEY]
    assert (incident.ended, incident.end, incident.pending) == (
        NOW + 630.0,
        kind.replace("recovery", "recovered"),
        True,
    )
    assert incident.look_at == NOW + 1530.0
    engine.move_to(NOW + 4000.0)
    assert heard(engine) == ["0 a alert red", "0 b alert red", f"630 b {kind} red", f"1800 a {kind} red"]
    assert engine.incidents == {}


def test_the_times_of_the_rule_hold_back_the_end_too() -> None:
    engine = an_engine(to(), times=times("*:0000:0009,*:0030:2400"))
    engine.report(KEY, RED)
    engine.move_to(NOW + 630.0)
    engine.report(KEY, GREEN)
    engine.move_to(NOW + 4000.0)
    assert heard(engine) == ["0 a alert red", "1800 a recovery red"]


def test_bad_again_before_the_end_could_be_told() -> None:
    engine = an_engine(to(times=times("*:0000:0009,*:0030:2400")), to("b"))
    engine.report(KEY, RED)
    first = engine.incidents[KEY]
    for seconds, color in ((630.0, GREEN), (700.0, RED), (720.0, YELLOW)):
        engine.move_to(NOW + seconds)
        engine.report(KEY, color)
    second = engine.incidents[KEY]
    assert first.id != second.id
    assert [(one.id, one.open) for one in engine.closed] == [(first.id, False)]
    engine.move_to(NOW + 2000.0)
    engine.report(KEY, GREEN)
    assert heard(engine) == [
        *("0 a alert red", "0 b alert red", "630 b recovery red", "700 b alert red"),
        *("1800 a reminder yellow", "2000 a recovery yellow", "2000 b recovery yellow"),
    ]
    assert [one.told.count for one in engine.said if one.address == "a"] == [1, 2, 3]


def test_good_again_before_the_end_of_the_first_could_be_told() -> None:
    engine = an_engine(to(times=times("*:0000:0009,*:0030:2400")))
    for seconds, color in ((0.0, RED), (630.0, GREEN), (700.0, RED), (800.0, GREEN)):
        engine.move_to(NOW + seconds)
        engine.report(KEY, color)
    engine.move_to(NOW + 4000.0)
    assert heard(engine) == ["0 a alert red", "1800 a recovery red"]


def test_times_that_never_open_again_hold_nothing_back_for_ever() -> None:
    engine = an_engine(to())
    engine.report(KEY, RED)
    engine.reload(book(to(times=times("*:2400:2400"), ex_times=times("*:0000:2400"))))
    engine.report(KEY, GREEN)
    engine.move_to(NOW + 9 * 86400.0)
    assert heard(engine) == ["0 a alert red", "691200 a recovery red"]


def test_a_wish_that_new_rules_add_is_heard_in_their_words() -> None:
    engine = an_engine(to(recovered=False))
    engine.report(KEY, RED)
    engine.reload(book(to("new"), to(line=7)))
    engine.report(KEY, GREEN)
    assert heard(engine) == ["0 a alert red", "0 new alert red", "0 new recovery red", "0 a recovery red"]
    assert engine.said[-1].line == 7


def test_a_rotation_tells_who_has_the_turn() -> None:
    engine = an_engine(to(on_call=HOURLY, times=times("*:0000:0109,*:0130:2400")))
    engine.report(KEY, RED)
    engine.move_to(NOW + 4230.0)
    engine.report(KEY, GREEN)
    engine.move_to(NOW + 9000.0)
    # Ann's turn is over: she was told, so she hears the end, after those whom the rules name now.
    assert heard(engine) == [
        *("0 ann alert red", "1800 ann reminder red", "3600 ben alert red"),
        *("5400 ben recovery red", "5400 ann recovery red"),
    ]


@pytest.mark.parametrize(
    ("recipient", "lane", "address"),
    [
        pytest.param(to("x@y"), ("mail", "", "x@y"), "x@y", id="a mail"),
        pytest.param(
            to("&host&/&SERVICE&", method=Method.SCRIPT, program="/bin/p"),
            ("script", "/bin/p", "&color&.test/http"),
            "&color&.test/http",
            id="a script; what is put in is not looked at again",
        ),
        pytest.param(
            to("#&color&", method=Method.CHANNEL, channel="slack"), ("slack", "", "#red"), "#red", id="a channel"
        ),
    ],
)
def test_ways(recipient: Recipient, lane: tuple[str, str, str], address: str) -> None:
    way = way_to(recipient, StatusKey("&color&.test", "http"), RED, NOW)
    assert (way.lane, way.address, way.format) == (lane, address, "TEXT")


def test_the_same_address_in_another_form_is_somebody_else() -> None:
    forms = {who(way_to(to(format=form), KEY, RED, NOW)) for form in Format}
    assert len(forms) == len(Format)


def test_where_it_stands_is_kept() -> None:
    engine = an_engine(to(line=12))
    engine.report(KEY, RED)
    assert (engine.said[0].line, engine.said[0].told.rule) == (12, "alerts.cfg:12")


def test_notices_go_to_those_who_want_them_after_their_quiet_times() -> None:
    engine = an_engine(
        *(to("n", notice=True, noalert=True), to("n", notice=True), to("no"), to(method=Method.IGNORE, notice=False)),
        to("later", notice=True, quiet=times("*:0000:0009")),
    )
    engine.report(KEY, RED)
    incident = engine.incidents[KEY]
    engine.notice(KEY)
    assert heard(engine)[2:] == ["0 n notice green", "600 later notice green"]
    assert engine.incidents[KEY] is incident


def test_nobody_is_looked_for_where_nobody_could_be_meant() -> None:
    engine = an_engine(to(colors=frozenset({YELLOW})))
    engine.report(KEY, RED)
    assert engine.incidents[KEY].look_at == NEVER
    engine.reload(book(to()))
    assert heard(engine) == ["0 a alert red"]


def test_the_exact_moment_of_an_age() -> None:
    engine = an_engine(to(longer=601.0), to("t", times=times("*:0200:0300")))
    engine.report(KEY, RED)
    assert engine.incidents[KEY].look_at == NOW + 601.0
    engine.reload(book(to(longer=601.0), to("f", holding=30.5)))
    assert engine.incidents[KEY].look_at == NOW + 30.5
    engine.move_to(NOW + 700.0)
    assert heard(engine) == ["30.5 f alert red", "601 a alert red"]


def test_a_clock_that_was_set_back_does_not_delay_by_as_much() -> None:
    engine = an_engine(to())
    engine.report(KEY, RED)
    engine.now -= 86400.0
    engine.reload(engine.book)
    assert engine.incidents[KEY].look_at == engine.now + 1800.0


def test_rises_are_told_once() -> None:
    engine = an_engine(to())
    for seconds, color in enumerate((Color.PURPLE, YELLOW, RED, YELLOW, RED, Color.PURPLE, YELLOW)):
        engine.move_to(NOW + seconds)
        engine.report(KEY, color)
    assert heard(engine) == ["0 a alert purple", "1 a alert yellow", "2 a alert red"]
    incident = engine.incidents[KEY]
    assert (incident.started, incident.color, incident.color_since, incident.worst) == (NOW, YELLOW, NOW + 6, RED)


def test_red_again_is_no_rise_for_who_was_told_of_yellow() -> None:
    """Only the first rise counts (xymond_alert(8)); who came late to it waits for the next reminder, which says so."""
    engine = an_engine(to(longer=300.0, pacing=Constant(600.0)))
    for seconds, color in ((0.0, RED), (60.0, YELLOW), (400.0, RED)):
        engine.move_to(NOW + seconds)
        engine.report(KEY, color)
    engine.move_to(NOW + 1000.0)
    assert heard(engine) == ["300 a alert yellow", "900 a alert red"]


def test_a_stretch_that_was_never_interrupted_keeps_its_number() -> None:
    engine = an_engine(to())
    engine.report(KEY, RED)
    first = engine.incidents[KEY]
    engine.report(KEY, BLUE)
    # The board bridges the gap: the square is as old as it was.
    again = plan.raised(None, a_status(RED, NOW, updated=NOW + 60.0), NOW + 60.0)
    assert (again.id, again.told) == (first.id, ())


def test_what_has_ended_is_planned_no_more() -> None:
    engine = an_engine(to())
    engine.report(KEY, RED)
    incident = engine.incidents[KEY]
    engine.report(KEY, GREEN)
    subject = matching.Subject(key=KEY, color=RED, age=0.0, color_age=0.0, local=engine.local(), kind=Kind.RECOVERY)
    over = plan.plan_end(incident, engine.book, subject, NOW).incident
    assert plan.plan_end(over, engine.book, subject, NOW) == plan.Planned(over)
    assert plan.plan_alert(over, engine.book, subject, NOW) == plan.Planned(over)
