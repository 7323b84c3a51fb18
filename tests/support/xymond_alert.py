"""The real xymond_alert, fed by hand with what xymond would tell it, its time moved by the test.

It reads the page channel on stdin. A message that it does not know wakes it as its own minute does, so that nobody
waits for real seconds: whoever moves the time says `wake`. Recipients are a script and a mail program that write down
what they get.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.frozen_time import FrozenTime, frozen_time
from tests.support.peers import peer
from tests.support.threaded import thread_callers
from tests.support.xymond import as_unprivileged, unprivileged_user

_ATTEMPTS = 5000
_PAUSE = 0.002
_SCRIPT = """#!/bin/sh
{ printf 'PROGRAM=%s\\0' "${0##*/}"; env -0; printf '\\0'; } >> "$HEARD"
"""
_MAIL = """#!/bin/sh
{ printf 'PROGRAM=mail\\0'; printf 'ARGUMENT=%s\\0' "$@"; printf 'BODY='; cat; printf '\\0\\0'; } >> "$HEARD"
"""


@dataclass(frozen=True)
class Heard:
    """What a recipient got, and when: the environment of a script, or `subject` and `BODY` of a mail."""

    at: float
    program: str
    address: str
    values: Mapping[str, str]


class XymondAlert:
    """A running xymond_alert. `home` is its XYMONHOME; `board` what xymond says is on it (for restarts)."""

    def __init__(self, home: Path, clock: FrozenTime, now: int) -> None:
        self.home = home
        self.clock = clock
        self.now = now
        self.board: dict[tuple[str, str], str] = {}
        self.environment: dict[str, str] = {}
        self.options: list[str] = []
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._sequence = 0
        self._versions = 0
        self._got = False  # it has read what was written last
        self._asks = False  # the last thing it said is that it waits for more
        (home / "alert.log").touch()
        self._log = (home / "alert.log").open("rb")
        self._read = 0

    # Its life

    def start(self) -> None:
        """Start it, or start it again: it reads its checkpoint, and works for the first time."""
        command = [
            *as_unprivileged(),
            str(peer("xymond_alert")),
            "--debug",
            f"--config={self.home / 'etc' / 'alerts.cfg'}",
            f"--checkpoint-file={self.home / 'tmp' / 'alert.chk'}",
            *self.options,
        ]
        with (self.home / "alert.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.home,
                env={**os.environ, **self._environment(), **self.clock.environment, **self.environment},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self._got = True
        self._settle()
        self.wake()

    def stop(self) -> None:
        """End it as its launcher does; it writes its checkpoint.

        It would work once more and not wait for those whom it started: so it works before.
        """
        if self._process is not None:
            self.wake()
            self._process.terminate()
            self._close()

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._close()

    def close(self) -> None:
        self._log.close()

    def _close(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.wait(10)
        with suppress(BrokenPipeError):
            assert process.stdin is not None
            process.stdin.close()

    def _environment(self) -> dict[str, str]:
        return {
            "XYMONHOME": str(self.home),
            "XYMONVAR": str(self.home / "tmp"),
            "XYMONTMP": str(self.home / "tmp"),
            "XYMONSERVERLOGS": str(self.home / "tmp"),
            "HOSTSCFG": str(self.home / "etc" / "hosts.cfg"),
            "XYMSRV": "127.0.0.1",
            "XYMONDPORT": str(self.port),
            "ALERTCOLORS": "red,yellow,purple",
            "ALERTREPEAT": "30",
            "MAIL": f"{self.home / 'bin' / 'mail'} -s",
            "MAILC": str(self.home / "bin" / "mail"),
            "HEARD": str(self.home / "tmp" / "heard"),
            "TZ": "UTC",
        }

    def rules(self, text: str) -> None:
        """Another alerts.cfg; it looks at the file whenever it works."""
        self._versions += 1
        path = self.home / "etc" / "alerts.cfg"
        path.write_text(text)
        path.chmod(0o644)
        os.utime(path, (self._versions, self._versions))

    # What xymond tells it

    def page(self, host: str, test: str, color: str, before: str, **others: str | int) -> None:
        """A report in an alert colour, or the end of such a stretch; `since`, `cookie`, `groups`, `text`, ..."""
        since = others.get("since", self.now)
        fields = [
            *(host, test, others.get("ip", "127.0.0.1"), self.now + 1800, color, before, since),
            *(others.get("pages", ""), others.get("cookie", 4711), "linux", others.get("host_class", "linux")),
            *(others.get("groups", ""), others.get("modifiers", "")),
        ]
        if color in ("green", "blue", "clear"):
            self.board.pop((host, test), None)
        else:
            self.board[host, test] = color
        text = others.get("text", f"status {host.replace('.', ',')}.{test} {color} some text")
        self.say("page", host, fields, str(text))

    def ack(self, host: str, test: str, until: float, text: str = "ack") -> None:
        self.say("ack", host, [host, test, "127.0.0.1", int(until)], text)

    def notify(self, host: str, test: str, text: str = "notice") -> None:
        self.say("notify", host, [host, test, ""], text)

    def drop(self, host: str, test: str = "") -> None:
        if test:
            self.say("droptest", host, [host, test], "")
        else:
            self.say("drophost", host, [host], "")

    def say(self, marker: str, host: str, fields: list[str | int], text: str) -> None:
        self._sequence += 1
        words = [f"{self.now}.000001", "127.0.0.1", *map(str, fields)]
        self._write(f"@@{marker}#{self._sequence}/{host}|{'|'.join(words)}\n{text}\n@@\n")

    def raw(self, message: bytes) -> None:
        """A message of the channel as a real xymond has said it, without its last line."""
        self._write(f"{message.decode('latin-1')}\n@@\n")

    # The time

    def move_to(self, now: int) -> None:
        """It is later, and it was woken once since: it takes the moment before a message for its now.

        It works at most once in ten seconds: nothing may be expected of smaller steps.
        """
        self.now = now
        self.clock.move_to(now)
        self.wake()

    def wake(self) -> None:
        """Its minute is over: it looks what is due."""
        self._write("@@idle\n@@\n")

    def heard(self) -> list[Heard]:
        """What the recipients got since it was asked last."""
        path = self.home / "tmp" / "heard"
        data = path.read_bytes() if path.exists() else b""
        path.unlink(missing_ok=True)
        return [self._heard(part.decode("latin-1")) for part in data.split(b"\0\0") if part]

    def _heard(self, part: str) -> Heard:
        items = [item.partition("=") for item in part.split("\0")]
        values = {name: value for name, _, value in items}
        if values["PROGRAM"] != "mail":
            return Heard(self.now, values["PROGRAM"], values["RCPT"], values)
        arguments = [value for name, _, value in items if name == "ARGUMENT"]
        subject = arguments[1] if arguments[0] == "-s" else ""
        return Heard(self.now, "mail", arguments[-1], {"SUBJECT": subject, "BODY": values["BODY"]})

    @property
    def log(self) -> str:
        return (self.home / "alert.log").read_text(errors="replace")

    def _write(self, text: str) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        self._got = self._asks = False
        process.stdin.write(text.encode("latin-1"))
        process.stdin.flush()
        self._settle()

    def _settle(self) -> None:
        """It has read everything, nobody whom it started runs, and it waits for the next message."""
        process = self._process
        assert process is not None
        for _ in range(_ATTEMPTS):
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PAUSE)
                raise RuntimeError(f"xymond_alert ended: {self.log[-2000:]}")
            if self._waits(process):
                return
        raise RuntimeError(f"xymond_alert does not come to rest: {self.log[-2000:]}")

    def _waits(self, process: subprocess.Popen[bytes]) -> bool:
        """In this order: it says that it has read and waits only after it has started those who send."""
        self._read_log(process.pid)
        return self._asks and not any(_children(process.pid) for _ in range(2)) and _state(process.pid) == "S"

    def _read_log(self, pid: int) -> None:
        self._log.seek(self._read)
        lines = self._log.read().splitlines(keepends=True)
        complete = lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]
        self._read += sum(map(len, complete))
        for line in complete:
            if line.startswith(b"%d " % pid):
                self._got = self._got or b" Got " in line
                self._asks = self._got and b" Want msg " in line


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def xymond_alert(rules: str, hosts: str, now: int) -> Iterator[XymondAlert]:
    """A private xymond_alert with those files, started at that moment."""
    home = Path(tempfile.mkdtemp(prefix="xymond-alert-"))
    try:
        with frozen_time(now) as clock, _xymond(hosts) as (port, board):
            found = XymondAlert(home, clock, now)
            found.port, found.board = port, board
            _lay_out(home, hosts)
            found.rules(rules)
            found.start()
            try:
                yield found
            finally:
                found.kill()
                found.close()
    finally:
        shutil.rmtree(home)


def _lay_out(home: Path, hosts: str) -> None:
    for folder in ("etc", "tmp", "bin"):
        (home / folder).mkdir()
    for name, text in {"one": _SCRIPT, "two": _SCRIPT, "mail": _MAIL}.items():
        (home / "bin" / name).write_text(text)
        (home / "bin" / name).chmod(0o755)
    (home / "etc" / "hosts.cfg").write_text(hosts)
    (home / "etc" / "holidays.cfg").write_text("")
    home.chmod(0o755)
    if os.geteuid() == 0:
        user = unprivileged_user()
        for path in (home, *home.rglob("*")):
            shutil.chown(path, user.pw_uid, user.pw_gid)


@contextmanager
def _xymond(hosts: str) -> Iterator[tuple[int, dict[tuple[str, str], str]]]:
    """Answers `config hosts.cfg` and `xymondboard` as xymond would: host, test and colour of all that is bad."""
    board: dict[tuple[str, str], str] = {}

    def answer(caller: socket.socket) -> None:
        question = _all_of(caller)
        caller.sendall((hosts if question.startswith(b"config") else _board_rows(board)).encode())

    with thread_callers(answer) as port:
        yield port, board


def _board_rows(board: Mapping[tuple[str, str], str]) -> str:
    rows = [f"{host}|{test}|{color}" for (host, test), color in board.items()]
    return "\n".join([*rows, "other.example.com|conn|green", ""])


def _all_of(caller: socket.socket) -> bytes:
    return b"".join(iter(lambda: caller.recv(65536), b""))
