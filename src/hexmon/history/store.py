"""What history needs of a store: reading changes back."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hexmon.model.color import Color
from hexmon.model.names import StatusKey


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stored colour change. `before_since` is when the colour that ended had begun; `text` the full status text."""

    id: int
    key: StatusKey
    at: float
    color: Color
    before: Color | None
    before_since: float
    text: bytes = b""
    sender: str = ""
    downtime: bool = False
    disabled_text: bytes = b""


class HistoryStore(Protocol):
    """Changes, newest first."""

    async def changes(self, key: StatusKey, since: float, until: float, limit: int = 100) -> Sequence[Change]:
        """Of one square, without texts (`text` empty), including the last one before `since` if there is one."""
        ...

    async def change(self, number: int) -> Change | None:
        """One change with its full text."""
        ...

    async def latest(self, since: float, limit: int = 100) -> Sequence[Change]:
        """Of all squares, without texts: the event log."""
        ...
