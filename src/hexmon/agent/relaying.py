"""Which message goes where, what a relay adds to it, and which may travel together. Source: xymonproxy(8)."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Literal

import msgspec

from hexmon.agent.waiting import Waiting

Pack = Callable[[Sequence[bytes]], bytes]
ListName = Literal["status", "maint", "www", "admin"]

MOST_TOGETHER = 100  # messages in one combo
MOST_BYTES = 256 * 1024  # of one combo; what is longer travels alone

_NEXT_STATUS = b"\n\nstatus"  # where the next message of a combo begins
_CLIENT = (b"client ", b"client/")
_LONGEST_NAME = 300
_ENTRY = 200  # bytes that remembering costs, whatever is remembered
_SCHEDULE = re.compile(rb"schedule *[0-9]++ *").match


class Way(Enum):
    """Where a message goes."""

    NOWHERE = auto()  # nothing to be done with it
    SPLIT = auto()  # many in one: each goes its own way
    ALL = auto()  # to every server, without a reply
    CLIENT = auto()  # to every server, and one answers
    ASK = auto()  # to one server, which answers


# What it begins with -> where it goes. The first that fits is taken; all others go to every server. Acknowledgements
# name a cookie, which is one server's own.
_WAYS: tuple[tuple[bytes, Way], ...] = (
    (b"combo\n", Way.SPLIT),
    (b"extcombo ", Way.SPLIT),
    (b"client ", Way.CLIENT),
    (b"client/", Way.CLIENT),
    (b"schedule ", Way.ALL),
    (b"page", Way.NOWHERE),
    (b"dummy", Way.NOWHERE),
    *(
        (word, Way.ASK)
        for word in (
            b"query", b"client", b"xymond", b"hobbitd", b"hostinfo", b"config", b"ghostlist", b"ping", b"download",
            b"ack ack_event", b"schedule", b"senderstats", b"multisrclist", b"hostdatasave",
        )
    ),
)  # fmt: skip

# What it begins with -> which list of senders guards it, as at the monitor itself.
_GUARDS: tuple[tuple[bytes, ListName], ...] = (
    *((word, "status") for word in (b"status", b"meta", b"modify", b"data", b"usermsg")),
    *((word, "status") for word in (b"config", b"download", b"query")),
    *((word, "www") for word in (b"clientlog", b"xymondlog", b"xymondxlog", b"xymondboard", b"xymondxboard")),
    *((word, "www") for word in (b"hobbitdlog", b"hobbitdxlog", b"hobbitdboard", b"hobbitdxboard")),
    *((word, "www") for word in (b"hostinfo", b"ghostlist", b"multisrclist")),
    *((word, "status") for word in _CLIENT),
    *((word, "maint") for word in (b"enable", b"disable", b"notify", b"notes", b"ackinfo", b"ack ack_event")),
    *((word, "maint") for word in (b"xymondack", b"hobbitdack")),
    *((word, "admin") for word in (b"drop ", b"rename ", b"hostdatasave")),
)  # fmt: skip


def way_of(message: bytes) -> Way:
    """Where a message goes; an empty one goes nowhere."""
    if message.startswith((b"status", b"data")):
        return Way.ALL
    for prefix, way in _WAYS:
        if message.startswith(prefix):
            return way
    return Way.ALL if message.strip() else Way.NOWHERE


def guard_of(message: bytes) -> ListName | None:
    """The list of senders that a message's sender must be in; None: anybody may say it."""
    start = 0
    while (found := _SCHEDULE(message, start)) is not None:  # when its time comes, the server sees the relay's address
        start = found.end()
    return next((guard for prefix, guard in _GUARDS if message.startswith(prefix, start)), None)


def whole(message: bytes) -> bytes:
    """The message up to a NUL, which ends it for the C programs; the parts of an extcombo are cut when it is split."""
    end = message.find(b"\0")
    return message if end < 0 or message.startswith(b"extcombo ") else message[:end]


def marked(message: bytes, sender: str) -> bytes:
    """With the address it came from, where a server looks for one: in a status and in a client message."""
    if message.startswith(b"status"):
        return b"%b\nStatus message received from %b\n" % (message, sender.encode())
    if message.startswith(_CLIENT):
        return b"%b\n[proxy]\nClientIP:%b\n" % (message, sender.encode())
    return message


def delayed(message: bytes, seconds: float) -> bytes:
    """An agent's message with the time that it waited, in whole seconds."""
    if not message.startswith(_CLIENT):
        return message
    newline = b"" if message.endswith(b"\n") else b"\n"
    return b"%b%b[msgcache]\nCachedelay: %d\n" % (message, newline, max(seconds, 0))


def speaker_of(message: bytes) -> bytes:
    """Who a client message is from: its first two words, such as `client www,example,com.linux`."""
    return b" ".join(message[:_LONGEST_NAME].partition(b"\n")[0].split()[:2])


class Parcel(msgspec.Struct, frozen=True):
    """What is sent at once: these bytes, made of `of`, in their order."""

    message: bytes
    of: tuple[Waiting, ...]


class Packing:
    """Makes parcels. `pack` makes one message (an extcombo) of several of any kind.

    Statuses of one server's queue become combos, data becomes extcombos; within each kind the order stays. Any other
    message travels alone, behind what came before it.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def parcels(self, waiting: Iterable[Waiting], now: float, *, stored: bool = False) -> list[Parcel]:
        """`stored`: they waited on disk, and client messages say how long; `now` is epoch seconds."""
        found: list[Parcel] = []
        statuses, data = _Together(_combo), _Together(self._pack)
        for one in waiting:
            if one.message.startswith(b"status"):
                found.extend(statuses.add(one))
            elif one.message.startswith(b"data"):
                found.extend(data.add(one))
            else:
                found += [*statuses.end(), *data.end()]
                found.append(Parcel(delayed(one.message, now - one.received) if stored else one.message, (one,)))
        return [*found, *statuses.end(), *data.end()]


class _Together:
    """Messages of one kind on their way into one."""

    def __init__(self, join: Pack) -> None:
        self._join = join
        self._waiting: list[Waiting] = []
        self._bytes = 0

    def add(self, one: Waiting) -> Iterable[Parcel]:
        size = len(one.message)
        full = len(self._waiting) >= MOST_TOGETHER or self._bytes + size > MOST_BYTES
        # A status text that holds such a line would fall into two where the combo is taken apart.
        alone = one.message.startswith(b"status") and _NEXT_STATUS in one.message
        yield from self.end() if full or alone else ()
        self._waiting.append(one)
        self._bytes += size
        yield from self.end() if alone else ()

    def end(self) -> Iterable[Parcel]:
        """What is gathered."""
        waiting, self._waiting, self._bytes = tuple(self._waiting), [], 0
        if len(waiting) == 1:
            yield Parcel(waiting[0].message, waiting)
        elif waiting:
            yield Parcel(self._join([one.message for one in waiting]), waiting)


def _combo(messages: Sequence[bytes]) -> bytes:
    return b"combo\n" + b"\n\n".join(messages)


class Remembered:
    """The last reply to each agent, for when the server is away; the longest unheard are forgotten first."""

    def __init__(self, most_bytes: int = 32 * 1024 * 1024, longest: int = 256 * 1024) -> None:
        self._most = most_bytes
        self._longest = longest
        self._known: dict[bytes, bytes] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def heard(self, message: bytes, reply: bytes) -> None:
        """A server said this to that client message; to any other nothing is kept."""
        if not message.startswith(_CLIENT) or len(reply) > self._longest:
            return
        speaker = speaker_of(message)
        self._forget(speaker)
        self._known[speaker] = reply
        self._bytes += _ENTRY + len(speaker) + len(reply)
        while self._bytes > self._most:
            self._forget(next(iter(self._known)))

    def reply_to(self, message: bytes) -> bytes:
        """What that agent was told last; empty when nothing is known."""
        return self._known.get(speaker_of(message), b"")

    def _forget(self, speaker: bytes) -> None:
        known = self._known.pop(speaker, None)
        if known is not None:
            self._bytes -= _ENTRY + len(speaker) + len(known)
