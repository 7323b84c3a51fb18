"""The square raid: the arrays of Linux' md driver, as /proc/mdstat has them."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import Square, View
from hexmon.judge.clients.lines import shortened
from hexmon.judge.clients.notes import Note, told, worst
from hexmon.model.color import Color

_AT_THE_END, _AT_THE_BEGINNING = re.compile(r"[0-9]{1,15}\Z"), re.compile(r"[0-9]{1,15}")
_NEAR = 20  # characters before the slash that can be a number
_RULE = "============================ /proc/mdstat ==========================="
_WORDS = {Color.GREEN: "OK", Color.YELLOW: "recovering", Color.RED: "failure"}


def raid(view: View) -> Iterator[Square]:
    """From [mdstat]; nothing when it lists no array with spare devices."""
    text = view.data.get("mdstat")
    notes = [note for array in _arrays(text) if (note := _judged(array)) is not None] if text else []
    if text is None or not notes:
        return
    color, longest = worst(notes), view.settings.longest
    body = f"\n{told(notes, longest)}\n{_RULE}\n\n{shortened(text, longest)}"
    yield Square(test="raid", color=color, line=f"- RAID {_WORDS[color]}", body=body)


def _arrays(text: str) -> Iterator[list[str]]:
    """The lines of each array."""
    array: list[str] = []
    for line in text.split("\n"):
        if line.startswith("md") and line[2:3].isdigit():
            if array:
                yield array
            array = [line]
        elif array:
            array.append(line)
    if array:
        yield array


def _judged(array: list[str]) -> Note | None:
    """Of `[3/2]` the first is how many devices there should be."""
    name = array[0].split(None, 1)[0]
    devices = next((line.partition("/") for line in array if "/" in line), None)
    if devices is None:
        return None
    wanted, active = _number(_AT_THE_END.search(devices[0][-_NEAR:])), _number(_AT_THE_BEGINNING.match(devices[2]))
    if wanted == active:
        return Note(Color.GREEN, f"{name} : {active} devices of {wanted} active")
    if any("recovery = " in line for line in array):
        return Note(Color.YELLOW, f"{name} status recovery in progress : {active} devices of {wanted} active")
    return Note(Color.RED, f"{name} : Disk failure in array : {active} devices of {wanted} active")


def _number(found: re.Match[str] | None) -> int:
    return int(found[0]) if found else 0
