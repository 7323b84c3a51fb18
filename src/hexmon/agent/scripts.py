"""Scripts of the administrator: those that send messages themselves, and those (local) whose output is reported."""

import asyncio
import contextlib
import os
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

_AT_ONCE = 8
_MOST_OUTPUT = 256 * 1024  # bytes of one script in a report
_CHUNK = 64 * 1024
_NOT_SCRIPTS = (".", "_")
_LEFT_OVER = ("~", ".bak", ".orig", ".rej", ".swp", ".dpkg-dist", ".dpkg-new", ".dpkg-old", ".rpmnew", ".rpmsave")
_NAME_LETTERS = frozenset("]\n\r")


class Outcome(msgspec.Struct, frozen=True):
    """What a script printed, and what went wrong with it, if anything."""

    name: str
    output: bytes
    trouble: str = ""


def scripts_in(folder: Path | None, *, optional: bool = True) -> tuple[list[Path], list[str]]:
    """The programs of a folder by name, and why others are not run. Hidden files and left-overs of editors are none.

    An `optional` folder may be missing.
    """
    found, problems = [], []
    try:
        entries = sorted(folder.iterdir()) if folder else []
    except OSError as error:
        return [], [] if optional and isinstance(error, FileNotFoundError) else [f"{folder}: {error.strerror}"]
    for path in entries:
        if path.name.startswith(_NOT_SCRIPTS) or path.name.endswith(_LEFT_OVER):
            continue
        problem = _problem(path)
        if problem:
            problems.append(f"{path}: {problem}")
        elif problem is None:
            found.append(path)
    return found, problems


def _problem(path: Path) -> str | None:
    """None: it can be run. Empty: it is no program. Else why it is not run."""
    try:
        status = path.stat()
    except OSError as error:
        return str(error.strerror)
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.X_OK):
        return ""
    if os.name == "posix" and status.st_mode & stat.S_IWOTH:
        return "everybody may write to it: it is not run"
    return None if _NAME_LETTERS.isdisjoint(path.name) else "its name cannot be that of a section"


class Scripts:
    """Runs them, some at the same time, each for so many seconds at most, in a session of its own."""

    def __init__(self, environment: Mapping[str, str], seconds: float) -> None:
        self._environment = environment
        self._seconds = seconds
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(self, paths: Sequence[Path], *, heard: bool) -> list[Outcome]:
        """All of them; in their order. Whether anybody listens to what they print: `heard`."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._run_one(path, heard=heard), name=path.name) for path in paths]
        return [task.result() for task in running]

    async def _run_one(self, path: Path, *, heard: bool) -> Outcome:
        async with self._room:
            try:
                process = await asyncio.create_subprocess_exec(
                    str(path),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE if heard else asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                    env=dict(self._environment),
                    start_new_session=True,
                )
            except OSError as error:
                return Outcome(path.name, b"", f"{path} cannot be run: {error.strerror}")
            output = bytearray()
            trouble = await self._follow(process, path, output)
            return Outcome(path.name, bytes(output), trouble)

    async def _follow(self, process: asyncio.subprocess.Process, path: Path, output: bytearray) -> str:
        """Wait until it has ended; what is wrong with it then."""
        try:
            async with asyncio.timeout(self._seconds):
                await _listen(process, output)
                status = await process.wait()
        except TimeoutError:
            return f"{path} was ended: it ran for {self._seconds:g} seconds"
        finally:
            await _end(process)
        return f"{path} ended with {status}" if status else ""


async def _listen(process: asyncio.subprocess.Process, output: bytearray) -> None:
    """Keep the first of what it prints, and read the rest, so that it can go on."""
    while process.stdout and (data := await process.stdout.read(_CHUNK)):
        output += data[: _MOST_OUTPUT - len(output)]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it with everything that it started, unless it has ended: what it left behind then was meant to stay."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


def local_sections(outcomes: Sequence[Outcome]) -> bytes:
    """`[local:NAME]` and what each printed."""
    return b"".join(b"[local:%s]\n" % os.fsencode(one.name) + one.output.rstrip(b"\n") + b"\n" for one in outcomes)


class Home(msgspec.Struct, frozen=True):
    """What scripts are told: this machine's name, where to send, and which folders are theirs."""

    host: str
    servers: Sequence[str]
    state: Path
    scripts: Path | None
    authorities: str = ""


def write_sender(home: Home) -> Path:
    """The command that scripts know as $XYMON: `$XYMON $XYMSRV "status ..."`. Raises OSError."""
    words = [sys.executable, "-m", "hexmon", "send", *(["--ca", home.authorities] if home.authorities else [])]
    if os.name == "nt":
        path, text = home.state / "xymon.cmd", f"@{subprocess.list2cmdline(words)} %*\r\n"
    else:
        path, text = home.state / "xymon", f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(0o700)
    beside.replace(path)
    return path


def environment(home: Home, sender: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables that scripts for the Xymon client expect, without those that may hold our secrets."""
    folder = home.state / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    several = len(home.servers) > 1
    # 0.0.0.0 is the word of the Xymon client for all servers of the list.
    server = "0.0.0.0" if several else (home.servers or ("",))[0]  # noqa: S104
    base = str(home.scripts.parent if home.scripts else home.state)
    own = {
        "XYMON": str(sender),
        "XYMSRV": server,
        "XYMSERVERS": " ".join(home.servers),
        "MACHINE": home.host.replace(".", ","),
        "MACHINEDOTS": home.host,
        "CLIENTHOSTNAME": home.host,
        "XYMONHOME": base,
        "XYMONCLIENTHOME": base,
        "XYMONTMP": str(folder),
    }
    aliases = {
        "BB": "XYMON", "BBDISP": "XYMSRV", "BBDISPLAYS": "XYMSERVERS", "BBHOME": "XYMONHOME", "BBTMP": "XYMONTMP",
    }  # fmt: skip
    kept = {name: value for name, value in inherited.items() if not name.startswith("HEXMON_")}
    return {**kept, **own, **{name: own[meant] for name, meant in aliases.items()}}
