"""What an agent remembers lies in its folder, whatever the server's names are."""

from pathlib import Path

import pytest

from hexmon.agent.logfetch import Limits, LogFetch
from hexmon.agent.logs import Remembered
from hexmon.agent.state import State
from hexmon.agent.wanted import read_wanted

NAMES = ["../outside", "../../x", "/etc/passwd", "..", ".", "wishes/../../x", "a\\..\\b", "client-local.cfg"]


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_log_or_file_becomes_a_path_of_the_state(name: str, tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    wishes = f"log:{name}:1000\nlinecount:{name}\nx:y\nfile:{name}:md5\ndir:{name}\n"
    assert state.keep_wishes(wishes.encode()) == ""
    found = LogFetch(Limits()).fetch(read_wanted(state.wishes), state.logs(), 0.0)
    state.keep_logs({**found.remembered, name: Remembered(1, (2,))})
    assert state.logs()[name] == Remembered(1, (2,))
    assert below(tmp_path) == {"state", "state/.lock", "state/client-local.cfg", "state/logs.json"}


@pytest.mark.parametrize(
    "reply", [b"", b" \n", b"<!DOCTYPE html>\n", b"<html>", b"log:/x\0:1\n", b"x" * 300_000], ids=range(6)
)
def test_what_cannot_be_meant_is_not_kept(reply: bytes, tmp_path: Path) -> None:
    state = State(tmp_path)
    state.keep_wishes(b"log:/x:1\n")
    state.keep_wishes(reply)
    assert state.wishes == "log:/x:1\n"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"a": 1}', b"\xff\xfe", b"x" * 1000], ids=range(6))
def test_files_that_somebody_else_wrote_are_nothing_remembered(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "logs.json").write_bytes(content)
    (tmp_path / "counted.json").write_bytes(content)
    state = State(tmp_path)
    assert (state.logs(), state.counted()) == ({}, None)
