"""The square svcs: how the services of a Windows machine are, against each SVC."""

from collections.abc import Iterator, Sequence

from hexmon.judge.clients.contract import Square, View
from hexmon.judge.clients.counts import Tally
from hexmon.judge.clients.line_search import Effort, TooSlowError
from hexmon.judge.clients.lines import columns_of, lines_of, listing
from hexmon.judge.clients.rules import Service
from hexmon.judge.clients.shown import quoted_listing, too_slow, word
from hexmon.judge.clients.word_search import WordSearch
from hexmon.model.color import Color

_ANY = "Any"

_Row = list[str]  # name, how it starts, state, and the rest of the line


def services(view: View) -> Iterator[Square]:
    """svcs; nothing of an agent that sent no services."""
    text = view.data.get("svcs")
    if text is None or "svcs" in view.host.nocolumns:
        return
    tally = Tally()
    rules = view.rules.all(Service)
    if rules:
        _judge(rules, _Services(text, view.effort), tally)
    elif view.settings.clear_services:
        tally.add(view.settings.clear_color)
        tally.lines.append("No Services checks defined")
    if tally.color is None:
        return
    restarted = listing(view, view.data.text("svcautorestart"))
    color = tally.color
    if len(restarted) > 1 and color in (Color.GREEN, view.settings.clear_color):
        color = Color.YELLOW
    told = [restarted, "", ""] if len(restarted) > 1 else []
    shown = quoted_listing(view, text) if view.settings.list_services else ""
    yield Square(
        test="svcs",
        color=color,
        line=f"- Services {'OK' if color is Color.GREEN else 'NOT ok'}",
        body="\n".join([*tally.lines, "", *told, shown]),
        groups=tally.groups,
    )


class _Services:
    """The rows of a listing that have all three columns, also the headings."""

    def __init__(self, text: str, effort: Effort) -> None:
        split = (columns_of(line, 4) for line in lines_of(text))
        self._rows: list[_Row] = [row for row in split if len(row) > 2]
        self._effort = effort
        self._words = tuple(WordSearch((row[column] for row in self._rows), effort) for column in range(3))

    def find(self, rule: Service) -> tuple[bool, _Row | None]:
        """Whether one is as wanted, and the last that is meant. Raises TooSlowError."""
        name, startup, state = self._words
        names, startups, states = name.fitting(rule.name), startup.fitting(rule.startup), state.fitting(rule.state)
        self._effort.spend(1 + len(self._rows) // 4)
        meant = [row for row in self._rows if row[0] in names]
        return any(row[1] in startups and row[2] in states for row in meant), meant[-1] if meant else None


def _judge(rules: Sequence[Service], found: _Services, tally: Tally) -> None:
    for rule in rules:
        try:
            good, row = found.find(rule)
        except TooSlowError:
            tally.judge(Color.YELLOW, too_slow(rule.name.text), rule.groups)
            continue
        wanted = f"want {rule.state.text if rule.state else _ANY}/{rule.startup.text if rule.startup else _ANY}"
        if row is None:
            text = f"{rule.name.text}: No matching service - {wanted}"
        else:
            text = f"{word(row[0])} is {word(row[2])}/{word(row[1])} - {wanted}"
        tally.judge(Color.GREEN if good else rule.color, text, rule.groups)
