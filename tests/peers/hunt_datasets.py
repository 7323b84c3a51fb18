"""Looks for texts that hexmon reads otherwise than xymond_rrd does.

python -m tests.peers.hunt_datasets --count 500 [--seed 3] [--maker ncv] [--odd]

`--odd` spoils the texts; of those xymond_rrd often makes what happens to be in its memory.
"""

import argparse
import random
import sys
import time

from tests.peers.dataset_compare import differences
from tests.peers.dataset_texts import MAKERS, mutated, texts
from tests.support.xymond_rrd import xymond_rrd

_AT_ONCE = 200


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="texts of each maker")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--maker", action="append", choices=MAKERS, help="one of tests/peers/dataset_texts.py")
    parser.add_argument("--odd", action="store_true", help="spoil the texts")
    parser.add_argument("--each", type=int, default=3, help="differences that are shown of a maker")
    args = parser.parse_args()
    begun, found = time.monotonic(), 0
    with xymond_rrd() as xymon:
        for name in args.maker or MAKERS:
            dice = random.Random(f"{name} {args.seed}")  # noqa: S311
            made = list(texts(name, args.seed, args.count))
            made = [mutated(text, dice) for text in made] if args.odd else made
            seen = [
                one
                for first in range(0, len(made), _AT_ONCE)
                for one in differences(xymon, made[first : first + _AT_ONCE], spoilt=args.odd)
            ]
            found += len(seen)
            for one in seen[: args.each]:
                _say(str(one))
            _say(f"{name}: {len(made)} texts, {len(seen)} files differ")
    _say(f"{time.monotonic() - begun:.0f} s")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
