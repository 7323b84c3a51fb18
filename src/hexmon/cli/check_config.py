"""hexmon check-config: read every configuration file and print all mistakes."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hexmon.inventory.source import HostsSource
from hexmon.model.origin import ConfigError, Problem

EXAMPLE = """example:
  hexmon check-config --hosts /etc/xymon/hosts.cfg --protocols /etc/xymon/protocols.cfg

Prints FILE:LINE: what is wrong; what was probably meant. Exit status 1 when anything is wrong."""


@dataclass(frozen=True)
class Outcome:
    """What reading one file gave: how much is in it, what is wrong with it, what is merely worth knowing."""

    counts: tuple[str, ...] = ()
    problems: Sequence[Problem] = ()
    notes: Sequence[Problem] = field(default=())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=Path, default=Path("hosts.cfg"), metavar="FILE", help="default: hosts.cfg")
    parser.add_argument("--protocols", type=Path, metavar="FILE", help="services to test; default: the built-in table")
    parser.add_argument("--verbose", action="store_true", help="also name every tag that is kept without effect")


def run(args: argparse.Namespace) -> int:
    outcomes = [read(args) for read in READERS]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    for problem in problems:
        print(problem)
    if args.verbose:
        for note in (note for outcome in outcomes for note in outcome.notes):
            print(f"note: {note}")
    counts = ", ".join(text for outcome in outcomes for text in outcome.counts)
    if problems:
        print(f"{_plural(len(problems), 'mistake')}{f' in {counts}' if counts else ''}", file=sys.stderr)
        return 1
    print(f"{counts}, no mistakes")
    return 0


def _hosts(args: argparse.Namespace) -> Outcome:
    source = HostsSource(args.hosts, args.protocols)
    try:
        inventory = source.load(lenient=True)
    except ConfigError as error:
        return Outcome(problems=error.problems)
    checks = sum(len(host.checks) for host in inventory.hosts.values())
    counts = (_plural(len(inventory.hosts), "host"), _plural(checks, "check"))
    return Outcome(counts, inventory.problems, source.notes() if args.verbose else ())


READERS: tuple[Callable[[argparse.Namespace], Outcome], ...] = (_hosts,)
"""Every file that can be checked; a reader that is not asked for returns an empty Outcome."""


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
