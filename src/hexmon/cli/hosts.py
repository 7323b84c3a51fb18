"""hexmon hosts: print what was understood of hosts.cfg and of YAML sites."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hexmon.app.settings import Files
from hexmon.app.site_files import SiteFiles
from hexmon.cli.values import add_home, home_of
from hexmon.inventory.merge import merge
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.inventory import Host, Inventory
from hexmon.model.observation import Check
from hexmon.model.origin import ConfigError
from hexmon.probes.http_options import without_userinfo

EXAMPLE = """example:
  hexmon hosts --hosts /etc/xymon/hosts.cfg
  hexmon hosts --sites 'sites/*.yaml'
  hexmon hosts --hosts hosts.cfg --json | jq -r '.[] | select(.page == "USA/NY") | .name'

Mistakes are counted on standard error; `hexmon check-config` prints them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="default: hosts.cfg, unless there are only sites")
    parser.add_argument("--sites", action="append", metavar="GLOB", help="YAML sites; without --hosts sites/*.yaml")
    parser.add_argument("--protocols", type=Path, metavar="FILE", help="services to test; default: the built-in table")
    add_home(parser)
    parser.add_argument("--location", default="", metavar="L", help="make checks only for hosts with NET:L")
    parser.add_argument("--test-untagged", action="store_true", help="with --location: also for hosts without NET:")
    parser.add_argument("--json", action="store_true", help="a list of objects")


def run(args: argparse.Namespace) -> int:
    defaults = Defaults(location=args.location, test_untagged=args.test_untagged, home=home_of(args.home))
    try:
        inventory = _inventory(args, defaults)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if args.json:
        rows = msgspec.json.encode([row(host) for host in inventory.hosts.values()])
        print(msgspec.json.format(rows, indent=2).decode())
    else:
        print("\n".join(_tree(inventory)))
    if inventory.problems:
        count = len(inventory.problems)
        print(f"hexmon hosts: {count} mistake{'s' * (count > 1)}; hexmon check-config names them", file=sys.stderr)
    return 0


def _inventory(args: argparse.Namespace, defaults: Defaults) -> Inventory:
    """The files of the command line; without any those of this folder. Raises ConfigError."""
    usual = Files()
    patterns = args.sites or (() if args.hosts else usual.sites)
    sites = SiteFiles(patterns, Path()).load(lenient=True)
    found = list(sites.inventories)
    hosts = args.hosts or Path(usual.hosts)
    if args.hosts or hosts.exists() or not (found or sites.problems):
        found.insert(0, HostsSource(hosts, args.protocols, defaults).load(lenient=True))
    return merge(found, sites.problems) if len(found) != 1 or sites.problems else found[0]


def row(host: Host) -> dict[str, object]:
    """One host for --json."""
    return {
        "name": host.name,
        "ip": host.ip,
        "page": host.page,
        "all_pages": list(host.all_pages),
        "group": host.group,
        "display_name": host.display_name,
        "aliases": list(host.aliases),
        "comment": host.comment,
        "description": host.description,
        "class": host.host_class,
        "tags": list(host.tags),
        "items": dict(host.items),
        "checks": [_check(check) for check in host.checks],
        "origin": str(host.origin),
    }


def _check(check: Check) -> dict[str, str]:
    own = {"column": check.column} if check.column else {}
    return {"test": check.key.test, **own, "probe": check.probe, "address": _address(check), "spec": check.spec}


def _columns(host: Host) -> Iterable[str]:
    """The columns that the checks of a host make."""
    for check in host.checks:
        yield check.key.test
        if check.column:
            yield check.column


def _address(check: Check) -> str:
    """Where the check goes: an IP address, a name that is looked up, a URL."""
    return check.address or without_userinfo(str(getattr(check.options, "url", "")))


def _tree(inventory: Inventory) -> Iterable[str]:
    """The pages as they are nested, each with its groups and hosts."""
    width = max((len(name) for name in inventory.hosts), default=0)
    shown: set[str] = set()
    for path, page in inventory.pages.items():
        depth = path.count("/") + 1 if path else 0
        indent = "  " * depth
        if path:
            yield f"{'  ' * (depth - 1)}{path}/  {page.title if page.title != page.name else ''}".rstrip()
        for group in page.groups:
            inner = indent
            if group.title:
                yield f"{indent}[{group.title}]"
                inner += "  "
            for place in group.hosts:
                yield inner + _line(inventory.hosts[place.host], width)
                shown.add(place.host)
    hidden = [host for host in inventory.hosts.values() if host.name not in shown]
    if hidden:
        yield "(on no page)"
        yield from ("  " + _line(host, width) for host in hidden)


def _line(host: Host, width: int) -> str:
    checks = ", ".join(dict.fromkeys(_columns(host))) or "no checks"
    return f"{host.name:{width}}  {host.ip:15}  {checks}"
