"""Long texts of agents: line by line without a list of them, and shown without what is too much."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import View

_BLANKS = re.compile(r"[ \t]+")


def columns_of(line: str, most: int = 0) -> list[str]:
    """The words of a row between blanks and tabs; blanks at its end begin an empty one, as in Xymon.

    With `most` the last of so many is all that is left of the row.
    """
    return _BLANKS.split(line.lstrip(" \t"), maxsplit=most - 1 if most else 0)


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, which may be very many."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        if end < 0:
            end = len(text)
        yield text[begin:end]
        begin = end + 1


def shortened(text: str, longest: int) -> str:
    """A text that is not longer than that, cut at a line's end, and how much of it is left out."""
    if len(text) <= longest:
        return text
    end = text.rfind("\n", 0, longest)
    end = end if end > 0 else longest
    return f"{text[:end]}\n[{len(text) - end} characters more]"


def listing(view: View, text: str) -> str:
    """A section as a square shows it, without the newline at its end."""
    return shortened(text.removesuffix("\n"), view.settings.longest)
