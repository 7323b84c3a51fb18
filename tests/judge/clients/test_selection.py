import time
from datetime import datetime

import pytest
from msgspec.structs import replace

from hexmon.judge.clients.rules import Load, Proc, Up
from hexmon.judge.clients.selection import Analysis, Selected
from hexmon.model.holidays import Calendar, Holiday
from hexmon.model.inventory import Host, HostPolicy
from tests.support.analysis_files import analysis

HOST = Host(name="www.example.com", page="web", all_pages=("web", "web/sub", "@os/unix"), group="Front end")
MONDAY = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - the clock on the wall
SUNDAY = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001


def holds(
    qualifiers: str, host: Host = HOST, host_class: str = "", os_type: str = "linux", local: datetime = MONDAY
) -> bool:
    file = analysis(f"LOAD 1 2 {qualifiers}")
    assert file.problems == ()
    return Analysis(file).for_host(host, host_class, os_type, local).first(Load) is not None


TOP = replace(HOST, page="", all_pages=("",), group="")


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        ("", True),
        ("HOST=*", True),
        ("HOST=db,www.example.com", True),
        ("HOST=www", False),
        ("HOST=WWW.example.com", False),
        ("HOST=%^WWW", True),
        ("HOST=!db", True),
        ("HOST=% EXHOST=www.example.com", False),
        ("EXHOST=%^db", True),
        ("PAGE=web/sub", True),
        ("PAGE=sub", False),
        ("PAGE=%sub$", True),
        ("PAGE=/", False),
        ("PAGE=%unix", False),
        ("EXPAGE=web", False),
        ("EXPAGE=db", True),
        ('DISPLAYGROUP="Front end"', True),
        ('EXDISPLAYGROUP="Front end"', False),
        ("DISPLAYGROUP=NONE", False),
        ("CLASS=linux", True),
        ("CLASS=web", False),
        ("EXCLASS=linux", False),
        ("OS=Linux,freebsd", True),
        ("EXOS=linux", False),
        ("OS=%bsd", False),
        ("TIME=W:0800:1800", True),
        ("TIME=60:0800:1800", False),
        ("EXTIME=*:1200:1300", False),
        ("TIME=W:0800:1800 EXTIME=W:1300:1400", True),
        ("HOST=www.example.com CLASS=db", False),
    ],
)
def test_qualifiers(qualifiers: str, expected: bool) -> None:
    assert holds(qualifiers) is expected


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        ("PAGE=/", True),
        ("PAGE=%^/", True),
        ("PAGE=web", False),
        ("PAGE=*", True),
        ("EXPAGE=/", False),
        ("DISPLAYGROUP=NONE", True),
    ],
)
def test_a_host_of_the_top_page(qualifiers: str, expected: bool) -> None:
    assert holds(qualifiers, TOP) is expected


@pytest.mark.parametrize(
    ("of_file", "of_agent", "os_type", "expected"),
    [
        pytest.param("db", "web", "linux", "db", id="that of hosts.cfg comes first"),
        pytest.param("", "web", "linux", "web", id="else that of the agent"),
        pytest.param("", "", "linux", "linux", id="else the system"),
    ],
)
def test_the_class(of_file: str, of_agent: str, os_type: str, expected: str) -> None:
    host = replace(HOST, host_class=of_file)
    for word in ("db", "web", "linux"):
        assert holds(f"CLASS={word}", host, of_agent, os_type) is (word == expected)


def test_the_system_is_matched_in_any_case() -> None:
    assert holds("OS=linux", os_type="Linux")
    assert holds("EXOS=hp-ux", os_type="HP-UX") is False


def test_the_order_of_the_file_is_kept_and_the_first_limit_counts() -> None:
    one = Analysis(analysis("HOST=%^www\nLOAD 1 2\nPROC a\nDEFAULT\nLOAD 5 10\nPROC b\nUP"))
    selected = one.for_host(HOST, "", "linux", MONDAY)
    assert [rule.warn for rule in selected.all(Load)] == [1.0, 5.0]
    assert selected.first(Load, lambda rule: rule.warn > 1).warn == 5.0  # type: ignore[union-attr]
    assert [rule.pattern.text for rule in selected.all(Proc)] == ["a", "b"]
    other = one.for_host(replace(HOST, name="db"), "", "linux", MONDAY)
    assert [rule.warn for rule in other.all(Load)] == [5.0]
    assert len(other.all(Up)) == 1


def test_what_a_host_is_may_change_at_a_reload() -> None:
    one = Analysis(analysis("LOAD 1 2 PAGE=web\nLOAD 3 4 CLASS=db"))

    def limits(host: Host, host_class: str = "") -> list[float]:
        return [rule.warn for rule in one.for_host(host, host_class, "linux", MONDAY).all(Load)]

    assert limits(HOST) == [1.0]
    assert limits(replace(HOST, all_pages=("db",))) == []
    assert limits(replace(HOST, host_class="db")) == [1.0, 3.0]
    assert limits(HOST, "db") == [1.0, 3.0]


def test_times_are_looked_at_each_time() -> None:
    one = Analysis(analysis("LOAD 1 2 TIME=W:0800:1800\nLOAD 3 4"))
    found = [one.for_host(HOST, "", "linux", moment).first(Load) for moment in (MONDAY, SUNDAY, MONDAY)]
    assert [rule.warn for rule in found if rule] == [1.0, 3.0, 1.0]


def test_times_go_by_the_holidays_of_the_host() -> None:
    calendar = Calendar(holidays=(Holiday(name="x", kind="static", month=11, day=23),), like=0)
    one = Analysis(analysis("LOAD 1 2 TIME=W:0800:1800\nLOAD 3 4"))
    free = replace(HOST, policy=HostPolicy(calendar=calendar))
    found = [one.for_host(host, "", "linux", MONDAY).first(Load) for host in (HOST, free, HOST)]
    assert [rule.warn for rule in found if rule] == [1.0, 3.0, 1.0]


def test_the_same_selection_is_shared_and_quick() -> None:
    text = "\n".join(f"HOST=%^host{number}\\.\nLOAD {number} 200\nPROC p{number}" for number in range(200))
    one = Analysis(analysis(f"{text}\nDEFAULT\nLOAD 5 10\nUP 1h TIME=*:0000:2400"))
    hosts = [Host(name=f"host{number}.example.com") for number in range(1000)]
    first = [one.for_host(host, "linux", "linux", MONDAY) for host in hosts]
    began = time.perf_counter()
    again = [one.for_host(host, "linux", "linux", MONDAY) for host in hosts]
    assert time.perf_counter() - began < 0.1
    assert all(ours is theirs for ours, theirs in zip(first, again, strict=True))
    assert len({id(selected) for selected in again}) == 201


def test_what_agents_make_up_is_not_remembered_without_end() -> None:
    one = Analysis(analysis("LOAD 1 2"))
    for number in range(60_000):
        one.for_host(HOST, f"c{number}", "linux", MONDAY)
    one.for_host(HOST, "c" * 100_000, "linux", MONDAY)
    assert len(one._meant) <= 50_000
    assert all(len(who[3]) < 1000 for who in one._meant)


def test_nothing_is_selected_of_an_empty_file() -> None:
    selected = Analysis(analysis("")).for_host(HOST, "", "linux", MONDAY)
    assert isinstance(selected, Selected)
    assert selected.rules == ()
