"""A sweep over 10,000 hosts of which every tenth is a black hole: hexmon and xymonnet, ping and http.

In a network namespace of its own: the black holes are addresses behind an interface that swallows everything. What
must not happen is that the silent ones queue up, so that a sweep takes several timeouts.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.lateness import NETWORK
from bench.own_network import seen_by
from bench.peers import find, nginx
from bench.row import Row

HOSTS = 10_000
HOLES = 10  # every tenth
TIMEOUT = 10.0
_FIGURE = f"sweep of {HOSTS:,} hosts (conn, http), 10 % black holes"
_WANT = f"<= {TIMEOUT + 2:.0f} s: one timeout plus two seconds"
_COLORS = re.compile(rb"status\+\d+ \S+\.http (\w+)")


def run() -> list[Row]:
    """One row; without the right to make a namespace it says so."""
    seen = seen_by("bench.black_holes")
    if isinstance(seen, str):
        return [Row(figure=_FIGURE, unit="s", ours=None, want=_WANT, note=seen)]
    ours, peer = seen["hexmon"], seen.get("xymonnet")
    note = f"{TIMEOUT:.0f} s for a check; xymonnet without ping, with --concurrency=1000"
    ratio = ours / peer if peer else None
    return [
        Row(figure=_FIGURE, unit="s", ours=ours, peer_name="xymonnet", peer=peer, ratio=ratio, want=_WANT, note=note)
    ]


def _write_hosts(folder: Path, port: int) -> Path:
    etc = folder / "etc"
    etc.mkdir()
    lines = []
    for number in range(HOSTS):
        hole = number % HOLES == 0
        address = f"198.51.100.{2 + number // HOLES % 250}" if hole else f"127.0.{1 + number % 20}.{1 + number % 250}"
        target = address if hole else "127.0.0.1"
        lines.append(f"{address} h{number}.test # testip ~http://h{number}.test:{port}={target}/\n")
    (etc / "hosts.cfg").write_text("".join(lines))
    (etc / "protocols.cfg").write_text("")
    return etc / "hosts.cfg"


def _timed(command: list[str], folder: Path) -> float:
    environment = {
        **os.environ,
        "XYMONHOME": str(folder),
        "XYMONTMP": str(folder),
        "HOSTSCFG": str(folder / "etc" / "hosts.cfg"),
        "XYMSRV": "127.0.0.1",
        "MACHINE": "bench",
    }
    began = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    took = time.perf_counter() - began
    colors = Counter(_COLORS.findall(done.stdout))
    expected = {b"green": HOSTS - HOSTS // HOLES, b"red": HOSTS // HOLES}
    if colors != expected:
        raise RuntimeError(f"{command[0]} found { {color.decode(): number for color, number in colors.items()} }")
    return took


def main() -> dict[str, float]:
    for line in NETWORK.strip().splitlines():
        subprocess.run(line.split(" "), check=True)
    with tempfile.TemporaryDirectory() as name, nginx(Path(name)) as port:
        folder = Path(name)
        hosts = _write_hosts(folder, port)
        ours = [sys.executable, "-m", "hexmon", "sweep", "--no-submit", "--hosts", str(hosts)]
        seen = {"hexmon": _timed([*ours, "--timeout", str(TIMEOUT)], folder)}
        program = find("xymonnet")
        if program is not None:
            theirs = [program, "--no-update", "--noping", "--dns=ip", "--concurrency=1000"]
            seen["xymonnet"] = _timed([*theirs, f"--timeout={TIMEOUT:.0f}"], folder)
        return seen


if __name__ == "__main__":
    print(json.dumps(main()))
