"""Reloading 100,000 checks while they run: how long it takes, and what it does to the schedule."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.peers import free_port
from bench.restart import get
from bench.row import Row

_HOSTS = 20_000
_TESTS = ("ssh", "smtp", "ftp", "pop3", "imap")
_FIGURE = f"reload of {_HOSTS * len(_TESTS):,} checks under way"
_WANT = "<= 5 s, zero missed slots"
_SETTLE = 20.0
_PATIENCE = 120.0


def run() -> list[Row]:
    """One row: SIGHUP until a new host is known, with what `/metrics` says about starts meanwhile."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        threading.Thread(target=_accept_all, args=(listener,), daemon=True).start()
        hosts = Path(name) / "hosts.cfg"
        tags = " ".join(f"{test}:{listener.getsockname()[1]}:s" for test in _TESTS)
        text = "".join(f"127.0.0.1 h{host}.example.com # testip noconn {tags}\n" for host in range(_HOSTS))
        hosts.write_text(text)
        messages, web = free_port(), free_port()
        process = _serve(Path(name), messages, web)
        try:
            _wait(lambda: get(web, "/-/ready") is not None, process)
            time.sleep(_SETTLE)
            before = _starts(web)
            hosts.write_text(text + "127.0.0.1 new.example.com # noconn\n")
            began = time.perf_counter()
            process.send_signal(signal.SIGHUP)
            _wait(lambda: b"new.example.com" in _ask(messages, b"hostinfo host=^new.example.com$"), process)
            took = time.perf_counter() - began
            time.sleep(2.0)
            after = _starts(web)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)
    late = {bound: after[bound] - before[bound] for bound in after}
    note = (
        f"{late['count']:,.0f} checks started meanwhile, {late['missed']:.0f} slots missed, "
        f"{late['count'] - late['0.25']:.0f} starts later than 250 ms, {late['count'] - late['1.0']:.0f} than 1 s"
    )
    return [Row(figure=_FIGURE, unit="s", ours=took, want=_WANT, note=note)]


def _serve(folder: Path, messages: int, web: int) -> subprocess.Popen[bytes]:
    environment = {
        "HEXMON_LISTEN__MESSAGES": f'["127.0.0.1:{messages}"]',
        "HEXMON_LISTEN__WEB": f'["127.0.0.1:{web}"]',
        "HEXMON_PROBING__INTERVAL": "5m",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "hexmon", "serve", "--quiet"],
        cwd=folder,
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )


def _starts(web: int) -> dict[str, float]:
    """Starts so far, those at most 0.25 and 1 s late, and missed slots."""
    found = {"missed": 0.0}
    for line in (get(web, "/metrics") or "").splitlines():
        name, _, value = line.rpartition(" ")
        if name == "hexmon_checks_missed_total":
            found["missed"] = float(value)
        if name == "hexmon_check_start_lateness_seconds_count":
            found["count"] = float(value)
        for bound in ("0.25", "1.0"):
            if name == f'hexmon_check_start_lateness_seconds_bucket{{le="{bound}"}}':
                found[bound] = float(value)
    return found


def _ask(port: int, message: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
        sock.sendall(message)
        sock.shutdown(socket.SHUT_WR)
        parts = []
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


def _accept_all(listener: socket.socket) -> None:
    while True:
        try:
            listener.accept()[0].close()
        except OSError:
            return


def _wait(there: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + _PATIENCE
    while not there():
        if time.perf_counter() > deadline or process.poll() is not None:
            raise RuntimeError("hexmon serve did not get there")
        time.sleep(0.02)
