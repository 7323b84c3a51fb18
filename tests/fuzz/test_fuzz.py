"""A short run of what `python -m tests.fuzz.fuzz_dispatcher --count 1000000` does for long."""

import time
from pathlib import Path

import pytest

from hexmon.ingest.messages import Useless
from hexmon.ingest.protocol import parse
from hexmon.model.status import Report
from tests.fuzz.fuzz_dispatcher import Board, fuzz


def test_mutated_messages_do_no_harm(tmp_path: Path) -> None:
    board = fuzz(tmp_path, 10_000, seed=3)
    counts = board.monitor.dispatcher.counts
    assert counts[Report.__name__] > 500
    assert counts["ClientData"] > 100


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"xymondboard lastchange>=" + b"9" * 5000, id="a moment of thousands of digits"),
        pytest.param(b"xymondboard acklevel=" + b"9" * 5000, id="a level of thousands of digits"),
        pytest.param(b"xymondboard host=" + b"(" * 4000, id="parentheses without end"),
        pytest.param(b"schedule " + b"9" * 5000 + b" drop a", id="a time of thousands of digits"),
        pytest.param(b"extcombo " + b"9" * 5000 + b" 1\n", id="an offset of thousands of digits"),
    ],
)
def test_numbers_and_words_without_end_do_no_harm(tmp_path: Path, message: bytes) -> None:
    board = Board(tmp_path, 1)
    board.say(message)
    assert board.monitor.dispatcher.counts["Failed"] == 0


def test_a_pattern_without_end_is_tried_three_times_only(tmp_path: Path) -> None:
    board = Board(tmp_path, 1)
    for number in range(300):
        board.say(b"status a.t%d red %s!" % (number, b"a" * 200))
    begun = time.monotonic()
    for criterion in (rb"msg=(a|aa)+\1$", rb"msg=((a?){50}){50}$"):
        answer = board.monitor.dispatcher.handle(b"xymondboard " + criterion, "127.0.0.1").reply
        b"".join(answer if not isinstance(answer, bytes) else ())
    assert time.monotonic() - begun < 2.0  # without a limit it takes half a minute


@pytest.mark.parametrize("command", [b"modify", b"xymondboard", b"ackinfo", b"drop", b"disable", b"rename", b"notify"])
def test_a_command_of_many_megabytes_is_not_looked_at(command: bytes) -> None:
    found = parse(command + b" a.b" * 1_000_000)
    assert isinstance(found, Useless)
    assert found.reason == "longer than any such command"
