"""The squares cpu and uptime of Unix: load averages, time since boot, the clock."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.boot import boot_notes, seconds_up, up_in_words
from hexmon.judge.clients.clock import clock_notes
from hexmon.judge.clients.contract import UNDATED, HostRules, Square, View
from hexmon.judge.clients.lines import shortened
from hexmon.judge.clients.notes import Note, groups_of, told, worst
from hexmon.judge.clients.rules import Load
from hexmon.model.color import Color

_NEAR = 100  # characters behind "load average:" that can belong to it
_FIGURE = r"([+-]?(?:[0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?)(?![0-9])"
# The second of two figures is that of five minutes; it is shown when there is a third.
_AVERAGES = tuple(
    re.compile(rf"\s*{_FIGURE}{between}\s*{_FIGURE}(?:{between}\s*{_FIGURE})?", re.ASCII) for between in (",", r"\s")
)
_PERCENT = re.compile(r"[0-9.]{1,30}%?")


def cpu(view: View) -> Iterator[Square]:
    """From [uptime], [who], [ps], [top], [clock]."""
    text = view.data.get("uptime")
    if text is None or "cpu" in view.host.nocolumns:
        return
    seconds = seconds_up(text)
    load, shown = _load(text)
    since_boot = list(boot_notes(seconds, view.rules))
    notes = list(load_notes(load, view.rules))
    color = worst(notes)
    later = [*([] if view.settings.uptime_column else since_boot), *clock_notes(view, fraction=True)]
    for note in later:
        # UP and CLOCK say which colour the square has, whatever it had, as long as it is not red.
        color = color if note.color is None or color is Color.RED else note.color
    notes += later
    users, processes = _count_lines(view.data.get("who")), _count_lines(view.data.get("ps"), but=1)
    yield Square(
        test="cpu",
        color=color,
        line=f"{up_in_words(seconds)}, {users} users, {processes} procs, load={shown}",
        body=f"{told(notes, view.settings.longest)}\n{_listing(view)}",
        groups=groups_of(notes),
        undated=UNDATED,
    )
    if view.settings.uptime_column:
        yield _uptime(seconds, since_boot)


def load_notes(load: float, rules: HostRules) -> Iterator[Note]:
    """What LOAD finds about a load average; of Windows it is per cent."""
    rule = rules.first(Load) or Load()
    if load > rule.panic:
        yield Note(Color.RED, "Load is CRITICAL", rule.groups)
    elif load > rule.warn:
        yield Note(Color.YELLOW, "Load is HIGH", rule.groups)


def _count_lines(section: str | None, but: int = 0) -> int:
    """How many lines that begin with a letter or blank a section has, less its headings; 0 when it did not come."""
    if section is None:
        return 0
    return sum(1 for line in section.split("\n") if " " <= line[:1] <= "\x7f") - but


def _load(text: str) -> tuple[float, str]:
    """The load average of five minutes, and how it is shown.

    A share of the processor (`load=12%`) is shown and not judged, as in Xymon: LOAD means load averages.
    """
    for label in ("load average: ", "load averages: "):
        begin = text.find(label)
        if begin >= 0:
            begin += len(label)
            near = text[begin : begin + _NEAR]
            match = next(filter(None, (form.match(near) for form in _AVERAGES)), None)
            value = float(match[2]) if match else 0.0
            return value, f"{value:.2f}" if match and match[3] else ""
    begin = text.find(" load=")
    match = _PERCENT.match(text, begin + len(" load=")) if begin >= 0 else None
    return 0.0, match[0] if match else ""


def _listing(view: View) -> str:
    return shortened(view.data.text("top"), view.settings.longest) if view.settings.list_cpu else ""


def _uptime(seconds: int | None, notes: list[Note]) -> Square:
    color = worst(notes)
    lines = [note.line for note in notes]
    return Square(
        test="uptime",
        color=color,
        line=f"Uptime {'OK' if color is Color.GREEN else 'Not OK'}",
        body="\n".join([*lines, "", f"System has been {up_in_words(seconds) or 'up for an unknown time'}"]),
        groups=groups_of(notes),
        undated=UNDATED,
    )
