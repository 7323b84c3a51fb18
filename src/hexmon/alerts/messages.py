"""What there is to say: an incident and its square, put together for the outbox. Pure."""

import msgspec

from hexmon.alerts.plan import Telling
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Incident, Item, Message
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.model.text import readable

LONGEST_TEXT = 32 * 1024  # bytes of a status text that go into a message
_SUMMARY = 200


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one square at the moment at which somebody is told. `status` None: it left the board."""

    incident: Incident
    status: Status | None
    host: Host | None
    explains: tuple[Item, ...] = ()


def message_of(case: Case, telling: Telling, now: float) -> Message:
    """The message of one telling, in no channel's words yet."""
    incident, status, host = case.incident, case.status, case.host
    return Message(
        kind=telling.kind,
        key=incident.key,
        color=incident.color,
        worst=incident.worst,
        at=now,
        started=incident.started,
        text=status.text[:LONGEST_TEXT] if status else b"",
        causes=tuple(one.cause for one in status.modifiers) if status else (),
        cookie=cookie_of(status),
        count=telling.told.count,
        line=telling.told.line,
        incident=incident.id,
        ip=address_of(host),
        display=display_of(host),
        pages=host.all_pages if host else ("",),
        ack_until=incident.ack.until if incident.ack else 0.0,
        explains=case.explains,
        site=host.monitor.site if host and host.monitor else "",
        note=telling.note,
    )


def delivery_of(number: int, case: Case, telling: Telling, now: float) -> Delivery:
    """The row of the outbox for one telling."""
    return Delivery(number=number, way=telling.told.way, message=message_of(case, telling, now), created=now)


def item_of(key: StatusKey, status: Status | None, color: Color, since: float) -> Item:
    """A square in a list."""
    return Item(key, color, first_line(status.text) if status else "", cookie_of(status), since)


def first_line(text: bytes) -> str:
    """The first line of a status text without its colour word."""
    line = readable(text[: 4 * _SUMMARY]).split("\n", 1)[0]
    return line.partition(" ")[2].strip()[:_SUMMARY]


def cookie_of(status: Status | None) -> int:
    """The number that acknowledges the square, -1 when it has none."""
    return status.cookie.number if status is not None and status.cookie is not None else -1


def address_of(host: Host | None) -> str:
    """Where it is: the IP address; of a monitor of a YAML site the address as it is written there."""
    if host is None:
        return ""
    return host.ip if host.monitor is None else host.monitor.address


def display_of(host: Host | None) -> str:
    """What people call the host."""
    return (host.display_name or host.name) if host else ""
