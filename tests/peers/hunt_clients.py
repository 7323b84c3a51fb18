"""Looks for messages and rules that hexmon judges otherwise than xymond_client does.

python -m tests.peers.hunt_clients --count 500 [--seed 3] [--os linux] [--whole]

Prints each difference with the fewest lines that show it.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator

from tests.peers.client_compare import Comparison, Difference
from tests.peers.client_rule_words import HOSTS, kinds_for, odd_analysis, odd_hosts_cfg
from tests.peers.client_samples import samples
from tests.peers.client_words import odd_message
from tests.support.xymond_client import xymond_clients


def differences(comparison: Comparison, name: str, seed: int) -> Iterator[Difference]:
    """One analysis.cfg, and a message of each of some hosts."""
    dice = random.Random(f"{name} {seed}")  # noqa: S311
    hosts, analysis = odd_hosts_cfg(dice, HOSTS), odd_analysis(dice, kinds_for(name))
    messages = [odd_message(samples()[name], dice, host=host) for host in HOSTS]
    yield from comparison.differences(hosts, analysis, messages, f"{name} {seed}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="files; each judges some messages")
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--os", action="append", help="names of files in data/clients")
    parser.add_argument("--whole", action="store_true", help="compare all lines of squares")
    parser.add_argument("--most", type=int, default=10, help="end after so many differences")
    parser.add_argument("--each", type=int, default=2, help="of one square of one system tell so many")
    args = parser.parse_args()
    begun, told = time.monotonic(), 0
    with xymond_clients() as clients:
        comparison = Comparison(clients, whole=args.whole)
        for name in args.os or samples():
            shown: dict[str, int] = {}
            for seed in range(args.seed, args.seed + args.count):
                for found in differences(comparison, name, seed):
                    shown[found.name] = shown.get(found.name, 0) + 1
                    if shown[found.name] <= args.each and told < args.most:
                        _say(str(comparison.smallest(found)))
                        told += 1
            _say(f"{name}: {args.count * len(HOSTS)} messages, differences: {shown or 'none'}")
    _say(f"{comparison.died} messages were too much for xymond_client; {time.monotonic() - begun:.0f} s")
    return min(told, 1)


if __name__ == "__main__":
    sys.exit(main())
