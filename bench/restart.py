"""From the start of `hexmon serve` to serving, with 120,000 statuses stored."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.peers import free_port
from bench.row import Row
from hexmon.board.store import StatusSaved
from hexmon.clock import SystemClock
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.storage.engine import open_storage

_HOSTS, _TESTS = 10_000, 12
_FIGURE = f"restart with {_HOSTS * _TESTS:,} statuses of 400 bytes"
_PATIENCE = 60.0


def run() -> list[Row]:
    """Two rows: the time until `/-/ready` answers 200, and what of it is Python's own start and the imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [f"127.0.0.1 h{host}.example.com # noconn" for host in range(_HOSTS)]
        (folder / "hosts.cfg").write_text("\n".join(lines) + "\n")
        empty = _start(folder)
        asyncio.run(_fill(folder))
        took, colors = _start(folder)
    purple = colors.get("purple", 0)
    shown = sum(colors.values())
    return [
        Row(
            figure=_FIGURE,
            unit="s",
            ours=took,
            want="<= 3 s to serving, nothing purple by it",
            note=f"{shown:,} squares shown, {purple} purple; the same without statuses {empty[0]:.2f} s",
        )
    ]


async def _fill(folder: Path) -> None:
    now = SystemClock().now()
    storage = open_storage(f"sqlite:///{folder / 'hexmon-data' / 'hexmon.db'}", asyncio.get_running_loop())
    text = b"green Sat Nov 21 00:00:00 2026 all is well\n" + b"x" * 360
    ticket = 0
    for host in range(_HOSTS):
        records = [StatusSaved(_status(f"h{host}.example.com", f"t{test}", text, now)) for test in range(_TESTS)]
        ticket = storage.journal.append(records)
    await storage.journal.durable(ticket)
    await storage.close()


def _status(host: str, test: str, text: bytes, now: float) -> Status:
    return Status(
        key=StatusKey(host, test),
        color=Color.GREEN,
        reported=Color.GREEN,
        text=text,
        head=f"status {host.replace('.', ',')}.{test} ".encode(),
        sender="127.0.0.1",
        created=now,
        since=now,
        updated=now,
        valid_until=now + 1800,
        validity=1800.0,
    )


def _start(folder: Path) -> tuple[float, dict[str, int]]:
    """Seconds to ready, and the squares by colour then."""
    web = free_port()
    environment = {
        "HEXMON_LISTEN__MESSAGES": f'["127.0.0.1:{free_port()}"]',
        "HEXMON_LISTEN__WEB": f'["127.0.0.1:{web}"]',
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hexmon", "serve", "--quiet"],
        cwd=folder,
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        while get(web, "/-/ready") is None:
            if time.perf_counter() - began > _PATIENCE or process.poll() is not None:
                raise RuntimeError("hexmon serve did not become ready")
            time.sleep(0.01)
        took = time.perf_counter() - began
        return took, _by_color(get(web, "/metrics") or "")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


def get(port: int, path: str) -> str | None:
    """The text of a page; None when it is not 200 (yet)."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.HTTPError):
        return None


def _by_color(metrics: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in metrics.splitlines():
        if line.startswith("hexmon_squares{"):
            found[line.split('"')[1]] = int(line.rsplit(" ", 1)[1])
    return found
