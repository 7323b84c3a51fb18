"""Short runs of what `fuzz_clients` and `big_clients` do for long."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.selection import NOTHING_SELECTED
from hexmon.model.client import MOST_SECTIONS, ClientData
from hexmon.model.color import WORDS
from hexmon.model.names import TEST_NAME
from tests.fuzz.big_clients import SHAPES
from tests.fuzz.fuzz_clients import one
from tests.support.client_rules import HOST, a_client_message

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 10  # times the message
LONGEST_SQUARE = 12 * ClientJudging().longest


def test_mutated_messages_and_rules_do_no_harm() -> None:
    squares = 0
    for seed in range(3000):
        message, judged = one(seed)
        for report in judged.reports:
            squares += 1
            line, _, text = report.text.partition(b"\n")
            assert line.split(b" ")[0].decode() == WORDS[report.color]
            assert text.endswith(f"Status message received from {message.sender}\n".encode())
            assert TEST_NAME.match(report.key.test)
            assert report.key.host == message.host
    assert squares > 5000


def _judged(megabytes: int, os_type: str, shapes: Iterable[str] = ()) -> dict[str, tuple[float, float, int]]:
    """Seconds, memory in times the message, and the longest square, of each shape."""
    command = [sys.executable, "-m", "tests.fuzz.big_clients", str(megabytes), os_type, *shapes]
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split() for line in done.stdout.splitlines()]
    return {shape: (float(seconds), float(memory), int(longest)) for shape, seconds, memory, longest in rows}


@pytest.mark.parametrize("os_type", ["linux", "bbwin", "zvm", "zvse", "mqcollect", "snmpcollect"])
def test_large_messages_of_any_shape_take_little_memory(os_type: str) -> None:
    found = _judged(4, os_type)
    assert found.keys() == SHAPES.keys()
    assert {shape: memory for shape, (_, memory, _) in found.items() if memory > MOST_MEMORY} == {}
    assert {shape: longest for shape, (*_, longest) in found.items() if longest > LONGEST_SQUARE} == {}


def test_64_megabytes_take_little_memory() -> None:
    found = _judged(64, "linux", ["rows", "line", "thousand", "brackets"])
    assert {shape: memory for shape, (_, memory, _) in found.items() if memory > MOST_MEMORY} == {}


def test_a_thousand_sections_are_all_there_and_a_million_are_not() -> None:
    assert len(ClientData(b"".join(b"[x%d]\n" % number for number in range(1000))).names) == 1000
    assert len(ClientData(b"".join(b"[x%d]\n" % number for number in range(1_000_000))).names) == MOST_SECTIONS


NAMES = ("../../etc/passwd", "/etc/passwd", "..", "a/../../b", "/proc/self/environ", "~/x", "\0", "x\n", "/dev/zero")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_lead_nowhere(name: str) -> None:
    """Whatever a section is called, nothing is opened, listed or written for it."""
    body = "".join(f"[{kind}:{name}]\nsize:1\nx\n" for kind in ("msgs", "logfile", "file", "dir", "linecount", "local"))

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename") and watching:
            raise AssertionError(f"{event} {arguments}")

    watching: list[bool] = []
    message = a_client_message(f"{body}[{name}]\nx\n")
    judge_client(message, HOST, NOTHING_SELECTED, 0.0)  # whatever is imported late is there now
    sys.addaudithook(refuse)
    watching.append(True)
    try:
        assert judge_client(message, HOST, NOTHING_SELECTED, 0.0).reports
    finally:
        watching.clear()
