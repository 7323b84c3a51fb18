"""procs of z/OS, z/VM and z/VSE: jobs and virtual machines, one a line and without any headings."""

from collections.abc import Iterator
from itertools import islice

from hexmon.judge.clients.contract import Figures, Made, Maker, Square, View
from hexmon.judge.clients.lines import lines_of, listing
from hexmon.judge.clients.rules import Proc
from hexmon.model.color import WORDS, Color

_TREE = " |\\_"
_IN_A_ROW = 4
_MOST = 50_000  # lines that are looked at


def jobs_of(section: str, *, in_rows: bool = False) -> Maker:
    """A maker of procs out of that section; `in_rows` shows four names in a line."""

    def jobs(view: View) -> Iterator[Made]:
        text = view.data.get(section)
        if text is None:
            return
        rules = view.rules.all(Proc)
        counts = _counts(rules, text)
        wrong = [rule for rule, count in zip(rules, counts, strict=True) if _is_wrong(rule, count)]
        color = max((rule.color for rule in wrong), default=Color.GREEN)
        if rules:
            told = "".join(_told(rule, count) for rule, count in zip(rules, counts, strict=True))
        else:
            color = view.settings.clear_color
            told = f"&{WORDS[color]} No process checks defined\n"
        shown = ""
        if view.settings.list_processes:
            shown = listing(view, _rows(text) if in_rows else "".join(f"{line}\n" for line in _names(text)))
        yield Square(
            test="procs",
            color=color,
            line=f"- Processes {'OK' if color is Color.GREEN else 'NOT ok'}",
            body=f"{told}\n{shown}",
            groups=tuple(dict.fromkeys(group for rule in wrong for group in rule.groups)),
        )
        tracked = [(rule, count) for rule, count in zip(rules, counts, strict=True) if rule.track is not None]
        if tracked:
            figures = "".join(f"{rule.track or 'default'}:{count}\n" for rule, count in tracked)
            yield Figures("proccounts", figures)

    return jobs


def _names(text: str) -> Iterator[str]:
    return islice(filter(None, lines_of(text)), _MOST)


def _counts(rules: tuple[Proc, ...], text: str) -> list[int]:
    """How many lines fit each."""
    counts = [0] * len(rules)
    for line in _names(text):
        bare = line.lstrip(_TREE)
        for place, rule in enumerate(rules):
            counts[place] += rule.pattern.within(line if rule.pattern.pattern is None else bare)
    return counts


def _is_wrong(rule: Proc, count: int) -> bool:
    return count < rule.least or (rule.most is not None and count > rule.most)


def _told(rule: Proc, count: int) -> str:
    color = rule.color if _is_wrong(rule, count) else Color.GREEN
    return f"&{WORDS[color]} {rule.text or rule.pattern.text} (found {count}, req. {_limits(rule)})\n"


def _limits(rule: Proc) -> str:
    if rule.most is None:
        return f"{rule.least} or more" if rule.least else "none"
    return f"between {rule.least} and {rule.most}" if rule.least else f"at most {rule.most}"


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
