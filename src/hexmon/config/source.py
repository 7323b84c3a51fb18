"""A file of Xymon's family as a source that is read again when it, or anything that it includes, changes."""

from pathlib import Path

import msgspec

from hexmon.config.line import Line
from hexmon.config.lines import read_file
from hexmon.config.watched import Signature, Watched
from hexmon.model.origin import ConfigError, Origin, Problem


class Found(msgspec.Struct, frozen=True):
    """Its lines, and what is wrong with its includes."""

    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()


class LinesSource:
    """Reads a file's lines. Not for several threads at once.

    `path` None: nobody wrote one. `required`: the file was named by somebody, without it nothing is loaded; otherwise a
    missing one has no lines.
    """

    def __init__(self, path: Path | None, *, required: bool = False) -> None:
        self._path = path
        self._required = required
        self._watched = Watched()

    def lines(self, *, lenient: bool = False) -> Found:
        """Read everything. Raises ConfigError when a file cannot be read.

        `lenient`: what an include names may be missing too, for when there is nothing better in force.
        """
        self._watched = Watched()
        if self._path is None:
            return Found()
        if not self._required and not self._path.exists():
            self._watched.remember(self._path)
            return Found()
        problems: list[Problem] = []
        file = read_file(self._path, problems, tool="daemon", on_path=self._watched.remember, keep_unread=True)
        itself = Origin(str(self._path))
        fatal = tuple(one for one in problems if one.fatal and (not lenient or one.origin == itself))
        if fatal:
            raise ConfigError(fatal)
        return Found(file.lines, tuple(problems))

    def changed(self) -> bool:
        """Whether a file or directory that the last reading looked at is not as it was then."""
        return self._watched.changed()

    def signatures(self) -> tuple[Signature, ...]:
        """What those files and directories look like now: equal twice in a row means that nobody is writing them."""
        return self._watched.signatures()
