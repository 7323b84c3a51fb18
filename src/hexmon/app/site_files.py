"""The YAML sites that hexmon.toml names: which files there are, what they say together, and whether that changed."""

from collections.abc import Iterable, Mapping
from glob import has_magic
from pathlib import Path

import msgspec

from hexmon.alerts.rules_site import SiteRules, rules_of
from hexmon.app.settings import Configuration
from hexmon.config.watched import Signature, Watched
from hexmon.inventory.sites.build import link, site_inventory
from hexmon.inventory.sites.read import SiteFile, read_site_file
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Origin, Problem


class Sites(msgspec.Struct, frozen=True, kw_only=True):
    """All of them. Their mistakes are among the problems of the inventories but for `problems`: those of no site."""

    inventories: tuple[Inventory, ...] = ()
    rules: SiteRules = SiteRules()
    problems: tuple[Problem, ...] = ()


NO_SITES = Sites()


class SiteFiles:
    """Reads the files that the patterns name. Not for several threads at once."""

    def __init__(self, patterns: Iterable[str], folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._patterns = tuple(patterns)
        self._folder = folder
        self._environ = environ
        self._watched = Watched()
        self._read: tuple[Path, ...] = ()

    def load(self, *, lenient: bool = False) -> Sites:
        """Read them all. Raises ConfigError with every mistake of every file.

        `lenient`: a file with a mistake is left out, for when there is nothing better in force.
        """
        self._watched = Watched()
        self._read = self.paths()
        problems: list[Problem] = []
        files = [file for path in self._read for file in self._file(path, problems)]
        linked, mistakes = link(files)
        problems += mistakes
        if problems and not lenient:
            told = (problem for file in files for problem in file.problems)
            raise ConfigError((*problems, *told))
        return Sites(
            inventories=tuple(map(site_inventory, linked)),
            rules=rules_of(file.site for file in linked),
            problems=tuple(problems),
        )

    def paths(self) -> tuple[Path, ...]:
        """The files, those of the first pattern first; one that is named without a pattern need not be there."""
        found: dict[Path, None] = {}
        for pattern in self._patterns:
            if has_magic(pattern):
                found.update(dict.fromkeys(sorted(self._matching(pattern))))
            else:
                found[self._folder / Path(pattern).expanduser()] = None
        return tuple(found)

    def _matching(self, pattern: str) -> Iterable[Path]:
        whole = self._folder / Path(pattern).expanduser()
        top = self._folder if whole.is_relative_to(self._folder) else Path(whole.anchor)
        try:
            return [path for path in top.glob(str(whole.relative_to(top))) if path.is_file()]
        except ValueError:  # no pattern: nothing has such a name
            return [whole]

    def changed(self) -> bool:
        """Whether there are other files now, or one of them, or a file that it names, is not as it was."""
        return self.paths() != self._read or self._watched.changed()

    def signatures(self) -> tuple[tuple[Path, ...], tuple[Signature, ...]]:
        """What there is, and what it looks like now."""
        return self.paths(), self._watched.signatures()

    def _file(self, path: Path, problems: list[Problem]) -> Iterable[SiteFile]:
        source = str(path.relative_to(self._folder) if path.is_relative_to(self._folder) else path)
        if not path.is_file():
            self._watched.remember(path)
            problems.append(Problem(Origin(source), "this file is missing", "[files] sites asks for it"))
            return ()
        try:
            return (read_site_file(path, self._environ, source=source, on_path=self._watched.remember),)
        except ConfigError as error:
            problems += error.problems
            return ()


def site_files(configuration: Configuration) -> SiteFiles:
    """Those of a configuration."""
    return SiteFiles(configuration.settings.files.sites, configuration.folder)
