"""HTTP checks of 10,000 hosts, all answering: hexmon, xymonnet and blackbox_exporter against the same nginx.

All hosts have names of their own and one address, so that every check is a connection of its own to 127.0.0.1.
hexmon's figure is taken twice: the checks alone, and the whole `hexmon sweep --no-submit` (start of Python, reading
hosts.cfg, probing, judging, writing the messages), which is what xymonnet's time is made of too.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench.peers import find, free_port, nginx, running
from bench.row import Row
from hexmon.clock import SystemClock
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Outcome
from hexmon.probes.http import HttpOptions
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools

HOSTS = 10_000
_AT_ONCE = 100
_ROUNDS = 3
_FIGURE = f"HTTP checks of {HOSTS:,} hosts, all answering"
_BLACKBOX = """
modules:
  get: {prober: http, timeout: 10s, http: {preferred_ip_protocol: ip4}}
"""


def run() -> list[Row]:
    """One row for each comparison; the best of three rounds for everybody."""
    if find("nginx") is None:
        return [Row(figure=_FIGURE, unit="s", ours=None, note="not measured: nginx is not installed")]
    with tempfile.TemporaryDirectory() as name, nginx(Path(name)) as port:
        folder = Path(name)
        hosts = _write_hosts(folder, port)
        with _counted(port, "hexmon", _ROUNDS):
            checks = min(uvloop.run(_probe(port)) for _ in range(_ROUNDS))
        sweep = _best([sys.executable, "-m", "hexmon", "sweep", "--no-submit", "--hosts", str(hosts)], folder, port)
        return [
            _against_xymonnet(checks, "checks alone", folder, port),
            _against_xymonnet(sweep, "whole sweep", folder, port),
            _against_blackbox(HOSTS / checks, folder, port),
        ]


def _write_hosts(folder: Path, port: int) -> Path:
    etc = folder / "etc"
    etc.mkdir()
    hosts = etc / "hosts.cfg"
    line = "127.0.0.1 h{0}.test # noconn testip http://h{0}.test:{1}=127.0.0.1/\n"
    hosts.write_text("".join(line.format(number, port) for number in range(HOSTS)))
    (etc / "protocols.cfg").write_text("")
    return hosts


def _requests(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=5) as answer:
        return int(answer.read().splitlines()[2].split()[2])


@contextlib.contextmanager
def _counted(port: int, who: str, rounds: int) -> Iterator[None]:
    """The web server's own count proves that every check was made."""
    before = _requests(port)
    yield
    seen = _requests(port) - before - 1
    if seen < rounds * HOSTS:
        raise RuntimeError(f"{who} made {seen} requests instead of {rounds * HOSTS}")


async def _probe(port: int) -> float:
    clock = SystemClock()
    checks = iter(
        [
            Check(
                key=StatusKey(f"h{number}.test", "http"),
                probe="http",
                address="",
                options=HttpOptions(url=f"http://h{number}.test:{port}/", connect_to="127.0.0.1"),
            )
            for number in range(HOSTS)
        ]
    )
    outcomes: Counter[Outcome] = Counter()

    async def work() -> None:
        for check in checks:
            observation = await observe(check, tools, clock)
            outcomes[observation.reply.outcome] += 1

    async with open_tools(clock) as tools:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
        took = time.perf_counter() - began
    if outcomes != {Outcome.OK: HOSTS}:
        raise RuntimeError(f"not all hosts answered: {outcomes}")
    return took


def _best(command: list[str], folder: Path, port: int) -> float:
    environment = {
        **os.environ,
        "XYMONHOME": str(folder),
        "XYMONTMP": str(folder),
        "XYMONVAR": str(folder),
        "HOSTSCFG": str(folder / "etc" / "hosts.cfg"),
        "XYMSRV": "127.0.0.1",
        "MACHINE": "bench",
        "MACHINEDOTS": "bench",
        "CONNTEST": "FALSE",
    }
    times = []
    with _counted(port, command[0], _ROUNDS):
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
            times.append(time.perf_counter() - began)
    return min(times)


def _against_xymonnet(ours: float, what: str, folder: Path, port: int) -> Row:
    program = find("xymonnet")
    figure, want = f"{_FIGURE}: {what}", "<= 1.0 x xymonnet's time"
    if program is None:
        return Row(
            figure=figure, unit="s", ours=ours, peer_name="xymonnet", want=want, note="xymonnet is not installed"
        )
    command = [program, "--no-update", "--noping", "--dns=ip", "--concurrency=1000"]
    peer = min(_best(command, folder, port), _best(command[:-1], folder, port))
    return Row(
        figure=figure,
        unit="s",
        ours=ours,
        peer_name="xymonnet --no-update",
        peer=peer,
        ratio=ours / peer,
        want=want,
        note=f"best of {_ROUNDS} rounds; ours {_AT_ONCE} at once; xymonnet's better of default and --concurrency=1000",
    )


def _against_blackbox(ours: float, folder: Path, port: int) -> Row:
    program = find("prometheus-blackbox-exporter") or find("blackbox_exporter")
    figure, want = f"{_FIGURE}: rate", ">= 2 x blackbox_exporter's rate"
    if program is None:
        return Row(figure=figure, unit="checks/s", ours=ours, want=want, note="blackbox_exporter is not installed")
    (folder / "blackbox.yml").write_text(_BLACKBOX)
    own = free_port()
    command = [program, f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address=127.0.0.1:{own}"]
    with running([*command, "--log.level=error"], own), _counted(port, "blackbox_exporter", _ROUNDS):
        peer = max(HOSTS / uvloop.run(_ask_blackbox(own, port)) for _ in range(_ROUNDS))
    return Row(
        figure=figure,
        unit="checks/s",
        ours=ours,
        peer_name="blackbox_exporter",
        peer=peer,
        ratio=ours / peer,
        want=want,
        note=f"asked over {_AT_ONCE} kept connections by a client that shares the machine's cores, as Prometheus would",
    )


async def _ask_blackbox(own: int, port: int) -> float:
    numbers = iter(range(HOSTS))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", own)
        for number in numbers:
            target = f"http://127.0.0.1:{port}/{number}"
            writer.write(f"GET /probe?module=get&target={target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await _read_body(reader, head)
        writer.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    return time.perf_counter() - began


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith((b"content-length:", b"transfer")))
    if length.startswith(b"content-length"):
        body = await reader.readexactly(int(length.split(b":")[1]))
    else:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:size]
        await reader.readline()
    if b"\nprobe_success 1" not in body:
        raise RuntimeError(f"blackbox_exporter failed: {body[-500:].decode()}")


if __name__ == "__main__":
    for row in run():
        print(row)
