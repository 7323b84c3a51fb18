"""Figures that colour squares: the DS settings of analysis.cfg, as xymond_rrd(8) looks at them."""

from collections import Counter
from collections.abc import Callable, Sequence

from hexmon.board.board import Board
from hexmon.graphs.schema import Update
from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.ds import judge_values
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile, DataSet
from hexmon.model.inventory import Host

RulesFor = Callable[[Host, str, str], HostRules]
"""The settings that hold now for a host, its class and its system."""


class GraphRules:
    """`wants` may be asked in any thread; `judge` belongs to the event loop.

    `counts`: figures that were judged, squares that were modified.
    """

    def __init__(self, board: Board, file: Callable[[], AnalysisFile], rules_for: RulesFor) -> None:
        self.counts: Counter[str] = Counter()
        self._board = board
        self._file = file
        self._rules_for = rules_for
        self._known = NO_RULES
        self._wanted: frozenset[str] = frozenset()

    def wants(self, update: Update) -> bool:
        """Whether some setting is about a data source of that name."""
        file = self._file()
        if file is not self._known:
            self._wanted = frozenset(rule.data_set for rule in file.rules if isinstance(rule, DataSet))
            self._known = file
        return bool(self._wanted) and any(source.name in self._wanted for source in update.sources)

    def judge(self, updates: Sequence[Update]) -> None:
        """Colour the squares of figures that are too high or too low."""
        for update in updates:
            host = self._board.inventory.find(update.folder)
            if host is not None:
                self._judge(host, update)

    def _judge(self, host: Host, update: Update) -> None:
        os_type, host_class = self._board.system(host.name)
        rules = self._rules_for(host, host_class, os_type)
        self.counts["judged"] += 1
        for found in judge_values(rules, host, update.file, values_of(update)):
            self.counts["modified"] += 1
            self._board.modify(found.key, found.color, found.source, found.cause)


def values_of(update: Update) -> dict[str, float]:
    """What is known of an update."""
    return {
        source.name: float(value)
        for source, value in zip(update.sources, update.values, strict=True)
        if value != "U" and len(value) < 100
    }
