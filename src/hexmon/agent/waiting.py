"""A message that waits."""

import msgspec


class Waiting(msgspec.Struct, frozen=True):
    """A message, and when it came (epoch seconds)."""

    received: float
    message: bytes
