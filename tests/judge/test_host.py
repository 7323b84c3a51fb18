"""From what one host's probes saw to the colours of its squares."""

from typing import Any

import pytest

from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView, JudgeSettings, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.holidays import NO_HOLIDAYS, Calendar, Holiday
from hexmon.model.inventory import BadTest, Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Reply
from hexmon.model.timespec import parse_window
from tests.support.network import (
    ALIVE,
    DEAD,
    OK,
    PREVENTED,
    REFUSED,
    TIMEOUT,
    TLS_ERROR,
    UNEXPECTED,
    UNRESOLVED,
    a_host,
    check,
    page,
    saw,
)

NOW = 1_795_219_200.0  # a Saturday, 00:00 UTC
NAME = "www.example.com"
SMTP = StatusKey(NAME, "smtp")


def judged(host: Host, replies: dict[str, Reply], **view: Any) -> dict[str, Verdict]:
    """The verdicts by test; `replies` are by tag."""
    latest = {one.identity: saw(one, replies[one.spec]) for one in host.checks if one.spec in replies}
    verdicts = judge_host(HostView(host=host, latest=latest, **view), NOW)
    return {verdict.report.key.test: verdict for verdict in verdicts}


def text_of(verdict: Verdict) -> str:
    return verdict.report.text.decode()


@pytest.mark.parametrize(
    ("tag", "reply", "conn", "policy", "color", "failed"),
    [
        pytest.param("smtp", OK, ALIVE, {}, Color.GREEN, False, id="an open port is green"),
        pytest.param("smtp", REFUSED, ALIVE, {}, Color.RED, True, id="a closed port is red"),
        pytest.param("smtp", TIMEOUT, ALIVE, {}, Color.RED, True, id="a silent port is red"),
        pytest.param("smtp", UNEXPECTED, ALIVE, {}, Color.YELLOW, True, id="another banner is yellow"),
        pytest.param("smtp", TLS_ERROR, ALIVE, {}, Color.RED, True, id="no TLS session is red"),
        pytest.param("smtp", UNRESOLVED, UNRESOLVED, {}, Color.RED, True, id="an unknown name is red"),
        pytest.param("smtp", PREVENTED, ALIVE, {}, Color.CLEAR, None, id="what we cannot test is clear"),
        pytest.param("smtp", REFUSED, DEAD, {}, Color.CLEAR, False, id="a closed port is clear while its host is down"),
        pytest.param("~smtp", REFUSED, DEAD, {}, Color.RED, True, id="unless the tag has ~"),
        pytest.param("smtp", REFUSED, DEAD, {"noclear": True}, Color.RED, True, id="or the host is noclear"),
        pytest.param("smtp", OK, DEAD, {}, Color.GREEN, False, id="an open port is green whatever ping says"),
        pytest.param("smtp", UNEXPECTED, DEAD, {}, Color.YELLOW, True, id="so is a wrong banner yellow"),
        pytest.param("!smtp", OK, ALIVE, {}, Color.RED, True, id="reverse: open is red"),
        pytest.param("!smtp", UNEXPECTED, ALIVE, {}, Color.RED, True, id="reverse: any answer is red"),
        pytest.param("!smtp", REFUSED, ALIVE, {}, Color.GREEN, False, id="reverse: closed is green"),
        pytest.param("!smtp", REFUSED, DEAD, {}, Color.CLEAR, False, id="reverse: closed says nothing of a dead host"),
        pytest.param("!~smtp", REFUSED, DEAD, {}, Color.GREEN, False, id="reverse with ~: closed is closed"),
        pytest.param("?smtp", REFUSED, ALIVE, {}, Color.CLEAR, False, id="dialup: closed is clear"),
        pytest.param("?smtp", UNEXPECTED, ALIVE, {}, Color.CLEAR, False, id="dialup: a wrong banner is clear"),
        pytest.param("smtp", REFUSED, ALIVE, {"dialup": True}, Color.CLEAR, False, id="a dialup host's is clear"),
        pytest.param("?!smtp", OK, ALIVE, {}, Color.RED, True, id="dialup does not excuse an open port"),
    ],
)
def test_a_simple_service(
    tag: str, reply: Reply, conn: Reply, policy: dict[str, Any], color: Color, failed: bool | None
) -> None:
    verdict = judged(a_host("conn", tag, **policy), {"conn": conn, tag: reply})["smtp"]
    assert (verdict.report.color, verdict.failed) == (color, failed)


@pytest.mark.parametrize(
    ("tag", "reply", "policy", "color", "extra", "failed"),
    [
        pytest.param("conn", ALIVE, {}, Color.GREEN, "conn ok ", False, id="an answer is green"),
        pytest.param("conn", DEAD, {}, Color.RED, "conn NOT ok ", True, id="silence is red"),
        pytest.param("!conn", DEAD, {}, Color.GREEN, "conn ok ", False, id="reverse: silence is green"),
        pytest.param("!conn", ALIVE, {}, Color.RED, "conn NOT ok ", True, id="reverse: an answer is red"),
        pytest.param("?conn", DEAD, {}, Color.CLEAR, "conn ok ", False, id="dialup: silence is clear"),
        pytest.param(
            "conn", DEAD, {"dialup": True}, Color.CLEAR, "conn ok : Disabled (dialup host)", False, id="dialup host"
        ),
        pytest.param("!conn", ALIVE, {"dialup": True}, Color.RED, "conn NOT ok ", True, id="dialup excuses no answer"),
        pytest.param("conn", UNRESOLVED, {}, Color.RED, "conn NOT ok : DNS lookup failed", True, id="no address"),
        pytest.param("conn", PREVENTED, {}, Color.CLEAR, "conn ok : Not tested", None, id="no raw socket"),
    ],
)
def test_ping(tag: str, reply: Reply, policy: dict[str, Any], color: Color, extra: str, failed: bool | None) -> None:
    verdict = judged(a_host(tag, **policy), {tag: reply})["conn"]
    assert (verdict.report.color, verdict.failed) == (color, failed)
    assert text_of(verdict).splitlines()[0].endswith(f" 2026 {extra}")


def test_a_message_is_what_xymonnet_sends() -> None:
    replies = {"conn": ALIVE, "smtp": REFUSED}
    verdicts = judged(a_host("conn", "smtp"), replies, settings=JudgeSettings())
    report = verdicts["smtp"].report
    assert (report.head + report.text).decode() == (
        "status+30 www,example,com.smtp red <!-- [flags:ordasTLe] --> Sat Nov 21 00:00:00 2026 smtp NOT ok \n"
        "\n"
        "Service smtp on www.example.com is not OK : Service unavailable (Connection refused)\n"
        "\n"
        "Seconds: 0.010000000\n"
        "\n"
    )
    assert report.flags == "ordasTLe"
    assert "Seconds" not in text_of(verdicts["conn"])
    assert "&green 127.0.0.1 is alive (1.23 ms)" in text_of(verdicts["conn"])


def test_an_unreachable_host_says_for_how_long() -> None:
    key = StatusKey(NAME, "conn")
    verdict = judged(a_host("conn"), {"conn": DEAD}, failures={key: 2}, down_since={key: NOW - 120})["conn"]
    assert "System unreachable for 3 poll periods (120 seconds)" in text_of(verdict)


def test_rounds_of_badtest() -> None:
    host = a_host("conn", "smtp", bad=(BadTest("smtp", 1, 2, 3),))
    colors = [
        judged(host, {"conn": ALIVE, "smtp": REFUSED}, failures={SMTP: before})["smtp"].report.color
        for before in range(5)
    ]
    assert colors == [Color.GREEN, Color.CLEAR, Color.YELLOW, Color.RED, Color.RED]


def test_the_last_badtest_in_force_wins_and_a_failure_still_counts() -> None:
    rules = (BadTest("smtp", 0, 0, 9), BadTest("smtp", 9, 9, 9, parse_window("1", "0000", "2359")))
    verdict = judged(a_host("smtp", bad=rules), {"smtp": REFUSED})["smtp"]
    assert (verdict.report.color, verdict.failed, verdict.reason) == (Color.YELLOW, True, Reason.DELAYED)
    today = (*rules, BadTest("smtp", 9, 9, 9, parse_window("6", "0000", "2359")))
    assert judged(a_host("smtp", bad=today), {"smtp": REFUSED})["smtp"].report.color is Color.GREEN


def test_on_a_holiday_the_times_of_badtest_are_those_of_another_day() -> None:
    sundays = (BadTest("smtp", 9, 9, 9, parse_window("0", "0000", "2359")),)
    holiday = Calendar((Holiday("Some saint", "static", 11, 21),), like=0)
    for calendar, color in ((NO_HOLIDAYS, Color.RED), (holiday, Color.GREEN)):
        host = a_host("smtp", bad=sundays, calendar=calendar)
        assert judged(host, {"smtp": REFUSED})["smtp"].report.color is color


def test_a_host_softened_by_badconn_still_explains_its_other_tests() -> None:
    host = a_host("conn", "smtp", bad=(BadTest("conn", 5, 5, 5),))
    verdicts = judged(host, {"conn": DEAD, "smtp": REFUSED})
    assert (verdicts["conn"].report.color, verdicts["smtp"].report.color) == (Color.GREEN, Color.CLEAR)


DEPENDS = (("smtp", (StatusKey("db.example.com", "conn"), StatusKey("db.example.com", "imap"))),)


@pytest.mark.parametrize(
    ("reply", "other", "color"),
    [
        pytest.param(REFUSED, True, Color.CLEAR, id="red becomes clear while the other test fails"),
        pytest.param(UNEXPECTED, True, Color.CLEAR, id="so does yellow"),
        pytest.param(REFUSED, False, Color.RED, id="not while it works"),
        pytest.param(REFUSED, None, Color.RED, id="a test nobody makes is ignored"),
        pytest.param(OK, True, Color.GREEN, id="what works stays green"),
    ],
)
def test_depends(reply: Reply, other: bool | None, color: Color) -> None:
    host = a_host("conn", "smtp", depends=DEPENDS)
    answers = {DEPENDS[0][1][1]: other}
    verdict = judged(host, {"conn": ALIVE, "smtp": reply}, failed=answers.get)["smtp"]
    assert verdict.report.color is color
    assert ("db.example.com/imap" in text_of(verdict)) is (color is Color.CLEAR)


def test_a_router_explains_a_silent_host() -> None:
    router = Host(name="gw.example.com", ip="127.0.0.9", description="switch:in the cellar")
    host = a_host("conn", "smtp", route=("far.example.com", "gw.example.com"))
    verdicts = judged(
        host,
        {"conn": DEAD, "smtp": REFUSED},
        host_of={"gw.example.com": router}.get,
        silent=lambda name: name == "gw.example.com",
    )
    conn = verdicts["conn"]
    assert (conn.report.color, conn.failed, conn.reason) == (Color.YELLOW, True, Reason.ROUTE)
    assert text_of(conn).splitlines()[0].endswith("conn NOT ok : Intermediate switch down")
    assert "The switch gw.example.com (IP:127.0.0.9) is not reachable" in text_of(conn)
    assert verdicts["smtp"].report.color is Color.CLEAR


def test_noping_shows_a_clear_square_and_explains_nothing() -> None:
    host = a_host(check("conn", probe="none"), "smtp")
    verdicts = judged(host, {"conn": OK, "smtp": REFUSED})
    assert text_of(verdicts["conn"]).splitlines()[0].endswith("conn ok : Disabled")
    assert [verdict.report.color for verdict in verdicts.values()] == [Color.CLEAR, Color.RED]


def test_urls_are_told_last_tag_first_and_the_worst_decides() -> None:
    host = a_host("conn", "http://a/", "http://b/", "http://c/")
    replies = {"conn": ALIVE, "http://a/": page(200), "http://b/": page(404, "Nope"), "http://c/": page(302, "Found")}
    verdict = judged(host, replies)["http"]
    assert text_of(verdict).splitlines()[0] == "red Sat Nov 21 00:00:00 2026: OK ; Nope ; OK"
    assert [line for line in text_of(verdict).splitlines() if line.startswith("&")] == [
        "&green http://c/ - OK",
        "&red http://b/ - Nope",
        "&green http://a/ - OK",
    ]


@pytest.mark.parametrize(
    ("status", "color"),
    [
        *((status, Color.GREEN) for status in (200, 202, 204, 302, 303, 307)),
        *((status, Color.YELLOW) for status in (100, 101, 300, 301, 304, 305, 308)),
        *((status, Color.RED) for status in (306, 400, 401, 404, 500, 503, 999)),
    ],
)
def test_colors_of_http(status: int, color: Color) -> None:
    assert judged(a_host("http://a/"), {"http://a/": page(status, "x")})["http"].report.color is color


@pytest.mark.parametrize(
    ("tag", "reply", "conn", "policy", "color", "item"),
    [
        pytest.param("http://a/", REFUSED, DEAD, {}, Color.CLEAR, "Connection refused", id="a dead host explains it"),
        pytest.param("~http://a/", REFUSED, DEAD, {}, Color.RED, "Connection refused", id="not with ~"),
        pytest.param("?http://a/", page(500, "x"), ALIVE, {}, Color.CLEAR, "OK", id="dialup clears any status"),
        pytest.param("http://a/", REFUSED, ALIVE, {"dialup": True}, Color.CLEAR, "Connection refused", id="dialup"),
        pytest.param("http://a/", UNRESOLVED, ALIVE, {}, Color.RED, "DNS error", id="an unknown name is red"),
        pytest.param("http://a/", PREVENTED, ALIVE, {}, Color.CLEAR, PREVENTED.summary, id="we could not try"),
    ],
)
def test_softened_urls(tag: str, reply: Reply, conn: Reply, policy: dict[str, Any], color: Color, item: str) -> None:
    verdict = judged(a_host("conn", tag, **policy), {"conn": conn, tag: reply})["http"]
    assert verdict.report.color is color
    assert text_of(verdict).splitlines()[0].partition("2026: ")[2] == item


def test_http_depends_on_another_test_and_is_depended_on() -> None:
    depends = (("http", (SMTP,)), ("smtp", (StatusKey(NAME, "http"),)))
    host = a_host("http://a/", "smtp", depends=depends)
    verdicts = judged(host, {"http://a/": page(500), "smtp": REFUSED}, failed=lambda _key: True)
    assert {verdict.report.color for verdict in verdicts.values()} == {Color.CLEAR}


def test_two_ports_in_one_column_show_the_worst() -> None:
    host = a_host("smtp:25", "smtp:2525")
    verdict = judged(host, {"smtp:25": OK, "smtp:2525": REFUSED})["smtp"]
    assert (verdict.report.color, verdict.failed) == (Color.RED, True)
    assert text_of(verdict).count("Seconds:") == 2


def test_a_column_of_nonetpage_is_yellow_at_worst() -> None:
    settings = JudgeSettings(no_page=frozenset({"smtp"}))
    assert judged(a_host("smtp"), {"smtp": REFUSED}, settings=settings)["smtp"].report.color is Color.YELLOW


def test_only_what_was_probed_is_judged() -> None:
    host = a_host("conn", "smtp", "imap")
    latest = {one.identity: saw(one, ALIVE if one.probe == "icmp" else OK) for one in host.checks[:2]}
    view = HostView(host=host, latest=latest)
    assert [verdict.report.key.test for verdict in judge_host(view, NOW)] == ["conn", "smtp"]
    assert [verdict.report.key.test for verdict in judge_host(view, NOW, {"smtp"})] == ["smtp"]
