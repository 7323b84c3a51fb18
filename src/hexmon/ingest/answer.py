"""What a message is answered with."""

from collections.abc import Callable, Iterator

import msgspec

Later = Callable[[Callable[[int | None], None]], None]
"""Something that is still to be done for a message: it calls back with the ticket of what it filed.

None: it is not done, and the message not to be acknowledged.
"""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """`reply` goes to the sender before the connection is closed; neither happens before `ticket` is durable.

    `later`: nor before that is done, and what it files is durable, too.
    """

    reply: bytes | Iterator[bytes] = b""
    ticket: int = 0
    later: Later | None = None


NO_ANSWER = Answer()
