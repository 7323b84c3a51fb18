"""TITLE exec: of graphs.cfg(5): a program of the administrator's names a picture. Blocking; run it in a thread."""

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Sequence

from hexmon.graphs.script import plain

SECONDS = 5.0
LONGEST = 200
_MOST_READ = 4096


def ask(command: str, arguments: Sequence[str], folder: str) -> str:
    """The first line that it prints, "" when there is none in time. The arguments reach it whole."""
    try:
        process = subprocess.Popen(  # noqa: S603 - what the administrator wrote
            ["/bin/sh", "-c", f'{command} "$@"', "title", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return ""
    with process:
        line = _line(process)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return plain(line)[:LONGEST]


def _line(process: subprocess.Popen[bytes]) -> str:
    if process.stdout is None:
        return ""
    poll = select.poll()
    poll.register(process.stdout.fileno(), select.POLLIN)
    said = b""
    while b"\n" not in said and len(said) < _MOST_READ and poll.poll(SECONDS * 1000):
        data = os.read(process.stdout.fileno(), _MOST_READ)
        if not data:
            break
        said += data
    return said.partition(b"\n")[0].decode("utf-8", "replace").strip()
