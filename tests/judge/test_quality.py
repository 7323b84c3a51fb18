"""Several packets: what the limits of `pings=` make of loss, round trip and jitter."""

from typing import Any

import pytest

from hexmon.judge.host import host_down, judge_host, square_failed
from hexmon.judge.view import HostView, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import BadTest, PingLimits
from hexmon.model.observation import Outcome, Reply
from tests.support.network import DEAD, a_host, saw

NOW = 1_795_219_200.0
LIMITS = PingLimits(loss=(0.2, 0.6), rtt=(0.1, 0.5), jitter=(0.02, 0.05))


def answered(loss: float = 0.0, rtt: float = 0.001, jitter: float = 0.0, outcome: Outcome = Outcome.OK) -> Reply:
    facts = {"sent": 5.0, "received": 5 - 5 * loss, "rtt_seconds": rtt}
    facts |= {"loss": loss, "rtt_average_seconds": rtt, "jitter_seconds": jitter}
    evidence = b"127.0.0.1 is alive (1 ms), some of 5 packets answered"
    return Reply(outcome=outcome, summary="alive", evidence=evidence, facts=facts)


def judged(reply: Reply, tag: str = "conn", limits: PingLimits = LIMITS, **more: Any) -> Verdict:
    host = a_host(tag, ping_limits=limits, **more)
    latest = {host.checks[0].identity: saw(host.checks[0], reply)}
    assert host_down(host, latest) is (reply is DEAD or tag == "!conn")
    assert square_failed(host, "conn", latest) is (reply is DEAD or tag == "!conn")
    [verdict] = judge_host(HostView(host=host, latest=latest), NOW)
    return verdict


@pytest.mark.parametrize(
    ("reply", "color", "cause"),
    [
        pytest.param(answered(), Color.GREEN, "OK (up)", id="within all of them"),
        pytest.param(answered(loss=0.19), Color.GREEN, "OK (up)", id="just within"),
        pytest.param(answered(loss=0.2), Color.YELLOW, "not OK : packet loss 20 % (yellow from 20 % on)", id="loss"),
        pytest.param(answered(loss=0.6), Color.RED, "not OK : packet loss 60 % (red from 60 % on)", id="much loss"),
        pytest.param(
            answered(rtt=0.1234), Color.YELLOW, "not OK : round trip 123 ms (yellow from 100 ms on)", id="slow"
        ),
        pytest.param(answered(rtt=1.5), Color.RED, "not OK : round trip 1500 ms (red from 500 ms on)", id="very slow"),
        pytest.param(answered(jitter=0.03), Color.YELLOW, "not OK : jitter 30 ms (yellow from 20 ms on)", id="jitter"),
        pytest.param(
            answered(loss=0.4, jitter=0.05),
            Color.RED,
            "not OK : packet loss 40 % (yellow from 20 % on), jitter 50 ms (red from 50 ms on)",
            id="two of them, the worse decides",
        ),
        pytest.param(DEAD, Color.RED, "not OK : Host does not respond to ping", id="silence is what it was"),
    ],
)
def test_limits(reply: Reply, color: Color, cause: str) -> None:
    verdict = judged(reply)
    assert (verdict.report.color, verdict.failed) == (color, color is not Color.GREEN)
    text = verdict.report.text.decode()
    assert f"Service conn on www.example.com is {cause}\n" in text
    assert ("System unreachable" in text) is (reply is DEAD)


def test_the_figures_are_told_below_the_addresses() -> None:
    text = judged(answered(loss=0.2, rtt=0.0015, jitter=0.0001)).report.text.decode()
    assert text.splitlines()[-2:] == ["", "packet loss 20 %, round trip 1.5 ms, jitter 0.1 ms"]


def test_without_limits_nothing_is_too_bad() -> None:
    assert judged(answered(loss=0.8), limits=PingLimits()).report.color is Color.GREEN


def test_one_packet_has_a_round_trip_too() -> None:
    reply = Reply(outcome=Outcome.OK, summary="alive", facts={"rtt_seconds": 0.2})
    assert judged(reply).report.color is Color.YELLOW


@pytest.mark.parametrize(
    ("tag", "policy", "color"),
    [
        pytest.param("?conn", {}, Color.CLEAR, id="dialup clears it"),
        pytest.param("conn", {"bad": (BadTest("conn", 1, 2, 3),)}, Color.GREEN, id="badconn softens it"),
        pytest.param("!conn", {}, Color.RED, id="a host that ought to be silent is red whatever its quality"),
    ],
)
def test_softened(tag: str, policy: dict[str, Any], color: Color) -> None:
    assert judged(answered(loss=0.8), tag, **policy).report.color is color


def test_other_tests_are_judged_as_those_of_a_host_that_is_up() -> None:
    host = a_host("conn", "smtp", ping_limits=LIMITS)
    refused = Reply(outcome=Outcome.REFUSED, summary="Connection refused")
    replies = {"conn": answered(loss=0.8), "smtp": refused}
    latest = {one.identity: saw(one, replies[one.spec]) for one in host.checks}
    assert [verdict.report.color for verdict in judge_host(HostView(host=host, latest=latest), NOW)] == [Color.RED] * 2
