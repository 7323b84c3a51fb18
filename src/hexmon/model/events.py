"""What the board tells the workers. Events carry whole values: they can be queued, compared, stored and replayed."""

import msgspec

from hexmon.model.color import Color
from hexmon.model.device import Device
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage, Status


class StatusReported(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A report was filed; sent for every report, changed or not.

    `repeated`: nobody reported anything; the board shows the old text in another colour (disable, modify, silence).
    """

    at: float
    status: Status
    repeated: bool = False


class ColorChanged(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The shown colour changed, or this is a first report (`before` None). Goes to history."""

    at: float
    before: Color | None
    before_since: float  # when the colour that ended had begun; `at` for a first report
    status: Status
    downtime: bool = False


class StatusDisabled(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Disabled, or (until 0) enabled again."""

    at: float
    key: StatusKey
    until: float
    text: bytes


class StatusAcknowledged(msgspec.Struct, frozen=True, tag=True, gc=False):
    """An acknowledgement by cookie."""

    at: float
    status: Status


class AlertRaised(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A report in an alert colour (each one), for the alert engine."""

    at: float
    status: Status


class AlertEnded(msgspec.Struct, frozen=True, tag=True, gc=False):
    """An announced stretch ended: recovered, or disabled (blue)."""

    at: float
    before: Color
    status: Status


class DataReported(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A `data` message: numbers for graphs, not stored."""

    at: float
    host: str
    name: str
    sender: str
    text: bytes


class MonitorChecked(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A monitor of a YAML site was checked and judged; `seconds` is how long the last attempt took.

    `reason` says why it is not up. `device` is what a poll by SNMP saw, None without an answer.
    """

    at: float
    key: StatusKey
    up: bool
    seconds: float
    reason: str = ""
    device: Device | None = None


class ClientReported(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A client message arrived."""

    at: float
    message: ClientMessage


class NoticeSent(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A one-off `notify`, `notes` or `usermsg`; `kind` says which, `subject` is the square, file or id."""

    at: float
    kind: str
    subject: str
    sender: str
    text: bytes


class SquareDropped(msgspec.Struct, frozen=True, tag=True, gc=False):
    """`drop`; test None: the whole host. `forget` keeps files (the host left hosts.cfg)."""

    at: float
    host: str
    test: str | None
    forget: bool = False


class SquareRenamed(msgspec.Struct, frozen=True, tag=True, gc=False):
    """`rename`; tests None: the whole host."""

    at: float
    host: str
    new_host: str
    test: str | None = None
    new_test: str | None = None


class InventoryChanged(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A new inventory is in force."""

    at: float
    version: int


Event = (
    StatusReported
    | ColorChanged
    | StatusDisabled
    | StatusAcknowledged
    | AlertRaised
    | AlertEnded
    | DataReported
    | MonitorChecked
    | ClientReported
    | NoticeSent
    | SquareDropped
    | SquareRenamed
    | InventoryChanged
)
