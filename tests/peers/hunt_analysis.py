"""Looks for files that hexmon reads otherwise than xymond_client: python -m tests.peers.hunt_analysis --count 500.

Prints each difference with its seed; `--seed N` shows the files of one.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.peers.odd_analysis import odd_analysis
from tests.support.analysis_dump import RealAnalysis


def differences(real: RealAnalysis, files: Mapping[str, bytes]) -> Iterator[str]:
    """The settings that are understood otherwise."""
    shutil.rmtree(real.etc)
    for name, text in files.items():
        path = real.etc / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    _, ours = real.ours()
    theirs = real.dump()
    for place in range(max(len(ours), len(theirs))):
        pair = ours[place : place + 1], theirs[place : place + 1]
        if pair[0] != pair[1]:
            yield f"setting {place + 1}: ours {pair[0]}, theirs {pair[1]}"
            return


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--most", type=int, default=10, help="end after so many differences")
    args = parser.parse_args()
    seeds = range(args.start, args.start + args.count) if args.seed is None else [args.seed]
    found, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        real = RealAnalysis(Path(folder))
        for seed in seeds:
            files = odd_analysis(seed)
            if args.seed is not None:
                for name, text in files.items():
                    _say(f"=== {name}\n{text.decode(errors='replace')}")
            for difference in differences(real, files):
                _say(f"seed {seed}: {difference}")
                found += 1
            if found >= args.most:
                break
    _say(f"{found} differences, {time.monotonic() - began:.0f} s")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
