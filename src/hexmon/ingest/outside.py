"""Who else takes part in handling messages, beside the board."""

from collections.abc import Callable

import msgspec

from hexmon.ingest.answer import Later
from hexmon.ingest.save_next import SaveNext
from hexmon.model.status import ClientMessage


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """`reload` is told "reload" or "rotate"; `judge` makes squares of an agent's message, soon.

    `save_next` keeps agents' messages that somebody asked for.
    """

    reload: Callable[[str], None] = lambda _: None
    judge: Callable[[ClientMessage], Later | None] = lambda _: None
    save_next: SaveNext | None = None


NOBODY = Outside()
