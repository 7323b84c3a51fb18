"""hexmon sweep: one round of all checks, printed or sent to a monitor."""

import argparse
import asyncio
import gc
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import uvloop

from hexmon.cli.judging import add_judging, judging_of
from hexmon.cli.values import add_home, column, count, home_of, seconds
from hexmon.clock import SystemClock
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.client import failure
from hexmon.inventory.in_force import Windows
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.judge.view import JudgeSettings
from hexmon.model.inventory import Inventory
from hexmon.model.observation import Check, Observation
from hexmon.model.origin import ConfigError
from hexmon.model.status import DataMessage, Report
from hexmon.model.text import readable
from hexmon.probes.path import traced
from hexmon.probes.resolver import IpFamily
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools
from hexmon.schedule.crew import CrewSettings
from hexmon.schedule.extras import Extras
from hexmon.schedule.submit import messages, submit
from hexmon.schedule.sweep import SweepSettings, sweep

EXAMPLE = """examples:
  hexmon sweep --hosts hosts.cfg --no-submit      print the messages instead of sending them
  hexmon sweep --hosts hosts.cfg --server 127.0.0.1:1984

exit status: 0 all was probed (and sent), 1 a file could not be read or the monitor not be reached, 2 called wrongly"""

_ERASE = "\r\x1b[K"
_SPARE_FILES = 200  # for everything that is no check
_MOST_FILES = 20_000
_STEP = 20  # checks between two looks at the progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=Path, required=True, metavar="FILE", help="hosts.cfg")
    parser.add_argument("--protocols", type=Path, metavar="FILE", help="protocols.cfg instead of the built-in table")
    add_home(parser)
    parser.add_argument("--holidays", type=Path, metavar="FILE", help="holidays.cfg, for the times of badTEST")
    parser.add_argument("--location", default="", help="only hosts with NET:LOCATION")
    parser.add_argument("--test-untagged", action="store_true", help="with --location: also hosts without NET:")
    parser.add_argument(
        "--content", type=column, default="content", metavar="COL", help="the column of checks of content (%(default)s)"
    )
    parser.add_argument("--no-submit", action="store_true", help="print the messages, an empty line between them")
    parser.add_argument("--server", default="127.0.0.1:1984", metavar="HOST[:PORT]", help="the monitor (%(default)s)")
    parser.add_argument("--concurrency", type=count, default=500, metavar="N", help="checks at once (%(default)s)")
    parser.add_argument(
        "--timeout", type=seconds, default=10.0, metavar="S", help="seconds for one check (%(default)s)"
    )
    parser.add_argument(
        "--family", choices=("ipv4", "ipv6"), default="ipv4", help="goes first where a name has both (%(default)s)"
    )
    add_judging(parser)
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON, send nothing")


def run(args: argparse.Namespace) -> int:
    """0: everything was probed (and sent); 1: the configuration or the monitor failed; 2: called wrongly."""
    try:
        server = parse_address(args.server)
        if server.scheme != "tcp":
            raise ValueError(f"'{args.server}': a sweep is sent by plain TCP only")  # noqa: TRY301
    except ValueError as error:
        print(f"hexmon sweep: {error}", file=sys.stderr)
        return 2
    # Nothing that is read or seen refers to itself: the collector would look at all of it in vain, again and again.
    gc.disable()
    try:
        return _run(args, server)
    finally:
        gc.enable()


def _run(args: argparse.Namespace, server: Address) -> int:
    try:
        defaults = Defaults(
            location=args.location,
            test_untagged=args.test_untagged,
            timeout=args.timeout,
            home=home_of(args.home),
            content=args.content,
        )
        inventory = HostsSource(args.hosts, args.protocols, defaults, args.holidays).load(lenient=True)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in inventory.problems:
        print(problem, file=sys.stderr)
    allow_open_files()
    data: list[DataMessage] = []
    judging = judging_of(args, os.environ)
    existing = Windows(inventory).at(SystemClock().now())
    reports = uvloop.run(_sweep(existing, _settings(args.concurrency, judging), args.family, data.append))
    if args.json:
        print(_as_json(reports))
        return 0
    parts = messages(reports, data)
    if args.no_submit:
        sys.stdout.buffer.write(b"\n".join(parts))
        return 0
    return _submit(parts, server)


def _submit(parts: Sequence[bytes], server: Address) -> int:
    try:
        asyncio.run(submit(parts, server.host, server.port))
    except OSError as error:
        print(f"hexmon sweep: {server}: {failure(error)}", file=sys.stderr)
        return 1
    return 0


def allow_open_files() -> None:
    """Each check in flight is an open file; the soft limit of most shells is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def open_files() -> int:
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], _MOST_FILES)


def _settings(concurrency: int, judging: JudgeSettings) -> SweepSettings:
    crew = CrewSettings(places=concurrency, most=max(open_files() - _SPARE_FILES, concurrency))
    return SweepSettings(crew=crew, judging=judging)


async def _sweep(
    inventory: Inventory, settings: SweepSettings, family: IpFamily, data: Callable[[DataMessage], object]
) -> list[Report]:
    clock = SystemClock()
    total = sum(len(host.checks) for host in inventory.hosts.values())
    async with open_tools(clock, family=family) as tools:

        async def look(check: Check) -> Observation:
            return await observe(check, tools, clock)

        async def find_path(ping: Observation) -> str:
            return await traced(ping.check.key.host, ping.address, tools.icmp)

        extras = Extras(data=data, find_path=find_path)
        return await sweep(inventory, look, clock, settings, _progress(total), extras)


def _progress(total: int) -> Callable[[int], None]:
    if not sys.stderr.isatty():
        return lambda _done: None

    def show(done: int) -> None:
        if done == total:
            sys.stderr.write(_ERASE)
        elif done % _STEP == 0:
            sys.stderr.write(f"{_ERASE}{done} of {total} checks")
            sys.stderr.flush()

    return show


def _as_json(reports: Sequence[Report]) -> str:
    rows = [
        {
            "host": report.key.host,
            "test": report.key.test,
            "color": report.color.word,
            "flags": report.flags,
            "text": readable(report.text),
        }
        for report in reports
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
