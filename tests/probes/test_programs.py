"""Other programs: their output, their end, and that nothing of them stays behind."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from hexmon.clock import SystemClock
from hexmon.probes.programs import ERRORS_KEPT, OUTPUT_KEPT, CannotStart, Ended, Flood, NoRoom, Programs
from hexmon.probes.tools import open_tools

PLENTY = 20.0


@asynccontextmanager
async def programs(most: int = 4) -> AsyncIterator[Programs]:
    opened = Programs(most)
    try:
        yield opened
    finally:
        opened.close()


async def run(script: str, **environment: str) -> Ended:
    async with programs() as opened:
        return await opened.run(["/bin/sh", "-c", script], environment)


async def gone(pid: int) -> None:
    """Wait until a process has ended: it is no child of ours, or a dead one."""
    await until(lambda: _state(pid) in {None, "Z"})


async def until(holds: Callable[[], bool]) -> None:
    clock = SystemClock()
    async with asyncio.timeout(PLENTY):
        while not holds():
            await clock.sleep_until(clock.monotonic() + 0.01)


def _children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return None


@pytest.mark.parametrize(
    ("script", "status", "output", "errors"),
    [
        pytest.param("echo hello", 0, b"hello\n", b"", id="output"),
        pytest.param("echo no >&2; exit 3", 3, b"", b"no\n", id="errors and a status"),
        pytest.param("kill -KILL $$", -9, b"", b"", id="a signal"),
        pytest.param("cat", 0, b"", b"", id="nothing to read"),
        pytest.param("exec >&- 2>&-; exit 1", 1, b"", b"", id="streams that are closed early"),
        pytest.param('echo "$WORD:$HOME"', 0, b"here:\n", b"", id="only the environment that was given"),
        pytest.param("kill -PIPE $$; echo survived", -13, b"", b"", id="signals that Python ignores count again"),
    ],
)
async def test_what_a_program_says_and_how_it_ends(script: str, status: int, output: bytes, errors: bytes) -> None:
    assert await run(script, WORD="here") == Ended(status, output, errors)


async def test_output_is_cut_and_the_status_still_known() -> None:
    ended = await run("head -c 200000 /dev/zero; head -c 20000 /dev/zero >&2; exit 2")
    assert (ended.status, len(ended.output), len(ended.errors)) == (2, OUTPUT_KEPT, ERRORS_KEPT)


async def test_a_program_that_never_stops_writing_is_ended() -> None:
    with pytest.raises(Flood, match="1024 KB"):
        await run("exec yes")


async def test_it_cannot_read_our_input_and_has_a_session_of_its_own() -> None:
    ended = await run("ps -o sid= -p $$; echo $$; readlink /proc/$$/fd/0")
    session, process, stdin = ended.output.split()
    assert (session, stdin) == (process, b"/dev/null")


async def test_no_file_of_ours_goes_along() -> None:
    with socket.socket() as ours:
        ours.set_inheritable(True)
        ended = await run("ls /proc/$$/fd")
    assert set(ended.output.split()) <= {b"0", b"1", b"2"}


async def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; trap '' TERM; sleep 61"
    async with programs() as opened, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(opened.run(["/bin/sh", "-c", script], {"PATH": os.defpath}))
        await until(pids.exists)
        task.cancel()
        for pid in pids.read_text().split():
            await gone(int(pid))


async def test_what_a_program_leaves_running_ends_with_it() -> None:
    ended = await run("sleep 60 & echo $!")
    await gone(int(ended.output))


async def test_what_still_runs_at_the_end_is_ended(tmp_path: Path) -> None:
    there = tmp_path / "there"
    opened = Programs()
    async with asyncio.TaskGroup() as tasks:
        command = ["/bin/sh", "-c", f"echo $$ > {there}.new; mv {there}.new {there}; exec sleep 60"]
        task = tasks.create_task(opened.run(command, {"PATH": os.defpath}))
        await until(there.exists)
        opened.close()
        assert _state(int(there.read_text())) is None
        task.cancel()


@pytest.mark.parametrize(
    ("name", "content", "mode", "words"),
    [
        pytest.param("missing", None, 0, "there is no ", id="no such file"),
        pytest.param("plain", "#!/bin/sh\n", 0o644, "is not executable", id="not executable"),
        pytest.param("strange", "what is this", 0o755, "a script that begins with #!", id="no program"),
        pytest.param("orphan", "#!/nowhere/perl\n", 0o755, "an interpreter in its first line", id="no interpreter"),
        pytest.param("nul\0", None, 0, "cannot be run", id="a NUL in its name"),
    ],
)
async def test_what_cannot_be_started_is_told(
    tmp_path: Path, name: str, content: str | None, mode: int, words: str
) -> None:
    program = tmp_path / name
    if content is not None:
        program.write_text(content)
        program.chmod(mode)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number matters
    async with programs() as opened:
        with pytest.raises(CannotStart, match=words):
            await opened.run([str(program)], {})
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


async def test_so_many_at_once_and_no_more() -> None:
    async with programs(most=1) as opened:
        async with opened.place(PLENTY):
            with pytest.raises(NoRoom):
                async with opened.place(0.05):
                    pytest.fail("there was a second place")
        async with opened.place(0.05):
            assert (await opened.run(["/bin/true"], {})).status == 0


async def test_many_programs_leave_neither_processes_nor_files() -> None:
    children = _children()
    async with open_tools(SystemClock()) as tools:
        runs = [tools.programs.run([sys.executable, "--version"], {}) for _ in range(5)]
        runs += [tools.programs.run(["/bin/echo", "x"], {}) for _ in range(200)]
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        ended = await asyncio.gather(*runs)
        assert {one.status for one in ended} == {0}
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert _children() == children


def test_the_loop_of_the_server_runs_them_too() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ended = runner.run(run("echo hello; exit 1"))
    assert ended == Ended(1, b"hello\n", b"")
