"""The network of `tests.support.netlab` in a process of its own, and what both programs say of a hosts.cfg in it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.peers import peer

ROOT = Path(__file__).parents[2]
DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}")
MESSAGE = re.compile(r"^status\+30 (\S+)\.(\S+) (\S+) (?:<!-- \[flags:(\w+)\] --> )?(.*)$", re.MULTILINE)

# For generators: each example takes seconds, and the lines that differ say enough.
SIX_FILES = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Square(NamedTuple):
    """What is compared of one message."""

    color: str
    flags: str
    line: str


class Lab:
    """The network with its services, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._hosts = folder / "hosts.cfg"

    def compare(self, text: str) -> tuple[dict[str, Square], dict[str, Square]]:
        """What xymonnet and hexmon say of that hosts.cfg, by square."""
        self._hosts.write_text(text)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._hosts}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return squares(answer["xymonnet"]), squares(answer["hexmon"])


def squares(output: str) -> dict[str, Square]:
    # xymonnet pads the head of an extcombo with NULs, and the first message follows them on the same line.
    found: dict[str, Square] = {}
    for host, test, color, flags, line in MESSAGE.findall(output.replace("\0", "").replace(" status+", "\nstatus+")):
        key = f"{host}.{test}"
        assert key not in found, f"two messages for {key}"
        found[key] = Square(
            color,
            flags,
            DATE.sub("DATE", line)
            .replace(" (code: 0)", "")
            .replace("(HTTP status -2)", "(HTTP status 999)")
            .replace("(HTTP status 0)", "(HTTP status 999)")
            .replace("Internal Xymon error", "Content not checked")
            .strip(),
        )
    assert found, output
    return found


def differences(ours: dict[str, Square], theirs: dict[str, Square], text: str) -> list[str]:
    """The squares that differ, with the line of hosts.cfg."""
    lines = {line.split()[1].replace(".", ","): line for line in text.splitlines()}
    different = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    return [
        f"{key}: {ours.get(key)} instead of {theirs.get(key)}: {lines[key.rpartition('.')[0]]}" for key in different
    ]


@contextmanager
def open_lab(folder: Path) -> Iterator[Lab]:
    """The lab, for as long as the `with` lasts."""
    xymonnet = peer("xymonnet")
    peer("ip")
    namespace = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("not run: this user may not make network and mount namespaces")
    command = [*namespace, sys.executable, "-m", "tests.support.netlab", str(xymonnet)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Lab(process, folder)
        assert process.stdin is not None
        process.stdin.close()
