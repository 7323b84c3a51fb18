"""hexmon is killed between any two steps from a report to a message: nothing is lost."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.again import run_once
from tests.crash.alerting import KILLED, Run, play

TREE = Path(__file__).parents[2]
MOST_STEPS = 200  # of one run; a run that is not killed any more has fewer

EVENTS = (
    ("www.http", "red"),
    ("db.conn", "yellow"),
    ("mail.smtp", "red"),
    ("www.http", "green"),
    ("db.conn", "green"),
)


def told(folder: Path) -> list[str]:
    return (folder / "told").read_text().splitlines() if (folder / "told").exists() else []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_kill_at_any_step_loses_no_message_and_repeats_only_what_was_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    for step in range(1, MOST_STEPS):
        folder = tmp_path / str(step)
        folder.mkdir()
        killed = run_once(play, Run(folder, EVENTS, step)) == KILLED
        if killed:
            assert run_once(play, Run(folder, EVENTS, 0)) == 0
        check(folder, step)
        if not killed:
            break
    assert step > 30, "the steps are not reached any more"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_every_few_steps_of_every_run_it_still_gets_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    kills = 0
    while run_once(play, Run(tmp_path, EVENTS, 8 + kills % 5)) == KILLED:
        kills += 1
        assert kills < int(os.environ.get("HEXMON_CRASH_ROUNDS", "60")), "it makes no progress"
    check(tmp_path, kills, most=1 + kills)


def check(folder: Path, step: int, most: int = 2) -> None:
    """Every message came, each at most once more for each kill.

    An alert whose end was stored before anybody was told never comes.
    """
    lines = told(folder)
    numbers = Counter(line.split(" ", 1)[0] for line in lines)
    assert max(numbers.values()) <= most, f"step {step}: {lines}"
    once = list(dict.fromkeys(lines))
    said = [line.split(" ", 1)[1] for line in once]
    for square in ("www.http", "db.conn", "mail.smtp"):
        mine = [line.split(" ", 1)[0] for line in said if f" {square} " in line]
        assert mine.count("recovery") == (square != "mail.smtp") * ("alert" in mine), f"step {step}: {said}"
        assert mine[-1:] == (["alert"] if square == "mail.smtp" else ["recovery"]) or not mine, f"step {step}: {said}"
    assert "alert mail.smtp red" in said, f"step {step}: {said}"
