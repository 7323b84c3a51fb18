"""The squares of what snmpcollect asked devices: one for each MIB."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import Square, System, View
from hexmon.judge.clients.line_search import Effort, TooSlowError
from hexmon.judge.clients.lines import lines_of, listing
from hexmon.judge.clients.rules import Mib
from hexmon.judge.texts import date
from hexmon.model.color import WORDS, Color
from hexmon.model.names import TEST_NAME

_ROW = re.compile(r"\n<([^>\n]{0,255})>?")
_VALUE = re.compile(r"[ \t]*([^ =]{1,255})[ =]*(.*)")
_INTEGER = re.compile(r"\s*([+-]?\d{1,18})")
_NO_SQUARE = frozenset({"proxy", "msgcache", "date"})  # what is sent along and is no MIB
_MOST_MIBS = 100
_MOST_VALUES = 50_000  # of a message are judged
_MOST_TOLD = 1_000


class _Judge:
    """The values of one MIB against the settings. `left` values may still be judged."""

    def __init__(self, mib: str, rules: tuple[Mib, ...], left: int, effort: Effort) -> None:
        self.color = Color.GREEN
        self.groups: dict[str, None] = {}
        self.left = left
        self._mib = mib
        self._rules = rules
        self._effort = effort
        self._candidates: dict[str, tuple[Mib, ...]] = {}
        self._lines: list[str] = []
        self._more = 0

    @property
    def text(self) -> str:
        """What there is to tell, and an empty line; nothing when nothing is."""
        rest = f"{self._more} more\n" if self._more else ""
        return "".join(self._lines) + rest + "\n" if self._lines else ""

    def judge_row(self, key: str | None, row: str) -> None:
        """Every value of a row; of a MIB that is no table there is one, without a key."""
        if not self._rules:
            return
        for line in lines_of(row):
            if self.left <= 0:
                return
            found = _VALUE.match(line)
            if found:
                self.left -= 1
                try:
                    rule = self._rule(key, found[1])
                    if rule is not None:
                        self._judge(rule, found[1] if key is None else f"{key}:{found[1]}", found[2])
                except TooSlowError:
                    self.left = 0
                    self.color = max(self.color, Color.YELLOW)
                    self._tell(Color.YELLOW, "The patterns took too long: not all values were looked at")

    def _rule(self, key: str | None, name: str) -> Mib | None:
        candidates = self._candidates.get(name)
        if candidates is None:
            full = f"{self._mib}:{name}"
            candidates = self._candidates[name] = tuple(
                rule for rule in self._rules if self._effort.names(rule.name, full)
            )
        fitting = (rule for rule in candidates if key is None or rule.key is None or self._effort.names(rule.key, key))
        return next(fitting, None)

    def _judge(self, rule: Mib, name: str, text: str) -> None:
        number = _INTEGER.match(text)
        value = int(number[1]) if number else 0
        if rule.least is not None and value < rule.least:
            self._bad(rule, f"{name} {value} (minimum: {rule.least})")
        if rule.most is not None and value > rule.most:
            self._bad(rule, f"{name} {value} (maximum: {rule.most})")
        if rule.match is not None:
            if self._effort.names(rule.match, text):
                self._tell(Color.GREEN, f"{name} {text[:255]}")
            else:
                self._bad(rule, f"{name} {text[:255]} (expected: {rule.match.text})")

    def _bad(self, rule: Mib, words: str) -> None:
        self.color = max(self.color, rule.color)
        self.groups |= dict.fromkeys(rule.groups)
        self._tell(rule.color, words)

    def _tell(self, color: Color, words: str) -> None:
        if len(self._lines) < _MOST_TOLD:
            self._lines.append(f"&{WORDS[color]} {words}\n")
        else:
            self._more += 1


def mibs(view: View) -> Iterator[Square]:
    """A square for each section, whose name is its column."""
    rules = view.rules.all(Mib)
    left = _MOST_VALUES
    wanted = [name for name in view.data.names if TEST_NAME.match(name) and name.lower() not in _NO_SQUARE]
    for name in wanted[:_MOST_MIBS]:
        text = view.data.text(name)
        judge = _Judge(name, rules, left, view.effort)
        for key, row in _rows(text):
            judge.judge_row(key, row)
        left = judge.left
        shown = listing(view, _ROW.sub(r"\n[\1]", text))
        yield Square(
            test=name,
            color=judge.color,
            line="",
            body=f"\n{judge.text}{shown}",
            groups=tuple(judge.groups),
            date=date(view.message.received, view.settings.zone),
        )


def _rows(text: str) -> Iterator[tuple[str | None, str]]:
    """The rows of a table, which begin with `<KEY>`; of a MIB without any all of it, without a key."""
    parts = _ROW.split(text)
    if len(parts) == 1:
        yield None, text
    for place in range(1, len(parts), 2):
        yield parts[place], parts[place + 1]


SNMPCOLLECT = System(name="snmpcollect", makers=(mibs,))
