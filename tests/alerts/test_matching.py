"""Walking the rules: filters and their reasons, who ends a walk, and when to look again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexmon.alerts.checking import Facts
from hexmon.alerts.matching import Subject, Walk, subject_of, walk
from hexmon.alerts.prepared import prepared
from hexmon.alerts.rules import Criteria, Method, Recipient, Rule, RuleBook
from hexmon.alerts.times import changes_in, in_time
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.holidays import NO_HOLIDAYS, Calendar, Holiday
from hexmon.model.incident import Kind
from hexmon.model.inventory import Host, HostPolicy
from hexmon.model.name_filter import Names
from hexmon.model.names import StatusKey
from hexmon.model.times import Times, read_times
from hexmon.model.timespec import TimeSpec
from tests.support.alert_rules import WEDNESDAY, a_subject, book_of, steps, told

CHRISTMAS = Calendar((Holiday("Christmas", "static", month=12, day=25),), like=0)


@pytest.mark.parametrize(
    ("rule", "facts", "reason"),
    [
        ("HOST=www", {}, ""),
        ("HOST=WWW", {}, "hostname not in include list"),
        ("HOST=%WWW", {}, ""),
        ("HOST=%(", {}, "hostname not in include list"),
        ("EXHOST=%(", {}, ""),
        ("EXHOST=db,www", {}, "hostname excluded"),
        ("HOST=!db", {}, ""),
        ("HOST=!www", {}, "hostname not in include list"),
        ("HOST=www,!www", {}, ""),
        ("HOST=", {}, ""),
        ("SERVICE=conn", {}, "service not in include list"),
        ("EXSERVICE=*", {}, "service excluded"),
        ("PAGE=/", {}, ""),
        ("PAGE=/", {"pages": ("", "web")}, "pagename not in include list"),
        ("PAGE=db", {"pages": ("web", "db")}, ""),
        ("PAGE=x EXPAGE=db", {"pages": ("web", "db")}, "pagename excluded"),
        ("PAGE=%^web/", {"pages": ("web/sub",)}, ""),
        ("DISPLAYGROUP=NONE", {}, ""),
        ("DISPLAYGROUP=NONE", {"known": False}, "displaygroup not in include list"),
        ("EXDISPLAYGROUP=%front", {"display_group": "Front end"}, "displaygroup excluded"),
        ("CLASS=linux", {"host_class": "linux"}, ""),
        ("CLASS=*", {}, "class not in include list"),
        ("EXCLASS=linux", {"host_class": "linux"}, "class excluded"),
        ("GROUP=a", {"groups": ("b", "a")}, ""),
        ("GROUP=*", {}, "group not in include list"),
        ("GROUP=*", {"kind": Kind.RECOVERY}, ""),
        ("EXGROUP=*", {}, ""),
        ("EXGROUP=a", {"groups": ("b", "a")}, "group excluded"),
        ("COLOR=yellow", {}, "color"),
        ("HOST=*", {"color": Color.BLUE}, "color"),
        ("HOST=*", {"color": Color.CLEAR, "alert_colors": frozenset({Color.CLEAR})}, ""),
        ("TIME=W:0800:0900", {}, ""),
        ("TIME=6:0000:2400", {}, "time/extime criteria"),
        ("TIME=x", {}, "time/extime criteria"),
        ("EXTIME=3:0900:0900", {}, "time/extime criteria"),
        ("EXTIME=x", {}, ""),
        ("TIME=0:0800:1000", {"calendar": Calendar((Holiday("x", "static", month=11, day=25),), like=0)}, ""),
        ("DURATION>60", {}, "min. duration 3600<3601"),
        ("DURATION>=60", {}, ""),
        ("DURATION<60", {}, "max. duration 3600>3599"),
        ("DURATION<=1h", {}, ""),
        ("DURATION<60", {"kind": Kind.RECOVERY}, ""),
        ("DURATION<1 CLASS=x HOST=x COLOR=blue", {}, "max. duration 3600>59"),
        ("GROUP=x PAGE=x CLASS=x", {}, "class not in include list"),
        ("HOST=x DISPLAYGROUP=x PAGE=x GROUP=x", {}, "group not in include list"),
        ("DURATION>90 SERVICE=x HOST=x", {}, "hostname not in include list"),
        ("COLOR=blue TIME=x DURATION>90", {}, "min. duration 3600<5401"),
        ("COLOR=blue TIME=x", {}, "time/extime criteria"),
    ],
)
def test_filters_and_their_reasons(rule: str, facts: Mapping[str, Any], reason: str) -> None:
    if "kind" in facts:
        rule += " RECOVERED"
    subject = a_subject(**facts)
    expected = [f"1 rule: {reason}"] if reason else ["1 rule: ok", "1 a: ok"]
    assert steps(f"{rule} MAIL a", subject) == expected
    # The same filters with a recipient.
    expected = [f"2 a: {reason}"] if reason else ["2 a: ok"]
    found = steps(f"COLOR=red,yellow,purple,blue,clear\nMAIL a {rule}", subject)
    assert found[1:] == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HOST=*\nMAIL a STOP\nMAIL b\nHOST=* MAIL c", ["1 rule: ok", "1 a: stop"]),
        ("HOST=*\nMAIL a STOP SERVICE=x\nMAIL b", ["1 rule: ok", "2 a: service not in include list", "1 b: ok"]),
        ("HOST=*\nIGNORE\nMAIL b", ["1 rule: ok", "1 IGNORE: IGNORE"]),
        ("HOST=*\nHOST=* MAIL b", ["1 rule: no recipients"]),
        ("HOST=x\nHOST=* MAIL b", ["1 rule: hostname not in include list", "2 rule: ok", "2 b: ok"]),
        ("HOST=*\nMAIL a\nMAIL b UNMATCHED\nMAIL c", ["1 rule: ok", "1 a: ok", "1 b: not unmatched", "1 c: ok"]),
        ("HOST=*\nMAIL a UNMATCHED\nMAIL b UNMATCHED", ["1 rule: ok", "1 a: ok", "1 b: not unmatched"]),
        ("HOST=*\nMAIL a\nMAIL b UNMATCHED STOP\nMAIL c", ["1 rule: ok", "1 a: ok", "1 b: not unmatched"]),
        ("HOST=*\nMAIL a NOALERT\nMAIL b UNMATCHED", ["1 rule: ok", "1 a: NOALERT", "1 b: ok"]),
        ("HOST=*\nMAIL a NOALERT STOP\nMAIL b", ["1 rule: ok", "1 a: NOALERT"]),
        ("HOST=*\nMAIL a\nMAIL a", ["1 rule: ok", "1 a: ok", "1 a: ok"]),
    ],
)
def test_who_ends_the_walk(text: str, found: list[str]) -> None:
    assert steps(text) == found


@pytest.mark.parametrize(
    ("rule", "recipient", "recovery", "notice"),
    [
        ("", "", False, False),
        ("RECOVERED", "", True, False),
        ("RECOVERED", "NORECOVERED", False, False),
        ("", "RECOVERED", True, False),
        ("NORECOVERED", "RECOVERED NOTICE", True, True),
        ("NOTICE", "", False, True),
        ("NOTICE", "NONOTICE", False, False),
    ],
)
def test_wishes_of_recipients_go_before_those_of_rules(rule: str, recipient: str, recovery: bool, notice: bool) -> None:
    book = book_of(f"HOST=* {rule}\nMAIL a {recipient}")
    assert told(book, a_subject()) == ["a"]
    assert told(book, a_subject(kind=Kind.RECOVERY)) == ["a"] * recovery
    assert told(book, a_subject(kind=Kind.DISABLED)) == ["a"] * recovery
    assert told(book, a_subject(kind=Kind.NOTICE)) == ["a"] * notice
    line = 2 if recipient else 1
    assert steps(book, a_subject(kind=Kind.NOTICE))[-1] == f"{line} a: {'ok' if notice else 'notice not wanted'}"


def test_notices_ask_neither_for_times_nor_for_colours() -> None:
    book = book_of(
        "HOST=* TIME=x COLOR=blue DURATION>1w NOTICE MAIL a\nMAIL b UNMATCHED\nMAIL c NOALERT\nMAIL d HOST=x"
    )
    assert told(book, a_subject(kind=Kind.NOTICE, color=Color.GREEN)) == ["a", "b", "c"]


def test_every_recipient_of_every_rule_in_the_order_of_the_file() -> None:
    assert told("HOST=*\nMAIL a\nSCRIPT /x b\nSERVICE=http MAIL c\nHOST=* CHANNEL=chat") == ["a", "b", "c", "chat"]


def waits(text: str, **facts: Any) -> tuple[float | None, bool]:
    found = walk(book_of(text), a_subject(**facts))
    return found.soonest, found.anybody


@pytest.mark.parametrize(
    ("text", "soonest", "anybody"),
    [
        ("HOST=* MAIL a", None, True),
        ("HOST=x MAIL a", None, False),
        ("HOST=* MAIL a COLOR=yellow", None, False),
        ("HOST=* DURATION>90 MAIL a", 1801.0, True),
        ("HOST=*\nMAIL a DURATION>=90\nMAIL b DURATION>70", 601.0, True),
        ("HOST=* DURATION>90 COLOR=yellow MAIL a", None, False),
        ("HOST=* DURATION>90 MAIL a COLOR=yellow", None, False),
        ("HOST=* DURATION>90 DURATION<80 MAIL a", None, False),
        ("HOST=* DURATION<30 MAIL a", None, False),
        ("HOST=* TIME=W:0910:1000 MAIL a", 600.0, True),
        ("HOST=* TIME=W:0910:1000 MAIL a DURATION>90", 600.0, True),
        ("HOST=* TIME=4:0000:2400 MAIL a", 900.0, True),
        ("HOST=* TIME=x MAIL a", None, False),
        ("HOST=* EXTIME=*:0000:2400 MAIL a", None, False),
        ("HOST=* EXTIME=*:0800:0904 MAIL a", 300.0, True),
        ("HOST=* COLOR=red FOR=2h MAIL a", 3600.0, True),
        ("HOST=*\nMAIL a DURATION<65 STOP\nMAIL b", 300.0, True),
        ("HOST=*\nMAIL a TIME=W:0800:0905 STOP\nMAIL b", 360.0, True),
        ("HOST=*\nIGNORE DURATION<65\nMAIL b", 300.0, True),
        ("HOST=*\nMAIL a DURATION<65\nMAIL b UNMATCHED", 300.0, True),
        ("HOST=*\nMAIL a DURATION<65\nMAIL b", None, True),
    ],
)
def test_when_another_may_be_told(text: str, soonest: float | None, anybody: bool) -> None:
    assert waits(text) == (soonest, anybody)


def test_for_is_the_age_of_the_colour() -> None:
    book = book_of("HOST=* COLOR=red FOR=10m\nMAIL a\nMAIL b FOR=20m")
    assert steps(book, a_subject(color_age=700.0)) == ["1 rule: ok", "1 a: ok", "3 b: min. hold time 700<1200"]
    assert walk(book, a_subject(color_age=700.0)).soonest == 500.0
    assert told(book, a_subject(kind=Kind.ALERT, color_age=1200.0)) == ["a", "b"]


def a_book(**recipient: Any) -> RuleBook:
    """One rule for everything with one recipient."""
    return RuleBook(
        rules=(Rule(line=1, text="", recipients=(Recipient(method=Method.MAIL, address="a", **recipient),)),)
    )


def test_so_many_reports_in_a_row() -> None:
    book = a_book(threshold=3)
    assert steps(book, a_subject(reports=2)) == ["1 rule: ok", "1 a: reports 2<3"]
    assert walk(book, a_subject(reports=2)) == Walk((), None, False)
    assert told(book, a_subject(reports=3)) == ["a"]


def test_who_is_told_when_nobody_acknowledges() -> None:
    book = a_book(after=7200.0)
    assert steps(book) == ["1 rule: ok", "1 a: not acknowledged for 3600<7200"]
    assert walk(book, a_subject()).soonest == 3600.0
    assert told(book, a_subject(age=7200.0)) == ["a"]
    late = a_subject(age=7200.0, acknowledged=True)
    assert steps(book, late) == ["1 rule: ok", "1 a: acknowledged"]
    assert walk(book, late).soonest is None


HOST = Host(
    name="www",
    all_pages=("web", "@os/unix"),
    group="Front",
    host_class="linux",
    policy=HostPolicy(calendar=CHRISTMAS),
)


def test_the_facts_about_a_square() -> None:
    key = StatusKey("www", "http")
    now = WEDNESDAY.timestamp()

    def facts(host: Host | None) -> Any:
        return subject_of(
            key, host, color=Color.RED, started=now - 60, color_since=now + 5, groups=["a"], now=now,
            local=lambda moment: datetime.fromtimestamp(moment, ZoneInfo("Asia/Kolkata")), calendar=CHRISTMAS,
            alert_colors=ALERT_COLORS, reports=2, acknowledged=True,
        )  # fmt: skip

    found = facts(HOST)
    assert (found.age, found.color_age, found.local.hour, found.groups) == (60.0, 0.0, 14, ("a",))
    assert (found.pages, found.display_group, found.host_class, found.known) == (("web",), "Front", "linux", True)
    assert (found.calendar, found.reports, found.acknowledged) == (CHRISTMAS, 2, True)
    assert facts(Host(name="www")).display_group == "NONE"
    stranger = facts(None)
    assert (stranger.pages, stranger.display_group, stranger.known) == (("",), None, False)
    assert stranger.calendar == CHRISTMAS


@pytest.mark.parametrize(
    ("text", "name", "meant", "exactly"),
    [
        ("a", "A", True, False),
        ("!A", "a", False, True),
        ("a,!b", "c", False, False),
        ("!a,!b", "c", True, True),
        ("!a,a", "b", False, False),
        ("*", "x", True, True),
        ("*", "", False, False),
        ("%", "x", True, True),
        ("%^\\b+", "x", False, False),
        ("%[^*]", "x", True, True),
        (",,", "x", True, True),
    ],
)
def test_names(text: str, name: str, meant: bool, exactly: bool) -> None:
    assert Names(text).match(name) is meant
    assert Names(text, exact=True).match(name) is exactly


def test_names_that_can_be_listed() -> None:
    assert Names("A,!b").named == frozenset({"a"})
    assert Names("A,!b", exact=True).named == frozenset({"A"})
    assert Names("!b").named is None
    assert Names("%a").named is None
    assert Names("*").named is None
    assert Names("").named is None
    assert Names("a") != Names("a", exact=True)
    assert len({Names("a"), Names("a"), Names("a", exact=True)}) == 2


@pytest.mark.parametrize(
    ("text", "windows", "mistakes"),
    [
        ("W:0800:1800,6:1000:1200", ["12345 480-1080", "6 600-720"], []),
        ("W:800:1800", ["12345 0-1080"], ["'W:800:1800' is read as W:0000:1800"]),
        ("x,*:0000:2400", ["0123456 0-1440"], ["'x' is no time: nothing is meant by it"]),
        ("W:09:00:10:00", ["12345 0-0"], ["'W:09:00:10:00' is read as W:0000:0000"]),
        ("", [], ["'' is no time: nothing is meant by it"]),
        ("W:0800:1800,", ["12345 480-1080"], []),
    ],
)  # fmt: skip
def test_times_as_far_as_they_can_be_read(text: str, windows: list[str], mistakes: list[str]) -> None:
    times, found = read_times(text)
    spec = times.spec or TimeSpec(())
    assert [f"{''.join(map(str, sorted(one.days)))} {one.start}-{one.end}" for one in spec.windows] == windows
    assert list(found) == mistakes
    assert (times.spec is None) == (not windows)


_MINUTES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}{minute % 60:02}")
_WINDOWS = st.tuples(st.sampled_from(["*", "W", "0", "36", "60"]), _MINUTES, _MINUTES).map(":".join)
_SPECS = st.none() | st.lists(_WINDOWS, min_size=1, max_size=3).map(",".join)


@given(_SPECS, _SPECS, st.integers(0, 14 * 86400 - 1), st.booleans())
def test_when_times_change_is_found_by_trying_every_minute(
    times: str | None, ex_times: str | None, seconds: int, holidays: bool
) -> None:
    def read(text: str | None) -> Times | None:
        return read_times(text)[0] if text else None

    criteria = Criteria(times=read(times), ex_times=read(ex_times))
    calendar = CHRISTMAS if holidays else NO_HOLIDAYS
    local = datetime(2026, 12, 18, tzinfo=ZoneInfo("UTC")) + timedelta(seconds=seconds)
    found = changes_in(criteria, local, calendar)
    before = in_time(criteria, local, calendar)
    if found is not None:
        after = in_time(criteria, local + timedelta(seconds=found), calendar)
        assert after is not before or found == 900.0
    limit = found if found is not None else 9 * 86400
    for minute in range(1, int(limit // 60) + 1):
        moment = local.replace(second=0) + timedelta(minutes=minute)
        if (moment - local).total_seconds() < limit:
            assert in_time(criteria, moment, calendar) is before


_HOSTS = st.sampled_from(["www", "db", "WWW", "a"])
_LISTS = st.sampled_from(["*", "www", "www,db", "!db", "%^w", "%(", "", "a,!www", "WWW"])
_FILTERS = st.tuples(st.sampled_from(["HOST", "EXHOST", "SERVICE", "PAGE", "CLASS", "GROUP", "DISPLAYGROUP"]), _LISTS)
_RULES = st.lists(
    st.tuples(
        st.lists(_FILTERS.map("=".join), min_size=1, max_size=3).map(" ".join),
        st.sampled_from(
            ["MAIL a", "MAIL b STOP", "MAIL c UNMATCHED", "IGNORE", "MAIL d DURATION>90", "MAIL e COLOR=blue"]
        ),
    ).map("\n".join),
    max_size=8,
).map("\n".join)


@given(_RULES, _HOSTS, _HOSTS, st.sampled_from([Kind.ALERT, Kind.RECOVERY, Kind.NOTICE]))
def test_a_walk_that_is_watched_finds_the_same(rules: str, host: str, other: str, kind: Kind) -> None:
    """Without a trace only the rules are asked that can concern the host; books of names in any case are the same."""
    book = book_of(rules)
    loose = replace(book, rules=tuple(replace(one, criteria=_any_case(one.criteria)) for one in book.rules))
    for found in (book, loose):
        for name in (host, other, host):
            subject = a_subject(name, "www", kind=kind, pages=(other,), host_class=other, groups=("db",))
            assert walk(found, subject) == walk(found, subject, lambda _: None)


def _any_case(criteria: Criteria) -> Criteria:
    return replace(criteria, hosts=Names(criteria.hosts.text) if criteria.hosts else None)


def test_rules_that_cannot_concern_a_host_are_not_asked() -> None:
    """A thousand squares may change at once: with five hundred rules each must be quick."""
    rules = [f"HOST=h{number},g{number} SERVICE=%^http MAIL ops{number}" for number in range(480)]
    rules += [f"HOST=%^h{number}\\d\\d$ EXSERVICE=cpu MAIL night{number}" for number in range(1, 20)]
    ready = prepared(book_of("\n".join([*rules, "PAGE=/ MAIL top", "PAGE=x MAIL other"])))

    def asked(subject: Subject) -> list[str]:
        return [one.recipients[0].recipient.address for one in ready.concerning(Facts(subject))]

    assert asked(a_subject("h123")) == ["ops123", "night1", "top"]
    assert asked(a_subject("g7")) == ["ops7", "top"]
    assert asked(a_subject("G7", pages=("x",))) == ["other"]
    assert ready.concerning(Facts(a_subject("h123"))) is ready.concerning(Facts(a_subject("h123", "conn")))


def test_only_so_many_hosts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.alerts.prepared._MOST_HOSTS", 2)
    book = book_of("HOST=a MAIL x\nHOST=b MAIL y")
    for _ in range(2):
        assert [told(book, a_subject(host)) for host in ("a", "b", "c", "d")] == [["x"], ["y"], [], []]
