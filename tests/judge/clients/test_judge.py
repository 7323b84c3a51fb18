from collections.abc import Iterable

import pytest

from hexmon.judge.clients import systems
from hexmon.judge.clients.contract import ClientJudging, Made, Square, System, View
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.selection import NOTHING_SELECTED
from hexmon.model.color import Color
from tests.support.client_rules import HOST, NOW, a_client_message


def _one(_view: View) -> Iterable[Made]:
    yield Square(test="cpu", color=Color.GREEN, line="all is well")


@pytest.mark.parametrize(
    ("os_type", "collector", "unknown", "judged"),
    [
        pytest.param("known", "", False, True, id="a known system"),
        pytest.param("Known", "mq", False, True, id="a collector of a known system"),
        pytest.param("other", "", False, False, id="an unknown system"),
        pytest.param("other", "mq", True, False, id="a collector that nobody knows"),
    ],
)
def test_who_is_judged(
    monkeypatch: pytest.MonkeyPatch, os_type: str, collector: str, unknown: bool, judged: bool
) -> None:
    monkeypatch.setattr(systems, "SYSTEMS", {"known": System(name="known", makers=(_one,))})
    message = a_client_message("", os_type, collector=collector)
    found = judge_client(message, HOST, NOTHING_SELECTED, NOW, ClientJudging(unknown_systems=unknown))
    assert bool(found.reports) is judged
