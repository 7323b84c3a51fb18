"""The square ports: how many connections fit each PORT."""

from collections import Counter
from collections.abc import Iterator

from hexmon.judge.clients.contract import Made, Square, View
from hexmon.judge.clients.contract import Ports as Columns
from hexmon.judge.clients.counts import Counting, Tally, is_bad
from hexmon.judge.clients.line_search import Effort, TooSlowError
from hexmon.judge.clients.lines import columns_of, lines_of
from hexmon.judge.clients.rules import Port
from hexmon.judge.clients.shown import quoted_listing, too_slow
from hexmon.judge.clients.word_search import WordSearch
from hexmon.model.color import Color

_CRITERIA = {
    "local": "local",
    "ex_local": "exlocal",
    "remote": "remote",
    "ex_remote": "exremote",
    "state": "state",
    "ex_state": "exstate",
}

_Connection = tuple[str, str, str]


def ports(view: View) -> Iterator[Made]:
    """ports, and the figures of PORTs that are TRACKed; nothing of an agent that sent no connections."""
    columns = view.system.ports
    text = None if columns is None else view.data.get(columns.section)
    if columns is None or text is None or "ports" in view.host.nocolumns:
        return
    tally = Tally()
    counting = Counting(tally)
    rules = view.rules.all(Port)
    if rules:
        _count(rules, _Connections(text, columns, view.effort), tally, counting)
    elif view.settings.clear_ports:
        tally.add(view.settings.clear_color)
        tally.lines.append("No port checks defined")
    if tally.color is None:
        return
    listing = quoted_listing(view, text) if view.settings.list_ports else ""
    yield Square(
        test="ports",
        color=tally.color,
        line=f"- Ports {'NOT ok' if is_bad(tally.color) else 'ok'}",
        body="\n".join([*tally.lines, "", listing]),
        groups=tally.groups,
    )
    yield from counting.figures("portcounts")


class _Connections:
    """Those of a listing, each with how often it is there."""

    def __init__(self, text: str, columns: Columns, effort: Effort) -> None:
        self._count = Counter(_connections(text, columns))
        self._effort = effort
        self._words = tuple(WordSearch(dict.fromkeys(one), effort) for one in zip(*self._count, strict=True)) or (
            (WordSearch((), effort),) * 3
        )

    def fitting(self, rule: Port) -> int:
        """How many fit all that a setting says. Raises TooSlowError."""
        local, remote, state = self._words
        locals_ = local.fitting(rule.local, rule.ex_local)
        remotes = remote.fitting(rule.remote, rule.ex_remote)
        states = state.fitting(rule.state, rule.ex_state)
        self._effort.spend(1 + len(self._count) // 4)
        return sum(
            count
            for (here, there, now), count in self._count.items()
            if here in locals_ and there in remotes and now in states
        )


def _connections(text: str, columns: Columns) -> Iterator[_Connection]:
    """Of the lines that have all three columns; the last may be empty behind blanks."""
    last = max(columns.local, columns.remote, columns.state)
    for line in lines_of(text):
        words = columns_of(line, last + 2)
        if len(words) > last:
            yield words[columns.local], words[columns.remote], words[columns.state]


def _count(rules: tuple[Port, ...], connections: _Connections, tally: Tally, counting: Counting) -> None:
    for rule in rules:
        name = rule.text or _criteria(rule)
        try:
            counting.judge(rule, name, connections.fitting(rule))
        except TooSlowError:
            tally.judge(Color.YELLOW, too_slow(name), rule.groups)


def _criteria(rule: Port) -> str:
    """What a setting asks for, in Xymon's words."""
    asked = ((word, getattr(rule, field)) for field, word in _CRITERIA.items())
    return "".join(f"{word}={expression.text} " for word, expression in asked if expression is not None) + ":"
