"""The engine over a real board: who is told of what, through acknowledgements, drops, reloads and restarts."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from hexmon.alerts.rules import RuleBook
from hexmon.alerts.topology import Parent
from hexmon.board.store import MemoryJournal
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, DeliverySaved, IncidentSaved, Kind
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK
from tests.support.alert_lab import AlertLab
from tests.support.builders import a_host, a_report, an_inventory

OPS = """
    HOST=*
        MAIL ops REPEAT=30 RECOVERED NOTICE
"""


@pytest.fixture
def lab() -> AlertLab:
    return AlertLab(OPS)


def test_a_new_alert_is_told_at_once_repeated_and_ended(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    assert lab.told() == ["alert www.http red -> ops"]
    lab.report("www.http", "red")
    lab.pass_time(1795)
    assert lab.told() == []
    lab.pass_time(10)
    assert lab.told() == ["reminder www.http red -> ops"]
    lab.report("www.http", "green")
    assert lab.told() == ["recovery www.http red -> ops"]
    assert lab.engine.incidents() == []


def test_the_first_yellow_to_red_is_told_at_once_and_only_the_first(lab: AlertLab) -> None:
    lab.report("www.http", "yellow")
    lab.report("www.http", "red")
    assert lab.told() == ["alert www.http yellow -> ops", "alert www.http red -> ops"]
    lab.report("www.http", "yellow")
    lab.report("www.http", "red")
    assert lab.told() == []


def test_an_acknowledgement_on_yellow_covers_red_and_the_end_is_told(lab: AlertLab) -> None:
    lab.report("www.http", "yellow")
    lab.acknowledge("www.http", 120)
    lab.report("www.http", "red")
    lab.pass_time(7000, 10)
    assert lab.told() == ["alert www.http yellow -> ops"]
    lab.pass_time(210)
    assert lab.told() == ["alert www.http red -> ops"]
    lab.report("www.http", "green")
    assert lab.told() == ["recovery www.http red -> ops"]


def test_disabling_ends_it_and_says_so(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.board.disable("www", "http", UNTIL_OK, b"maintenance")
    lab.turn()
    assert lab.told() == ["alert www.http red -> ops", "disabled www.http red -> ops"]


def test_a_notice_is_told_and_changes_nothing(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.board.notice("notify", "www.http", "127.0.0.1", b"we work on it")
    lab.turn()
    assert lab.told() == ["alert www.http red -> ops", "notice www.http red -> ops"]
    assert lab.sent[-1].message.text == b"we work on it"
    lab.pass_time(1790)
    assert lab.told() == []
    lab.report("www.http", "green")
    assert lab.told() == ["recovery www.http red -> ops"]


@pytest.mark.parametrize("test", [pytest.param("http", id="the square"), pytest.param(None, id="the host")])
def test_nothing_is_said_of_what_was_dropped(lab: AlertLab, test: str | None) -> None:
    lab.report("www.http", "red")
    lab.board.drop("www", test)
    lab.turn()
    lab.pass_time(4000, 60)
    assert lab.told() == ["alert www.http red -> ops"]
    assert lab.dropped == [("www", test)]
    assert lab.engine.incidents() == []


def test_a_renamed_square_keeps_who_was_told(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.board.rename_test("www", "http", "web")
    lab.turn()
    lab.report("www.web", "red")
    lab.report("www.web", "green")
    assert lab.told() == ["alert www.http red -> ops", "recovery www.web red -> ops"]


def test_who_was_told_hears_the_end_though_the_rule_is_gone(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.read_rules("HOST=nobody\n MAIL somebody")
    lab.report("www.http", "green")
    assert lab.told() == ["alert www.http red -> ops", "recovery www.http red -> ops"]


def test_a_rule_that_comes_later_tells_of_what_lasts(lab: AlertLab) -> None:
    lab.read_rules("HOST=nobody\n MAIL somebody")
    lab.report("www.http", "red")
    lab.pass_time(300)
    assert lab.told() == []
    lab.read_rules(OPS)
    assert lab.told() == ["alert www.http red -> ops"]


def test_a_duration_is_waited_for_to_the_second() -> None:
    lab = AlertLab("HOST=* DURATION>10\n MAIL ops RECOVERED")
    lab.report("www.http", "red")
    lab.pass_time(600)
    assert lab.told() == []
    lab.pass_time(1)
    assert lab.told() == ["alert www.http red -> ops"]


def test_nobody_hears_the_end_of_what_nobody_heard_of() -> None:
    lab = AlertLab("HOST=* DURATION>10\n MAIL ops RECOVERED")
    lab.report("www.http", "red")
    lab.pass_time(300)
    lab.report("www.http", "green")
    lab.pass_time(900)
    assert lab.told() == []


def test_a_threshold_counts_bad_reports_and_then_good_ones() -> None:
    lab = AlertLab(OPS)
    [rule] = lab.rules.rules
    [ops] = rule.recipients
    counted = replace(ops, threshold=3, recover_after=2)
    lab.rules = RuleBook(rules=(replace(rule, recipients=(counted,)),))
    lab._build()
    for told in ([], [], ["alert www.http red -> ops"], []):
        lab.pass_time(5)
        lab.report("www.http", "red")
        assert lab.told() == told
    lab.report("www.http", "green")
    lab.pass_time(5)
    lab.report("www.http", "red")
    lab.pass_time(5)
    assert lab.told() == []
    lab.report("www.http", "green")
    lab.pass_time(5)
    assert lab.told() == []
    lab.report("www.http", "green")
    lab.pass_time(2)
    assert lab.told() == ["recovery www.http red -> ops"]
    assert lab.engine.incidents() == []


# -- restarts


def test_a_restart_tells_nothing_twice_and_forgets_nobody(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.restart()
    assert lab.told() == ["alert www.http red -> ops"]
    lab.pass_time(1810)
    assert lab.told() == ["reminder www.http red -> ops"]
    lab.restart()
    lab.report("www.http", "green")
    assert lab.told() == ["recovery www.http red -> ops"]


def test_what_the_board_had_stored_and_the_engine_had_not_seen_is_told_after_a_restart(lab: AlertLab) -> None:
    lab.report("www.http", "green")

    def fails(again: AlertLab) -> None:
        again.board.report(a_report(Color.RED, host="www"))
        again.subscription._events.clear()

    lab.restart(fails)
    assert lab.told() == ["alert www.http red -> ops"]


def test_what_recovered_while_the_engine_was_away_is_told(lab: AlertLab) -> None:
    lab.report("www.http", "red")

    def recovers(again: AlertLab) -> None:
        again.board.report(a_report(host="www"))
        again.subscription._events.clear()

    lab.restart(recovers)
    assert lab.told() == ["alert www.http red -> ops", "recovery www.http red -> ops"]


def test_an_acknowledgement_outlives_a_restart(lab: AlertLab) -> None:
    lab.report("www.http", "red")
    lab.acknowledge("www.http", 60)
    lab.restart()
    lab.pass_time(3500, 10)
    assert lab.told() == ["alert www.http red -> ops"]
    lab.pass_time(120)
    assert lab.told() == ["reminder www.http red -> ops"]


# -- order


class SlowJournal(MemoryJournal):
    """Nothing is durable before the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Any] = []

    def when_durable(self, ticket: int, callback: Any) -> None:  # noqa: ARG002
        self.waiting.append(callback)


def test_nothing_is_sent_before_it_is_durable_and_all_of_one_turn_is_written_together() -> None:
    lab = AlertLab(OPS)
    lab.journal = SlowJournal()
    lab._build()
    lab.report("www.http", "red")
    assert lab.told() == []
    records = [type(record) for record in lab.journal.records if not str(type(record)).count("Status")]
    assert records[-2:] == [IncidentSaved, DeliverySaved]
    for callback in lab.journal.waiting:
        callback()
    assert lab.told() == ["alert www.http red -> ops"]


def test_one_squares_odd_data_silences_no_other(lab: AlertLab, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = lab.engine._look

    def odd(incident: Any, *others: Any) -> None:
        if incident.key.host == "www":
            raise ValueError("odd")
        walk(incident, *others)

    monkeypatch.setattr(lab.engine, "_look", odd)
    lab.report("www.http", "red")
    lab.report("db.http", "red")
    assert lab.told() == ["alert db.http red -> ops"]


def test_numbers_grow(lab: AlertLab) -> None:
    for number in range(50):
        lab.report(f"www.t{number}", "red")
    numbers = [delivery.number for delivery in lab.sent]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**53


# -- root cause

BEHIND = (Parent(child="www", parents=("router",)), Parent(child="db", parents=("router",)))


def a_family() -> AlertLab:
    lab = AlertLab(OPS, a_host("router"), "www", "db", parents=BEHIND)
    for square in ("router.conn", "www.conn", "db.conn", "db.cpu"):
        lab.report(square, "green")
    lab.pass_time(60)
    return lab


def explained(delivery: Delivery) -> list[str]:
    return [str(item.key) for item in delivery.message.explains]


def test_a_child_of_a_down_parent_is_not_told_and_the_reminder_of_the_root_lists_it() -> None:
    lab = a_family()
    lab.report("router.conn", "red")
    assert lab.told() == ["alert router.conn red -> ops"]
    lab.report("www.conn", "red")
    lab.report("db.cpu", "yellow")
    lab.pass_time(1810)
    assert lab.told() == ["reminder router.conn red -> ops"]
    assert explained(lab.sent[-1]) == ["www.conn", "db.cpu"]


def test_a_child_that_fails_first_waits_for_the_verdict_on_its_parent() -> None:
    lab = a_family()
    lab.report("www.conn", "red")
    assert lab.told() == []
    assert lab.asked == [StatusKey("router", "conn")]
    lab.pass_time(1)
    lab.report("router.conn", "red")
    lab.pass_time(2)
    assert lab.told() == ["alert router.conn red -> ops"]
    assert explained(lab.sent[-1]) == ["www.conn"]


def test_a_child_whose_parent_is_well_is_told_as_soon_as_that_is_known() -> None:
    lab = a_family()
    lab.report("www.conn", "red")
    lab.pass_time(1)
    lab.report("router.conn", "green")
    lab.pass_time(1)
    assert lab.told() == ["alert www.conn red -> ops"]


def test_a_child_whose_parent_says_nothing_is_told_after_half_a_minute() -> None:
    lab = a_family()
    lab.report("www.conn", "red")
    lab.pass_time(29)
    assert lab.told() == []
    lab.pass_time(2)
    assert lab.told() == ["alert www.conn red -> ops"]


def test_what_is_still_bad_after_its_root_recovered_is_told() -> None:
    lab = a_family()
    lab.report("router.conn", "red")
    lab.report("www.conn", "red")
    lab.pass_time(60)
    lab.report("router.conn", "green")
    lab.pass_time(10)
    assert lab.told() == ["alert router.conn red -> ops", "recovery router.conn red -> ops"]
    lab.report("www.conn", "red")
    lab.pass_time(35)
    assert lab.told() == ["alert www.conn red -> ops"]


def test_what_recovers_with_its_root_is_never_spoken_of() -> None:
    lab = a_family()
    lab.report("router.conn", "red")
    lab.report("www.conn", "red")
    lab.pass_time(60)
    lab.report("router.conn", "green")
    lab.report("www.conn", "green")
    lab.pass_time(4000, 10)
    assert lab.told() == ["alert router.conn red -> ops", "recovery router.conn red -> ops"]


def test_who_was_told_of_a_child_hears_its_end_though_its_root_is_down() -> None:
    lab = a_family()
    lab.report("www.conn", "red")
    lab.report("router.conn", "green")
    lab.pass_time(5)
    lab.report("router.conn", "red")
    lab.report("www.conn", "green")
    assert lab.told() == ["alert www.conn red -> ops", "alert router.conn red -> ops", "recovery www.conn red -> ops"]


def test_a_root_of_which_nobody_is_told_hides_nothing() -> None:
    lab = AlertLab("HOST=www\n MAIL ops", a_host("router"), "www", "db", parents=BEHIND)
    lab.report("router.conn", "red")
    lab.report("www.conn", "red")
    lab.pass_time(40)
    assert lab.told() == ["alert www.conn red -> ops"]


def kinds(sent: Sequence[Delivery], square: str) -> list[Kind]:
    return [one.message.kind for one in sent if str(one.message.key) == square]


def test_another_inventory_brings_other_relations() -> None:
    lab = a_family()
    lab.report("router.conn", "red")
    lab.report("www.conn", "red")
    lab.pass_time(5)
    lab.parents = ()
    lab.board.adopt(an_inventory("www", "db", "router", version=2))
    lab.turn()
    lab.read_rules(OPS)
    assert kinds(lab.sent, "www.conn") == [Kind.ALERT]
