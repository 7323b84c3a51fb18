"""The squares uptime, timediff, cpu and who of Windows: BBWin and the PowerShell client."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.boot import boot_notes
from hexmon.judge.clients.clock import clock_notes
from hexmon.judge.clients.contract import Square, View
from hexmon.judge.clients.cpu import load_notes
from hexmon.judge.clients.lines import shortened
from hexmon.judge.clients.notes import Note, groups_of, told, worst
from hexmon.model.color import Color

_TOP = "CPU states"
_SECONDS = re.compile(r"sec:[^0-9\r\n]{0,99}\s{0,9}([0-9]{1,15})")
_LOAD = re.compile(r"load=[^0-9%\r\n]{0,99}\s{0,9}([0-9]{1,15})")


def windows_uptime(view: View) -> Iterator[Square]:
    """From [uptime]: a line with the seconds, and below it the same in words."""
    text = view.data.get("uptime")
    if text is not None and "cpu" not in view.host.nocolumns:
        yield _square(view, "uptime", list(boot_notes(_figure(_SECONDS, text), view.rules)), text.partition("\n")[2])


def timediff(view: View) -> Iterator[Square]:
    """From [clock]: how far the clock is off."""
    text = view.data.get("clock")
    if text is not None and "cpu" not in view.host.nocolumns:
        begin = text.find("local")
        yield _square(view, "timediff", list(clock_notes(view, fraction=False)), text[begin:] if begin >= 0 else "")


def who(view: View) -> Iterator[Square]:
    """From [who]: always green."""
    text = view.data.get("who")
    if text is not None:
        yield _square(view, "who", [], text)


def windows_cpu(view: View) -> Iterator[Square]:
    """From [cpu]: a line that begins as that of Unix does, with a load in per cent."""
    text = view.data.get("cpu")
    if text is None:
        return
    summary, states, top = text.partition(_TOP) if not text.startswith(_TOP) else (text, "", "")
    notes = list(load_notes(_figure(_LOAD, text), view.rules))
    line, _, rest = summary.partition("\n")
    listing = shortened(states + top, view.settings.longest) if view.settings.list_cpu else ""
    yield Square(
        test="cpu",
        color=worst(notes),
        line=line,
        body=f"{rest}{told(notes, view.settings.longest)}{listing}",
        groups=groups_of(notes),
    )


def _figure(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else 0


def _square(view: View, test: str, notes: list[Note], listing: str) -> Square:
    color, longest = worst(notes), view.settings.longest
    return Square(
        test=test,
        color=color,
        line="OK" if color is Color.GREEN else "NOT ok",
        body=told(notes, longest) + shortened(listing, longest),
        groups=groups_of(notes),
    )
