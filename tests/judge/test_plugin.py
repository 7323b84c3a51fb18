"""From how a plugin ended to the colour of its square."""

from typing import Any

import pytest

from hexmon.judge.host import judge_host, square_failed
from hexmon.judge.view import HostView, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Outcome, Reply
from tests.support.network import ALIVE, DEAD, PREVENTED, REFUSED, TIMEOUT, UNRESOLVED, a_host, check, saw

NOW = 1_795_219_200.0  # a Saturday, 00:00 UTC
NAME = "www.example.com"
DISK = StatusKey(NAME, "disk")
DEAD_CONN = {"conn": DEAD}


def ended(status: int, text: str = "DISK - words", **more: Any) -> Reply:
    outcome = {0: Outcome.OK, 1: Outcome.UNEXPECTED, 2: Outcome.UNEXPECTED}.get(status, Outcome.ERROR)
    facts = {"exit_status": float(status), **more.pop("facts", {})}
    return Reply(outcome=outcome, summary=text.partition("\n")[0], evidence=text.encode(), facts=facts, **more)


OK, WARNING, CRITICAL, UNKNOWN = map(ended, range(4))
CRASHED = Reply(outcome=Outcome.ERROR, summary="The plugin was ended by signal 11 (SIGSEGV)")


def plugin(tag: str) -> Check:
    return check(tag, probe="exec")


def judged(host: Host, replies: dict[str, Reply], **view: Any) -> dict[str, Verdict]:
    latest = {one.identity: saw(one, replies[one.spec]) for one in host.checks if one.spec in replies}
    verdicts = judge_host(HostView(host=host, latest=latest, **view), NOW)
    return {verdict.report.key.test: verdict for verdict in verdicts}


@pytest.mark.parametrize(
    ("tag", "reply", "conn", "policy", "color", "failed"),
    [
        pytest.param("disk", OK, ALIVE, {}, Color.GREEN, False, id="0 is green"),
        pytest.param("disk", WARNING, ALIVE, {}, Color.YELLOW, True, id="1 is yellow"),
        pytest.param("disk", CRITICAL, ALIVE, {}, Color.RED, True, id="2 is red"),
        pytest.param("disk", UNKNOWN, ALIVE, {}, Color.YELLOW, True, id="3 is yellow"),
        pytest.param("disk", ended(77), ALIVE, {}, Color.YELLOW, True, id="any other status is yellow"),
        pytest.param("disk", CRASHED, ALIVE, {}, Color.YELLOW, True, id="a crash is yellow"),
        pytest.param("disk", TIMEOUT, ALIVE, {}, Color.RED, True, id="no end in time is red"),
        pytest.param("disk", UNRESOLVED, ALIVE, {}, Color.RED, True, id="an unknown name is red"),
        pytest.param("disk", PREVENTED, ALIVE, {}, Color.CLEAR, None, id="no such plugin is clear"),
        pytest.param("disk", CRITICAL, DEAD, {}, Color.CLEAR, False, id="a dead host explains it"),
        pytest.param("disk", WARNING, DEAD, {}, Color.CLEAR, False, id="a warning as well"),
        pytest.param("disk", UNKNOWN, DEAD, {}, Color.CLEAR, False, id="and that nothing is known"),
        pytest.param("disk", TIMEOUT, DEAD, {}, Color.CLEAR, False, id="and silence"),
        pytest.param("disk", OK, DEAD, {}, Color.GREEN, False, id="what is fine is green whatever ping says"),
        pytest.param("~disk", CRITICAL, DEAD, {}, Color.RED, True, id="unless the tag has ~"),
        pytest.param("disk", CRITICAL, DEAD, {"noclear": True}, Color.RED, True, id="or the host is noclear"),
        pytest.param("?disk", CRITICAL, ALIVE, {}, Color.CLEAR, False, id="dialup clears it"),
        pytest.param("disk", WARNING, ALIVE, {"dialup": True}, Color.CLEAR, False, id="so does a dialup host"),
        pytest.param("!disk", OK, ALIVE, {}, Color.RED, True, id="reverse: fine is red"),
        pytest.param("!disk", CRITICAL, ALIVE, {}, Color.GREEN, False, id="reverse: critical is green"),
        pytest.param("!disk", WARNING, ALIVE, {}, Color.GREEN, False, id="reverse: a warning is green"),
        pytest.param("!disk", TIMEOUT, ALIVE, {}, Color.GREEN, False, id="reverse: silence is green"),
        pytest.param("!disk", UNKNOWN, ALIVE, {}, Color.YELLOW, True, id="reverse: not to know is still yellow"),
        pytest.param("!disk", CRITICAL, DEAD, {}, Color.CLEAR, False, id="reverse: says nothing of a dead host"),
        pytest.param("disk", CRITICAL, ALIVE, {"bad": (BadTest("disk", 1, 2, 3),)}, Color.GREEN, True, id="badTEST"),
    ],
)
def test_a_plugin(
    tag: str, reply: Reply, conn: Reply, policy: dict[str, Any], color: Color, failed: bool | None
) -> None:
    verdict = judged(a_host("conn", plugin(tag), **policy), {"conn": conn, tag: reply})["disk"]
    assert (verdict.report.color, verdict.failed) == (color, failed)


def test_it_depends_on_others_and_others_on_it() -> None:
    host = a_host("conn", plugin("disk"), depends=(("disk", (StatusKey("db.example.com", "mysql"),)),))
    verdict = judged(host, {"conn": ALIVE, "disk": CRITICAL}, failed=lambda _key: True)["disk"]
    assert (verdict.report.color, verdict.reason) == (Color.CLEAR, Reason.DEPENDS)
    for reply, failed in ((OK, False), (WARNING, False), (CRITICAL, True), (UNKNOWN, False), (PREVENTED, False)):
        latest = {host.checks[1].identity: saw(host.checks[1], reply)}
        assert square_failed(host, "disk", latest) is failed


def test_what_is_told() -> None:
    reply = ended(
        2, "DISK CRITICAL - / is full\n/ 0 MB\n/var 7 GB", facts={"/": 82225135616.0, "/;warn": 5.0, "load": 0.000063}
    )
    report = judged(a_host("conn", plugin("disk")), {"conn": ALIVE, "disk": reply})["disk"].report
    assert (report.head + report.text).decode() == (
        "status+30 www,example,com.disk red <!-- [flags:ordasTLe] --> Sat Nov 21 00:00:00 2026"
        " disk NOT ok : DISK CRITICAL - / is full\n"
        "\n"
        "Service disk on www.example.com is not OK : DISK CRITICAL - / is full\n"
        "\n"
        "/ 0 MB\n"
        "/var 7 GB\n"
        "\n"
        "/ : 82225135616\n"
        "load : 0.000063\n"
        "\n"
        "Seconds: 0.010000000\n"
        "\n"
    )


def test_a_green_one_tells_all_the_plugin_said() -> None:
    text = judged(a_host(plugin("disk")), {"disk": ended(0, "DISK OK\nmore")})["disk"].report.text.decode()
    assert text.splitlines()[0].endswith("disk ok : DISK OK")
    assert "\nDISK OK\nmore\n" in text


def test_what_could_not_be_run_is_told() -> None:
    text = judged(a_host(plugin("disk")), {"disk": PREVENTED})["disk"].report.text.decode()
    assert text.splitlines()[0].endswith("disk ok : Not tested")
    assert f"was not tested\n{PREVENTED.summary}\n" in text


def test_the_worst_of_two_in_one_column_decides() -> None:
    host = a_host(plugin("disk:one"), plugin("disk:two"))
    verdict = judged(host, {"disk:one": WARNING, "disk:two": OK})["disk"]
    assert (verdict.report.color, verdict.failed) == (Color.YELLOW, True)
    assert verdict.report.text.count(b"Seconds:") == 2


def test_a_service_in_the_column_of_a_plugin_is_judged_as_a_service() -> None:
    host = a_host("disk:1", plugin("disk:2"))
    verdict = judged(host, {"disk:1": REFUSED, "disk:2": OK})["disk"]
    assert verdict.report.color is Color.RED
