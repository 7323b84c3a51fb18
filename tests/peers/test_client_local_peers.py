"""Which lines of client-local.cfg an agent gets, from the real xymond and from hexmon."""

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from hexmon.ingest.files import load_client_local
from tests.support.xymond import Xymond, xymond

pytestmark = pytest.mark.peers

_AGENTS = {
    "www.example.com": ("linux", "linux"),
    "db1.example.com": ("linux", "database"),
    "db2.example.com": ("sunos", "web"),
    "linux": ("aix", "aix"),
    "web": ("freebsd", "linux-web"),
    "x": ("hp-ux", "Database"),
}
_HOSTS = "".join(f"127.0.0.1 {name} # noconn\n" for name in _AGENTS)
_WANTED = (
    "linux",
    "web",
    "db",
    "db*",
    "%^db",
    "database",
    "*",
    "www.example.com",
    "wwwXexample.com",
    "x",
    "lin.x",
    "^l",
)
_TEXTS = ("log:/a:10", "  indented", "file:/b", "# comment", "", "ignore x y ", "trigger [a-z]")


def _file(dice: random.Random) -> str:
    lines: list[str] = []
    for number in range(dice.randint(1, 6)):
        kind = dice.choice(("", "", "host=", "class=", "os=", "HOST=", "Class="))
        lines.append(f"[{kind}{dice.choice(_WANTED).removeprefix('' if kind else '%')}]")
        lines += [dice.choice(_TEXTS) for _ in range(dice.randint(0, 3))]
        lines.append(f"section {number}")
    return "\n".join(lines) + "\n"


def _answers(daemon: Xymond, text: str, number: int) -> list[bytes]:
    path = daemon.home / "etc" / "client-local.cfg"
    path.write_text(text)
    os.utime(path, (number, number))
    daemon.reload()
    for _ in range(3):
        daemon.say(b"ping")

    found = []
    for name, (os_type, host_class) in _AGENTS.items():
        head = f"client {name.replace('.', ',')}.{os_type} {host_class}\n[date]\n{number}\n"
        found.append(daemon.say(head.encode()))
    return found


@pytest.mark.parametrize("options", [(), ("--merge-clientlocal",)], ids=["the best section", "all that fit"])
def test_sections_made_up_by_dice(options: Sequence[str], tmp_path: Path) -> None:
    ours = tmp_path / "client-local.cfg"
    with xymond(_HOSTS, {"client-local.cfg": "[none]\n"}, options=options) as daemon:
        for seed in range(40):
            text = _file(random.Random(seed))  # noqa: S311 - repeatable, not secret
            ours.write_text(text)
            local, _ = load_client_local(ours, merge=bool(options))
            expected = [local.select(name, host_class, os_type) for name, (os_type, host_class) in _AGENTS.items()]
            assert _answers(daemon, text, seed + 1) == expected, text
