"""hexmon import: takes over what other monitors know."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hexmon.app.import_apmonitor import Importer, Wanted
from hexmon.app.settings import Configuration, read_configuration
from hexmon.cli.values import reason
from hexmon.graphs.site_rrd import file_of
from hexmon.model.origin import ConfigError

EXAMPLE = """examples:
  hexmon import apmonitor /usr/local/etc/apmonitor-config.yaml --into /etc/hexmon --dry-run
  hexmon import apmonitor lab.yaml --statefile lab.statefile.json --rrd-dir lab.statefile.rrd --into .

exit status: 0 done, 1 something could not be taken over, 2 called wrongly"""


@dataclass(frozen=True)
class Source:
    """A program whose data can be taken over."""

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sources = parser.add_subparsers(dest="source", required=True, metavar="PROGRAM")
    for name, source in SOURCES.items():
        own = sources.add_parser(name, help=source.summary, description=source.summary)
        source.add_arguments(own)


def run(args: argparse.Namespace) -> int:
    """See EXAMPLE for the exit status."""
    try:
        return SOURCES[args.source].run(args)
    except ConfigError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"hexmon import: {reason(error)}", file=sys.stderr)
    return 1


def _apmonitor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CONFIG", help="its configuration: .yaml, .yml or .json")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="the folder of hexmon.toml")
    parser.add_argument("--statefile", type=Path, metavar="FILE", help="what it remembers; default: where it has it")
    parser.add_argument("--rrd-dir", type=Path, metavar="DIR", help="its RRD files; default: beside the state file")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _apmonitor(args: argparse.Namespace) -> int:
    into = _configuration(args.into)
    wanted = Wanted(
        config=args.config.absolute(),
        state=args.statefile,
        rrds=args.rrd_dir,
        into=into,
        rrd_place=lambda folder, monitor: into.rrd_dir / folder / file_of(monitor, folder),
        dry=args.dry_run,
    )
    importer = Importer(wanted, print)
    importer.run()
    if args.dry_run:
        print("nothing was done")
    return 1 if importer.failed else 0


def _configuration(folder: Path) -> Configuration:
    """That of the folder; the defaults for one without a hexmon.toml."""
    path = folder / "hexmon.toml"
    if path.is_file():
        return read_configuration(str(path))
    return Configuration(settings=read_configuration(None, {}).settings, folder=folder.absolute(), path=None)


SOURCES = {
    "apmonitor": Source("a site of APMonitor: configuration, state, RRD files", _apmonitor_arguments, _apmonitor),
}
