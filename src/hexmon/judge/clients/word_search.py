"""Which of many words the settings of analysis.cfg mean: each word is looked at once for each setting."""

from collections.abc import Iterable

from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.line_search import Effort, Lines

_Words = frozenset[str]


class WordSearch:
    """Words without line ends, each once. An empty one is never meant."""

    def __init__(self, words: Iterable[str], effort: Effort) -> None:
        self._all = frozenset(words)
        self._effort = effort
        self._lines = Lines("\n".join(self._all), effort)
        self._known: dict[str, _Words] = {}

    def fitting(self, wanted: Expression | None, unwanted: Expression | None = None) -> _Words:
        """Those that are meant, all for None, but for the unwanted ones. Raises TooSlowError."""
        found = self._all if wanted is None else self._meant(wanted)
        return found if unwanted is None else found - self._meant(unwanted)

    def _meant(self, expression: Expression) -> _Words:
        known = self._known.get(expression.text)
        if known is None:
            known = self._known[expression.text] = frozenset(self._search(expression))
        return known

    def _search(self, expression: Expression) -> Iterable[str]:
        if expression.pattern is not None:
            return filter(None, self._lines.with_pattern(expression.pattern))
        self._effort.spend(1 + len(self._all) // 4)
        return filter(expression.names, self._all)
