"""How many there are and how many there should be; and the figures that agents have counted in their logs."""

from collections.abc import Iterator

from hexmon.judge.clients.contract import Figures, View
from hexmon.judge.clients.lines import lines_of
from hexmon.judge.clients.rules import Port, Proc
from hexmon.model.color import WORDS, Color

_LONGEST_FIGURE = 1000  # characters of a line with a figure that counts
_BLANKS = " \t"
_MOST_FIGURES = 10_000  # of a data set


class Tally:
    """The lines of a square in the making, its colour, and the groups whose settings made it bad."""

    def __init__(self) -> None:
        self.color: Color | None = None  # while nothing has been judged
        self.lines: list[str] = []
        self._groups: dict[str, None] = {}

    def judge(self, color: Color, text: str, groups: tuple[str, ...] = ()) -> None:
        """One finding, with its own line."""
        self.lines.append(f"&{WORDS[color]} {text}")
        self.add(color, groups)

    def add(self, color: Color, groups: tuple[str, ...] = ()) -> None:
        """One finding, told elsewhere."""
        self.color = color if self.color is None else max(self.color, color)
        if color is not Color.GREEN:
            self._groups |= dict.fromkeys(groups)

    @property
    def groups(self) -> tuple[str, ...]:
        """Each once, in the order in which they were found."""
        return tuple(self._groups)


def is_bad(color: Color) -> bool:
    """Whether line 1 says that something is not OK."""
    return color in (Color.RED, Color.YELLOW)


class Counting:
    """Judges what was counted for settings, and keeps the figures of those that are TRACKed."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._figures: list[str] = []

    def judge(self, rule: Proc | Port, name: str, found: int) -> None:
        """So many were found of what is called by that name."""
        wrong = (rule.least != 0 and found < rule.least) or (rule.most is not None and found > rule.most)
        color = rule.color if wrong else Color.GREEN
        self.tally.judge(color, f"{name} (found {found}, req. {_required(rule.least, rule.most)})", rule.groups)
        if rule.track is not None:
            self._figures.append(f"{without_colons(rule.track or 'default')}:{found}\n")

    def figures(self, name: str) -> Iterator[Figures]:
        """As a data set, if there are any."""
        if self._figures:
            yield Figures(name, "".join(self._figures))


def _required(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more" if least > 0 else "none"
    return f"between {least} and {most}" if least > 0 else f"at most {most}"


def without_colons(name: str) -> str:
    """A name in front of the colon of a figure."""
    return name.replace(":", ";")


def line_counts(view: View) -> Iterator[Figures]:
    """[linecount:FILE]: lines of a log that the agent was asked to count."""
    return _counts(view, "linecount:", "linecounts")


def delta_counts(view: View) -> Iterator[Figures]:
    """[deltacount:FILE]: such lines since the last report."""
    return _counts(view, "deltacount:", "deltacounts")


def _counts(view: View, prefix: str, name: str) -> Iterator[Figures]:
    sections = list(view.data.below(prefix))
    if not sections:
        return
    figures: list[str] = []
    for file, text in reversed(sections):
        for line in lines_of(text):
            what, _, count = line.lstrip(":").partition(":")
            count = count.strip(" \t\r")
            if what.strip() and count and len(line) <= _LONGEST_FIGURE:
                figures.append(f"{without_colons(file[:_LONGEST_FIGURE].lstrip(_BLANKS))}#{what}:{count}\n")
            if len(figures) == _MOST_FIGURES:
                break
    yield Figures(name, "".join(figures[:_MOST_FIGURES]))
