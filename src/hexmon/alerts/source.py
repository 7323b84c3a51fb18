"""Where the rules come from: alerts.cfg, all that it includes, alerts.yaml, and whether any of it changed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hexmon.alerts.alerts_cfg import AlertDefaults, read_alerts
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_yaml import AlertsFile
from hexmon.alerts.rules_yaml import load as load_yaml
from hexmon.config.source import LinesSource
from hexmon.config.watched import Signature, Watched
from hexmon.model.origin import ConfigError, Origin, Problem


class AlertsSource(LinesSource):
    """Reads alerts.cfg."""

    def __init__(self, path: Path | None, defaults: AlertDefaults | None = None, *, required: bool = False) -> None:
        super().__init__(path, required=required)
        self._defaults = defaults

    def load(self, *, lenient: bool = False) -> RuleBook:
        """The rules. Raises ConfigError when a file cannot be read; mistakes in lines are problems."""
        found = self.lines(lenient=lenient)
        return merge((RuleBook(problems=found.problems), read_alerts(found.lines, self._defaults)))


class YamlSource:
    """Reads alerts.yaml; `path` and `required` are as for LinesSource."""

    def __init__(self, path: Path | None, environ: Mapping[str, str] | None = None, *, required: bool = False) -> None:
        self._path = path
        self._environ = environ
        self._required = required
        self._watched = Watched()

    def load(self, *, lenient: bool = False) -> AlertsFile:
        """Read it. Raises ConfigError with its mistakes.

        `lenient`: they are problems, and what is right holds, for when there is nothing better in force.
        """
        self._watched = Watched()
        if self._path is None:
            return AlertsFile()
        if not self._path.exists():
            self._watched.remember(self._path)
            if self._required:
                raise ConfigError((Problem(Origin(str(self._path)), "this file is missing"),))
            return AlertsFile()
        file = load_yaml(self._path, self._environ, on_path=self._watched.remember)
        if file.problems and not lenient:
            raise ConfigError(file.problems)
        return file

    def changed(self) -> bool:
        """Whether it, or a file that it names, is not as it was at the last load."""
        return self._watched.changed()

    def signatures(self) -> tuple[Signature, ...]:
        """What these files look like now."""
        return self._watched.signatures()


def merge(books: Iterable[RuleBook]) -> RuleBook:
    """One book of all rules and problems, in this order: those of alerts.cfg come first."""
    books = tuple(books)
    return RuleBook(
        rules=tuple(rule for book in books for rule in book.rules),
        problems=tuple(problem for book in books for problem in book.problems),
    )
