"""What never answers holds nobody up for longer than the patience, and is not asked twice."""

import threading
from pathlib import Path

import pytest

from hexmon.agent.patience import NoAnswer, Patience


def test_answers_and_errors_come_back() -> None:
    answers = Patience().ask_all({"one": lambda: 1, "bad": lambda: Path("/nothing/here").stat().st_size})
    assert answers["one"] == 1
    assert isinstance(answers["bad"], FileNotFoundError)
    with pytest.raises(ZeroDivisionError):
        Patience().ask("bad", lambda: 1 // 0)


def test_what_hangs_is_given_up_and_not_asked_again_until_it_has_answered() -> None:
    patience, free, asked = Patience(0.05), threading.Event(), []

    def hang() -> str:
        asked.append(1)
        free.wait(20)
        return "late"

    answers = patience.ask_all({"dead": hang, "fine": lambda: "here"})
    assert answers["fine"] == "here"
    assert str(answers["dead"]) == "no answer within 0.05 seconds"
    with pytest.raises(NoAnswer, match="earlier report"):
        patience.ask("dead", hang)
    assert len(asked) == 1
    free.set()
    for thread in threading.enumerate():
        if thread.name == "dead":
            thread.join(20)
    assert patience.ask("dead", hang) == "late"
