"""What docs/clients-checks.md shows is so."""

import re
from pathlib import Path

import pytest

from hexmon.judge.clients.rules import Rule
from tests.support.analysis_files import analysis
from tests.support.client_rules import squares

PAGE = Path(__file__).parents[3] / "docs" / "clients-checks.md"
BLOCKS = re.findall(r"```\n(.*?)```", PAGE.read_text(), re.DOTALL)
SETTINGS = [block for block in BLOCKS if block.split()[0].isupper()]
MTIME = 1795161600 - 90_000
MESSAGE = f"""[ps]
CMD
sshd
sshd
httpd
httpd
httpd
[ports]
tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN
tcp 0 0 :::22 :::* LISTEN
tcp 0 0 192.0.2.2:22 192.0.2.9:4711 ESTABLISHED
[msgs:/var/log/mail.log]
[msgs:/var/log/messages]
Nov 20 07:56:22 www kernel: ext4 WARNING: odd
Nov 20 07:56:23 www kernel: I/O error, dev sdb
[msgs:/var/log/app.log]
Nov 20 07:57:01 www app: FATAL
[file:/var/run/nologin]
type:100000 (file)
[file:/var/backup/last.tgz]
type:100000 (file)
size:50000000
clock:1795161600
mtime:{MTIME}
[svcs]
BBWin automatic started Big Brother Xymon Client
"""


def rules() -> list[Rule]:
    return [rule for block in SETTINGS for rule in analysis(block).rules]


@pytest.mark.parametrize("block", SETTINGS)
def test_settings_are_understood(block: str) -> None:
    read = analysis(block)
    assert read.rules
    assert not read.problems


@pytest.mark.parametrize("test", ["procs", "ports", "msgs", "files", "svcs"])
def test_squares_are_as_shown(test: str) -> None:
    text = squares(MESSAGE, *rules(), os_type="bbwin" if test == "svcs" else "linux")[test].text.decode()
    told = re.sub(r"<a [^>]*>|</a>", "", text).split("\n")
    shown = next(block for block in BLOCKS if block not in SETTINGS and HEADS[test] in block).split("\n")
    assert [line for line in shown if line and line != "..." and line not in told] == []


HEADS = {
    "procs": "Processes",
    "ports": "SSH listener",
    "msgs": "System logs",
    "files": "File exists",
    "svcs": "BBWin is",
}
