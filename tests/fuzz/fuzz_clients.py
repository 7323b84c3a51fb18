"""Mutated messages of agents, judged by mutated rules: python -m tests.fuzz.fuzz_clients --count 100000 [--seed 7]."""

import argparse
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from time import thread_time

from msgspec.structs import replace

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import Judged, judge_client
from hexmon.judge.clients.line_search import Effort
from hexmon.judge.clients.selection import Analysis
from hexmon.judge.clients.systems import SYSTEMS
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage
from tests.peers.client_rule_words import odd_analysis
from tests.peers.client_samples import Sample, samples
from tests.peers.client_words import odd_message
from tests.support.analysis_files import analysis

_PIECES = (
    b"\n[", b"]", b"\n", b"\r\n", b"\0", b"\t", b" ", b"%", b"-", b"9" * 5000, b"-1", b"1e400", b"99%", b"nan",
    b"inf", b"0x10", b"\xff\xfe", "\u0669\u00b2\u2028\u0085".encode(), b"\xf0\x9f\x98\x80", b"(" * 200, b"&red ",
    b'<a href="', b"../../etc/passwd", b"[msgs:../../../etc/passwd]\n", b"[file:/etc/shadow]\n", b"[df]\n", b"[ps]\n",
    b"[]\n", b"[\n", b"up 99999999999 days,",
)  # fmt: skip
_LOCAL = datetime(2026, 11, 20, 8, tzinfo=UTC)
SETTINGS = (
    ClientJudging(),
    ClientJudging(uptime_column=True, list_processes=False, list_cpu=False, list_ports=False, list_services=False),
    ClientJudging(clear_msgs=False, clear_files=False, clear_ports=False, clear_services=False, unknown_systems=True),
    ClientJudging(longest=10),
)


def mutated(data: bytes, dice: random.Random, pieces: Sequence[bytes] = _PIECES) -> bytes:
    """Some bytes more, less, twice or others."""
    for _ in range(dice.choice((0, 1, 1, 2, 4, 10))):
        begin = dice.randrange(len(data) + 1)
        end = min(len(data), begin + dice.choice((0, 0, 1, 2, 10, 100)))
        way = dice.randrange(4)
        middle = {0: dice.choice(pieces), 1: b"", 2: data[begin:end] * 2, 3: bytes([dice.randrange(256)])}[way]
        data = data[:begin] + middle + data[end:]
    return data


def one(seed: int) -> tuple[ClientMessage, Judged]:
    """A message and what became of it."""
    dice = random.Random(seed)  # noqa: S311
    sample: Sample = dice.choice(list(samples().values()))
    os_type = dice.choice((sample.os_type, sample.os_type, *SYSTEMS, "none-such"))
    message = odd_message(sample, dice)
    message = replace(message, os_type=os_type, message=mutated(message.message, dice))
    host = Host(name=message.host)
    settings = Analysis(analysis(mutated(odd_analysis(dice).encode(), dice).decode("utf-8", "surrogateescape")))
    rules = settings.for_host(host, message.host_class, message.os_type, _LOCAL)
    return message, judge_client(
        message, host, rules, dice.choice((0.0, 1.8e9, -1.0, 4e12)), dice.choice(SETTINGS), Effort(meter=thread_time)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for seed in range(args.seed, args.seed + args.count):
        one(seed)


if __name__ == "__main__":
    main()
