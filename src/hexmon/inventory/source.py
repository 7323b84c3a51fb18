"""Where the inventory comes from: hosts.cfg, the files beside it, all that they name, and whether any of it changed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from hexmon.config.lines import Line, read_file
from hexmon.config.watched import Signature, Watched
from hexmon.inventory.build import build_inventory
from hexmon.inventory.holidays import read_holidays
from hexmon.inventory.home import HomeFolder
from hexmon.inventory.hosts_cfg import HostsFile, read_hosts
from hexmon.inventory.notes import UnknownTag, unknown_tags
from hexmon.inventory.policies import Defaults
from hexmon.model.holidays import Holidays
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.probes.protocols import Service, built_in_services, read_protocols


class HostsSource:
    """Reads hosts.cfg; every load gives a new version. Not for several threads at once.

    `protocols` None stands for the table that is shipped; a file replaces it. `holidays` None: nobody knows them; that
    file may be missing. The mistakes in these files are among the inventory's.
    """

    def __init__(
        self,
        hosts: Path,
        protocols: Path | None = None,
        defaults: Defaults | None = None,
        holidays: Path | None = None,
    ) -> None:
        self._hosts = hosts
        self._protocols = protocols
        self._holidays = holidays
        self._defaults = defaults if defaults is not None else Defaults()
        self._watched = Watched()
        self._version = 0

    def load(self, *, lenient: bool = False) -> Inventory:
        """Read everything. Raises ConfigError when a file cannot be read; mistakes in lines are problems.

        `lenient`: what an include names may be missing too, for when there is nothing better in force.
        """
        problems: list[Problem] = []
        self._watched = Watched()
        services = self._services(problems)
        file = self._file(problems)
        holidays = self._holiday_sets(problems)
        named = {Origin(str(path)) for path in (self._hosts, self._protocols, self._holidays)}
        _refuse_fatal(one for one in problems if not lenient or one.origin in named)
        home = HomeFolder(Path(self._defaults.home or self._hosts.parent), on_path=self._watched.remember)
        inventory = build_inventory(file, services, defaults=self._defaults, files=home, holidays=holidays)
        self._version += 1
        return msgspec.structs.replace(inventory, problems=(*problems, *inventory.problems), version=self._version)

    def notes(self) -> list[UnknownTag]:
        """Every tag that nobody knows."""
        return unknown_tags(self._file([]), self._services([]))

    def changed(self) -> bool:
        """Whether a file or directory that the last load looked at is not as it was then."""
        return self._watched.changed()

    def signatures(self) -> tuple[Signature, ...]:
        """What those files and directories look like now: equal twice in a row means that nobody is writing them."""
        return self._watched.signatures()

    def _file(self, problems: list[Problem]) -> HostsFile:
        return read_hosts(self._lines(self._hosts, problems))

    def _services(self, problems: list[Problem]) -> Mapping[str, Service]:
        if self._protocols is None:
            return built_in_services()
        services, mistakes = read_protocols(self._lines(self._protocols, problems), str(self._protocols))
        problems.extend(mistakes)
        return services

    def _holiday_sets(self, problems: list[Problem]) -> Holidays | None:
        if self._holidays is None:
            return None
        if not self._holidays.exists():
            self._watched.remember(self._holidays)
            return Holidays()
        holidays, mistakes = read_holidays(self._lines(self._holidays, problems))
        problems.extend(mistakes)
        return holidays

    def _lines(self, path: Path, problems: list[Problem]) -> tuple[Line, ...]:
        return read_file(path, problems, on_path=self._watched.remember).lines


def _refuse_fatal(problems: Iterable[Problem]) -> None:
    fatal = tuple(problem for problem in problems if problem.fatal)
    if fatal:
        raise ConfigError(fatal)
