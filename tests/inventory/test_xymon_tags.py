"""What single tags mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.xymon_tags import FLAGS, VALUES, PingTag, RouteTag, TagReader, TcpTag
from hexmon.model.inventory import BadTest
from hexmon.model.names import StatusKey
from hexmon.model.observation import Judging
from hexmon.model.timespec import Downtime, TimeWindow
from tests.support.inventory import SERVICES

READER = TagReader(SERVICES, FAMILIES)
WORDS = [word for family in FAMILIES for word in family.words]
WORKDAYS = frozenset(range(1, 6))
EVERY_DAY = frozenset(range(7))


@pytest.mark.parametrize(
    ("tag", "parsed"),
    [
        pytest.param("ssh", TcpTag("ssh"), id="a service"),
        pytest.param("SMTP", TcpTag("smtp"), id="in any case"),
        pytest.param("pop-3", TcpTag("pop-3"), id="with a hyphen"),
        pytest.param("smtp:2525", TcpTag("smtp", port=2525), id="on another port"),
        pytest.param("smtp:s", TcpTag("smtp", silent=True), id="silently"),
        pytest.param("smtp:tls", TcpTag("smtp", tls=True), id="with STARTTLS"),
        pytest.param("smtp:587:tls:s", TcpTag("smtp", port=587, silent=True, tls=True), id="all options"),
        pytest.param("smtp:tls:587", TcpTag("smtp", port=587, tls=True), id="in any order"),
        pytest.param("smtp:s@LINE_2", TcpTag("smtp", silent=True, source="LINE_2"), id="from a variable's address"),
        pytest.param("ftp:8021:s", TcpTag("ftp", port=8021, silent=True), id="both"),
        pytest.param("ssh@127.0.0.9", TcpTag("ssh", source="127.0.0.9"), id="from an address"),
        pytest.param("ssh:22@::1", TcpTag("ssh", port=22, source="::1"), id="from an IPv6 address"),
        pytest.param("?ssh", TcpTag("ssh", Judging(dialup=True)), id="dialup"),
        pytest.param("!ssh", TcpTag("ssh", Judging(reverse=True)), id="reverse"),
        pytest.param("~ssh", TcpTag("ssh", Judging(always_true=True)), id="always true"),
        pytest.param("?!~ssh", TcpTag("ssh", Judging(dialup=True, reverse=True, always_true=True)), id="all prefixes"),
        pytest.param("conn", PingTag(), id="the ping"),
        pytest.param("!conn", PingTag(Judging(reverse=True)), id="the ping reversed"),
        pytest.param("conn=127.0.0.2", PingTag(addresses=("127.0.0.2",)), id="one more address"),
        pytest.param(
            "conn=worst,127.0.0.2,::1", PingTag(mode="worst", addresses=("127.0.0.2", "::1")), id="all must answer"
        ),
        pytest.param("route:a,b", RouteTag("", ("a", "b")), id="a route"),
        pytest.param("route_dmz:a", RouteTag("dmz", ("a",)), id="a route from one place"),
        pytest.param("badftp:1:2:3", BadTest("ftp", 1, 2, 3), id="badTEST"),
        pytest.param("badpop-3:0:0:3", BadTest("pop-3", 0, 0, 3), id="badTEST of a name with a hyphen"),
        pytest.param(
            "badconn-W-0800-1800:1:2:3",
            BadTest("conn", 1, 2, 3, TimeWindow(WORKDAYS, 480, 1080)),
            id="badTEST at times",
        ),
    ],
)
def test_tests_and_rules(tag: str, parsed: Any) -> None:
    meaning = READER.read(tag)
    assert (meaning.parsed, meaning.mistakes) == (parsed, ())


@pytest.mark.parametrize(
    ("tag", "parsed", "message"),
    [
        ("smtp:0", TcpTag("smtp"), "'smtp:0': port 0 is not between 1 and 65535"),
        ("smtp:99999:s", TcpTag("smtp", silent=True), "'smtp:99999:s': port 99999 is not between 1 and 65535"),
        ("smtp:tsl:25", TcpTag("smtp", port=25), "'smtp:tsl:25': 'tsl' is neither a port nor s nor tls"),
        ("smtp:@", TcpTag("smtp"), "'smtp:@': '' is neither a port nor s nor tls"),
        ("smtp@1.2.3", TcpTag("smtp"), "'smtp@1.2.3': '1.2.3' is not an IP address of this machine"),
        ("smtp@", TcpTag("smtp"), "'smtp@': '' is not an IP address of this machine"),
    ],
)
def test_options_that_are_not_understood_are_told_and_left_out(tag: str, parsed: TcpTag, message: str) -> None:
    meaning = READER.read(tag)
    assert meaning.parsed == parsed
    assert message in [mistake.message for mistake in meaning.mistakes]


@pytest.mark.parametrize(
    ("tag", "item", "value", "parsed"),
    [
        pytest.param("NAME:a b", "DISPLAYNAME", "a b", None, id="a text"),
        pytest.param("name:x", "DISPLAYNAME", "x", None, id="in any case"),
        pytest.param("noClear", "FLAG_NOCLEAR", "NOCLEAR", None, id="a flag has its own word"),
        pytest.param("noflap", "NOFLAP", "NOFLAP", frozenset(), id="noflap"),
        pytest.param("noflap=a,ab", "NOFLAP", "=a,ab", frozenset({"a", "ab"}), id="noflap of whole names"),
        pytest.param("pulldata", "PULLDATA", "PULLDATA", ("", 0), id="pulldata"),
        pytest.param("pulldata=127.0.0.1:9", "PULLDATA", "=127.0.0.1:9", ("127.0.0.1", 9), id="pulldata from there"),
        pytest.param("pulldata=:9", "PULLDATA", "=:9", ("", 9), id="pulldata from another port"),
        pytest.param("pulldata=[::1]:9", "PULLDATA", "=[::1]:9", ("::1", 9), id="pulldata by IPv6"),
        pytest.param("delayred=a:1,b:1h", "DELAYRED", "a:1,b:1h", {"a": 60.0, "b": 3600.0}, id="delays"),
        pytest.param("ssldays=30:10", "SSLDAYS", "30:10", (30, 10), id="days"),
        pytest.param("NOCOLUMNS:a,b", "NOCOLUMNS", "a,b", frozenset({"a", "b"}), id="columns"),
        pytest.param("WARNPCT:98.5", "WARNPCT", "98.5", 98.5, id="a percentage"),
        pytest.param(
            "depends=(http:gw/conn,a.b/ssh),(ssh:gw/conn)",
            "DEPENDS",
            "(http:gw/conn,a.b/ssh),(ssh:gw/conn)",
            (("http", (StatusKey("gw", "conn"), StatusKey("a.b", "ssh"))), ("ssh", (StatusKey("gw", "conn"),))),
            id="dependencies",
        ),
    ],
)
def test_settings(tag: str, item: str, value: str, parsed: Any) -> None:
    meaning = READER.read(tag)
    assert (meaning.item, meaning.value, meaning.parsed, meaning.mistakes) == (item, value, parsed, ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("W:0800:1000", [Downtime(TimeWindow(WORKDAYS, 480, 600))], id="a time alone"),
        pytest.param(
            "W:0800:1000:why: so", [Downtime(TimeWindow(WORKDAYS, 480, 600), None, "why: so")], id="its cause"
        ),
        pytest.param(
            "conn:W:0800:1000:why",
            [Downtime(TimeWindow(WORKDAYS, 480, 600), frozenset({"conn"}), "why")],
            id="a column",
        ),
        pytest.param(
            "conn,http:W:0800:1000",
            [Downtime(TimeWindow(WORKDAYS, 480, 600), frozenset({"conn", "http"}))],
            id="a list of columns",
        ),
        pytest.param("*:*:0000:2400:x", [Downtime(TimeWindow(EVERY_DAY, 0, 1440), None, "x")], id="every column"),
        pytest.param(
            "W:0800:1000,60:0900:1000;conn,cpu:*:2300:0100:night",
            [
                Downtime(TimeWindow(WORKDAYS, 480, 600)),
                Downtime(TimeWindow(frozenset({6, 0}), 540, 600)),
                Downtime(TimeWindow(EVERY_DAY, 1380, 60), frozenset({"conn", "cpu"}), "night"),
            ],
            id="several, parted by comma or semicolon",
        ),
    ],
)
def test_downtime(value: str, expected: list[Downtime]) -> None:
    meaning = READER.read(f"DOWNTIME={value}")
    assert (list(meaning.parsed), meaning.mistakes) == (expected, ())


def test_a_moment_is_local_time() -> None:
    early, late = (READER.read(f"NOTBEFORE:{stamp}").parsed for stamp in ("202601010000", "202601010130"))
    assert late - early == 5400.0


@pytest.mark.parametrize(
    "tag", ["oracle", "devmon:x(y)", "snmp", "disk", "CUST:PAGE,1", "#x", "?", "conn2", "sshd", "a=b"]
)
def test_other_peoples_tags_are_kept(tag: str) -> None:
    meaning = READER.read(tag)
    assert (meaning.kind, meaning.mistakes) == ("unknown", ())


@given(
    tag=st.one_of(
        st.text(max_size=60),
        st.tuples(
            st.sampled_from([*VALUES, *FLAGS, *SERVICES, *WORDS, "bad", "http://", "conn=", "route:", "?!~"]), st.text()
        ).map("".join),
    )
)
def test_any_tag_means_something(tag: str) -> None:
    meaning = TagReader(SERVICES, FAMILIES).read(tag)
    assert (meaning.kind == "item") == bool(meaning.item)
    if meaning.kind in {"tcp", "probe", "ping", "bad", "route"}:
        assert meaning.parsed is not None
