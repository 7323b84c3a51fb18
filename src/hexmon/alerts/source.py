"""Where the rules come from: alerts.cfg, all that it includes, alerts.yaml, and whether any of it changed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hexmon.alerts.alerts_cfg import AlertDefaults, read_alerts
from hexmon.alerts.rules import NO_RULES, RuleBook
from hexmon.alerts.rules_yaml import AlertsFile
from hexmon.alerts.rules_yaml import load as load_yaml
from hexmon.config.lines import read_file
from hexmon.config.watched import Signature, Watched
from hexmon.model.origin import ConfigError, Origin, Problem


class AlertsSource:
    """Reads alerts.cfg. Not for several threads at once.

    `path` None: nobody wrote rules. `required`: the file was named by somebody, without it nothing is loaded;
    otherwise a missing one has no rules.
    """

    def __init__(self, path: Path | None, defaults: AlertDefaults | None = None, *, required: bool = False) -> None:
        self._path = path
        self._defaults = defaults
        self._required = required
        self._watched = Watched()

    def load(self, *, lenient: bool = False) -> RuleBook:
        """Read everything. Raises ConfigError when a file cannot be read; mistakes in lines are problems.

        `lenient`: what an include names may be missing too, for when there is nothing better in force.
        """
        self._watched = Watched()
        if self._path is None:
            return NO_RULES
        if not self._required and not self._path.exists():
            self._watched.remember(self._path)
            return NO_RULES
        problems: list[Problem] = []
        file = read_file(self._path, problems, tool="daemon", on_path=self._watched.remember, keep_unread=True)
        itself = Origin(str(self._path))
        fatal = tuple(one for one in problems if one.fatal and (not lenient or one.origin == itself))
        if fatal:
            raise ConfigError(fatal)
        return merge((RuleBook(problems=tuple(problems)), read_alerts(file.lines, self._defaults)))

    def changed(self) -> bool:
        """Whether a file or directory that the last load looked at is not as it was then."""
        return self._watched.changed()

    def signatures(self) -> tuple[Signature, ...]:
        """What those files and directories look like now: equal twice in a row means that nobody is writing them."""
        return self._watched.signatures()


class YamlSource:
    """Reads alerts.yaml; `path` and `required` are as for AlertsSource."""

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
