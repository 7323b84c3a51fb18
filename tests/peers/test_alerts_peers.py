"""alerts.cfg as the real xymond_alert reads it: files and events made up by dice, and by Hypothesis.

Compared are every rule and recipient that is asked with the reason why it failed, who is told in which order, how and
with or without a subject, and the rules as they were understood. What differs on purpose has a test of its own below.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexmon.alerts.rules import Format
from hexmon.cli import main
from tests.peers.hunt_alerts import Comparison, events_of, files_of, our_steps
from tests.peers.odd_alerts import HOSTS, SOUP, TESTS, ZONES
from tests.support.xymond_alert_test import Event, Step, Told

pytestmark = pytest.mark.peers

SEEDS = int(os.environ.get("HEXMON_ODD_ALERTS", "300"))
_HOSTS = b"""\
127.0.0.1 top.foo.com # noconn CLASS:linux
page web Web
group Front end
127.0.0.2 www.foo.com # noconn CLIENT:web1
127.0.0.3 db.foo.com # noconn holidays=de
"""
_HOLIDAYS = b"HOLIDAYLIKEWEEKDAY=0\nNew Year:type=static month=1 day=1\n[de]\nUnity:type=static month=10 day=3\n"


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return Comparison(tmp_path_factory.mktemp("alerts"))


def files(alerts: str, **others: str) -> dict[str, bytes]:
    more = {name.replace("_", "."): text.encode() for name, text in others.items()}
    return {"hosts.cfg": _HOSTS, "holidays.cfg": _HOLIDAYS, "alerts.cfg": alerts.encode(), **more}


def test_files_and_events_made_up_by_dice(comparison: Comparison) -> None:
    for seed in range(SEEDS):
        differences = list(comparison.differences(files_of(seed), events_of(seed, 2)))
        assert differences == [], f"seed {seed}: python -m tests.peers.hunt_alerts --seed {seed}"


_LINES = st.lists(st.lists(st.sampled_from(SOUP), max_size=7).map(" ".join), max_size=10).map("\n".join)
_EVENTS = st.builds(
    Event,
    host=st.sampled_from([*HOSTS, "nobody"]),
    test=st.sampled_from(TESTS),
    color=st.sampled_from(["red", "yellow", "purple"]),
    minutes=st.integers(0, 200),
    now=st.integers(1_577_836_800, 1_924_992_000),
    zone=st.sampled_from(ZONES),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_LINES, _EVENTS)
def test_words_without_sense(comparison: Comparison, alerts: str, event: Event) -> None:
    assert list(comparison.differences(files(alerts + "\n\n"), [event])) == []


@pytest.mark.parametrize("seed", range(8))
def test_the_command_says_the_same(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hexmon alerts test --json` names those who are told, in this order, and the reasons of all that failed."""
    comparison = Comparison(tmp_path)
    etc = tmp_path / "etc"
    monkeypatch.setenv("ALERTREPEAT", "30")
    for number in range(seed * 5, seed * 5 + 5):
        comparison.write(files_of(number))
        # Its class is not known there; hexmon knows it.
        (etc / "hosts.cfg").write_text((etc / "hosts.cfg").read_text().replace("CLASS:linux", ""))
        event = Event(host="www.foo.com", test="http", minutes=number, now=1_700_000_000 + number * 10_000)
        real = comparison.real.test(event)
        arguments = [event.host, event.test, "--hosts", str(etc / "hosts.cfg"), "--alerts", str(etc / "alerts.cfg")]
        status = main(["alerts", "test", *arguments, "--json", *event.options])
        rows = msgspec.json.decode(capsys.readouterr().out)
        assert status == (0 if rows else 1)
        told = [one for one in real if isinstance(one, Told) and one.method in ("MAIL", "SCRIPT")]
        assert [(row["method"], row["program"]) for row in rows] == [(one.method, one.program) for one in told]
        mails = [row for row in rows if row["method"] == "MAIL"]
        assert [row["recipient"] for row in mails] == [one.address for one in told if one.method == "MAIL"]
        assert [bool(row["subject"]) for row in mails] == [one.subject for one in told if one.method == "MAIL"]
        failed = [(one.line, one.reason) for one in real if isinstance(one, Step) and one.reason]
        for row in rows:
            dropped = ("dropped", "IGNORE", "no recipients")
            reasons = [one for one in row["reasons"] if not one["reason"].startswith(dropped)]
            assert [(one["line"], one["reason"]) for one in reasons] == failed


class Both:
    """Who is told here and there."""

    def __init__(self, comparison: Comparison, alerts: str, event: Event, **others: str) -> None:
        comparison.write(files(alerts, **others))
        book, inventory = comparison.read()
        self.ours = list(_addresses(our_steps(book, inventory, event)))
        self.theirs = list(_addresses(comparison.real.test(event)))


def _addresses(steps: list[Step | Told]) -> Iterator[str]:
    return (one.address for one in steps if isinstance(one, Told) and one.method)


_EVENT = Event("www.foo.com", "http")


@pytest.mark.parametrize(
    ("alerts", "ours", "theirs"),
    [
        pytest.param("HOST=%^www$ MAIL a", [], ["a"], id="a $ that names no macro ends a pattern"),
        pytest.param("HOST=%^www.foo.com$ MAIL a", ["a"], ["a"], id="and matches what it should"),
        pytest.param("PAGE=%^$ MAIL a", [], ["a"], id="a pattern for nothing is none for everything"),
        pytest.param("HOST=$NOBODY MAIL a", [], ["a"], id="an unknown macro is not nothing"),
        pytest.param("HOST=* COLOR=red FOR=10m MAIL a", [], ["a"], id="FOR is a filter"),
        pytest.param("HOST=*\nMAIL a\nCHANNEL=b", ["a", "b"], ["a"], id="CHANNEL is a recipient, unknown to Xymon"),
        pytest.param("HOST=*\nMAIL a CHANNEL=b", ["a", "b"], ["a", "CHANNEL=b"], id="and no address of a mail"),
        pytest.param("HOST=* DURATION>35791400 MAIL a", [], ["a"], id="durations beyond 32 bits"),
    ],
)
def test_what_differs_on_purpose(comparison: Comparison, alerts: str, ours: list[str], theirs: list[str]) -> None:
    found = Both(comparison, alerts, _EVENT)
    assert (found.ours, found.theirs) == (ours, theirs)


def test_a_script_hears_of_its_host(comparison: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """xymond_alert replaces &host& when it runs the script, but shows it as it is written."""
    comparison.write(files("HOST=*\nSCRIPT /x &host&"))
    (told,) = (one for one in comparison.real.test(_EVENT) if isinstance(one, Told))
    assert told.address == "&host&"
    etc = comparison.real.etc
    place = ["--hosts", str(etc / "hosts.cfg"), "--alerts", str(etc / "alerts.cfg")]
    assert main(["alerts", "test", "www.foo.com", "http", *place, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)[0]["recipient"] == "www.foo.com"


def test_the_class_of_a_host_is_known(comparison: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """xymond_alert gets it with each event, its --test has none."""
    comparison.write(files("CLASS=linux\nMAIL a"))
    assert comparison.real.test(Event("top.foo.com", "http"))[0] == Step(1, "class not in include list", "CLASS=linux")
    etc = comparison.real.etc
    place = ["--hosts", str(etc / "hosts.cfg"), "--alerts", str(etc / "alerts.cfg")]
    assert main(["alerts", "test", "top.foo.com", "http", *place, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)[0]["recipient"] == "a"


def test_the_last_group_ends_where_it_ends(comparison: Comparison) -> None:
    """xymond_alert takes what lies behind it in memory for a part of it, but for some lengths."""
    for groups, theirs in (("web", []), ("web,dba", ["a"]), ("dba,web", ["a"]), ("linux,web", [])):
        found = Both(comparison, "GROUP=web MAIL a", Event("www.foo.com", "http", groups=groups))
        assert found.ours == ["a"]
        assert found.theirs == theirs, groups


def test_formats_of_lines_with_several_recipients(comparison: Comparison) -> None:
    """A line's last recipient says the format of all of them, of scripts too."""
    comparison.write(files("HOST=*\nSCRIPT /x a MAIL b\nSCRIPT /x c FORMAT=SMS"))
    book, _ = comparison.read()
    assert [one.format for one in book.rules[0].recipients] == [Format.TEXT, Format.TEXT, Format.SMS]
    assert list(comparison.differences(files("HOST=*\nSCRIPT /x a MAIL b\nSCRIPT /x c FORMAT=SMS"), [_EVENT])) == []


def test_a_long_line_is_shown_to_its_end(comparison: Comparison) -> None:
    text = f"HOST={','.join(f'host{number}' for number in range(60))},www.foo.com MAIL a"
    comparison.write(files(text))
    book, _ = comparison.read()
    assert book.rules[0].text == text
    step = comparison.real.test(_EVENT)[0]
    assert isinstance(step, Step)
    assert step.text == text[:255]


def test_hexmon_and_xymond_alert_agree_on_the_example(comparison: Comparison) -> None:
    """Where it says nothing that only hexmon knows, and every $ is a macro's."""
    text = (Path(__file__).parents[2] / "examples" / "alerts.cfg").read_text()
    lines = [line for line in text.split("\n") if "CHANNEL=" not in line and "FOR=" not in line and "$ " not in line]
    text = "\n".join(line.replace("$\n", "\n") if not line.endswith("$") else line[:-1] for line in lines)
    for host in ("www.foo.com", "db1.example.com", "test-1"):
        for color in ("red", "yellow"):
            event = Event(host, "http", color=color, minutes=40)
            assert list(comparison.differences(files(text), [event])) == []
    shutil.rmtree(comparison.real.home / "tmp", ignore_errors=True)
