"""Where the inventory of the server comes from: the machine itself, hosts.cfg when there is one, and YAML sites."""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from hexmon.alerts.notify.contract import Channel
from hexmon.alerts.rules import NO_RULES, RuleBook
from hexmon.alerts.rules_yaml import AlertsFile
from hexmon.alerts.source import AlertsSource, YamlSource
from hexmon.alerts.source import merge as merge_books
from hexmon.app.analysis import AnalysisSource
from hexmon.app.own import own_hosts_text, own_name
from hexmon.app.settings import Configuration, Files, alert_defaults, channels_of
from hexmon.app.site_files import NO_SITES, SiteFiles, site_files
from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.inventory.merge import merge
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.judge.clients.rules import NO_RULES as NO_SETTINGS
from hexmon.model.inventory import Inventory
from hexmon.model.origin import BUILT_IN, ConfigError, Origin, Problem
from hexmon.probes.protocols import built_in_services

T = TypeVar("T")


def _tried(load: Callable[[], T], instead: T, problems: list[Problem]) -> T:
    try:
        return load()
    except ConfigError as error:
        problems.extend(error.problems)
        return instead


class Sources:
    """Reads everything that says what to watch. Blocking: the server calls it in a thread, one call at a time."""

    def __init__(self, configuration: Configuration) -> None:
        settings = configuration.settings
        self._configuration = configuration
        self._defaults = Defaults(
            interval=settings.probing.interval,
            timeout=settings.probing.timeout,
            location=settings.location,
            home=str(configuration.locate(settings.files.home)),
            content=settings.probing.content_column,
            test_untagged=settings.test_untagged,
            holidays=settings.holidays,
        )
        self._hosts = configuration.locate(settings.files.hosts)
        self._protocols = configuration.locate(settings.files.protocols)
        self._holidays = configuration.locate(settings.files.holidays)
        named = settings.files.alerts != Files().alerts
        self._alert_source = AlertsSource(
            configuration.locate(settings.files.alerts), alert_defaults(settings), required=named
        )
        named = settings.files.rules != Files().rules
        self._yaml_source = YamlSource(configuration.locate(settings.files.rules), required=named)
        named = settings.files.analysis != Files().analysis
        self._analysis_source = AnalysisSource(configuration.locate(settings.files.analysis), required=named)
        self._sites = site_files(configuration)
        self.analysis = NO_SETTINGS
        self.alerts = AlertsFile()  # of both files, and of the sites
        self.channels: Mapping[str, Channel] = {}
        self._source: HostsSource | None = None
        self._loads = 0
        self._own_protocols = False
        self._looked: object = None

    def load(self) -> Inventory:
        """The inventory as it is written now. Raises ConfigError when a file cannot be used.

        The first load takes what can be read: half a configuration is better than no monitor.
        """
        # A hundred thousand new values would make the collector walk over everything, again and again, in the middle
        # of the checks; nothing that is read here refers to itself.
        gc.disable()
        try:
            return self._load()
        finally:
            gc.enable()

    def _load(self) -> Inventory:
        self._loads += 1
        self._refuse_missing()
        lenient = self._loads == 1
        problems: list[Problem] = []
        # All are read, whatever is wrong with one: every mistake is told at once, and the same files are not tried
        # again before one of them is changed.
        yaml = _tried(lambda: self._yaml_source.load(lenient=lenient), AlertsFile(), problems)
        book = _tried(lambda: self._alert_source.load(lenient=lenient), NO_RULES, problems)
        analysis = _tried(lambda: self._analysis_source.load(lenient=lenient), NO_SETTINGS, problems)
        nothing: list[Inventory] = []
        found = _tried(lambda: self._load_hosts(lenient=lenient), nothing, problems)
        sites = _tried(lambda: self._sites.load(lenient=lenient), NO_SITES, problems)
        none: dict[str, Channel] = {}
        others = {**yaml.channels, **sites.rules.channels}
        channels = _tried(lambda: channels_of(self._configuration, others=others), none, problems)
        if problems:
            raise ConfigError(tuple(problems))
        # A site's own people are told whatever the rules of all hosts say: one of them may end the walk.
        book = merge_books((RuleBook(rules=sites.rules.rules), book, yaml.book))
        found += sites.inventories
        self.alerts = replace(yaml, book=book, problems=book.problems)
        self.channels = channels
        self.analysis = analysis
        own = own_name(self._configuration)
        if self._configuration.settings.agent.enabled and not any(one.find(own) for one in found):
            found.insert(0, self._own())
        return replace(merge(found, sites.problems), version=self._loads)

    def _load_hosts(self, *, lenient: bool) -> list[Inventory]:
        # What was there and vanished is a mistake, not an empty configuration: its hosts would leave the board.
        if self._source is None and not self._hosts.exists():
            return []
        self._own_protocols = self._protocols.is_file()
        protocols = self._protocols if self._own_protocols else None
        self._source = HostsSource(self._hosts, protocols, self._defaults, self._holidays)
        return [self._source.load(lenient=lenient)]

    def changed(self) -> bool:
        """Whether a new load would look at other files, or at files written since."""
        if any(source.changed() for source in self._others):
            return True
        if self._source is None:
            return self._hosts.exists()
        return self._source.changed() or self._protocols.is_file() != self._own_protocols

    def changed_and_at_rest(self) -> bool:
        """The same, once the files look as they did at the last call: an editor may have emptied one to write it."""
        hosts = self._source.signatures() if self._source else self._hosts.exists()
        looked = (hosts, *(source.signatures() for source in self._others))
        before, self._looked = self._looked, looked
        return self._looked == before and self.changed()

    @property
    def _others(self) -> tuple[AlertsSource | YamlSource | AnalysisSource | SiteFiles, ...]:
        """The files beside hosts.cfg."""
        return self._alert_source, self._yaml_source, self._analysis_source, self._sites

    def _refuse_missing(self) -> None:
        """A file whose name was given must be there; the usual names may be missing."""
        files, usual = self._configuration.settings.files, Files()
        asked = (
            (self._hosts, files.hosts, usual.hosts),
            (self._protocols, files.protocols, usual.protocols),
            (self._holidays, files.holidays, usual.holidays),
        )
        problems = [
            Problem(Origin(str(path)), "this file is missing", f"[files] in {self._named()} asks for it")
            for path, name, default in asked
            if name != default and not path.is_file()
        ]
        if problems:
            raise ConfigError(tuple(problems))

    def _named(self) -> Path | str:
        return self._configuration.path or "the environment"

    def _own(self) -> Inventory:
        text = own_hosts_text(self._configuration)
        line = Line(text=text, origin=BUILT_IN)
        return build_inventory(read_hosts([line]), built_in_services(), defaults=self._defaults)
