"""Texts with figures that hexmon's judge of agents makes of recorded messages."""

from collections.abc import Iterator

from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.rules import File, Port, Proc
from hexmon.judge.clients.selection import Selected
from hexmon.model.inventory import Host
from hexmon.model.status import DataMessage, Report
from tests.peers.client_samples import samples
from tests.peers.dataset_dice import Text
from tests.support.xymond_client import NOW

RULES = Selected(
    Proc(pattern=Expression("init"), track=""),
    Proc(pattern=Expression("%^/"), track="by path"),
    Port(state=Expression("LISTEN"), track="listen"),
    File(name=Expression("%."), track=""),
)


def texts_of(name: str) -> Iterator[Text]:
    """The squares and the figures of a recorded message."""
    message = samples()[name].message()
    judged = judge_client(message, Host(name=message.host), RULES, float(NOW))
    for report in judged.reports:
        yield Text("status", report.key.test, _text(report))
    for figures in judged.figures:
        yield Text("data", figures.key.test, _text(figures))


def _text(said: Report | DataMessage) -> str:
    return said.text.decode(errors="replace")
