"""A logical line of a configuration file, where it was written, and its comment: what the pure readers take."""

from typing import Literal

import msgspec

from hexmon.model.origin import Origin

_QUOTES = "\"'"


class Line(msgspec.Struct, frozen=True, gc=False):
    """Continuation lines joined, surrounding blanks removed.

    `audience` is "display" or "net" for lines that came by dispinclude or netinclude, "" for everybody's.
    """

    text: str
    origin: Origin
    audience: Literal["", "display", "net"] = ""


def without_comment(text: str) -> str:
    """The line up to a `#` outside quotes; either quote opens what either closes, and neither is taken away."""
    quoted = False
    for place, letter in enumerate(text):
        if letter in _QUOTES:
            quoted = not quoted
        elif letter == "#" and not quoted:
            return text[:place].rstrip()
    return text
