"""Long texts of agents: line by line without a list of them, and shown without what is too much."""

import re
from collections.abc import Iterator

from hexmon.judge.clients.contract import View

_BLANKS = re.compile(r"[ \t]+")


def columns_of(line: str) -> list[str]:
    """The words of a row between blanks and tabs; blanks at its end begin an empty one, as in Xymon."""
    return _BLANKS.split(line.lstrip(" \t"))


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, which may be very many."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        if end < 0:
            end = len(text)
        yield text[begin:end]
        begin = end + 1


def listing(view: View, text: str) -> str:
    """A section as a square shows it, without the newline at its end."""
    left_out = len(text) - view.settings.longest
    return f"{text[:-left_out]}\n[{left_out} characters more]" if left_out > 0 else text.removesuffix("\n")
