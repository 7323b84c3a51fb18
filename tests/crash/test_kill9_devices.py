"""hexmon is killed between any two steps from a poll of a device to the message about it: no change is lost."""

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.again import run_once
from tests.crash.alerting import KILLED
from tests.crash.devices import Run, play, said

TREE = Path(__file__).parents[2]
TURNS = 3
MOST_STEPS = 100  # of one run; a run that is not killed any more has fewer


def check(folder: Path, step: int, most: int) -> None:
    """Of each interface that it is down, and nothing else. A kill may repeat what was found or was on its way."""
    counts = Counter(line.partition(" at ")[0] for line in said(folder))
    name = "office-switch in HomeLab: Gi0/{} oper=down admin=up (was oper=up admin=up)"
    assert counts.keys() == {name.format(number) for number in range(1, TURNS + 1)}, f"step {step}: {counts}"
    assert max(counts.values()) <= most, f"step {step}: {counts}"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_kill_at_any_step_loses_no_change_and_repeats_only_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    for step in range(1, MOST_STEPS):
        folder = tmp_path / str(step)
        folder.mkdir()
        killed = run_once(play, Run(folder, TURNS, step)) == KILLED
        if killed:
            assert run_once(play, Run(folder, TURNS, 0)) == 0
        check(folder, step, most=3)
        if not killed:
            break
    assert 20 < step < MOST_STEPS - 1, "the steps are not reached any more"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_every_few_steps_of_every_run_it_still_gets_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{TREE / 'src'}:{TREE}")
    kills = 0
    while run_once(play, Run(tmp_path, TURNS, 12 + kills % 7)) == KILLED:
        kills += 1
        assert kills < 60, "it makes no progress"
    assert kills > 2
    check(tmp_path, kills, most=1 + 2 * kills)
