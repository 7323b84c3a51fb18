"""The real xymonproxy, msgcache and xymonfetch on loopback, and hexmon's relay as a process beside them."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.monitor import ROOT, free_port, wait_for
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged

_PATIENCE = 20.0


@dataclass(frozen=True)
class RelayProcess:
    """A relay that listens on `port`."""

    process: "subprocess.Popen[bytes]"
    port: int


@contextmanager
def xymonproxy(*servers: int) -> Iterator[int]:
    """Hands on to these ports; its own port."""
    port = free_port()
    to = ",".join(f"127.0.0.1:{number}" for number in servers)
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-daemon", f"--listen=127.0.0.1:{port}", f"--server={to}", f"--pidfile={folder}/pid"]
        with _process([*as_unprivileged(), str(peer("xymonproxy")), *options], {}, port):
            yield port


@contextmanager
def msgcache() -> Iterator[int]:
    """Keeps messages; its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-daemon", f"--listen=127.0.0.1:{port}", f"--pidfile={folder}/pid"]
        with _process([*as_unprivileged(), str(peer("msgcache")), *options], {}, port):
            yield port


@contextmanager
def xymonfetch(hosts: str, xymond: int, number: int = 1) -> Iterator[None]:
    """Fetches for the xymond on that port what the hosts keep, about every second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.cfg"
        path.write_text(hosts)
        Path(folder).chmod(0o755)
        environment = {"HOSTSCFG": str(path), "XYMONDPORT": str(xymond), "XYMONHOME": folder}
        options = ["--server=127.0.0.1", "--interval=17", f"--id={number}"]  # plus or minus 16 seconds, by its dice
        with _process([*as_unprivileged(), str(peer("xymonfetch")), *options], environment, 0):
            yield


@contextmanager
def hexmon_relay(folder: Path, *options: str, port: int = 0) -> Iterator["RelayProcess"]:
    """`hexmon relay` with these options; stopped with SIGTERM, which must end it well, unless it was killed."""
    port = port or free_port()
    command = [sys.executable, "-m", "hexmon", "relay", "--listen", f"127.0.0.1:{port}", "--data-dir", str(folder)]
    environment = {"PYTHONPATH": str(ROOT / "src")}
    with _process([*command, *options], environment, port) as process:
        yield RelayProcess(process, port)
    assert process.returncode in (0, -9)


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    nowhere = subprocess.DEVNULL
    full = dict(os.environ) | dict(environment)
    with subprocess.Popen(command, env=full, stdin=nowhere, stdout=nowhere, stderr=nowhere) as process:
        try:
            wait_for(lambda: True if not port or _answers(port) else None, _PATIENCE, command)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(_PATIENCE)


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def say(port: int, message: bytes, timeout: float = 30.0) -> bytes:
    """One message, and its reply to the end."""
    with socket.create_connection(("127.0.0.1", port), timeout) as wire:
        wire.sendall(message)
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(65536), b""))
