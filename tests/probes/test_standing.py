"""Programs that run on and read what they are given."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexmon.probes.programs import CannotStart
from hexmon.probes.standing import Standing
from tests.support.waiting import open_files, until


@contextmanager
def standing(script: str) -> Iterator[Standing]:
    program = Standing(["/bin/sh", "-c", script], {"PATH": os.defpath})
    try:
        yield program
    finally:
        program.give_up()


async def test_it_reads_until_there_is_no_more(tmp_path: Path) -> None:
    with standing(f"cat > {tmp_path}/read; exit 3") as program:
        assert program.give(b"one\n") == 4
        assert program.give(b"two\n") == 4
        program.hang_up()
        assert await asyncio.wait_for(program.ended, 20) == 3
    assert (tmp_path / "read").read_bytes() == b"one\ntwo\n"


async def test_one_that_does_not_read_takes_no_more_than_a_pipe_holds() -> None:
    with standing("read line; sleep 60") as program:
        taken = 0
        while some := program.give(b"x" * 4096):
            taken += some
        assert 4096 <= taken < 1024 * 1024


async def test_it_is_told_when_there_is_room_again(tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    with standing(f"while test -e {tmp_path}/wait; do sleep 0.01; done; cat > /dev/null") as program:
        while program.give(b"x" * 4096):
            pass
        room: list[bool] = []
        program.when_it_reads(lambda: room.append(True))
        (tmp_path / "wait").unlink()
        await until(lambda: room)
        assert program.give(b"x") == 1


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", -9)])
async def test_its_end_is_noticed(script: str, status: int) -> None:
    with standing(script) as program:
        assert await asyncio.wait_for(program.ended, 20) == status
        with pytest.raises(BrokenPipeError):
            program.give(b"x")
        program.when_it_reads(lambda: None)
        program.kill()


async def test_one_that_closes_its_input_reads_no_more(tmp_path: Path) -> None:
    with standing(f"exec < /dev/null; touch {tmp_path}/closed; sleep 60") as program:
        await until((tmp_path / "closed").exists)
        with pytest.raises(BrokenPipeError):
            program.give(b"x")


async def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; wait"
    with standing(script) as program:
        await until((tmp_path / "pid").exists)
        program.kill()
        assert await asyncio.wait_for(program.ended, 20) == -9
    pid = int((tmp_path / "pid").read_text())
    await until(lambda: _gone(pid))


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z"
    except OSError:
        return True


async def test_nothing_is_left_open() -> None:
    before = open_files()
    for script in ("exit 0", "sleep 60"):
        with standing(script):
            pass
    with pytest.raises(CannotStart, match="there is no /nosuch/program"):
        Standing(["/nosuch/program"], {})
    assert open_files() == before
