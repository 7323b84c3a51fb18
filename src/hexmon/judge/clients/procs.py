"""The square procs: how many lines of ps fit each PROC."""

from collections.abc import Iterator, Sequence

from hexmon.judge.clients.contract import Made, Square, View
from hexmon.judge.clients.counts import Counting, Tally, is_bad
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
        judge_commands(rules, text, place, tally, counting)
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


def judge_commands(rules: Sequence[Proc], text: str, place: int, tally: Tally, counting: Counting) -> None:
    """Count the commands, which begin in that column, of a listing whose headings count like any other line."""
    _count(rules, _Commands(text, place), tally, counting)


def _command_place(text: str, headings: Sequence[str]) -> int | None:
    """The column in which commands begin: that of the leftmost heading."""
    heading = text.partition("\n")[0]
    return min((place for name in headings if (place := heading.find(name)) >= 0), default=None)


class _Commands:
    """The commands of a listing: as they are, and without what ps draws in front of them."""

    def __init__(self, text: str, place: int) -> None:
        commands = [line[place:] for line in lines_of(text) if len(line) > place]
        self.effort = Effort()
        self.whole = Lines("\n".join(commands), self.effort)
        self.bare = Lines("\n".join([command.lstrip(_TREE) for command in commands]), self.effort)


def _count(rules: Sequence[Proc], commands: _Commands, tally: Tally, counting: Counting) -> None:
    lines = commands.whole
    for rule in rules:
        name = rule.text or rule.pattern.text
        if rule.pattern.text.startswith("%"):
            lines = commands.bare  # as in xymond_client, also for plain texts behind a pattern
        try:
            counting.judge(rule, name, _found(rule, lines))
        except TooSlowError:
            tally.judge(Color.YELLOW, too_slow(name), rule.groups)


def _found(rule: Proc, lines: Lines) -> int:
    expression = rule.pattern
    if not expression.text.startswith("%"):
        return sum(1 for line in lines.with_text(expression.text) if line)
    if expression.pattern is None:
        return 0
    return sum(1 for line in lines.with_pattern(expression.pattern) if line)
