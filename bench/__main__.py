"""`make bench`: every figure, side by side with the peers that are installed; writes bench/REPORT.md.

`python -m bench ping memory` measures some of them and only prints. Each runs in a process of its own, one at a time.
"""

import importlib
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.peers import find
from bench.row import Row

# The only list of what is measured, in the order of the report.
FIGURES = (
    "ingest",
    "memory",
    "http_sweep",
    "black_holes",
    "ping",
    "lateness",
    "sites",
    "pages",
    "restart",
    "reload",
    "live_reload",
    "alerts",
    "agents",
    "graphs",
)
_MARK = "bench rows: "
_LONGEST = 1200.0
_FOLDER = Path(__file__).parent
_VERSIONS = {
    "xymond": ["dpkg-query", "-W", "-f", "${Version}", "xymon"],
    "fping": ["fping", "--version"],
    "nginx": ["dpkg-query", "-W", "-f", "${Version}", "nginx"],
    "prometheus-blackbox-exporter": ["dpkg-query", "-W", "-f", "${Version}", "prometheus-blackbox-exporter"],
    "prometheus-alertmanager": ["dpkg-query", "-W", "-f", "${Version}", "prometheus-alertmanager"],
}


def main(arguments: list[str]) -> int:
    """Measure, print, write the report."""
    if arguments[:1] == ["--one"]:
        rows = importlib.import_module(f"bench.{arguments[1]}").run()
        print(_MARK + json.dumps([asdict(row) for row in rows]))
        return 0
    unknown = [name for name in arguments if name not in FIGURES]
    if unknown:
        print(f"bench: there is no {', '.join(unknown)}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    wanted = arguments or list(FIGURES)
    rows = [row for number, name in enumerate(wanted, 1) for row in _measured(name, number, len(wanted))]
    text = _table(rows)
    print(text)
    if not arguments:
        (_FOLDER / "REPORT.md").write_text(_report(text))
    return 0


def _measured(name: str, number: int, of: int) -> list[Row]:
    print(f"bench: {name} ({number} of {of}) ...", end="", flush=True, file=sys.stderr)
    began = time.perf_counter()
    rows = _run(name)
    print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return rows


def _run(name: str) -> list[Row]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench", "--one", name],
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [Row(figure=name, unit="", ours=None, note=f"not measured: it took more than {_LONGEST:.0f} s")]
    for line in done.stdout.splitlines():
        if line.startswith(_MARK):
            return [Row(**row) for row in json.loads(line.removeprefix(_MARK))]
    why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return [Row(figure=name, unit="", ours=None, note=f"not measured: {why[:200]}")]


def _table(rows: list[Row]) -> str:
    lines = ["| figure | hexmon | peer | peer's | ratio | to reach | note |", "|---|---:|---|---:|---:|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (row.figure, _number(row.ours, row.unit), row.peer_name, _number(row.peer, row.unit), ratio)
        lines.append("| " + " | ".join([*cells, row.want, row.note.replace("|", "/").replace("\n", " ")]) + " |")
    return "\n".join(lines)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4
    return f"{value:,.{digits}f} {unit}".strip()


def _report(table: str) -> str:
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return f"""# Load report

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Each row is taken side by side in one run on this
machine: trust the ratios, not the absolute figures. A ratio is hexmon's figure divided by the peer's.

* Machine: {os.cpu_count()} cores, {_memory()} of memory, {_processor()}; {_system()}
* Python {platform.python_version()}; load average at the end {load}
* Peers: {_peers()}

{table}

{_remarks()}"""


def _remarks() -> str:
    """What people wrote about the figures is kept over runs."""
    path = _FOLDER / "REMARKS.md"
    return path.read_text() if path.exists() else ""


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _system() -> str:
    return f"{platform.system()} {platform.release().split('-')[0]}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def _peers() -> str:
    found = [f"{name} {_version(command)}" for name, command in _VERSIONS.items() if find(name)]
    missing = [name for name in _VERSIONS if not find(name)]
    return ", ".join(found) + (f"; not installed: {', '.join(missing)}" if missing else "")


def _version(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0].removeprefix("fping: Version ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
