"""The settings that agents' messages are judged by: analysis.cfg, all that it includes, its changes; those in force."""

from datetime import datetime

from msgspec.structs import replace

from hexmon.clock import Clock
from hexmon.config.source import LinesSource
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile
from hexmon.judge.clients.selection import Analysis
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage
from hexmon.schedule.zone import MachineZone


class AnalysisSource(LinesSource):
    """Reads analysis.cfg."""

    def load(self, *, lenient: bool = False) -> AnalysisFile:
        """The settings. Raises ConfigError when a file cannot be read; mistakes in lines are problems."""
        lines = self.lines(lenient=lenient)
        found = read_analysis(lines.lines)
        return replace(found, problems=(*lines.problems, *found.problems))


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
