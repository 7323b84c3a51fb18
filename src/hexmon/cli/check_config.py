"""hexmon check-config: read every configuration file and print all mistakes."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hexmon.alerts.strangers import strangers
from hexmon.app.analysis import AnalysisSource
from hexmon.app.graphing import definitions_of
from hexmon.app.receiving import credential_problems
from hexmon.app.settings import Configuration, read_configuration
from hexmon.app.settings import Files as DefaultNames
from hexmon.app.site_files import NO_SITES, SiteFiles, Sites
from hexmon.cli.check_alerts import check_alerts
from hexmon.cli.values import add_home, home_of
from hexmon.graphs.source import GraphsSource
from hexmon.ingest.files import load_client_local
from hexmon.inventory.merge import merge
from hexmon.inventory.notes import told
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Origin, Problem

EXAMPLE = """example:
  hexmon check-config                        # hexmon.toml and what it names, or hosts.cfg in this folder
  hexmon check-config --hosts /etc/xymon/hosts.cfg --protocols /etc/xymon/protocols.cfg

Prints FILE:LINE: what is wrong; what was probably meant. Exit status 1 when anything is wrong.
Notes are no mistakes: tags that nobody knows (other programs may have them there), settings that can never count."""


@dataclass(frozen=True)
class Outcome:
    """What reading one file gave: how much is in it, what is wrong with it, what is merely worth knowing."""

    counts: tuple[str, ...] = ()
    problems: Sequence[Problem] = ()
    notes: Sequence[Problem] = field(default=())


@dataclass(frozen=True)
class Files:
    """What is to be checked; None for what is not there and need not be."""

    configuration: Configuration | None
    hosts: Path | None
    protocols: Path | None
    home: str = ""
    holidays: Path | None = None
    verbose: bool = False
    alerts: Path | None = None
    rules: Path | None = None
    analysis: Path | None = None
    client_local: Path | None = None
    sites: Sites = NO_SITES
    graphs: Path | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="default: hexmon.toml in this folder, when there is one")
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="default: what the configuration says")
    parser.add_argument("--protocols", type=Path, metavar="FILE", help="the same; without any, the built-in table")
    add_home(parser)
    parser.add_argument("--holidays", type=Path, metavar="FILE", help="the same; holidays.cfg")
    parser.add_argument("--alerts", type=Path, metavar="FILE", help="the same; alerts.cfg")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="the same; alerts.yaml")
    parser.add_argument("--analysis", type=Path, metavar="FILE", help="the same; analysis.cfg")
    parser.add_argument("--sites", action="append", metavar="GLOB", help="the same; YAML sites; may be given again")
    parser.add_argument("--client-local", type=Path, metavar="FILE", help="the same; client-local.cfg")
    parser.add_argument("--graphs", type=Path, metavar="FILE", help="the same; graphs.cfg")
    parser.add_argument("--verbose", action="store_true", help="name every tag that nobody knows, not one of a kind")


def run(args: argparse.Namespace) -> int:
    configuration, problems = _configuration(args.config)
    files = _files(args, configuration)
    outcomes = [Outcome(problems=problems), *(read(files) for read in READERS)]
    for note in (note for outcome in outcomes for note in outcome.notes):
        print(f"note: {note}")
    found = _in_order(problem for outcome in outcomes for problem in outcome.problems)
    for problem in found:
        print(problem)
    counts = ", ".join(text for outcome in outcomes for text in outcome.counts)
    if found:
        print(_plural(len(found), "mistake") + (f" in {counts}" if counts else ""), file=sys.stderr)
        return 1
    print(f"{counts or 'no files here: hexmon would watch the machine it runs on'}, no mistakes")
    return 0


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Line by line, the files in the order in which they are first spoken of."""
    found = list(problems)
    files = list(dict.fromkeys(problem.origin.source for problem in found))
    return sorted(found, key=lambda problem: (files.index(problem.origin.source), problem.origin.line or 0))


def _configuration(path: str | None) -> tuple[Configuration | None, Sequence[Problem]]:
    try:
        return read_configuration(path), ()
    except ConfigError as error:
        return None, error.problems
    except OSError as error:
        return None, (Problem(Origin(str(path)), f"cannot be read: {error.strerror}"),)


def _files(args: argparse.Namespace, configuration: Configuration | None) -> Files:
    """The files of the command line, else those of the configuration; the usual names may be missing."""
    usual = DefaultNames()
    named = configuration.settings.files if configuration else usual
    folder = configuration.locate if configuration else Path

    def of(given: Path | None, name: str, default: str) -> Path | None:
        path = folder(name)
        return given or (path if name != default or path.is_file() else None)

    # Files that are named on the command line are not mixed with those of a configuration nobody mentioned.
    alone = args.hosts is not None and args.config is None
    found = {
        field: getattr(args, field) if alone else of(getattr(args, field), getattr(named, field), getattr(usual, field))
        for field in ("protocols", "holidays", "alerts", "rules", "analysis", "client_local", "graphs")
    }
    return Files(
        configuration=configuration,
        hosts=of(args.hosts, named.hosts, usual.hosts),
        home=_home(args, configuration),
        verbose=args.verbose,
        sites=_load_sites(args, configuration, alone=alone),
        **found,
    )


def _load_sites(args: argparse.Namespace, configuration: Configuration | None, *, alone: bool) -> Sites:
    """The sites of the command line, seen from here, else those of the configuration."""
    if args.sites is not None:
        return SiteFiles(args.sites, Path()).load(lenient=True)
    if alone:
        return NO_SITES
    named = configuration.settings.files if configuration else DefaultNames()
    return SiteFiles(named.sites, configuration.folder if configuration else Path()).load(lenient=True)


def _home(args: argparse.Namespace, configuration: Configuration | None) -> str:
    """The folder of the other files: of the command line, of the configuration that names the hosts, or the usual."""
    if args.home is None and args.hosts is None and configuration and configuration.path:
        return str(configuration.locate(configuration.settings.files.home))
    return home_of(args.home)


def _settings(files: Files) -> Outcome:
    path = files.configuration.path if files.configuration else None
    problems = credential_problems(files.configuration) if files.configuration else ()
    return Outcome((path.name,) if path else (), problems)


def _defaults(files: Files) -> Defaults:
    if files.configuration is None:
        return Defaults(home=files.home)
    settings = files.configuration.settings
    return Defaults(
        location=settings.location,
        test_untagged=settings.test_untagged,
        home=files.home,
        content=settings.probing.content_column,
        holidays=settings.holidays,
    )


def _hosts(files: Files) -> Outcome:
    """hosts.cfg with the sites, and the files of alerting, which speak of their hosts."""
    if files.hosts is None:
        sites = files.sites.inventories
        return _alerts(files, merge(sites) if sites else None)
    source = HostsSource(files.hosts, files.protocols, _defaults(files), files.holidays)
    try:
        inventory = source.load(lenient=True)
    except ConfigError as error:
        alerts = _alerts(files, None)
        return Outcome(alerts.counts, (*error.problems, *alerts.problems))
    hosts, mistakes = len(inventory.hosts), inventory.problems
    whole = merge((inventory, *files.sites.inventories))
    alerts = _alerts(files, whole)
    notes = (*told(source.notes(), each=files.verbose), *alerts.notes)
    checks = sum(len(host.checks) for host in inventory.hosts.values())
    counts = (_plural(hosts, "host"), _plural(checks, "check"), *alerts.counts)
    clashes = whole.problems[len(mistakes) + sum(len(one.problems) for one in files.sites.inventories) :]
    return Outcome(counts, (*mistakes, *clashes, *alerts.problems), notes)


def _sites(files: Files) -> Outcome:
    found = files.sites.inventories
    monitors = sum(len(one.hosts) for one in found)
    problems = (*files.sites.problems, *(problem for one in found for problem in one.problems))
    return Outcome((_plural(len(found), "site"), _plural(monitors, "monitor")) if found else (), problems)


def _alerts(files: Files, inventory: Inventory | None) -> Outcome:
    book, problems = check_alerts(files.configuration, files.alerts, files.rules, inventory)
    notes = tuple(strangers(book, inventory)) if inventory is not None else ()
    return Outcome((_plural(len(book.rules), "rule"),) if files.alerts or files.rules else (), problems, notes)


def _analysis(files: Files) -> Outcome:
    if files.analysis is None:
        return Outcome()
    try:
        found = AnalysisSource(files.analysis, required=True).load(lenient=True)
    except ConfigError as error:
        return Outcome(problems=error.problems)
    return Outcome((_plural(len(found.rules), "setting"),), found.problems, found.notes)


def _client_local(files: Files) -> Outcome:
    if files.client_local is None:
        return Outcome()
    found, problems = load_client_local(files.client_local)
    return Outcome((_plural(found.sections, "section"),), problems)


def _graphs(files: Files) -> Outcome:
    if files.graphs is None:
        return Outcome()
    source = GraphsSource(files.graphs, required=True)
    try:
        source.load()
    except ConfigError as error:
        return Outcome(problems=error.problems)
    return Outcome((_plural(source.sections, "graph"),), source.problems)


def _definitions(files: Files) -> Outcome:
    """rrddefinitions.cfg."""
    if files.configuration is None or files.configuration.settings.graphs.enabled is False:
        return Outcome()
    found = definitions_of(files.configuration)
    return Outcome((_plural(len(found.sections), "layout"),) if found.sections else (), found.problems)


READERS: tuple[Callable[[Files], Outcome], ...] = (
    _settings,
    _hosts,
    _sites,
    _analysis,
    _client_local,
    _graphs,
    _definitions,
)
"""Every kind of file that can be checked; for one that is not there the reader returns an empty Outcome."""


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
