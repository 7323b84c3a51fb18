"""analysis.cfg as the real xymond_client reads it: files made up by dice, and lines of words by Hypothesis.

Compared is every setting with its qualifiers and its line, as `--dump-config` prints them. What differs on purpose has
a test of its own below.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.peers.hunt_analysis import differences
from tests.peers.odd_analysis import odd_analysis
from tests.support.analysis_dump import RealAnalysis

pytestmark = pytest.mark.peers

SEEDS = int(os.environ.get("HEXMON_ODD_ANALYSIS", "300"))
_WORDS = (
    "LOAD 1 2", "UP 1h", "DISK /a", "MEMACT", "PROC x", "PORT", "LOG a b", "DIR /a", "CLASS=c", "EXPAGE=p", "SVC x",
    "MQ_QUEUE q", "HOST=a", "TIME=*:0000:2400", "TEXT=t", '"a b"', "#", "x", "5", "=", "COLOR=red",
)  # fmt: skip
_LINES = st.lists(st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join), max_size=8).map("\n".join)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealAnalysis:
    return RealAnalysis(tmp_path_factory.mktemp("analysis"))


def test_files_made_up_by_dice(real: RealAnalysis) -> None:
    for seed in range(SEEDS):
        found = list(differences(real, odd_analysis(seed)))
        assert found == [], f"seed {seed}: python -m tests.peers.hunt_analysis --seed {seed}"


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_LINES)
def test_words_without_sense(real: RealAnalysis, text: str) -> None:
    assert list(differences(real, {"analysis.cfg": f"{text}\n".encode()})) == []


def test_the_file_that_comes_with_it(real: RealAnalysis) -> None:
    shipped = Path("/etc/xymon/analysis.cfg")
    if not shipped.exists():
        pytest.skip("not run: no /etc/xymon/analysis.cfg")
    assert list(differences(real, {"analysis.cfg": shipped.read_bytes()})) == []
    file, _ = real.ours()
    assert file.problems == ()
    assert file.notes == ()


@pytest.mark.parametrize(
    ("line", "ours", "theirs"),
    [
        pytest.param("LOAD 3", "LOAD 3.00 10.00", "LOAD 3.00 0.00", id="LOAD with one number"),
        pytest.param("UP 1h -1", "UP 3600 -1", "UP 3600 0", id="UP without a longest time"),
        pytest.param("FILE /a IFEXIST", "FILE /a red OPTIONAL", "FILE /a red", id="IFEXIST"),
        pytest.param("PROC x 1 2 rad", "PROC x 1 2 red", "PROC x 1 2 red", id="a colour that is none"),
        pytest.param("FILE /a type=folder", "FILE /a red", "FILE /a red type=", id="a type that is none"),
        pytest.param("FILE /a type=link", "FILE /a red type=symlink", "FILE /a red type=", id="a link"),
        pytest.param("DS a b:c", "", "DS a b:c color=red", id="DS without a limit"),
        pytest.param("LOAD 1 2 OS=linux", "LOAD 1.00 2.00", "LOAD 1.00 2.00", id="OS"),
    ],
)
def test_what_differs_on_purpose(real: RealAnalysis, line: str, ours: str, theirs: str) -> None:
    (real.etc / "analysis.cfg").write_text(f"{line}\n")
    assert real.ours()[1] == ([f"{ours} (line: 1)"] if ours else [])
    assert real.dump() == [f"{theirs} (line: 1)"]
