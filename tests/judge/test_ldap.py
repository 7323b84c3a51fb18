"""From what searches in a directory saw to the square ldap."""

from typing import Any

import msgspec
import pytest

from hexmon.judge.host import judge_host, square_failed
from hexmon.judge.view import HostView, JudgeSettings, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Certificate, Check, Outcome, Phase, Reply
from tests.support.network import ALIVE, DEAD, OK, PREVENTED, REFUSED, TLS_ERROR, UNRESOLVED, a_host, check, saw

NOW = 1_795_219_200.0  # a Saturday, 00:00 UTC
NAME = "www.example.com"
LDAP = StatusKey(NAME, "ldap")
URL = "ldap://127.0.0.1/dc=test"

FOUND = Reply(
    outcome=Outcome.OK,
    summary="OK",
    evidence=b"DN: dc=test\n\tdc: test\n",
    facts={"open": 1, "bind_code": 0, "result_code": 0, "entries": 1},
    phases=(Phase("resolve", 5.0), Phase("connect", 0.001), Phase("bind", 0.002), Phase("search", 0.003)),
)
NOTHING = Reply(outcome=Outcome.OK, summary="OK", facts={"open": 1, "bind_code": 0, "result_code": 0, "entries": 0})
CUT_SHORT = Reply(outcome=Outcome.OK, summary="OK", facts={"open": 1, "bind_code": 0, "entries": 1000})
NO_OBJECT = Reply(
    outcome=Outcome.UNEXPECTED,
    summary="No such object",
    detail="search: result code 32",
    facts={"open": 1, "bind_code": 0, "result_code": 32},
)
WRONG_PASSWORD = Reply(outcome=Outcome.UNEXPECTED, summary="Invalid credentials", facts={"open": 1, "bind_code": 49})
NO_STARTTLS = Reply(outcome=Outcome.TLS, summary="Protocol error", facts={"open": 1, "starttls_code": 2})
SILENT = Reply(outcome=Outcome.TIMEOUT, summary="Server timeout", facts={"open": 1})
SILENT_SEARCH = Reply(outcome=Outcome.TIMEOUT, summary="Server timeout", facts={"open": 1, "bind_code": 0})
GARBAGE = Reply(
    outcome=Outcome.ERROR, summary="The answer is not LDAP", evidence=b"HTTP/1.1 400 Bad", facts={"open": 1}
)


def url(tag: str = URL) -> Check:
    return msgspec.structs.replace(check(tag), key=LDAP, probe="ldap", address="")


def judged(replies: dict[str, Reply], host: Host | None = None, **more: Any) -> Verdict:
    """The verdict on ldap; `replies` are by tag."""
    policy = {name: more.pop(name) for name in ("noclear", "dialup", "depends", "bad") if name in more}
    items = more.pop("items", {})
    checks = [url(tag) if "://" in tag else check(tag) for tag in replies]
    if host is None:
        host = a_host(*checks, **policy)
    host = Host(name=host.name, checks=host.checks, policy=host.policy, items=items)
    latest = {one.identity: saw(one, replies[one.spec]) for one in host.checks}
    verdicts = judge_host(HostView(host=host, latest=latest, **more), NOW)
    return next(one for one in verdicts if one.report.key == LDAP)


def text_of(verdict: Verdict) -> str:
    return verdict.report.text.decode()


@pytest.mark.parametrize(
    ("reply", "color", "forgiven", "says"),
    [
        pytest.param(FOUND, Color.GREEN, Color.GREEN, "OK\n\n1 entry\n\nDN: dc=test\n\tdc: test\n", id="an entry"),
        pytest.param(NOTHING, Color.GREEN, Color.GREEN, "OK\n\n0 entries\n", id="nothing found is fine"),
        pytest.param(CUT_SHORT, Color.GREEN, Color.GREEN, "OK\n\n1000 or more entries\n", id="very many entries"),
        pytest.param(
            NO_OBJECT, Color.RED, Color.YELLOW, "failed\n\nNo such object\nsearch: result code 32\n", id="no object"
        ),
        pytest.param(SILENT_SEARCH, Color.RED, Color.YELLOW, "failed\n\nServer timeout\n", id="a search without end"),
        pytest.param(WRONG_PASSWORD, Color.RED, Color.RED, "failed\n\nInvalid credentials\n", id="a wrong password"),
        pytest.param(NO_STARTTLS, Color.RED, Color.RED, "failed\n\nProtocol error\n", id="no StartTLS"),
        pytest.param(TLS_ERROR, Color.RED, Color.RED, "failed\n\nSSL error\n", id="no TLS session"),
        pytest.param(SILENT, Color.RED, Color.RED, "failed\n\nServer timeout\n", id="silence after connecting"),
        pytest.param(
            GARBAGE,
            Color.RED,
            Color.RED,
            "failed\n\nThe answer is not LDAP\n\nHTTP/1.1 400 Bad\n",
            id="no LDAP",
        ),
        pytest.param(
            REFUSED, Color.RED, Color.RED, "failed\n\nCannot connect to server (Connection refused)\n", id="refused"
        ),
        pytest.param(
            UNRESOLVED, Color.RED, Color.RED, "failed\n\nCannot connect to server (DNS error)\n", id="no address"
        ),
        pytest.param(
            PREVENTED,
            Color.CLEAR,
            Color.CLEAR,
            "not tested\n\nno permission to open a raw socket\n",
            id="we could not try",
        ),
    ],
)
def test_a_search(reply: Reply, color: Color, forgiven: Color, says: str) -> None:
    verdict = judged({"conn": ALIVE, URL: reply})
    assert verdict.report.color is color
    assert verdict.failed is {Color.CLEAR: None, Color.GREEN: False}.get(color, True)
    assert f"\n&{color.word} {URL} - {says}" in text_of(verdict)
    with_tag = judged({"conn": ALIVE, URL: reply}, items={"FLAG_LDAPFAILYELLOW": "ldapyellowfail"})
    assert with_tag.report.color is forgiven


def test_a_message_is_what_xymonnet_sends() -> None:
    report = judged({"conn": ALIVE, URL: FOUND}, settings=JudgeSettings()).report
    assert (report.head + report.text).decode() == (
        "status+30 www,example,com.ldap green Sat Nov 21 00:00:00 2026\n"
        "&green ldap://127.0.0.1/dc=test - OK\n"
        "\n"
        "1 entry\n"
        "\n"
        "DN: dc=test\n"
        "\tdc: test\n"
        "\n"
        "Seconds: 0.006000000\n"
        "\n"
    )
    assert report.flags is None


@pytest.mark.parametrize(
    ("tag", "reply", "conn", "more", "color", "reason"),
    [
        pytest.param(URL, REFUSED, DEAD, {}, Color.CLEAR, Reason.HOST_DOWN, id="clear while the host is down"),
        pytest.param(URL, NO_OBJECT, DEAD, {}, Color.CLEAR, Reason.HOST_DOWN, id="whatever failed"),
        pytest.param(URL, FOUND, DEAD, {}, Color.GREEN, Reason.OK, id="a success is green all the same"),
        pytest.param(f"~{URL}", REFUSED, DEAD, {}, Color.RED, Reason.FAILED, id="red with ~"),
        pytest.param(URL, REFUSED, DEAD, {"noclear": True}, Color.RED, Reason.FAILED, id="or on a noclear host"),
        pytest.param(
            URL,
            REFUSED,
            DEAD,
            {"settings": JudgeSettings(fail_goes_clear=False)},
            Color.RED,
            Reason.FAILED,
            id="or when nothing goes clear",
        ),
        pytest.param(f"?{URL}", NO_OBJECT, ALIVE, {}, Color.CLEAR, Reason.DIALUP, id="dialup is clear"),
        pytest.param(URL, REFUSED, ALIVE, {"dialup": True}, Color.CLEAR, Reason.DIALUP, id="so is a dialup host"),
        pytest.param(f"!{URL}", FOUND, ALIVE, {}, Color.RED, Reason.FAILED, id="reverse: a success is red"),
        pytest.param(f"!{URL}", FOUND, DEAD, {}, Color.RED, Reason.FAILED, id="reverse: on a dead host, too"),
        pytest.param(f"?!{URL}", FOUND, ALIVE, {}, Color.RED, Reason.FAILED, id="reverse: dialup excuses nothing"),
        pytest.param(f"!{URL}", NO_OBJECT, ALIVE, {}, Color.GREEN, Reason.OK, id="reverse: a failure is green"),
        pytest.param(f"!{URL}", REFUSED, ALIVE, {}, Color.GREEN, Reason.OK, id="reverse: nobody there is green"),
        pytest.param(f"!{URL}", UNRESOLVED, ALIVE, {}, Color.RED, Reason.FAILED, id="reverse: no address is red"),
        pytest.param(
            f"!{URL}", REFUSED, DEAD, {}, Color.CLEAR, Reason.HOST_DOWN, id="reverse: a dead host says nothing"
        ),
        pytest.param(
            URL,
            REFUSED,
            ALIVE,
            {"settings": JudgeSettings(no_page=frozenset({"ldap"}))},
            Color.YELLOW,
            Reason.FAILED,
            id="yellow at worst",
        ),
    ],
)
def test_what_softens_it(
    tag: str, reply: Reply, conn: Reply, more: dict[str, Any], color: Color, reason: Reason
) -> None:
    verdict = judged({"conn": conn, tag: reply}, **more)
    assert (verdict.report.color, verdict.reason) == (color, reason)


def bad(test: str, clear: int, yellow: int, red: int) -> BadTest:
    return BadTest(test, clear, yellow, red)


@pytest.mark.parametrize(
    ("rules", "failures", "color"),
    [
        pytest.param((bad("ldapurl", 1, 2, 3),), 0, Color.GREEN, id="badldapurl"),
        pytest.param((bad("ldapurl", 1, 2, 3),), 1, Color.CLEAR, id="badldapurl, one failure before"),
        pytest.param((bad("ldapurl", 1, 2, 3),), 3, Color.RED, id="badldapurl, three before"),
        pytest.param((bad("ldap", 1, 2, 3),), 2, Color.YELLOW, id="badldap is for the column"),
        pytest.param((bad("ldapurl", 0, 0, 0), bad("ldap", 1, 2, 3)), 0, Color.GREEN, id="the last one counts"),
        pytest.param((bad("http", 1, 2, 3),), 0, Color.RED, id="a rule for another test"),
    ],
)
def test_bad_tests(rules: tuple[BadTest, ...], failures: int, color: Color) -> None:
    verdict = judged({"conn": ALIVE, URL: REFUSED}, bad=rules, failures={LDAP: failures})
    assert (verdict.report.color, verdict.failed) == (color, True)
    assert f"&red {URL} - failed" in text_of(verdict)


def test_badldapurl_is_not_for_the_simple_service() -> None:
    assert judged({"ldap": REFUSED, URL: FOUND}, bad=(bad("ldapurl", 1, 2, 3),)).report.color is Color.RED
    assert judged({"ldap": REFUSED, URL: FOUND}, bad=(bad("ldap", 1, 2, 3),)).report.color is Color.GREEN


def test_depends_explains_a_failing_search() -> None:
    smtp = StatusKey(NAME, "smtp")
    replies = {"conn": ALIVE, URL: REFUSED}
    verdict = judged(replies, depends=(("ldap", (smtp,)),), failed=lambda key: key == smtp)
    assert (verdict.report.color, verdict.reason, verdict.failed) == (Color.CLEAR, Reason.DEPENDS, False)
    assert "This test depends on the following test(s) that failed:\n\nwww.example.com/smtp\n" in text_of(verdict)


@pytest.mark.parametrize(
    ("tag", "reply", "failed"),
    [
        (URL, FOUND, False),
        (URL, NO_OBJECT, True),
        (URL, REFUSED, True),
        (URL, PREVENTED, False),
        (f"!{URL}", FOUND, True),
        (f"!{URL}", REFUSED, False),
    ],
    ids=["found", "not found", "refused", "not tested", "reverse found", "reverse refused"],
)
def test_what_counts_as_failed_for_others(tag: str, reply: Reply, failed: bool) -> None:
    one = url(tag)
    assert square_failed(a_host(one), "ldap", {one.identity: saw(one, reply)}) is failed


def test_of_several_the_worst_decides_and_the_last_tag_comes_first() -> None:
    other = "ldaps://127.0.0.1/dc=other"
    verdict = judged({URL: FOUND, other: NO_OBJECT}, items={"FLAG_LDAPFAILYELLOW": "x"})
    assert verdict.report.color is Color.YELLOW
    lines = [line for line in text_of(verdict).splitlines() if line.startswith("&")]
    assert lines == [f"&yellow {other} - failed", f"&green {URL} - OK"]


@pytest.mark.parametrize(
    ("service", "search", "color", "lines"),
    [
        pytest.param(OK, FOUND, Color.GREEN, [f"&green {URL} - OK", "&green ldap - OK"], id="both are fine"),
        pytest.param(OK, NO_OBJECT, Color.RED, [f"&red {URL} - failed", "&green ldap - OK"], id="the search fails"),
        pytest.param(REFUSED, FOUND, Color.RED, [f"&green {URL} - OK", "&red ldap - failed"], id="the port is closed"),
    ],
)
def test_the_simple_service_shares_the_square(service: Reply, search: Reply, color: Color, lines: list[str]) -> None:
    verdict = judged({"ldap": service, URL: search})
    assert verdict.report.color is color
    assert [line for line in text_of(verdict).splitlines() if line.startswith("&")] == lines


def test_a_simple_service_alone_is_judged_as_all_others() -> None:
    assert "Service ldap on www.example.com is OK (up)" in text_of(judged({"ldap": OK}))


def test_certificates_go_to_sslcert() -> None:
    met = Certificate(service=URL, subject="a", issuer="b", not_before=0, not_after=NOW + 5 * 86400, key_bits=256)
    one = url()
    reply = Reply(outcome=Outcome.OK, summary="OK", certificates=(met,))
    view = HostView(host=a_host(one), latest={one.identity: saw(one, reply)})
    assert [verdict.report.key.test for verdict in judge_host(view, NOW)] == ["ldap", "sslcert"]
