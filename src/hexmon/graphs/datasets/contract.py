"""What a data set is: a pure function from a text to the figures of one or more RRD files."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from hexmon.graphs.schema import DataSource, Update

_NONE: Mapping[str, str] = MappingProxyType({})


class Source(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A status or a `data` message. `text` is as the board has it; `at` is epoch seconds.

    `kind` is "status" or "data", `test` the column or the name of the data message; `os_type` is what the client last
    said of its system ("" when nobody knows), `host_class` likewise. `settings` are NCV_COLUMN and the like.
    """

    kind: str
    host: str
    test: str
    text: bytes
    at: float
    color: str = "green"
    os_type: str = ""
    host_class: str = ""
    settings: Mapping[str, str] = _NONE


Dataset = Callable[[Source], Iterable[Update]]
"""Pure; whatever the text is like, it raises nothing and yields a bounded number of updates."""

__all__ = ["DataSource", "Dataset", "Source", "Update"]
