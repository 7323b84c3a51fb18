"""What a message is answered with."""

from collections.abc import Iterator

import msgspec


class Answer(msgspec.Struct, frozen=True, gc=False):
    """`reply` goes to the sender before the connection is closed; neither happens before `ticket` is durable."""

    reply: bytes | Iterator[bytes] = b""
    ticket: int = 0


NO_ANSWER = Answer()
