"""snmpsim's command responder on loopback, serving a folder of recordings: the community is the name of the file."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hexmon.probes.snmp import oids
from hexmon.probes.snmp.pdu import GET, Community, Question
from tests.support.datagrams import closed_datagram_port

_TRIES = 300
_PAUSE = 0.2  # seconds


@contextmanager
def snmpsim(folder: Path, scratch: Path) -> Iterator[int]:
    """The UDP port it listens on. `scratch` is for its files."""
    port = closed_datagram_port()
    command = [
        sys.executable, "-m", "snmpsim.commands.responder", f"--data-dir={folder}", f"--cache-dir={scratch}",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}", "--logging-method=null", "--variation-modules-dir=/nonexistent",
    ]  # fmt: skip
    # It may run as whoever the tests run as: giving up rights needs a Python that everybody can read.
    environment = {**os.environ, "SNMPSIM_ALLOW_ROOT": "true"}
    log = scratch / "output"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            await_agent(process, port, next(folder.glob("*.snmprec")).stem, log)
            yield port
        finally:
            process.kill()


def await_agent(process: "subprocess.Popen[bytes]", port: int, community: str, log: Path) -> None:
    """It does not say when it listens, so it is asked."""
    question = Community(community.encode(), bulk=True).wrap(Question(GET, (oids.SYS_UPTIME,)), 1)
    for _ in range(_TRIES):
        with socket.socket(type=socket.SOCK_DGRAM) as asker, suppress(TimeoutError, ConnectionRefusedError):
            asker.settimeout(_PAUSE)
            asker.connect(("127.0.0.1", port))
            asker.send(question)
            with suppress(ConnectionRefusedError):
                asker.recv(4096)
                return
        if process.poll() is not None:
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PAUSE)
    raise AssertionError(log.read_text(errors="replace"))
