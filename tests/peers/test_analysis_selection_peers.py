"""Which settings of analysis.cfg hold for whom, from the real xymond_client (`--test`) and from hexmon.

Left out is PAGE for hosts of the top page or of several pages, and DISPLAYGROUP: xymond_client 4.3.30 does them wrong.
"""

import os
import random
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hexmon.app.analysis import AnalysisSource
from hexmon.inventory.source import HostsSource
from hexmon.judge.clients.rules import Disk, Load, Memory
from hexmon.judge.clients.selection import Analysis, Selected
from tests.peers.odd_analysis import HOSTS
from tests.support.frozen_time import FrozenTime, frozen_time
from tests.support.peers import peer

pytestmark = pytest.mark.peers

_AGENTS = {"www.foo.com": "linux", "db.foo.com": "win32", "a": "web", "www.bar.com": "linux"}  # host: class
_DISKS = ("/", "/var", "/home/a")
_HOSTS = """\
page web Web
127.0.0.1 www.foo.com # noconn
subpage sub Sub
127.0.0.2 db.foo.com # noconn
page other Other
127.0.0.3 a # noconn
127.0.0.4 www.bar.com # noconn
"""
_TIMES = ("W:0800:1800", "*:0000:1159", "60:0000:2400", "12345:2200:0600", "x", "W:800:900")
_ANSWER = re.compile(
    r"(?:Load|Phys|Swap|Act\.|Filesystem): (?:(Ignored)|Yellow at ([\d.]+[%U]?), red at ([\d.]+[%U]?))"
)
_STARTS = (1_795_435_200, 1_795_348_800)  # a Monday and a Sunday, at noon


def _qualifiers(dice: random.Random) -> str:
    words = []
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        ex = dice.choice(("", "", "EX"))
        words.append(
            dice.choice(
                (
                    f"{ex}HOST={dice.choice(HOSTS[:8])}",
                    f"{ex}CLASS={dice.choice(('linux', 'web', 'linux,win32', '%^w', '!web', '*', 'Linux'))}",
                    f"{ex}PAGE={dice.choice(('web', 'web/sub', '%^web', '%sub', '/', '*', '!web', 'other,web'))}",
                    f"{ex}TIME={dice.choice(_TIMES)}",
                )
            )
        )
    return " ".join(words)


def _file(dice: random.Random) -> str:
    lines = []
    for number in range(dice.randint(2, 14)):
        setting = dice.choice(
            (
                f"LOAD {number}.5 {number + 20}",
                f"{dice.choice(('MEMPHYS', 'MEMSWAP', 'MEMACT'))} {number} {number + 30}",
                f"DISK {dice.choice(('/', '/var', '%^/', '*', '/home/a,/var', '!/'))} {number} {number + 40}U",
                f"DISK {dice.choice(_DISKS)} IGNORE",
                "DEFAULT",
                "",
            )
        )
        lines.append(f"{setting} {_qualifiers(dice)}".strip() if setting != "DEFAULT" else setting)
    return "\n".join(lines) + "\n"


def _theirs(folder: Path, clock: FrozenTime) -> list[tuple[str, ...]]:
    asked = "".join(
        f"{name}\n{host_class}\ncpu\n\nmem\n" + "".join(f"\ndisk\n{disk}\n" for disk in _DISKS)
        for name, host_class in _AGENTS.items()
    )
    done = subprocess.run(
        [str(peer("xymond_client")), f"--config={folder / 'analysis.cfg'}", "--test"],
        input=f"{asked}.\n".encode(),
        env={
            "PATH": os.environ["PATH"],
            "XYMONHOME": str(folder),
            "HOSTSCFG": f"!{folder / 'hosts.cfg'}",
            "TZ": "UTC",
            **clock.environment,
        },
        capture_output=True,
        timeout=20,
        check=True,
    )
    found = _ANSWER.findall(done.stdout.decode())
    return [(ignored,) if ignored else (warn, panic) for ignored, warn, panic in found]


def _ours(folder: Path, now: int) -> Iterator[tuple[str, ...]]:
    inventory = HostsSource(folder / "hosts.cfg").load()
    analysis = Analysis(AnalysisSource(folder / "analysis.cfg").load())
    local = datetime.fromtimestamp(now, UTC)
    for name, host_class in _AGENTS.items():
        yield from _limits(analysis.for_host(inventory.hosts[name], host_class, "", local))


def _limits(selected: Selected) -> Iterator[tuple[str, ...]]:
    load = selected.first(Load) or Load()
    yield f"{load.warn:.2f}", f"{load.panic:.2f}"
    for usual in (
        Memory(kind="phys", warn=100, panic=101),
        Memory(kind="swap", warn=50, panic=80),
        Memory(kind="act", warn=90, panic=97),
    ):
        memory = selected.first(Memory, lambda rule, kind=usual.kind: rule.kind == kind) or usual  # type: ignore[misc]
        yield str(memory.warn), str(memory.panic)
    for name in _DISKS:
        disk = selected.first(Disk, lambda rule, name=name: bool(rule.names and rule.names.names(name))) or Disk()  # type: ignore[misc]
        levels = (f"{level.value}{'U' if level.free else '%'}" for level in (disk.warn, disk.panic))
        yield ("Ignored",) if disk.ignored else tuple(levels)


@pytest.mark.parametrize("start", _STARTS, ids=["on a Monday", "on a Sunday"])
def test_limits_of_files_made_up_by_dice(start: int, tmp_path: Path) -> None:
    (tmp_path / "hosts.cfg").write_text(_HOSTS)
    with frozen_time(start) as clock:
        for seed in range(120):
            dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
            (tmp_path / "analysis.cfg").write_text(_file(dice))
            now = start + dice.randint(-40_000, 40_000)
            clock.move_to(now)
            theirs = _theirs(tmp_path, clock)
            assert list(_ours(tmp_path, now)) == theirs, (seed, (tmp_path / "analysis.cfg").read_text())
            assert len(theirs) == len(_AGENTS) * 7
