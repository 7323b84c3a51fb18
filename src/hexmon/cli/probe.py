"""hexmon probe: one check now, with every phase."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hexmon.cli.probe_site import check_of_monitor, device_as_json, device_as_text
from hexmon.cli.values import add_home, home_of, seconds
from hexmon.clock import SystemClock
from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.home import HomeFolder
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.inventory import Inventory
from hexmon.model.observation import Assertion, Certificate, Check, Observation, Outcome, Reply
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.text import readable
from hexmon.probes.protocols import Service, built_in_services, read_protocols
from hexmon.probes.run import observe
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.tools import open_tools
from hexmon.probes.wire import is_address

EXAMPLE = """examples:
  hexmon probe 127.0.0.1                             ping it
  hexmon probe 127.0.0.1 ssh smtp:2525 ldaps:s       services, as hosts.cfg writes them
  hexmon probe 127.0.0.1 http://localhost:8000/      a URL
  hexmon probe --hosts hosts.cfg www.example.com     all checks of a host in a file
  hexmon probe --hosts hosts.cfg www.example.com http --json
  hexmon probe --site sites/home.yaml --monitor core-switch --json

exit status: 0 all answered as they should, 1 something did not, 2 called wrongly"""

_BODY_SHOWN = 2000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="take the checks of HOST from this hosts.cfg")
    parser.add_argument("--site", type=Path, metavar="FILE", help="take the check of --monitor from this YAML site")
    parser.add_argument("--monitor", metavar="NAME", help="the name of a monitor of the site")
    parser.add_argument("--protocols", type=Path, metavar="FILE", help="protocols.cfg instead of the built-in table")
    add_home(parser)
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help="for each check (default 10)")
    parser.add_argument("--json", action="store_true", help="print a list of observations as JSON; with --site the one")
    parser.add_argument("host", metavar="HOST", nargs="?", help="a name or an address; needed without --site")
    parser.add_argument("tag", nargs="*", metavar="TAG", help="tests as in hosts.cfg; with --hosts names of tests")


def run(args: argparse.Namespace) -> int:
    """0: everything answered as it should; 1: something did not; 2: there is nothing to probe."""
    try:
        checks = _checks(args)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if args.timeout is not None:
        checks = [msgspec.structs.replace(check, timeout=args.timeout) for check in checks]
    observations = asyncio.run(_observe(checks))
    if args.json:
        told = [_as_json(one) for one in observations]
        print(msgspec.json.format(msgspec.json.encode(told[0] if args.site else told)).decode())
    else:
        print("\n\n".join(_as_text(one) for one in observations))
    return 0 if all(_is_good(one.reply) for one in observations) else 1


def _checks(args: argparse.Namespace) -> list[Check]:
    if args.site and args.monitor and not args.host:
        return [check_of_monitor(args.site, args.monitor)]
    if args.site or args.monitor:
        raise _wrong("--site FILE and --monitor NAME go together, without a HOST")
    if not args.host:
        raise _wrong("which HOST? (or --site FILE --monitor NAME)")
    return _checks_of_file(args) if args.hosts else _checks_of_tags(args)


def _is_good(reply: Reply) -> bool:
    """A status that was asked for is good, whatever it is; nothing else makes a wrong answer good."""
    as_wanted = all(one.held for one in reply.assertions)
    statuses = any(one.what == "status" for one in reply.assertions)
    answered = reply.outcome is Outcome.OK or (reply.outcome is Outcome.UNEXPECTED and statuses)
    return answered and as_wanted


async def _observe(checks: Sequence[Check]) -> list[Observation]:
    clock = SystemClock()
    async with open_tools(clock) as tools, asyncio.TaskGroup() as group:
        tasks = [group.create_task(observe(check, tools, clock)) for check in checks]
        return [await task for task in tasks]


def _checks_of_file(args: argparse.Namespace) -> list[Check]:
    inventory = HostsSource(args.hosts, args.protocols, Defaults(home=home_of(args.home))).load(lenient=True)
    host = inventory.find(args.host)
    if host is None:
        raise _wrong(f"{args.host} is not in {args.hosts}")
    checks = [check for check in host.checks if not args.tag or _names(check) & set(args.tag)]
    if not checks:
        raise _wrong(
            f"{args.host} has no such test; it has: {', '.join(check.spec for check in host.checks) or 'none'}"
        )
    return checks


def _names(check: Check) -> set[str]:
    """What a check may be called on the command line."""
    return {check.key.test, check.spec, check.column} - {""}


def _checks_of_tags(args: argparse.Namespace) -> list[Check]:
    """The reader of hosts.cfg reads the tags, so that they mean the same here."""
    services = _services(args.protocols)
    files = HomeFolder(Path(home_of(args.home)))
    tags = args.tag or ["conn"]
    checks: list[Check] = []
    problems: list[Problem] = []
    for tag in tags:
        inventory = _inventory_of(args.host, tag, services, files)
        found = [check for host in inventory.hosts.values() for check in host.checks]
        checks.extend(found)
        if found:  # what is wrong with a test does not always keep it from being made
            for problem in inventory.problems:
                print(problem, file=sys.stderr)
            continue
        problems.extend(inventory.problems)
        if not inventory.problems:
            problems.extend(_wrong(f"'{tag}' is not a test that hexmon knows").problems)
    if problems:
        raise ConfigError(tuple(problems))
    return checks


def _services(path: Path | None) -> dict[str, Service]:
    if path is None:
        return built_in_services()
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise _wrong(f"{path}: {error.strerror}") from None
    services, problems = read_protocols(text, str(path))
    for problem in problems:
        print(problem, file=sys.stderr)
    return services


def _inventory_of(host: str, tag: str, services: dict[str, Service], files: HomeFolder) -> Inventory:
    address = host if is_address(host) else "0.0.0.0"  # noqa: S104 - hosts.cfg's word for "look up the name"
    ping = "" if tag.lstrip("?!~").startswith("conn") else "noconn "
    quoted = f'"{tag}"' if " " in tag and '"' not in tag else tag
    line = Line(f"{address} {host} # testip {ping}{quoted}", Origin("command line"))
    return build_inventory(read_hosts([line]), services, files=files)


def _wrong(message: str) -> ConfigError:
    return ConfigError((Problem(Origin("hexmon probe"), message),))


def _as_json(observation: Observation) -> dict[str, Any]:
    reply, check = observation.reply, observation.check
    return {
        "host": check.key.host,
        "test": check.key.test,
        "probe": check.probe,
        "spec": check.spec,
        "address": observation.address,
        "started": observation.started,
        "took": observation.took,
        "outcome": reply.outcome,
        "summary": reply.summary,
        "detail": reply.detail,
        "facts": dict(reply.facts),
        "phases": [{"name": phase.name, "seconds": phase.seconds} for phase in reply.phases],
        "assertions": [msgspec.to_builtins(one) for one in reply.assertions],
        "certificates": [msgspec.to_builtins(certificate) for certificate in reply.certificates],
        "evidence": readable(reply.evidence),
    } | (device_as_json(reply.device) if isinstance(check.options, SnmpOptions) else {})


def _as_text(observation: Observation) -> str:
    reply, check = observation.reply, observation.check
    where = f" at {observation.address}" if observation.address not in ("", check.key.host) else ""
    lines = [f"{check.key.host}{where} {check.spec or check.key.test}: {reply.outcome} ({reply.summary})"]
    if reply.detail:
        lines.append(f"  {reply.detail}")
    lines += [f"  {phase.name:9} {phase.seconds * 1000:10.3f} ms" for phase in reply.phases]
    lines.append(f"  {'in all':9} {observation.took * 1000:10.3f} ms")
    lines += [f"  {name} = {value:g}" for name, value in reply.facts.items()]
    lines += [_assertion_line(one) for one in reply.assertions]
    for certificate in reply.certificates:
        lines += _certificate_lines(certificate)
    if reply.device is not None:
        lines += device_as_text(reply.device)
    lines += [f"  | {line}" for line in _shown(reply.evidence)]
    return "\n".join(lines)


def _assertion_line(one: Assertion) -> str:
    held = {True: "as expected", False: "NOT as expected", None: "not looked at"}[one.held]
    return f"  {one.what} {held}: wanted {one.wanted}, found {one.found}"


def _certificate_lines(certificate: Certificate) -> list[str]:
    return [
        f"  certificate of {certificate.subject}",
        f"    issued by   {certificate.issuer}",
        f"    names       {', '.join(certificate.names) or 'none'}",
        f"    valid       {_day(certificate.not_before)} to {_day(certificate.not_after)}",
        f"    key         {certificate.key_type} {certificate.key_bits} bits, {certificate.signature}",
        f"    session     {certificate.protocol}, {certificate.cipher} ({certificate.cipher_bits} bits)",
        f"    SHA-256     {certificate.sha256}",
    ]


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _shown(evidence: bytes) -> list[str]:
    """The evidence without what would disturb a terminal."""
    text = readable(evidence[:_BODY_SHOWN]).replace("\r\n", "\n")
    lines = ["".join(char if char.isprintable() or char == "\t" else "." for char in line) for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if len(evidence) > _BODY_SHOWN:
        lines.append(f"... {len(evidence) - _BODY_SHOWN} bytes more")
    return lines
