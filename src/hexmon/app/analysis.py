"""The settings that agents' messages are judged by: analysis.cfg, all that it includes, its changes; those in force."""

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from hexmon.clock import Clock
from hexmon.config.lines import read_file
from hexmon.config.watched import Signature, Watched
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile
from hexmon.judge.clients.selection import Analysis
from hexmon.model.inventory import Host
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.status import ClientMessage
from hexmon.schedule.zone import MachineZone


class AnalysisSource:
    """Reads analysis.cfg. Not for several threads at once.

    `path` None: nobody wrote settings. `required`: the file was named by somebody, without it nothing is loaded;
    otherwise a missing one has no settings.
    """

    def __init__(self, path: Path | None, *, required: bool = False) -> None:
        self._path = path
        self._required = required
        self._watched = Watched()

    def load(self, *, lenient: bool = False) -> AnalysisFile:
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
        found = read_analysis(file.lines)
        return replace(found, problems=(*problems, *found.problems))

    def changed(self) -> bool:
        """Whether a file or directory that the last load looked at is not as it was then."""
        return self._watched.changed()

    def signatures(self) -> tuple[Signature, ...]:
        """What those files and directories look like now: equal twice in a row means that nobody is writing them."""
        return self._watched.signatures()


class AnalysisInForce:
    """The settings that hold now."""

    def __init__(self, clock: Clock, file: AnalysisFile = NO_RULES) -> None:
        self._clock = clock
        self._zone = MachineZone()
        self._analysis = Analysis(file)

    def use(self, file: AnalysisFile) -> None:
        """From now on these hold."""
        if file is not self._analysis.file:
            self._analysis = Analysis(file)

    def rules_of(self, host: Host, message: ClientMessage) -> HostRules:
        """Those for a message that is judged at this moment."""
        local = datetime.fromtimestamp(self._clock.now(), self._zone)
        return self._analysis.for_host(host, message.host_class, message.os_type, local)
