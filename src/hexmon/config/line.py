"""A logical line of a configuration file and where it was written: what the pure readers take."""

from typing import Literal

import msgspec

from hexmon.model.origin import Origin


class Line(msgspec.Struct, frozen=True, gc=False):
    """Continuation lines joined, surrounding blanks removed.

    `audience` is "display" or "net" for lines that came by dispinclude or netinclude, "" for everybody's.
    """

    text: str
    origin: Origin
    audience: Literal["", "display", "net"] = ""
