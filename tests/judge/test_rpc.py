"""The verdict on rpc."""

from typing import Any

import pytest

from hexmon.judge.host import judge_host
from hexmon.judge.view import HostView
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Outcome, Reply
from tests.support.network import ALIVE, DEAD, REFUSED, a_host, check, saw

NOW = 1_795_219_200.0
LISTED = Reply(outcome=Outcome.OK, summary="OK", evidence=b"   program vers proto\n", facts={"open": 1, "missing": 0})
MISSING = Reply(
    outcome=Outcome.ERROR,
    summary="not registered: nfs",
    evidence=b"&red Service nfs (ID: 100003) NOT found\n",
    facts={"open": 1, "missing": 1},
)
DATE = "Sat Nov 21 00:00:00 2026"


@pytest.mark.parametrize(
    ("tag", "reply", "conn", "policy", "color", "line"),
    [
        pytest.param("rpc", LISTED, ALIVE, {}, Color.GREEN, "rpc ok, ", id="a portmapper that lists it"),
        pytest.param("rpc", MISSING, ALIVE, {}, Color.RED, "rpc NOT ok, ", id="one that does not"),
        pytest.param("?rpc", MISSING, ALIVE, {}, Color.RED, "rpc NOT ok, ", id="nor is that excused by ?"),
        pytest.param("rpc", REFUSED, ALIVE, {}, Color.RED, "rpc NOT ok, Service unavailable", id="none"),
        pytest.param("?rpc", REFUSED, ALIVE, {}, Color.CLEAR, "rpc ok, Service unavailable", id="none where ? is"),
        pytest.param("rpc", REFUSED, DEAD, {}, Color.CLEAR, "rpc ok, Host appears to be down", id="of a dead host"),
        pytest.param(
            "rpc", REFUSED, DEAD, {"noclear": True}, Color.RED, "rpc NOT ok, Service unavailable", id="that has noclear"
        ),
        pytest.param("!rpc", REFUSED, ALIVE, {}, Color.GREEN, "rpc ok, ", id="none where none should be"),
        pytest.param(
            "!rpc", LISTED, ALIVE, {}, Color.RED, "rpc NOT ok, Service responds when it should not", id="one there"
        ),
    ],
)
def test_the_square(tag: str, reply: Reply, conn: Reply, policy: dict[str, Any], color: Color, line: str) -> None:
    host = a_host("conn", check(tag, probe="rpc"), **policy)
    latest = {one.identity: saw(one, conn if one.key.test == "conn" else reply) for one in host.checks}
    verdict = next(one for one in judge_host(HostView(host=host, latest=latest), NOW) if one.report.key.test == "rpc")
    assert verdict.report.color is color
    assert verdict.report.text.decode().splitlines()[0] == f"{color.word} {DATE} {line}"
    assert verdict.failed is (color is Color.RED)
    if reply.facts.get("open"):
        assert reply.evidence in verdict.report.text


def test_a_test_that_depends_on_a_failed_one_is_clear_and_line_1_names_no_cause() -> None:
    other = StatusKey("db.example.com", "conn")
    host = a_host("conn", check("rpc", probe="rpc"), depends=(("rpc", (other,)),))
    latest = {one.identity: saw(one, ALIVE if one.key.test == "conn" else REFUSED) for one in host.checks}
    view = HostView(host=host, latest=latest, failed={other: True}.get)
    verdict = next(one for one in judge_host(view, NOW) if one.report.key.test == "rpc")
    assert verdict.report.text.decode().splitlines()[0] == f"clear {DATE} rpc ok, "
    assert verdict.failed is False
