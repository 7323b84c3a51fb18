"""A private, real xymond on loopback: own home, own port, own IPC namespace where that is allowed, never as root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.peers import peer

_ATTEMPTS = 2000
_PAUSE = 0.01
_MORE_STARTS = 2


@dataclass(frozen=True)
class Xymond:
    """A running xymond. `home` is its XYMONHOME: configuration in `etc`, log in `xymond.log`."""

    home: Path
    port: int
    pid: int
    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        """The form the `xymon` program takes: `127.0.0.1:PORT`."""
        return f"{self.host}:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "xymond.log").read_text(errors="replace")

    def say(self, message: bytes, timeout: float = 10.0) -> bytes:
        """Send one message, close our direction, and return the whole answer."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as wire:
            wire.sendall(message)
            wire.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: wire.recv(65536), b""))

    def reload(self) -> None:
        """Have it read its files again (it does so when the next message comes)."""
        os.kill(self.pid, signal.SIGHUP)


@contextmanager
def xymond(
    hosts: str | bytes,
    files: Mapping[str, str | bytes] | None = None,
    *,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Xymond]:
    """Start a xymond that knows `hosts`; `files` (name -> text) are put beside its hosts.cfg; `options` are its own."""
    program = peer("xymond")
    home = Path(tempfile.mkdtemp(prefix="xymond-"))
    try:
        _write(home, {"hosts.cfg": hosts, **(files or {})})
        with _started(program, home, options, environment or {}) as daemon:
            yield daemon
    finally:
        shutil.rmtree(home)


def _write(home: Path, files: Mapping[str, str | bytes]) -> None:
    for folder in ("etc", "tmp", "download"):
        (home / folder).mkdir()
    for name, text in files.items():
        path = home / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if os.geteuid() == 0:
        user = unprivileged_user()
        for path in (home, *home.rglob("*")):
            shutil.chown(path, user.pw_uid, user.pw_gid)


def unprivileged_user() -> pwd.struct_passwd:
    """Who runs the real programs when the tests are run by root."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("xymon") or known["nobody"]


def as_unprivileged() -> list[str]:
    """The words before a command that make it run without privileges and with its own IPC; none for ordinary users."""
    if os.geteuid() != 0:
        return []
    user = unprivileged_user()
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["unshare", "--ipc", "setpriv", *identity]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(program: Path, home: Path, options: Sequence[str], environment: Mapping[str, str]) -> Iterator[Xymond]:
    process, port = _start(program, home, options, environment)
    for _ in range(_MORE_STARTS):
        if _answers(process, port):
            break
        # Somebody else may have taken the port, which was free a moment ago.
        _end(process)
        process, port = _start(program, home, options, environment)
    try:
        if not _answers(process, port):
            log = home / "xymond.log"
            raise RuntimeError(f"xymond did not start: {log.read_text() if log.exists() else 'no log'}")
        yield Xymond(home, port, process.pid)
    finally:
        _end(process)


def _start(
    program: Path, home: Path, options: Sequence[str], environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    port = _free_port()
    command = [
        *as_unprivileged(),
        str(program),
        "--no-daemon",
        f"--listen=127.0.0.1:{port}",
        f"--hosts={home / 'etc' / 'hosts.cfg'}",
        f"--checkpoint-file={home / 'tmp' / 'xymond.chk'}",
        f"--pidfile={home / 'tmp' / 'xymond.pid'}",
        f"--log={home / 'xymond.log'}",
        *options,
    ]
    process = subprocess.Popen(
        command,
        cwd=home,
        env={**os.environ, **_environment(home, port), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


def _environment(home: Path, port: int) -> dict[str, str]:
    return {
        "XYMONHOME": str(home),
        "XYMONVAR": str(home / "tmp"),
        "XYMONTMP": str(home / "tmp"),
        "XYMONSERVERLOGS": str(home / "tmp"),
        "HOSTSCFG": str(home / "etc" / "hosts.cfg"),
        "XYMSRV": "127.0.0.1",
        "XYMONDPORT": str(port),
        "MACHINE": "xymond,test",
        "MACHINEDOTS": "xymond.test",
    }


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it takes connections, sooner or later; not when it ended."""
    for _ in range(_ATTEMPTS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 and process.poll() is None:
                return True
        try:
            process.wait(_PAUSE)
        except subprocess.TimeoutExpired:
            continue
        break
    return False
