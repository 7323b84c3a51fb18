"""What a message of the Xymon protocol can say: one Struct for each command.

Spellings of hosts and tests are those of the sender (commas already mapped to dots); the board knows the canonical
ones. Durations are minutes as in the protocol, texts are bytes as they came.
"""

import msgspec

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import Report


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One command; `sender` is the address it came from, or the one a relay wrote into the message."""

    sender: str = ""


class Useless(Command, frozen=True, kw_only=True, gc=False):
    """A message that nothing can be done with, and why; `host` is whom it was about, where that was readable."""

    reason: str
    host: str = ""


class Nothing(Command, frozen=True, kw_only=True, gc=False):
    """Accepted without effect: `dummy`, `page`, `meta`."""


class ToWorkers(Command, frozen=True, kw_only=True, gc=False):
    """`reload`, `rotate`, `flush filecache`."""

    word: str


class Combo(Command, frozen=True, kw_only=True, gc=False):
    """Several status messages in one."""

    parts: list[bytes]


class ExtCombo(Command, frozen=True, kw_only=True, gc=False):
    """Several messages of any kind in one; their answers are not used."""

    parts: list[bytes]


class Data(Command, frozen=True, kw_only=True, gc=False):
    """Numbers for graphs; `text` is the whole message."""

    key: StatusKey
    text: bytes


class ClientData(Command, frozen=True, kw_only=True, gc=False):
    """An agent's client message, whole; `answered` tells a real one from a status of the colour `client`."""

    host: str
    os_type: str
    host_class: str
    collector: str
    message: bytes
    answered: bool = True


class Disable(Command, frozen=True, kw_only=True, gc=False):
    """Silence a test, or all of a host (`test` None); `minutes` None: until it is OK."""

    host: str
    test: str | None
    minutes: int | None
    text: bytes


class Enable(Command, frozen=True, kw_only=True, gc=False):
    """The end of that."""

    host: str
    test: str | None


class Modify(Command, frozen=True, kw_only=True, gc=False):
    """A colour override by a back end."""

    key: StatusKey
    color: Color
    source: str
    cause: bytes


class Modifications(Command, frozen=True, kw_only=True, gc=False):
    """The overrides of one message."""

    items: list[Modify]


class Acknowledge(Command, frozen=True, kw_only=True, gc=False):
    """Somebody works on the alert with that cookie, or on all alerts of its host."""

    cookie: int
    whole_host: bool
    minutes: int
    text: bytes


class AckNote(Command, frozen=True, kw_only=True, gc=False):
    """A multi-level acknowledgement (`ackinfo`); `test` None: all bad ones of the host."""

    host: str
    test: str | None
    level: int
    seconds: int
    user: str
    text: bytes


class Drop(Command, frozen=True, kw_only=True, gc=False):
    """Forget a test or a whole host."""

    host: str
    test: str | None


class RenameHost(Command, frozen=True, kw_only=True, gc=False):
    """A host has a new name."""

    host: str
    new_host: str


class RenameTest(Command, frozen=True, kw_only=True, gc=False):
    """A test of one host has a new name."""

    host: str
    test: str
    new_test: str


class Notice(Command, frozen=True, kw_only=True, gc=False):
    """`notify` (subject: a square), `notes` and `usermsg` (subject: an id)."""

    kind: str
    subject: str
    text: bytes


class ScheduleAt(Command, frozen=True, kw_only=True, gc=False):
    """Run a command at a moment, epoch seconds."""

    at: float
    command: bytes


class ScheduleCancel(Command, frozen=True, kw_only=True, gc=False):
    """Do not run it."""

    id: int


class ScheduleList(Command, frozen=True, kw_only=True, gc=False):
    """What is still to run."""


class GetConfig(Command, frozen=True, kw_only=True, gc=False):
    """The text of a configuration file."""

    name: str


class GetDownload(Command, frozen=True, kw_only=True, gc=False):
    """The bytes of a file of the download folder."""

    name: str


class Query(Command, frozen=True, kw_only=True, gc=False):
    """A question to the board: `verb` is its modern name, `words` what follows it."""

    verb: str
    words: bytes


class HostDataSave(Command, frozen=True, kw_only=True, gc=False):
    """Keep the next client message of a host; `minutes` 0: it was asked in a wrong way."""

    host: str
    minutes: int


class Ping(Command, frozen=True, kw_only=True, gc=False):
    """Asks for the version."""


class SenderStatistics(Command, frozen=True, kw_only=True, gc=False):
    """Asks how many messages came from where."""


AnyCommand = (
    Report
    | Useless
    | Nothing
    | ToWorkers
    | Combo
    | ExtCombo
    | Data
    | ClientData
    | Disable
    | Enable
    | Modifications
    | Acknowledge
    | AckNote
    | Drop
    | RenameHost
    | RenameTest
    | Notice
    | ScheduleAt
    | ScheduleCancel
    | ScheduleList
    | GetConfig
    | GetDownload
    | Query
    | HostDataSave
    | Ping
    | SenderStatistics
)
