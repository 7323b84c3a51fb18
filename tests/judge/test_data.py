"""What is passed on as figures, and makes no square."""

import pytest

from hexmon.judge.data import data_of, has_figures
from hexmon.judge.host import judge_host, needs_explaining
from hexmon.judge.view import HostView, JudgeSettings
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Outcome, Reply
from hexmon.model.status import DataMessage
from hexmon.probes.icmp import IcmpOptions
from tests.support.network import ALIVE, REFUSED, a_host, page, saw

NAME = "www.example.com"
PINGS = Check(key=StatusKey(NAME, "conn"), probe="icmp", address="", options=IcmpOptions(count=4), spec="conn")
APACHE = Check(key=StatusKey(NAME, "apache"), probe="http", address="", options=None, spec="apache", data=True)


def view_of(reply: Reply, *others: str) -> HostView:
    host = a_host(*others, APACHE)
    latest = {one.identity: saw(one, ALIVE) for one in host.checks} | {APACHE.identity: saw(APACHE, reply)}
    return HostView(host=host, latest=latest, settings=JudgeSettings(sender="127.0.0.9"))


def test_the_body_of_a_page_is_a_message() -> None:
    message = DataMessage(key=StatusKey(NAME, "apache"), text=b"data www,example,com.apache\nabc", sender="127.0.0.9")
    assert data_of(view_of(page(200))) == [message]
    assert data_of(view_of(page(200)), {"apache"}) == [message]
    assert data_of(view_of(page(200)), {"conn"}) == []


@pytest.mark.parametrize(
    "reply", [page(404), page(302), page(500), REFUSED], ids=["not found", "elsewhere", "broken", "refused"]
)
def test_a_page_that_did_not_come_is_none(reply: Reply) -> None:
    view = view_of(reply)
    assert data_of(view) == []
    assert not needs_explaining(view.latest[APACHE.identity], view.host)


def test_there_is_no_square() -> None:
    assert judge_host(view_of(REFUSED), 0.0) == []
    verdicts = judge_host(view_of(REFUSED, "conn"), 0.0)
    assert [verdict.report.key.test for verdict in verdicts] == ["conn"]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        pytest.param(
            Reply(outcome=Outcome.OK, summary="", facts={"loss": 0.5}, round_trips=(0.0002123, 1.5)),
            b"loss: 0.5\nseconds: 0.0002123 1.5000000\n",
            id="what came back",
        ),
        pytest.param(
            Reply(outcome=Outcome.TIMEOUT, summary="", facts={"loss": 1.0}), b"loss: 1\nseconds: \n", id="nothing did"
        ),
        pytest.param(Reply(outcome=Outcome.PREVENTED, summary=""), None, id="nothing was sent"),
    ],
)
def test_the_times_of_several_pings_are_a_message(reply: Reply, text: bytes | None) -> None:
    view = HostView(host=a_host(PINGS), latest={PINGS.identity: saw(PINGS, reply)}, settings=JudgeSettings())
    found = data_of(view, {"conn"})
    assert [(one.key, one.text) for one in found] == (
        [(StatusKey(NAME, "smoke"), b"data www,example,com.smoke\n" + text)] if text else []
    )
    assert data_of(view, {"http"}) == []


def test_one_ping_has_no_figures_of_its_own() -> None:
    assert [has_figures(check) for check in a_host("conn").checks] == [False]
