"""Squares and records to store."""

from hexmon.board.store import Record, ScheduledCommand, ScheduleSaved, StatusSaved
from hexmon.model.color import Color
from hexmon.model.events import ColorChanged
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage, Status

NOON = 1_795_262_400.0


def a_status(host: str = "www.example.com", test: str = "http", color: Color = Color.RED, text: bytes = b"") -> Status:
    return Status(
        key=StatusKey(host, test),
        color=color,
        reported=color,
        text=text or f"{color.word} and so on".encode(),
        head=b"status x ",
        sender="127.0.0.1",
        created=NOON,
        since=NOON,
        updated=NOON,
        valid_until=NOON + 1800,
        validity=1800.0,
    )


def saved(host: str = "www.example.com", test: str = "http", color: Color = Color.RED) -> StatusSaved:
    return StatusSaved(a_status(host, test, color))


def changed(at: float, status: Status | None = None, before: Color | None = None, since: float = NOON) -> ColorChanged:
    return ColorChanged(at, before, since, status or a_status())


def a_job(number: int, command: bytes = b"disable www.example.com.* 60 reboot") -> ScheduleSaved:
    return ScheduleSaved(ScheduledCommand(number, NOON + 60, "127.0.0.1", command))


def a_client(
    host: str = "www.example.com", collector: str = "", message: bytes = b"client www\n[date]\n"
) -> ClientMessage:
    return ClientMessage(
        host=host,
        collector=collector,
        os_type="linux",
        host_class="linux",
        sender="127.0.0.1",
        received=NOON,
        message=message,
    )


def a_change(status: Status, at: float = NOON) -> list[Record]:
    """What the board appends when a colour changes."""
    return [StatusSaved(status), changed(at, status)]
