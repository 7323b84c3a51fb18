"""Messages that wait on a machine until servers fetch them: what msgcache(8) keeps. Pure."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from hexmon.agent.relaying import Way, way_of, whole
from hexmon.agent.waiting import Waiting

_PULL = re.compile(rb"pullclient[ \t]*+([0-9]{1,9})?").match
_HIGHEST_ID = 31
_MOST_MESSAGES = 100_000
_PIECE = 64 * 1024  # bytes that are written at once


class _Kept:
    __slots__ = ("fetched", "one")

    def __init__(self, one: Waiting) -> None:
        self.one = one
        self.fetched = 0  # one bit for each server


def _pieces(messages: Iterable[bytes]) -> Iterator[bytes]:
    """Small ones together, long ones as they are: an answer that is not read must not be a copy of all that is kept."""
    together: list[bytes] = []
    size = 0
    for message in messages:
        together.append(message)
        size += len(message)
        if size >= _PIECE:
            yield b"".join(together)
            together, size = [], 0
    yield b"".join(together)


class MessageCache:
    """Keeps so many bytes for so many seconds. `counts`: kept, fetched, expired and dropped (without any server).

    Each server has an id, 1 to 31, and gets each message once; who names none gets everything each time.
    """

    def __init__(
        self, max_age: float = 600.0, most_bytes: int = 64 * 1024 * 1024, reply: int = 16 * 1024 * 1024
    ) -> None:
        self.counts: Counter[str] = Counter(kept=0, fetched=0, expired=0, dropped=0)
        self.config = b""  # the last server's answer to this machine's client message
        self.size = 0
        self._max_age = max_age
        self._most = most_bytes
        self._reply = reply
        self._kept: deque[_Kept] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, message: bytes, now: float) -> bytes:
        """Keep a local message, at the cost of the oldest; its answer. Questions cannot be answered here."""
        message = whole(message)
        if way_of(message) in (Way.ASK, Way.NOWHERE):
            return b""
        self.restore(Waiting(now, message))
        self.counts["kept"] += 1
        return self.config if message.startswith(b"client ") else b""

    def restore(self, one: Waiting) -> None:
        """Keep a message that came at another time."""
        self._kept.append(_Kept(one))
        self.size += len(one.message)
        while self.size > self._most or len(self._kept) > _MOST_MESSAGES:
            self._forget("dropped")

    def expire(self, now: float) -> None:
        """Forget what is too old."""
        while self._kept and self._kept[0].one.received <= now - self._max_age:
            self._forget("expired")

    def unfetched(self) -> list[Waiting]:
        """What no server has."""
        return [kept.one for kept in self._kept if not kept.fetched]

    def fetch(self, request: bytes, now: float) -> Iterator[bytes]:
        r"""The answer to `pullclient ID\nCONFIG`: `LEN:AGE ...\n` and the messages, nothing when there are none.

        The messages count as fetched when the iterator is asked for more than its last part: by then all was written.
        """
        first, newline, config = request.partition(b"\n")
        if newline:
            self.config = config
        self.expire(now)
        found = _PULL(first)
        number = int(found.group(1) or 0) if found else 0
        bit = 1 << number if 0 < number <= _HIGHEST_ID else 0
        return self._answer(self._for(bit), bit, now)

    def _for(self, bit: int) -> list[_Kept]:
        chosen: list[_Kept] = []
        size = 0
        for kept in self._kept:
            if not kept.fetched & bit:
                size += len(kept.one.message)
                if chosen and size > self._reply:
                    break  # the rest with the next request
                chosen.append(kept)
        return chosen

    def _answer(self, chosen: list[_Kept], bit: int, now: float) -> Iterator[bytes]:
        if not chosen:
            return
        index = (b"%d:%d " % (len(kept.one.message), max(now - kept.one.received, 0)) for kept in chosen)
        yield b"".join(index) + b"\n"
        yield from _pieces(kept.one.message for kept in chosen)
        for kept in chosen:
            kept.fetched |= bit
        self.counts["fetched"] += len(chosen)

    def _forget(self, how: str) -> None:
        kept = self._kept.popleft()
        self.size -= len(kept.one.message)
        if not kept.fetched:
            self.counts[how] += 1
