"""procs of z/OS, z/VM and z/VSE: jobs and virtual machines, one a line and without any headings."""

from collections.abc import Iterator

from hexmon.judge.clients.contract import Made, Maker, Square, View
from hexmon.judge.clients.counts import Counting, Tally
from hexmon.judge.clients.lines import lines_of, listing
from hexmon.judge.clients.procs import judge_commands
from hexmon.judge.clients.rules import Proc
from hexmon.model.color import Color

_IN_A_ROW = 4


def jobs_of(section: str, *, in_rows: bool = False) -> Maker:
    """A maker of procs out of that section; `in_rows` shows four names in a line."""

    def jobs(view: View) -> Iterator[Made]:
        text = view.data.get(section)
        if text is None or "procs" in view.host.nocolumns:
            return
        rules = view.rules.all(Proc)
        tally = Tally()
        counting = Counting(tally)
        if rules:
            judge_commands(rules, list(_names(text)), counting, view.effort)
        else:
            tally.judge(view.settings.clear_color, "No process checks defined")
        color = tally.color or Color.GREEN
        shown = ""
        if view.settings.list_processes:
            shown = listing(view, _rows(text) if in_rows else "".join(f"{line}\n" for line in _names(text)))
        yield Square(
            test="procs",
            color=color,
            line=f"- Processes {'OK' if color is Color.GREEN else 'NOT ok'}",
            body="\n".join([*tally.lines, "", shown]),
            groups=tally.groups,
        )
        yield from counting.figures("proccounts")

    return jobs


def _names(text: str) -> Iterator[str]:
    return filter(None, lines_of(text))


def _rows(text: str) -> str:
    rows: list[str] = []
    row: list[str] = []
    for name in _names(text):
        row.append(f"{name:<8}")
        if len(row) == _IN_A_ROW:
            rows.append(" ".join(row))
            row = []
    rows.append(" ".join(row))
    return "\n".join(rows)
