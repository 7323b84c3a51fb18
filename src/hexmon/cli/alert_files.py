"""Which files `hexmon alerts` and `hexmon check-config` read rules from, and what else decides what they mean."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hexmon.alerts.alerts_cfg import AlertDefaults
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_yaml import load as load_yaml
from hexmon.alerts.source import AlertsSource, merge
from hexmon.app.settings import Configuration, Files, alert_defaults
from hexmon.app.site_files import NO_SITES, Sites, site_files
from hexmon.inventory.merge import merge as merge_hosts
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.model.color import BY_WORD
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.timespec import parse_duration

_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class AlertFiles:
    """`alerts` and `rules` are the two files of rules; `required` those that somebody named."""

    configuration: Configuration
    defaults: AlertDefaults
    alerts: Path | None
    rules: Path | None
    hosts: Path
    holidays: Path | None
    required: frozenset[Path | None]
    sites: Sites = NO_SITES

    def book(self) -> RuleBook:
        """All rules, those of sites first, then those of alerts.cfg. Raises ConfigError when a file cannot be read."""
        source = AlertsSource(self.alerts, self.defaults, required=self.alerts in self.required)
        books = [RuleBook(rules=self.sites.rules.rules), source.load(lenient=True)]
        if self.rules is not None and (self.rules.exists() or self.rules in self.required):
            if not self.rules.is_file():
                raise ConfigError((Problem(Origin(str(self.rules)), "cannot be read: no such file"),))
            books.append(load_yaml(self.rules).book)
        return merge(books)

    def inventory(self) -> Inventory:
        """The hosts; nobody when there is no file. Raises ConfigError when one that was named cannot be read."""
        found = list(self.sites.inventories)
        if self.hosts in self.required or self.hosts.exists():
            settings = self.configuration.settings
            defaults = Defaults(location=settings.location, holidays=settings.holidays)
            source = HostsSource(self.hosts, defaults=defaults, holidays=self.holidays)
            found.insert(0, source.load(lenient=True))
        return found[0] if len(found) == 1 else merge_hosts(found)


def alert_files(
    args: argparse.Namespace, configuration: Configuration, environ: Mapping[str, str] | None = None
) -> AlertFiles:
    """What the command line asks for (`alerts`, `hosts`, `holidays`), else the configuration."""
    names, usual = configuration.settings.files, Files()
    alerts, rules = _given(args.alerts)
    if args.alerts is None:
        alerts, rules = configuration.locate(names.alerts), configuration.locate(names.rules)
    hosts = args.hosts or configuration.locate(names.hosts)
    named = {
        alerts if args.alerts or names.alerts != usual.alerts else None,
        rules if args.alerts or names.rules != usual.rules else None,
        hosts if args.hosts or names.hosts != usual.hosts else None,
    }
    alone = args.alerts is not None or args.hosts is not None
    return AlertFiles(
        configuration=configuration,
        defaults=defaults_of(configuration, os.environ if environ is None else environ),
        alerts=alerts,
        rules=rules,
        hosts=hosts,
        holidays=_holidays(args, configuration),
        required=frozenset(named - {None}),
        sites=NO_SITES if alone else site_files(configuration).load(lenient=True),
    )


def _given(path: Path | None) -> tuple[Path | None, Path | None]:
    """A file of the command line as alerts.cfg, or as rules in YAML."""
    return (None, path) if path is not None and path.suffix in _YAML else (path, None)


def _holidays(args: argparse.Namespace, configuration: Configuration) -> Path | None:
    """That of the command line; beside the hosts file of the command line; that of the configuration."""
    given: Path | None = getattr(args, "holidays", None)
    if given is not None:
        return given
    usual = Files().holidays
    return args.hosts.with_name(usual) if args.hosts else configuration.locate(configuration.settings.files.holidays)


def defaults_of(configuration: Configuration, environ: Mapping[str, str]) -> AlertDefaults:
    """Of the configuration; without one of $ALERTCOLORS and $ALERTREPEAT, as xymond_alert has it."""
    usual = alert_defaults(configuration.settings)
    if configuration.path is not None:
        return usual
    words = environ.get("ALERTCOLORS", "").lower().split(",")
    colors = frozenset(BY_WORD[word] for word in words if word in BY_WORD)
    return AlertDefaults(colors or usual.colors, parse_duration(environ.get("ALERTREPEAT", "")) or usual.repeat)
