"""What a relay says about itself."""

import pytest
from msgspec.structs import replace

from hexmon.agent.relay_status import Limits, RelayState, ServerState, color_of, findings, span, status_message
from hexmon.model.color import Color

WELL = ServerState(name="one:1984", taken=10)
STATE = RelayState(
    up=7260.0, version="1.0", incoming={"status": 9, "client": 1}, tables={"open connections": 2}, servers=[WELL]
)
LIMITS = Limits()


@pytest.mark.parametrize(
    ("server", "color", "said"),
    [
        pytest.param(WELL, Color.GREEN, "", id="well"),
        pytest.param(replace(WELL, away=60.0, trouble="refused"), Color.GREEN, "", id="away for a minute"),
        pytest.param(replace(WELL, away=301.0, trouble="refused"), Color.YELLOW, "away for 5 min: refused", id="away"),
        pytest.param(
            replace(WELL, away=3700.0, trouble="refused"), Color.RED, "away for 1 h 1 min", id="away for long"
        ),
        pytest.param(replace(WELL, waits=299.0), Color.GREEN, "", id="something waits for a moment"),
        pytest.param(replace(WELL, waits=300.0), Color.YELLOW, "messages wait since 5 min", id="something waits"),
        pytest.param(
            replace(WELL, since_loss=60.0, dropped=3), Color.RED, "lost (3 in all), the last 1 min ago", id="lost"
        ),
        pytest.param(replace(WELL, since_loss=1801.0, dropped=3), Color.GREEN, "", id="lost long ago"),
        pytest.param(
            replace(WELL, disk_trouble="No space left on device"), Color.RED, "cannot be kept: No space", id="disk"
        ),
    ],
)
def test_the_colour_of_a_relay(server: ServerState, color: Color, said: str) -> None:
    found = findings(replace(STATE, servers=[WELL, server]), LIMITS)
    assert color_of(found) is color
    assert said in "".join(text for _, text in found)
    assert bool(found) == bool(said)


def test_the_status_has_all_figures() -> None:
    message = status_message("www.example.com", "relay", STATE, LIMITS, 1_795_219_200.0).decode()
    first, *lines = message.splitlines()
    assert first.startswith("status+15 www,example,com.relay green ")
    assert first.endswith("hexmon relay is well, up 2 h 1 min")
    assert "- status                 :          9" in lines
    assert "Server one:1984" in lines
    assert "- messages taken         :         10" in lines


def test_what_is_wrong_is_said_first() -> None:
    bad = replace(STATE, servers=[replace(WELL, away=1000.0, trouble="Connection refused")])
    lines = status_message("www", "relay", bad, LIMITS, 1_795_219_200.0).decode().splitlines()
    assert " red " in lines[0]
    assert lines[2] == "&red one:1984: away for 16 min: Connection refused"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h 0 min"), (90_000, "1 d 1 h")],
)
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words
