"""One line of the load report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of ours beside a peer's. `ratio` is ours / peer; `want` what it must reach, in words."""

    figure: str
    unit: str
    ours: float | None
    peer_name: str = ""
    peer: float | None = None
    ratio: float | None = None
    want: str = ""
    note: str = ""
