"""The square procs: how many lines of ps fit each PROC."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hexmon.judge.clients.contract import Made, Square, View
from hexmon.judge.clients.counts import Counting, Tally, is_bad
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.line_search import Effort, Lines, TooSlowError
from hexmon.judge.clients.lines import lines_of
from hexmon.judge.clients.rules import Proc
from hexmon.judge.clients.shown import quoted_listing, too_slow
from hexmon.model.color import Color

_TREE = " |\\_"  # what ps draws in front of the commands of a tree


def procs(view: View) -> Iterator[Made]:
    """procs, and the figures of PROCs that are TRACKed; nothing of an agent that sent no processes."""
    columns = view.system.processes
    text = None if columns is None else view.data.get(columns.section)
    if columns is None or text is None or "procs" in view.host.nocolumns:
        return
    rules = view.rules.all(Proc)
    tally = Tally()
    counting = Counting(tally)
    if not rules:
        tally.judge(view.settings.clear_color, "No process checks defined")
    elif (place := _command_place(text, columns.headings)) is None:
        tally.judge(Color.YELLOW, f"Expected string {columns.headings[0]} not found in ps output header")
    else:
        commands = [line[place:] for line in lines_of(text) if len(line) > place]
        judge_commands(rules, commands, counting, view.effort)
    color = tally.color or Color.GREEN
    listing = quoted_listing(view, text) if view.settings.list_processes else ""
    yield Square(
        test="procs",
        color=color,
        line=f"- Processes {'NOT ok' if is_bad(color) else 'ok'}",
        body="\n".join([*tally.lines, "", listing]),
        groups=tally.groups,
    )
    yield from counting.figures("proccounts")


def _command_place(text: str, headings: Sequence[str]) -> int | None:
    """The column in which commands begin: that of the leftmost heading."""
    heading = text.partition("\n")[0]
    return min((place for name in headings if (place := heading.find(name)) >= 0), default=None)


class _Commands:
    """Commands, each with how often it runs."""

    def __init__(self, commands: Iterable[str], effort: Effort) -> None:
        self._count = Counter(commands)
        self._lines = Lines("\n".join(self._count), effort)

    def fitting(self, expression: Expression) -> int:
        """How many fit. Raises TooSlowError."""
        if not expression.text.startswith("%"):
            found = self._lines.with_text(expression.text)
        elif expression.pattern is not None:
            found = self._lines.with_pattern(expression.pattern)
        else:
            return 0
        return sum(self._count[command] for command in found if command)


def judge_commands(rules: Sequence[Proc], lines: Sequence[str], counting: Counting, effort: Effort) -> None:
    """Count the commands that fit each rule; the headings of a listing count like any other line."""
    commands, bare = _Commands(lines, effort), _Commands((line.lstrip(_TREE) for line in lines), effort)
    for rule in rules:
        name = rule.text or rule.pattern.text
        if rule.pattern.text.startswith("%"):
            commands = bare  # as in xymond_client, also for plain texts behind a pattern
        try:
            counting.judge(rule, name, commands.fitting(rule.pattern))
        except TooSlowError:
            counting.tally.judge(Color.YELLOW, too_slow(name), rule.groups)
