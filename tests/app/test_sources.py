"""When files are read again."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hexmon.app.settings import AgentOptions, Configuration, Files, Probing, Settings
from hexmon.app.sources import Sources
from hexmon.model.origin import ConfigError


def sources(folder: Path, **settings: Any) -> Sources:
    return Sources(Configuration(settings=Settings(**settings), folder=folder, path=None))


def test_a_file_that_is_being_written_is_left_alone_until_it_rests(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.cfg"
    hosts.write_text("127.0.0.1 www.example.com\n")
    read = sources(tmp_path)
    assert read.load().find("www.example.com")
    assert not read.changed_and_at_rest()
    assert not read.changed_and_at_rest()
    hosts.write_text("")
    assert not read.changed_and_at_rest()
    hosts.write_text("127.0.0.1 db.example.com\n")
    assert not read.changed_and_at_rest()
    assert read.changed_and_at_rest()
    assert read.load().find("db.example.com")
    assert not read.changed_and_at_rest()


def test_a_first_hosts_cfg_and_a_first_protocols_cfg_are_noticed(tmp_path: Path) -> None:
    read = sources(tmp_path)
    read.load()
    assert not read.changed_and_at_rest()
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # webcache\n")
    looks = [read.changed_and_at_rest() for _ in range(2)]
    assert looks == [False, True]
    read.load()
    assert not read.changed()
    (tmp_path / "protocols.cfg").write_text("[webcache]\n   port 3128\n")
    assert read.changed()
    host = read.load().find("www.example.com")
    assert host is not None
    assert [check.key.test for check in host.checks] == ["conn", "webcache"]


def test_the_home_folder_and_the_name_of_contents_column_come_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www.example.com # noconn cont;http://a/;file:words\n")
    (tmp_path / "there").mkdir()
    words = tmp_path / "there" / "words"
    words.write_text("hello")
    settings = Settings(files=Files(home="there"), probing=Probing(content_column="cont"))
    read = Sources(Configuration(settings=settings, folder=tmp_path, path=None))
    host = read.load().find("www.example.com")
    assert host is not None
    [check] = host.checks
    assert (check.column, check.options.expect[0].wanted) == ("cont", "hello")
    words.write_text("goodbye")
    assert read.changed()


@pytest.mark.parametrize(
    ("settings", "tested"),
    [
        pytest.param({}, {"here", "there", "anywhere"}, id="without a location every host"),
        pytest.param({"location": "dmz"}, {"here"}, id="with one the hosts with that NET:"),
        pytest.param(
            {"location": "dmz", "test_untagged": True}, {"here", "anywhere"}, id="and, if so set, those without"
        ),
    ],
)
def test_a_server_tests_the_hosts_of_its_place(tmp_path: Path, settings: dict[str, Any], tested: set[str]) -> None:
    (tmp_path / "hosts.cfg").write_text(
        "127.0.0.1 here # NET:dmz\n127.0.0.2 there # NET:lan\n127.0.0.3 anywhere # ssh\n"
    )
    hosts = sources(tmp_path, agent=AgentOptions(enabled=False), **settings).load().hosts
    assert {name for name, host in hosts.items() if host.checks} == tested


def test_holidays_are_read_from_beside_and_their_set_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text("127.0.0.1 www\n")
    (tmp_path / "holidays.cfg").write_text("HOLIDAYLIKEWEEKDAY=0\n[dk]\nConstitution Day:type=static month=6 day=5\n")
    for name, weekday in (("dk", 0), ("", 5)):
        host = sources(tmp_path, holidays=name).load().find("www")
        assert host is not None
        assert host.policy.calendar.weekday(date(2026, 6, 5)) == weekday


def test_rules_come_from_both_files_and_are_read_again(tmp_path: Path) -> None:
    (tmp_path / "alerts.cfg").write_text("HOST=*\n  MAIL first@x\n")
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules: [{tell: second@x}]\nparents: [{child: a, parents: b}]\n")
    read = sources(tmp_path)
    read.load()
    assert [rule.recipients[0].address for rule in read.alerts.book.rules] == ["first@x", "second@x"]
    assert read.alerts.parents[0].child == "a"
    assert not read.changed()
    rules.write_text("rules: [{tell: another@x}]\n")
    assert read.changed()
    read.load()
    assert read.alerts.book.rules[1].recipients[0].address == "another@x"
    assert not read.alerts.parents


def test_bad_rules_are_refused_with_every_mistake_and_not_tried_again(tmp_path: Path) -> None:
    hosts, rules = tmp_path / "hosts.cfg", tmp_path / "alerts.yaml"
    hosts.write_text("127.0.0.1 www\n")
    rules.write_text("rules: [{tell: a@x}]\n")
    read = sources(tmp_path)
    read.load()
    hosts.write_text("127.0.0.1 www\ninclude nowhere\n")
    rules.write_text("rules: [{}]\n")
    with pytest.raises(ConfigError) as caught:
        read.load()
    assert [str(problem.origin) for problem in caught.value.problems] == ["alerts.yaml:1", "hosts.cfg:2"]
    assert read.alerts.book.rules[0].recipients[0].address == "a@x"
    assert not read.changed()


def test_a_threshold_whose_channel_makes_no_sense_is_refused_before_anything_is_in_force(tmp_path: Path) -> None:
    rules = tmp_path / "alerts.yaml"
    rules.write_text("thresholds: [{host: www, url: 'http://127.0.0.1:1/{HOST}'}]\n")
    read = sources(tmp_path)
    read.load()
    assert set(read.channels) == {"mail", "script", "threshold.www"}
    before = read.alerts
    rules.write_text("thresholds: [{host: www, url: 'nonsense'}]\n")
    with pytest.raises(ConfigError, match="is not a URL"):
        read.load()
    assert read.alerts is before
    assert set(read.channels) == {"mail", "script", "threshold.www"}


def test_at_the_start_what_is_right_in_the_rules_holds(tmp_path: Path) -> None:
    (tmp_path / "alerts.yaml").write_text("rules: [{}, {tell: a@x}]\n")
    read = sources(tmp_path)
    read.load()
    assert len(read.alerts.book.rules) == 1
    assert len(read.alerts.problems) == 1


def test_analysis_cfg_and_what_it_includes_are_watched_and_a_bad_one_keeps_the_old(tmp_path: Path) -> None:
    read = sources(tmp_path)
    read.load()
    assert read.analysis.rules == ()
    (tmp_path / "analysis.cfg").write_text("include more.cfg\nLOAX 5\n")
    (tmp_path / "more.cfg").write_text("PROC cron\n")
    assert read.changed()
    read.load()
    assert len(read.analysis.rules) == 1
    assert [str(one) for one in read.analysis.problems] == [
        "analysis.cfg:2: nobody knows 'LOAX'; the line is left out; did you mean LOAD?"
    ]
    assert not read.changed()
    (tmp_path / "more.cfg").write_text("PROC cron\nPROC init\n")
    assert [read.changed_and_at_rest() for _ in range(2)] == [False, True]
    (tmp_path / "more.cfg").unlink()
    with pytest.raises(ConfigError, match=r"more\.cfg does not exist"):
        read.load()
    assert len(read.analysis.rules) == 1


def test_an_analysis_cfg_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"limits\.cfg: cannot be read"):
        sources(tmp_path, files=Files(analysis="limits.cfg")).load()
