"""Settings of analysis.cfg out of a text, for tests."""

from hexmon.config.line import Line
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.rules import AnalysisFile
from hexmon.model.origin import Origin


def lines_of(text: str) -> list[Line]:
    """What a file with that text is to the readers."""
    return [Line(line.strip(), Origin("analysis.cfg", number)) for number, line in enumerate(text.split("\n"), 1)]


def analysis(text: str) -> AnalysisFile:
    """Its settings."""
    return read_analysis(lines_of(text))
