"""A whole `hexmon serve` in a process of its own, on free ports of the loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 20.0  # seconds for a start or a stop on a busy machine


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A monitor that is up. `folder` holds its hosts.cfg and its data."""

    process: subprocess.Popen[bytes]
    folder: Path
    messages: int
    web: int

    def ask(self, message: bytes, timeout: float = 10.0) -> bytes:
        """Send one message as Xymon's clients do; the reply up to its end."""
        with socket.create_connection(("127.0.0.1", self.messages), timeout=timeout) as sock:
            sock.sendall(message)
            sock.shutdown(socket.SHUT_WR)
            parts = []
            while part := sock.recv(65536):
                parts.append(part)
        return b"".join(parts)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}{path}", timeout=10) as answer:
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def post(self, path: str) -> int:
        """Status of an empty POST."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}{path}", data=b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def until(self, question: bytes, wanted: bytes, timeout: float = _PATIENCE) -> bytes:
        """Ask until the reply contains `wanted`."""
        return wait_for(lambda: answer if wanted in (answer := self.ask(question)) else None, timeout, wanted)

    def said(self) -> str:
        """Its standard error so far."""
        return (self.folder / "stderr.log").read_text()


def wait_for(look: Callable[[], T | None], timeout: float, what: object) -> T:
    """Look again and again until there is something; AssertionError names what did not come."""
    deadline = time.monotonic() + timeout
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"{what!r} did not come within {timeout} s"
        time.sleep(0.05)  # noqa: TID251 - another process's start moves no clock of ours
    return found


@contextmanager
def monitor(
    folder: Path, hosts: str | None = None, port: int = 0, more_web: Sequence[str] = (), **environment: str
) -> Iterator[Running]:
    """Start it in `folder` and wait until it is ready; stopped with SIGTERM at the end, and must then exit with 0.

    `more_web`: addresses beside that of the pages. A hexmon.toml in the folder is read.
    """
    running = start(folder, hosts, port, more_web, **environment)
    try:
        yield running
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(_PATIENCE) == 0, running.said()
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def start(
    folder: Path, hosts: str | None = None, port: int = 0, more_web: Sequence[str] = (), **environment: str
) -> Running:
    """The same without an end."""
    folder.mkdir(parents=True, exist_ok=True)
    if hosts is not None:
        (folder / "hosts.cfg").write_text(hosts)
    messages, web = port or free_port(), free_port()
    ours = {
        "PYTHONPATH": str(ROOT / "src"),
        "HEXMON_LISTEN__MESSAGES": f'["127.0.0.1:{messages}"]',
        "HEXMON_LISTEN__WEB": json.dumps([f"127.0.0.1:{web}", *more_web]),
        "HEXMON_AGENT__HOST": "me.example",
    }
    with (folder / "stderr.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hexmon", "serve"],
            cwd=folder,
            env=os.environ | ours | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    running = Running(process, folder, messages, web)
    wait_for(lambda: _ready(running), _PATIENCE, "readiness")
    return running


def _ready(running: Running) -> bool | None:
    assert running.process.poll() is None, running.said()
    try:
        return True if running.get("/-/ready")[0] == 200 else None
    except OSError:
        return None
