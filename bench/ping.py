"""Ping of 10,000 addresses of loopback: hexmon, fping and xymonping.

hexmon's figure is that of complete checks (engine, deadline, facts, texts), not of the bare engine. Loopback answers
in microseconds and its queues are short, so a sender that does not read in between loses answers by itself.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence

import uvloop

from bench.peers import find
from bench.row import Row
from hexmon.clock import SystemClock
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Outcome
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools

ADDRESSES = tuple(f"127.{1 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(10_000))
_ROUNDS = 3
_FIGURE = f"ping of {len(ADDRESSES):,} addresses"
_WANT = "<= 1 s, nothing lost by us"
# At its pace of 50 packets a second xymonping needs minutes for all: it gets a part, and the time is scaled.
_XYMONPING_PART = 500


def run() -> list[Row]:
    """One row for each peer; the slowest of three rounds of ours, the best of the peers'."""
    if os.geteuid() != 0:
        return [Row(figure=_FIGURE, unit="s", ours=None, want=_WANT, note="not measured: raw sockets need root")]
    rounds = [uvloop.run(_probe()) for _ in range(_ROUNDS)]
    ours = max(took for took, _, _ in rounds)
    lost = sum(missing for _, missing, _ in rounds)
    again = sum(repeated for _, _, repeated in rounds)
    note = f"slowest of {_ROUNDS} rounds; lost {lost}, asked again {again} of {_ROUNDS * len(ADDRESSES):,}"
    return [_row(ours, note, *peer) for peer in _peers()]


def _row(ours: float, note: str, name: str, seconds: float | None, remark: str) -> Row:
    ratio = None if seconds is None else ours / seconds
    full = f"{note}; {remark}" if remark else note
    return Row(figure=_FIGURE, unit="s", ours=ours, peer_name=name, peer=seconds, ratio=ratio, want=_WANT, note=full)


async def _probe() -> tuple[float, int, int]:
    """(seconds, addresses without answer, packets beyond one for each)."""
    clock = SystemClock()
    checks = [
        Check(key=StatusKey(address, "conn"), probe="icmp", address=address, options=IcmpOptions())
        for address in ADDRESSES
    ]
    async with open_tools(clock) as tools:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(observe(check, tools, clock)) for check in checks]
        took = time.perf_counter() - began
    replies = [task.result().reply for task in tasks]
    missing = sum(reply.outcome is not Outcome.OK for reply in replies)
    return took, missing, int(sum(reply.facts["sent"] for reply in replies)) - len(ADDRESSES)


def _peers() -> list[tuple[str, float | None, str]]:
    fping, xymonping = find("fping"), find("xymonping")
    absent = "not installed"
    return [
        ("fping -i 0", _timed([fping, "-q", "-i", "0"], ADDRESSES), "") if fping else ("fping -i 0", None, absent),
        ("fping -i 1", _timed([fping, "-q", "-i", "1"], ADDRESSES, 1), "") if fping else ("fping -i 1", None, absent),
        _xymonping(xymonping) if xymonping else ("xymonping", None, absent),
    ]


def _xymonping(program: str) -> tuple[str, float | None, str]:
    part = ADDRESSES[:_XYMONPING_PART]
    scaled = _timed([program], part, 1) * len(ADDRESSES) / len(part)
    return "xymonping", scaled, f"xymonping scaled from {len(part)} addresses"


def _timed(command: Sequence[str], addresses: Sequence[str], rounds: int = _ROUNDS) -> float:
    times = []
    with tempfile.TemporaryFile() as listed:
        listed.write("".join(f"{address}\n" for address in addresses).encode())
        for _ in range(rounds):
            listed.seek(0)
            began = time.perf_counter()
            subprocess.run(command, stdin=listed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    for row in run():
        print(row)
