"""Debian's own client script reports to hexmon, unchanged, and everything it sent can be read back."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.monitor import Running, monitor, wait_for
from tests.support.peers import peer

HOST = "client.example.com"
SQUARES = {"cpu", "disk", "inode", "memory", "procs"}


def run_the_client(running: Running, folder: Path) -> None:
    """One round of xymonclient.sh, with the environment that xymonclient.cfg would give it."""
    script = peer("xymonclient.sh")
    home = script.parent.parent
    environment = {
        "PATH": os.environ["PATH"],
        "XYMONHOME": str(home),
        "XYMONCLIENTHOME": str(home),
        "XYMONTMP": str(folder),
        "XYMON": str(peer("xymon")),
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": str(running.messages),
        "MACHINE": HOST.replace(".", ","),
        "MACHINEDOTS": HOST,
        "SERVEROSTYPE": "linux",
        "CONFIGCLASS": "",
        "LOGFETCHOPTS": "",
    }
    done = subprocess.run(
        [script], env=environment, cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.peers
def test_the_client_script_reports_and_takes_its_configuration(tmp_path: Path) -> None:
    rules = "[linux]\nlog:/var/log/none:10240\nignore debug\n"
    folder = tmp_path / "client"
    folder.mkdir()
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "client-local.cfg").write_text(rules)
    with monitor(tmp_path / "server", f"127.0.0.1 {HOST} # noconn\n") as running:
        run_the_client(running, folder)
        sent = (folder / f"msg.{HOST}.txt").read_bytes()
        assert sent.startswith(b"client client,example,com.linux")
        assert running.ask(f"clientlog {HOST}".encode()) == b"\n[collector:]\n" + sent
        assert running.ask(f"clientlog {HOST} section=df".encode()) == section(sent, b"df")
        assert (folder / f"logfetch.{HOST}.cfg").read_text() == rules.removeprefix("[linux]\n")

        def squares() -> set[str] | None:
            rows = running.ask(f"xymondboard host=^{HOST}$ fields=testname".encode()).decode().split()
            return set(rows) if set(rows) >= SQUARES else None

        assert "clientlog" in wait_for(squares, 10, SQUARES)
        for test in SQUARES:
            first, _, text = running.ask(f"xymondlog {HOST}.{test}".encode()).partition(b"\n")
            assert f"|{test}|".encode() in first
            assert b"Status message received from 127.0.0.1" in text
        assert running.ask(f"query {HOST}.disk".encode()).split(b" ")[0] in {b"green", b"yellow", b"red"}
        status, page = running.get(f"/clientlog/{HOST}")
        assert (status, b"[df]" in page or b"df" in page) == (200, True)


def section(message: bytes, name: bytes) -> bytes:
    """The lines of one section with its heading, up to the next heading."""
    start = message.index(b"\n[" + name + b"]\n") + 1
    return message[start : message.index(b"\n[", start) + 1]
