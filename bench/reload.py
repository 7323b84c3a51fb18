"""Reading a hosts.cfg of 20,000 hosts and 100,000 checks: hexmon, and Xymon's own reader of the same file."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.peers import find
from bench.row import Row
from hexmon.inventory.source import HostsSource

_HOSTS = 20_000
_PAGE = 200
_GROUP = 20
_ROUNDS = 3
_FIGURE = "reading a hosts.cfg of 100,000 checks"
_WANT = "<= 5 s for the whole reload"


def run() -> list[Row]:
    """One row: the slowest of three loads of ours, the fastest of three runs of xymongrep."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.cfg"
        path.write_text(hosts_text())
        ours = max(_load(path) for _ in range(_ROUNDS))
        peer = find("xymongrep")
        theirs = min(_grep(str(peer), path) for _ in range(_ROUNDS)) if peer else None
    ratio = None if theirs is None else ours / theirs
    note = "ours makes checks, policies, pages and mistakes of it; xymongrep only lists the hosts"
    return [
        Row(figure=_FIGURE, unit="s", ours=ours, peer_name="xymongrep", peer=theirs, ratio=ratio, want=_WANT, note=note)
    ]


def hosts_text() -> str:
    """Pages of 200 hosts in groups of 20; every host is pinged and has four more checks."""
    lines = []
    for number in range(_HOSTS):
        if number % _PAGE == 0:
            lines.append(f"page p{number} Page {number}")
        if number % _GROUP == 0:
            lines.append(f"group Group {number}")
        name = f"host{number}.example"
        urls = f"http://{name}/ https://{name}/login"
        words = f'CLIENT:h{number} NAME:"Host {number}" DESCR:server:rack'
        address = f"127.{number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
        lines.append(f"{address} {name} # testip ssh smtp:{2000 + number % 100} {urls} {words}")
    return "\n".join(lines) + "\n"


def _load(path: Path) -> float:
    source = HostsSource(path)
    begun = time.perf_counter()
    inventory = source.load()
    took = time.perf_counter() - begun
    assert sum(len(host.checks) for host in inventory.hosts.values()) == 5 * _HOSTS
    assert inventory.problems == ()
    return took


def _grep(program: str, path: Path) -> float:
    begun = time.perf_counter()
    subprocess.run([program, "*"], env=os.environ | {"HOSTSCFG": str(path)}, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
