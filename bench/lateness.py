"""How late checks start at 1,000 checks/s while every tenth goes into a black hole.

The real runner with the real TCP probe, in a network namespace of its own: nine tenths of the checks meet a small
server on loopback that greets them, one tenth an address behind an interface that swallows everything. The server is
another process; the processor time is the runner's alone.
"""

import asyncio
import gc
import json
import resource
import socket
import subprocess
import sys
import time
from typing import Any

import uvloop

from bench.own_network import seen_by
from bench.row import Row
from hexmon.clock import SystemClock
from hexmon.model.inventory import Host, HostPolicy, Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.model.status import Report
from hexmon.probes.protocols import Service
from hexmon.probes.run import observe
from hexmon.probes.tcp import TcpOptions
from hexmon.probes.tools import open_tools
from hexmon.schedule.runner import Runner, RunnerSettings

RATE = 1000
INTERVAL = 60.0
SECONDS = 60.0
BLACK_HOLES = 10  # every tenth
PORT = 2525
NETWORK = """
ip link set lo up
ip link add hole type veth peer name drain
ip link set hole arp off
ip addr add 198.51.100.1/24 dev hole
ip link set drain up
ip link set hole up
sysctl -qw net.ipv4.ip_local_port_range=1024\t65000
"""


def run() -> list[Row]:
    """The rows of the report; without the right to make a namespace they say so."""
    seen = seen_by("bench.lateness")
    if isinstance(seen, str):
        return [Row(figure="start lateness at 1,000 checks/s", unit="ms", ours=None, note=seen)]
    return rows(seen)


def rows(seen: dict[str, float]) -> list[Row]:
    what = f"start lateness, {seen['rate']:.0f} checks/s, 10 % black holes"
    late = f"made and adopted; no turn missed, the latest start {seen['reload_max']:.0f} ms late"
    return [
        Row(figure=f"{what}: p50", unit="ms", ours=seen["p50"]),
        Row(figure=f"{what}: p99", unit="ms", ours=seen["p99"], want="<= 20", note=f"over {seen['seconds']:.0f} s"),
        Row(figure=f"{what}: max", unit="ms", ours=seen["max"], want="<= 250"),
        Row(figure=f"{what}: drift", unit="ms", ours=seen["drift"], want="0", note="last tenth's p50 less the first's"),
        Row(figure=f"{what}: missed turns", unit="", ours=seen["missed"], want="0"),
        Row(figure=f"{what}: processor", unit="cores", ours=seen["cores"], want="<= 1"),
        Row(
            figure=f"reload of {seen['squares']:.0f} checks meanwhile",
            unit="s",
            ours=seen["reload"],
            want="<= 5",
            note=late,
        ),
    ]


def _inventory() -> Inventory:
    service = Service(name="greet", port=PORT, expect=b"220", banner=True)
    options = TcpOptions(service=service, port=PORT)
    hosts: dict[str, Host] = {}
    for number in range(int(RATE * INTERVAL)):
        name = f"host{number}.lab.test"
        hole = number % BLACK_HOLES == 0
        address = f"198.51.100.{2 + number % 250}" if hole else f"127.0.{1 + number % 20}.{1 + number % 250}"
        check = Check(
            key=StatusKey(name, "greet"), probe="tcp", address=address, options=options, spec="greet", interval=INTERVAL
        )
        hosts[name] = Host(name=name, ip=address, checks=(check,), policy=HostPolicy())
    return Inventory(hosts=hosts, by_alias={name: name for name in hosts})


class Exact:
    """Every single lateness, in the order of the starts, beside what the runner's own histogram keeps."""

    def __init__(self, runner: Runner) -> None:
        self.seconds: list[float] = []
        self._count = runner.stats.lateness.observe
        runner.stats.lateness.observe = self.observe  # type: ignore[method-assign]

    def observe(self, seconds: float) -> None:
        self._count(seconds)
        self.seconds.append(seconds)


async def _measure() -> dict[str, float]:
    clock = SystemClock()
    colors: dict[str, int] = {}

    def file(report: Report) -> None:
        colors[report.color.word] = colors.get(report.color.word, 0) + 1

    inventory = _inventory()
    async with open_tools(clock) as tools, asyncio.TaskGroup() as tasks:
        runner = Runner(clock, lambda check: observe(check, tools, clock), file, RunnerSettings(max_in_flight=10_000))
        await runner.adopt(inventory)
        gc.collect()
        gc.freeze()
        task = tasks.create_task(runner.run())
        await asyncio.sleep(12)  # until as many black holes are in flight as there will be
        exact, cpu, began = Exact(runner), time.process_time(), time.monotonic()
        colors.clear()
        await asyncio.sleep(SECONDS)
        cores, seconds = (time.process_time() - cpu) / SECONDS, time.monotonic() - began
        late, told = list(exact.seconds), dict(colors)
        exact.seconds.clear()
        reload = await _reload(runner)
        task.cancel()
    assert told.get("green", 0) > 0.85 * len(late), told
    assert told.get("red", 0) > 0.08 * len(late), told
    tenth = len(late) // 10
    return {
        "rate": len(late) / seconds,
        "seconds": seconds,
        "p50": share(0.5, late),
        "p99": share(0.99, late),
        "max": share(1.0, late),
        "drift": share(0.5, late[-tenth:]) - share(0.5, late[:tenth]),
        "missed": runner.agenda.missed,
        "cores": cores,
        "squares": len(runner.agenda),
        "reload": reload,
        "reload_max": share(1.0, exact.seconds),
        "errors": runner.stats.errors,
    }


def share(part: float, seconds: list[float]) -> float:
    """That quantile, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1000


async def _reload(runner: Runner) -> float:
    """The same inventory once more, as another reading of the files gives it: equal values, other objects."""
    began = time.monotonic()
    await runner.adopt(await asyncio.to_thread(_inventory))
    return time.monotonic() - began


_SERVER = """
import asyncio, socket, uvloop
class Greet(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"220 hello\\r\\n")
        transport.close()
async def main():
    listener = socket.create_server(("", %d), backlog=4096)
    server = await asyncio.get_running_loop().create_server(Greet, sock=listener)
    await server.serve_forever()
uvloop.run(main())
"""


def main() -> dict[str, Any]:
    for line in NETWORK.strip().splitlines():
        subprocess.run(line.split(" "), check=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with subprocess.Popen([sys.executable, "-c", _SERVER % PORT]) as server:
        try:
            _await_server()
            return uvloop.run(_measure())
        finally:
            server.kill()


def _await_server() -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the server did not start")


if __name__ == "__main__":
    print(json.dumps(main()))
