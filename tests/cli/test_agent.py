"""`hexmon agent` as a process: what is under way when it is stopped waits, and several servers get the same."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from hexmon.agent.spool import Spool
from hexmon.app.spools import spool_folder
from hexmon.ingest.addresses import parse_address
from tests.support.monitor import ROOT, wait_for


def start(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "hexmon", "agent", "--host", "a.b", "--state", str(folder / "state")]
    return subprocess.Popen(
        [*command, "--sections", "date", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
    )


def test_a_report_that_is_under_way_when_the_agent_is_stopped_is_kept(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        process = start(tmp_path, "--server", address, "--no-spread")
        wire, _ = server.accept()
        with wire:
            heard = b""
            while data := wire.recv(65536):
                heard += data
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    batch = Spool(tmp_path / "state" / "waiting" / spool_folder(parse_address(address)), 1 << 20).oldest()
    assert batch
    assert [one.message for one in batch.messages] == [heard]
    assert process.stderr
    said = process.stderr.read().decode()
    process.stderr.close()
    assert f"a.b reports to {address} every 300 seconds, first now; what waits is in {tmp_path}/state" in said


def test_every_server_gets_the_report_and_the_reply_is_kept(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in (one, two)]
        process = start(tmp_path, "--server", addresses[0], "--server", addresses[1], "--once")
        for server in (one, two):
            server.settimeout(30)
            wire, _ = server.accept()
            with wire:
                with wire.makefile("rb") as file:
                    heard.append(file.read())
                wire.sendall(b"file:/etc/passwd\n")
        assert process.wait(30) == 0
    assert heard[0] == heard[1]
    assert heard[0].startswith(b"client a,b.linux ")
    wishes = tmp_path / "state" / "client-local.cfg"
    assert wait_for(lambda: wishes.read_bytes() or None, 5, "the reply") == b"file:/etc/passwd\n"
    assert process.stderr
    process.stderr.close()
