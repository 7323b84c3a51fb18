"""What the real xymond_alert makes of an alerts.cfg: `--test` and `--dump-config`, put into values."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.support.peers import peer

TEXT_BYTES = 255  # of a line are shown
_STAMP = re.compile(rb"^\d{8} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")
_AGAINST = re.compile(r"Matching host:service:dgroup:page '(.*)' against rule line (\d+)", re.DOTALL)
_FAILED = re.compile(r"Failed '(.*)' \((.*)\)", re.DOTALL)
_MATCH = re.compile(r"\*\*\* Match with '(.*)' \*\*\*", re.DOTALL)
_MAIL = re.compile(r"Mail alert with command 'mail (-s \".*?\" )?(.*)'", re.DOTALL)
_SCRIPT = re.compile(r"Script alert with command '(.*)' and recipient (.*)", re.DOTALL)
_DROPPED = re.compile(r"Recipient '(.*)' dropped(?:,| \()(.*?)(?: \(count=\d+\)|\))?\Z", re.DOTALL)
_LINE_OF_RECIPIENT = re.compile(r"\[cfid:(\d+)\]")


class Step(NamedTuple):
    """A rule or a recipient that was asked: the line, `reason` empty when it matched, what it says."""

    line: int
    reason: str
    text: str


class Told(NamedTuple):
    """Somebody who is told, or is not although the filters were met (`why`)."""

    method: str
    address: str
    program: str = ""
    subject: bool = False
    line: int = 0
    why: str = ""


@dataclass(frozen=True)
class Event:
    """What `--test` is asked: minutes, and the moment in epoch seconds."""

    host: str
    test: str
    color: str = "red"
    minutes: int = 0
    groups: str = ""
    now: int = 1_700_000_000
    zone: str = "UTC"

    @property
    def options(self) -> list[str]:
        groups = [f"--group={self.groups}"] if self.groups else []
        return [f"--color={self.color}", f"--duration={self.minutes}", f"--time={self.now}", *groups]


class RealAlerts:
    """A folder with an XYMONHOME; its `etc` holds the files."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.etc = home / "etc"
        self.etc.mkdir(parents=True, exist_ok=True)
        (home / "tmp").mkdir(exist_ok=True)
        self._program = str(peer("xymond_alert"))
        self._environment = {
            "PATH": os.environ["PATH"],
            "XYMONHOME": str(home),
            "HOSTSCFG": f"!{self.etc / 'hosts.cfg'}",  # the mark: not from a running xymond
            "XYMONTMP": str(home / "tmp"),
            "XYMONSERVERLOGS": str(home / "tmp"),
            "XYMSRV": "127.0.0.1",
            "XYMONDPORT": "1",
            "ALERTCOLORS": "red,yellow,purple",
            "ALERTREPEAT": "30",
            "MAIL": "mail -s",
            "MAILC": "mail",
            **(environment or {}),
        }

    def test(self, event: Event) -> list[Step | Told]:
        """Every rule and recipient that is asked, and who is told, in order."""
        output = self._run(["--cfid", "--test", event.host, event.test, *event.options], event.zone)
        return list(_steps(output))

    def dump(self) -> list[str]:
        """The lines of `--dump-config`, without messages and empty lines, blanks at their ends removed."""
        lines = self._run(["--dump-config"], "UTC").split("\n")
        return [line.rstrip() for line in lines if re.match(r" *\d+\t|\t", line)]

    def _run(self, options: list[str], zone: str) -> str:
        command = [self._program, *options]
        command.insert(1, f"--config={self.etc / 'alerts.cfg'}")
        done = subprocess.run(
            command,
            cwd=self.home,
            env={**self._environment, "TZ": zone},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, (done.returncode, done.stderr[-500:])
        lines = [_STAMP.sub(b"", line) for line in done.stdout.split(b"\n")]
        return b"\n".join(lines).decode(errors="surrogateescape")


def _steps(output: str) -> Iterator[Step | Told]:
    line = 0
    for text in output.split("\n"):
        if found := _AGAINST.match(text):
            line = int(found[2])
        elif found := _FAILED.match(text):
            yield Step(line, found[2], found[1])
        elif found := _MATCH.match(text):
            yield Step(line, "", found[1])
        elif told := _told(text):
            yield told


def _told(text: str) -> Told | None:
    if found := _MAIL.match(text):
        of_recipient = _LINE_OF_RECIPIENT.search(found[1] or "")
        return Told("MAIL", found[2], subject=bool(found[1]), line=int(of_recipient[1]) if of_recipient else 0)
    if found := _SCRIPT.match(text):
        return Told("SCRIPT", found[2], found[1])
    if text == "IGNORE rule found":
        return Told("IGNORE", "")
    found = _DROPPED.match(text)
    return Told("", found[1], why=found[2].strip()) if found else None
