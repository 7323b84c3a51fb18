"""The DS settings of analysis.cfg: while figures of graphs are bad they colour squares, as `modify` does."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from math import isfinite

import msgspec

from hexmon.board.board import Board
from hexmon.graphs.datasets.contract import Source, Update
from hexmon.judge.clients.contract import HostRules
from hexmon.judge.clients.ds import SOURCE, Finding, judge_values
from hexmon.judge.clients.rules import NO_RULES, AnalysisFile, DataSet
from hexmon.judge.clients.selection import Analysis
from hexmon.model.names import StatusKey
from hexmon.schedule.zone import MachineZone

STANDS = 900.0  # seconds that a finding counts beside those of other files; modify itself lives for two reports

_MOST_FILES = 1000  # with findings about one square
_MOST_WAITING = 200_000  # squares whose findings the event loop has not taken yet
_LONGEST_NUMBER = 40

Later = Callable[[Callable[[], None]], object]


class _Judged(msgspec.Struct, frozen=True, gc=False):
    """What the figures of one file mean for a square; None: they are well."""

    finding: Finding | None
    at: float


class GraphRules:
    """`judge` is for one thread, which may be another than the event loop's: `later` has something done there.

    `counts`: figures that were judged bad (files), squares that were coloured and given back, what there was no room
    for.
    """

    def __init__(self, board: Board, later: Later, file: AnalysisFile = NO_RULES) -> None:
        self.counts = Counter(bad=0, colored=0, cleared=0, refused=0)
        self._board = board
        self._later = later
        self._zone = MachineZone()
        self._lock = threading.Lock()
        self._found: dict[StatusKey, dict[str, _Judged]] = {}
        self._standing: dict[StatusKey, dict[str, _Judged]] = {}  # of them the bad ones
        self._tidied = 0.0
        self._file = NO_RULES
        self._rules: tuple[Analysis, frozenset[str]] | None = None
        self.use(file)

    def use(self, file: AnalysisFile) -> None:
        """From now on these settings hold."""
        if file is self._file:
            return
        self._file = file
        wanted = tuple(rule for rule in file.rules if isinstance(rule, DataSet))
        names = frozenset(rule.data_set for rule in wanted)
        self._rules = (Analysis(msgspec.structs.replace(file, rules=wanted)), names) if wanted else None

    # -- where figures are read -----------------------------------------------------------------------------------

    def judge(self, source: Source, updates: Iterable[Update]) -> None:
        """Look at the figures of one text; what they mean for squares is told to the board a little later."""
        if self._rules is None:
            return
        analysis, names = self._rules
        host = self._board.inventory.find(source.host)
        if host is None or host.monitor is not None:
            return
        local = datetime.fromtimestamp(source.at, self._zone)
        rules = analysis.for_host(host, source.host_class, source.os_type, local)
        if not rules.rules:
            return
        for update in updates:
            self._judge(rules, names, host.name, update)

    def _judge(self, rules: HostRules, names: frozenset[str], host: str, update: Update) -> None:
        values = {
            one.name: number
            for one, text in zip(update.sources, update.values, strict=False)
            if one.name in names and (number := _number(text)) is not None
        }
        if not values:
            return
        for column, finding in judge_values(rules, update.file, values).items():
            self.counts["bad"] += finding is not None
            self._note(StatusKey(host, column), update.file, _Judged(finding, update.at))

    def _note(self, key: StatusKey, file: str, judged: _Judged) -> None:
        with self._lock:
            first = not self._found
            files = self._found.get(key)
            if files is None:
                if len(self._found) >= _MOST_WAITING:
                    self.counts["refused"] += 1
                    return
                files = self._found[key] = {}
            if file in files or len(files) < _MOST_FILES:
                files[file] = judged
            else:
                self.counts["refused"] += 1
        if first:
            self._later(self._tell)

    # -- in the event loop ----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            found, self._found = self._found, {}
        now = max((one.at for files in found.values() for one in files.values()), default=0.0)
        for word, files in found.items():
            status = self._board.status(word)
            if status is None:
                self._standing.pop(word, None)
                continue
            bad = self._taken(word, files, now)
            if bad:
                worst = max(bad, key=lambda one: one.color)
                self.counts["colored"] += 1
                self._board.modify(status.key, worst.color, SOURCE, worst.cause)
            elif any(one.source == SOURCE for one in status.modifiers):
                self.counts["cleared"] += 1
                self._board.unmodify(status.key, SOURCE)
        self._tidy(now)

    def _taken(self, key: StatusKey, files: dict[str, _Judged], now: float) -> list[Finding]:
        """All that is bad about a square now, in the order in which it turned bad."""
        known = self._standing.setdefault(key, {})
        for file, judged in files.items():
            if judged.finding is None:
                known.pop(file, None)
            elif file in known or len(known) < _MOST_FILES:
                known[file] = judged
            else:
                self.counts["refused"] += 1
        if not known:
            del self._standing[key]
        return [one.finding for one in known.values() if one.finding is not None and one.at > now - STANDS]

    def _tidy(self, now: float) -> None:
        """Forget what nobody has said for a while."""
        if now < self._tidied + STANDS:
            return
        self._tidied = now
        for key, files in list(self._standing.items()):
            for file in [file for file, one in files.items() if one.at <= now - STANDS]:
                del files[file]
            if not files:
                del self._standing[key]


def _number(text: str) -> float | None:
    """A value as rrdupdate takes it; None for one that is unknown."""
    try:
        value = float(text) if len(text) <= _LONGEST_NUMBER else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None
