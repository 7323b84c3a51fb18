"""Whom the rules of alerts.yaml mean, asked as every alert is; and both files of rules together."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hexmon.alerts.matching import walk
from hexmon.alerts.plan import plan_alert, plan_end
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_yaml import read_rules
from hexmon.alerts.source import AlertsSource, YamlSource, merge
from hexmon.alerts.subject import Subject
from hexmon.model.color import Color
from hexmon.model.incident import Incident, Kind
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


def subject(**facts: Any) -> Subject:
    usual: dict[str, Any] = {
        "key": StatusKey("web1", "http"),
        "color": Color.RED,
        "age": 600.0,
        "color_age": 600.0,
        "local": MONDAY,
    }
    return Subject(**(usual | facts))


def book(text: str) -> RuleBook:
    file = read_rules(text)
    assert file.problems == ()
    return file.book


def told(text: str, **facts: Any) -> list[str]:
    return [recipient.address for _, recipient in walk(book(text), subject(**facts)).matched]


@pytest.mark.parametrize(
    ("rules", "facts", "addresses"),
    [
        pytest.param("[{tell: a@x}, {tell: b@x}]", {}, ["a@x", "b@x"], id="all rules that match"),
        pytest.param("[{match: {hosts: 'db*'}, tell: a@x}, {tell: b@x}]", {}, ["b@x"], id="not those of others"),
        pytest.param("[{ignore: true, match: {tests: http}}, {tell: b@x}]", {}, [], id="nobody where it is ignored"),
        pytest.param("[{ignore: true, match: {tests: cpu}}, {tell: b@x}]", {}, ["b@x"], id="but elsewhere"),
        pytest.param(
            "[{stop: true, tell: [a@x, b@x]}, {tell: c@x}]", {}, ["a@x", "b@x"], id="stop ends after the rule"
        ),
        pytest.param(
            "[{tell: [{mail: a@x, stop: true}, b@x]}, {tell: c@x}]", {}, ["a@x"], id="stop of one ends with that one"
        ),
        pytest.param(
            "[{tell: [{mail: a@x, match: {colors: yellow}, stop: true}, b@x]}]", {}, ["b@x"], id="if it is told at all"
        ),
        pytest.param(
            "[{match: {tests: cpu}, tell: a@x}, {tell: {mail: b@x, unmatched: true}}]",
            {},
            ["b@x"],
            id="unmatched where nobody was meant",
        ),
        pytest.param(
            "[{tell: a@x}, {tell: {mail: b@x, unmatched: true}}]", {}, ["a@x"], id="unmatched where somebody was"
        ),
        pytest.param("[{for: 11m, tell: a@x}]", {}, [], id="not before the colour lasted"),
        pytest.param("[{for: 10m, tell: a@x}]", {}, ["a@x"], id="when it lasted"),
        pytest.param("[{longer: 5m, shorter: 1h, tell: a@x}]", {}, ["a@x"], id="between two ages"),
        pytest.param("[{shorter: 5m, tell: a@x}]", {}, [], id="after its age"),
        pytest.param("[{threshold: 3, tell: a@x}]", {"reports": 2}, [], id="below the threshold"),
        pytest.param(
            "[{threshold: 3, tell: [a@x, {mail: b@x, threshold: 1}]}]", {"reports": 2}, ["b@x"], id="one's own"
        ),
        pytest.param("[{tell: {mail: a@x, after: 15m}}]", {}, [], id="escalation waits"),
        pytest.param("[{tell: {mail: a@x, after: 10m}}]", {}, ["a@x"], id="escalation comes"),
        pytest.param("[{tell: {mail: a@x, after: 5m}}]", {"acknowledged": True}, [], id="unless somebody works on it"),
        pytest.param(
            "[{match: {times: mon 20:00-22:00}, zone: Asia/Tokyo, tell: a@x}]", {}, ["a@x"], id="evening in Tokyo"
        ),
        pytest.param("[{match: {times: mon 20:00-22:00}, tell: a@x}]", {}, [], id="noon here"),
        pytest.param("[{match: {pages: 'shop/*'}, tell: a@x}]", {"pages": ("shop/berlin",)}, ["a@x"], id="pages below"),
        pytest.param("[{match: {hosts: ['web*', '!web1']}, tell: a@x}]", {}, [], id="exceptions of globs"),
        pytest.param("[{match: {groups: dba}, tell: a@x}]", {"groups": ("net", "dba")}, ["a@x"], id="groups"),
        pytest.param("[{tell: a@x}]", {"kind": Kind.NOTICE}, [], id="notices are for who wants them"),
        pytest.param("[{notice: true, tell: a@x}]", {"kind": Kind.NOTICE}, ["a@x"], id="and wants them"),
    ],
)
def test_who_is_meant(rules: str, facts: dict[str, Any], addresses: list[str]) -> None:
    assert told(f"rules: {rules}", **facts) == addresses


def _incident() -> Incident:
    now = MONDAY.timestamp()
    return Incident(
        id="1",
        key=StatusKey("web1", "http"),
        started=now,
        color=Color.RED,
        worst=Color.RED,
        color_since=now,
        seen=now,
    )


def _play(rules: RuleBook, minutes: int) -> list[tuple[int, str, str]]:
    """Who is told in these minutes of a trouble that nobody acknowledges."""
    incident = _incident()
    found = []
    for minute in range(minutes):
        now = MONDAY + timedelta(minutes=minute)
        asked = subject(age=minute * 60.0, color_age=minute * 60.0, local=now)
        planned = plan_alert(incident, rules, asked, now.timestamp())
        incident = planned.incident
        found += [(minute, telling.told.way.address, telling.kind.value) for telling in planned.tell]
    return found


def test_reminders_and_escalation() -> None:
    rules = book("rules:\n- tell: [{mail: a@x, every: 20m}, {mail: b@x, after: 30m, every: never}]\n")
    assert _play(rules, 61) == [
        (0, "a@x", "alert"),
        (20, "a@x", "reminder"),
        (30, "b@x", "alert"),
        (40, "a@x", "reminder"),
        (60, "a@x", "reminder"),
    ]


def test_the_usual_reminders_become_rarer() -> None:
    minutes = [minute for minute, _, _ in _play(book("rules: [{tell: a@x}]"), 140)]
    assert minutes == [0, 15, 42, 79, 124]


def test_quiet_times_in_a_zone_end_there() -> None:
    rules = book("zone: Asia/Tokyo\nrules: [{tell: {mail: a@x, quiet: '21:00-21:30'}}]")
    assert _play(rules, 40) == [(30, "a@x", "alert")]


def test_a_rotation_changes_who_is_told() -> None:
    rules = book(
        "zone: UTC\nrotations: {ops: {members: [a@x, b@x], begins: 2026-01-05 12:10, every: 1d}}\n"
        "rules: [{tell: {on_call: ops, every: 8m}}]"
    )
    assert _play(rules, 20) == [
        (0, "b@x", "alert"),
        (8, "b@x", "reminder"),
        (10, "a@x", "alert"),
        (18, "a@x", "reminder"),
    ]


def test_the_end_comes_to_who_was_told() -> None:
    rules = book("rules: [{tell: [a@x, {mail: b@x, recovered: false}, {mail: c@x, after: 1h}]}]")
    incident = _incident()
    now = MONDAY.timestamp()
    incident = plan_alert(incident, rules, subject(age=0.0), now).incident
    planned = plan_end(incident, rules, subject(kind=Kind.RECOVERY, color=Color.GREEN), now + 60)
    assert [telling.told.way.address for telling in planned.tell] == ["a@x"]


# -- both files -------------------------------------------------------------------------------------------------


def test_the_rules_of_alerts_cfg_go_first(tmp_path: Path) -> None:
    (tmp_path / "alerts.cfg").write_text("HOST=*\n  MAIL first@x\n")
    (tmp_path / "alerts.yaml").write_text("rules: [{tell: second@x}]\n")
    both = merge((AlertsSource(tmp_path / "alerts.cfg").load(), YamlSource(tmp_path / "alerts.yaml").load().book))
    assert [recipient.address for _, recipient in walk(both, subject()).matched] == ["first@x", "second@x"]


def test_a_change_of_the_file_or_of_a_secret_is_seen(tmp_path: Path) -> None:
    path, secret = tmp_path / "alerts.yaml", tmp_path / "secret"
    secret.write_text("https://x.test/a")
    path.write_text("thresholds: [{host: a, url_file: secret}]\n")
    source = YamlSource(path)
    assert source.load().channels["threshold.a"]["url"] == "https://x.test/a"
    assert not source.changed()
    assert len(source.signatures()) == 2
    secret.write_text("https://x.test/longer")
    assert source.changed()


def test_a_file_that_is_not_there_has_no_rules_until_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    source = YamlSource(path)
    assert source.load().book == RuleBook()
    assert not source.changed()
    path.write_text("rules: [{tell: a@x}]\n")
    assert source.changed()
    assert len(source.load().book.rules) == 1


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"alerts\.yaml: this file is missing"):
        YamlSource(tmp_path / "alerts.yaml", required=True).load()


def test_nobody_needs_rules() -> None:
    source = YamlSource(None)
    assert source.load().book == RuleBook()
    assert not source.changed()


def test_a_bad_file_is_refused_but_at_the_start_what_is_right_holds(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: [{}, {tell: a@x}]\n")
    with pytest.raises(ConfigError, match=r"alerts\.yaml:1: rules\[1\]: it tells nobody"):
        YamlSource(path).load()
    file = YamlSource(path).load(lenient=True)
    assert len(file.book.rules) == 1
    assert len(file.problems) == 1
