"""The real xymond_rrd, given messages as by xymond_channel: which files it makes of them, and what is in them."""

import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hexmon.graphs import librrd
from tests.support.frozen_time import FrozenTime, frozen_time
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged, unprivileged_user

BEGUN = 1795161600
_LATER = 400  # it believes the memory in cpu only when it has run for six minutes
DEFINITIONS = """\
[ifmib/60]
	RRA:AVERAGE:0.5:5:576
	RRA:AVERAGE:0.5:30:576
	RRA:AVERAGE:0.5:120:576
	RRA:AVERAGE:0.5:1440:576
[]
	RRA:AVERAGE:0.5:1:576
	RRA:AVERAGE:0.5:6:576
	RRA:AVERAGE:0.5:24:576
	RRA:AVERAGE:0.5:288:576
"""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A status or `data` message of a host: `text` as it is on the wire, behind the first line of a data message."""

    kind: str
    host: str
    test: str
    text: bytes
    color: str = "green"
    flags: str = ""
    at: int = BEGUN + _LATER


@dataclass(frozen=True)
class InFile:
    """What is in a file: `sources` as in rrdcreate(1), the last values by their names, the archives."""

    sources: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    archives: tuple[str, ...] = ()
    step: int = 300


class XymondRrd:
    """Runs xymond_rrd once for each call of `files`; its folders are those of the test."""

    def __init__(self, home: Path, clock: FrozenTime) -> None:
        self.home = home
        self.environment: dict[str, str] = {}
        self.options: list[str] = []
        self._clock = clock
        self._runs = 0

    def files(self, messages: Sequence[Said]) -> dict[str, dict[str, InFile]]:
        """What it has made of the messages, by host and name. No two messages of a host may mean the same file."""
        self._runs += 1
        folder = self.home / "rrd" / str(self._runs)
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, unprivileged_user().pw_uid)
        self._clock.move_to(BEGUN)
        with (
            (self.home / "log").open("ab") as log,
            subprocess.Popen(
                [*as_unprivileged(), peer("xymond_rrd"), f"--rrddir={folder}", "--no-cache", *self.options],
                env={**os.environ, **self._environment(), **self._clock.environment, **self.environment},
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
            ) as process,
        ):
            self._begin(process, folder)
            self._clock.move_to(BEGUN + _LATER - 10)
            parts = [_on_the_wire(said, number) for number, said in enumerate(messages, 2)]
            process.communicate(b"".join([*parts, b"@@shutdown\n@@\n"]), timeout=120)
        if process.returncode != 0:
            raise Died(f"xymond_rrd ended with {process.returncode}")
        return {
            host.name: {file.name: read_file(file) for file in sorted(host.iterdir())}
            for host in sorted(folder.iterdir())
            if host.name != "first"
        }

    def _begin(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        """It takes the first cpu message for its birth."""
        assert process.stdin is not None
        first = Said(kind="status", host="first", test="cpu", text=b"green up: 1 days, load=1\n", at=BEGUN + 1)
        process.stdin.write(_on_the_wire(first, 1))
        process.stdin.flush()
        for _ in range(5000):
            if (folder / "first" / "la.rrd").exists():
                return
            try:
                process.wait(0.002)
            except subprocess.TimeoutExpired:
                continue
            raise Died("xymond_rrd ended at once")
        raise Died("xymond_rrd does nothing")

    def _environment(self) -> dict[str, str]:
        return {
            "XYMONHOME": str(self.home),
            "XYMONVAR": str(self.home),
            "XYMONTMP": str(self.home / "rrd"),
            "HOSTSCFG": f"!{self.home / 'etc/hosts.cfg'}",
            "XYMSRV": "127.0.0.1",
            "XYMONDPORT": "1",
            "PINGCOLUMN": "conn",
            "TEST2RRD": "cpu=la,disk,memory,conn=tcp,http=tcp",
            "GRAPHS": "tcp",
            "TZ": "UTC",
        }


class Died(Exception):  # noqa: N818 - the name says what is so
    """The message was too much for it."""


def _on_the_wire(said: Said, number: int) -> bytes:
    moment = f"{said.at}.000001|127.0.0.1|"
    if said.kind == "data":
        head = f"@@data#{number}/{said.host}|{moment}|{said.host}|{said.test}|linux|\n"
        first = f"data {said.host.replace('.', ',')}.{said.test}\n"
    else:
        fields = f"{said.host}|{said.test}|{said.at + 1800}|{said.color}|{said.flags}|green|{BEGUN}|0||0||0|0|linux|"
        head = f"@@status#{number}/{said.host}|{moment}|{fields}\n"
        first = f"status {said.host.replace('.', ',')}.{said.test} "
    return head.encode() + first.encode() + said.text + b"\n@@\n"


def read_file(path: Path) -> InFile:
    """What rrdinfo(1) says of a file."""
    info = librrd.info(path)
    names = sorted(
        {key[3:].partition("]")[0] for key in info if key.startswith("ds[")}, key=lambda n: info[f"ds[{n}].index"]
    )
    archives = sorted({int(key[4:].partition("]")[0]) for key in info if key.startswith("rra[")})
    return InFile(
        sources=tuple(_source(info, name) for name in names),
        values={name: info[f"ds[{name}].last_ds"] for name in names},
        archives=tuple(
            f"{info[f'rra[{n}].cf']}:{info[f'rra[{n}].xff']:g}:{info[f'rra[{n}].pdp_per_row']}:{info[f'rra[{n}].rows']}"
            for n in archives
        ),
        step=info["step"],
    )


def _source(info: Mapping[str, object], name: str) -> str:
    kind, heartbeat, low, high = (info[f"ds[{name}].{key}"] for key in ("type", "minimal_heartbeat", "min", "max"))
    return f"DS:{name}:{kind}:{heartbeat}:{_limit(low)}:{_limit(high)}"


def _limit(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and value == value else "U"


def near(one: str, other: str, by: float = 1e-6) -> bool:
    """Whether two values are the same number, or both unknown."""
    numbers = [_number(word) for word in (one, other)]
    if None in numbers:
        return numbers[0] is numbers[1]
    return math.isclose(numbers[0] or 0.0, numbers[1] or 0.0, rel_tol=1e-6, abs_tol=by)


def _number(word: str) -> float | None:
    try:
        return float(word) if math.isfinite(float(word)) else None
    except ValueError:
        return None


@contextmanager
def xymond_rrd() -> Iterator[XymondRrd]:
    """A place for a private xymond_rrd."""
    with tempfile.TemporaryDirectory(prefix="xymond-rrd-") as name, frozen_time(BEGUN) as clock:
        home = Path(name)
        home.chmod(0o755)
        (home / "etc").mkdir()
        (home / "rrd").mkdir()
        (home / "etc/hosts.cfg").write_text("127.0.0.1 www.example.com #\n")
        (home / "etc/analysis.cfg").write_text("")
        (home / "etc/protocols.cfg").write_text("[smtp]\n   port 25\n[ssh]\n   port 22\n")
        (home / "etc/rrddefinitions.cfg").write_text(DEFINITIONS)
        if os.geteuid() == 0:
            shutil.chown(home / "rrd", unprivileged_user().pw_uid)
        yield XymondRrd(home, clock)
