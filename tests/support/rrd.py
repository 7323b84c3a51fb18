"""RRD files in tests: updates by few words, and the real rrdtool program beside librrd."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from hexmon.graphs.schema import DataSource, Layout, Update
from tests.support.peers import peer

START = 1_700_000_100  # a multiple of 300


def update(at: float = START, file: str = "la.rrd", layout: Layout | None = None, **values: str) -> Update:
    """Figures of GAUGEs (names that begin with c_ are COUNTERs) of the host www."""
    sources = tuple(DataSource(name, "COUNTER" if name.startswith("c_") else "GAUGE") for name in values)
    words = tuple(values.values())
    return Update(folder="www", file=file, sources=sources, values=words, at=at, test="la", layout=layout)


def rrdtool(*words: str) -> str:
    """What the real rrdtool prints."""
    done = subprocess.run([peer("rrdtool"), *words], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def definition(info: str) -> Mapping[str, str]:
    """The part of `rrdtool info` that says how a file was made, not what is in it."""
    kept = ("step", ".type", ".minimal_heartbeat", ".min", ".max", ".index", ".cf", ".rows", ".pdp_per_row", ".xff")
    pairs = (line.partition(" = ") for line in info.splitlines())
    return {name: value for name, _, value in pairs if name.endswith(kept)}


def made(path: Path, *words: str, start: int = START - 300, step: int = 300) -> Path:
    """A file made by the real rrdtool."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rrdtool("create", str(path), "--start", str(start), "--step", str(step), *words)
    return path
