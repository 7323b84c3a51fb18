"""Claims about squares, and what the board shows for them.

Hot values: moments are epoch seconds UTC as float (0.0: never, -1.0: until OK, inf: without end), texts are bytes
as they came.
"""

import zlib

import msgspec
from msgspec.structs import replace

from hexmon.model.color import Color
from hexmon.model.names import StatusKey

UNTIL_OK = -1.0
NEVER = 0.0
_SHORTEST_PACKED = 2048  # bytes
_LONGEST_PACKED = 256 * 1024  # takes some milliseconds


class Report(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A claim about a square: a probe's verdict or an agent's message, the same type.

    `text` begins with the reported colour word, as on the wire. `head` is the part of the raw message before it
    (`status+2h/group:dba www,example,com.disk `). `validity` is seconds; `flags` None leaves the old ones standing.
    """

    key: StatusKey
    color: Color
    text: bytes
    sender: str
    validity: float = 1800.0
    groups: tuple[str, ...] = ()
    flags: str | None = None
    head: bytes = b""


class DataMessage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Figures for graphs, without a colour (`data HOST.NAME`). `key.test` is the name of the data set."""

    key: StatusKey
    text: bytes
    sender: str


class Disabled(msgspec.Struct, frozen=True, gc=False):
    """Silenced by a person. `until` is epoch seconds or UNTIL_OK."""

    until: float
    text: bytes


class Acknowledged(msgspec.Struct, frozen=True, gc=False):
    """Somebody works on it. `worst` is the worst colour when it was given."""

    until: float
    text: bytes
    worst: Color


class AckInfo(msgspec.Struct, frozen=True, gc=False):
    """A multi-level acknowledgement (`ackinfo`), key (level, user)."""

    level: int
    user: str
    received: float
    valid_until: float
    clear_time: float
    text: bytes


class Modifier(msgspec.Struct, frozen=True, gc=False):
    """A colour override by a back end; lives `life` more ordinary reports."""

    source: str
    color: Color
    cause: bytes
    life: int = 2


class Cookie(msgspec.Struct, frozen=True, gc=False):
    """The number that acknowledges this bad stretch."""

    number: int
    expires: float


class Flap(msgspec.Struct, frozen=True, gc=False):
    """The last change times, newest last, and what is pinned while flapping."""

    changes: tuple[float, ...] = ()
    flapping: bool = False
    old: Color = Color.GREEN
    current: Color = Color.GREEN


class Gap(msgspec.Struct, frozen=True, gc=False):
    """The colour the reporter last claimed before the board substituted one (hold time over gaps)."""

    color: Color
    since: float
    began: float
    validity: float


class Status(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the board shows for one square, after policy.

    `color` is shown, `reported` the reporter's own; `since` the age of the shown colour; `updated` the last report;
    `valid_until` when it goes purple. `before` is the colour shown before the last report, None for none.
    """

    key: StatusKey
    color: Color
    reported: Color
    text: bytes
    head: bytes
    sender: str
    created: float
    since: float
    updated: float
    valid_until: float
    validity: float
    before: Color | None = None
    before_change: Color | None = None
    flags: str = ""
    groups: tuple[str, ...] = ()
    changes: int = 0
    disabled: Disabled | None = None
    planned: bytes | None = None  # cause of a DOWNTIME in force
    acknowledged: Acknowledged | None = None
    ack_infos: tuple[AckInfo, ...] = ()
    cookie: Cookie | None = None
    modifiers: tuple[Modifier, ...] = ()
    flap: Flap = Flap()
    gap: Gap | None = None
    red_since: float = NEVER
    yellow_since: float = NEVER
    alerting: bool = False  # an alert colour was announced and not yet recovered


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An agent's client data; `message` is raw, including its first line; `collector` is "" for the ordinary one.

    `packed`: `message` is compressed, as it is kept.
    """

    host: str
    collector: str
    os_type: str
    host_class: str
    sender: str
    received: float
    message: bytes
    packed: bool = False

    def pack(self) -> "ClientMessage":
        """As it is kept: a tenth of the memory. A long one stays as it is, because compressing it takes too long."""
        if self.packed or not _SHORTEST_PACKED < len(self.message) <= _LONGEST_PACKED:
            return self
        return replace(self, message=zlib.compress(self.message, 1), packed=True)

    def open(self) -> "ClientMessage":
        """As it came."""
        return replace(self, message=zlib.decompress(self.message), packed=False) if self.packed else self
