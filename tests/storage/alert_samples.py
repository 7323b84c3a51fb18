"""Incidents and deliveries to store."""

from typing import Any

import msgspec

from hexmon.model.color import Color
from hexmon.model.incident import (
    Ack,
    Delivery,
    DeliverySaved,
    DeliveryState,
    Incident,
    IncidentSaved,
    Item,
    Kind,
    Message,
    Told,
    Way,
    incident_id,
)
from hexmon.model.names import StatusKey
from tests.storage.samples import NOON
from tests.support import builders

WWW = StatusKey("www.example.com", "http")
MAIL = Way(method="MAIL", channel="mail", address="night@example.com")


def an_incident(key: StatusKey = WWW, started: float = NOON, **others: Any) -> Incident:
    """Red since noon."""
    return builders.an_incident(key, started, **others)


def over(incident: Incident, at: float) -> Incident:
    return msgspec.structs.replace(incident, ended=at, end="recovered")


def a_message(key: StatusKey = WWW, **others: Any) -> Message:
    facts: dict[str, Any] = {"kind": Kind.ALERT, "color": Color.RED, "worst": Color.RED, "at": NOON, "started": NOON}
    return Message(**{"key": key, "incident": incident_id(key, NOON), "text": b"red it broke"} | facts | others)


def a_delivery(number: int, key: StatusKey = WWW, state: DeliveryState = DeliveryState.WAITING, **o: Any) -> Delivery:
    """Decided `number` seconds after noon."""
    message = o.pop("message", None) or a_message(key)
    ended = 0.0 if state is DeliveryState.WAITING else NOON + number + 1
    facts: dict[str, Any] = {"way": MAIL, "message": message, "created": NOON + number, "state": state, "ended": ended}
    return Delivery(**{"number": number} | facts | o)


def stored(*values: Incident | Delivery, owner: str = "") -> list[IncidentSaved | DeliverySaved]:
    """The records that save them."""
    return [
        IncidentSaved(one) if isinstance(one, Incident) else DeliverySaved(one, owner, NOON + 60 if owner else 0.0)
        for one in values
    ]


FULL_INCIDENT = an_incident(
    reports=7,
    look_at=float("inf"),
    ack=Ack(NOON + 3600, "on it", "night", NOON + 9),
    told=(
        Told(
            who="a", way=MAIL, first=NOON, last=NOON + 1, due=float("inf"), count=3, wants_end=True, line=4, rule="x:4"
        ),
        Told(who="b", way=msgspec.structs.replace(MAIL, address="b"), first=NOON, last=NOON, due=NOON + 1800),
    ),
    held_since=NOON,
    root=StatusKey("router", "conn"),
    ended=NOON + 99,
    end="recovered",
    pending=True,
)
FULL_DELIVERY = a_delivery(
    1 << 62,
    state=DeliveryState.DEAD,
    attempts=30,
    next_at=NOON + 5,
    error="connection refused",
    merged_into=17,
    message=a_message(
        kind=Kind.REMINDER,
        text=b"red \xff\x00 " + b"not UTF-8 " * 200,
        causes=(b"cause \xff",),
        cookie=123456,
        count=4,
        line=12,
        ip="127.0.0.1",
        display="WWW",
        pages=("", "usa/NY"),
        ack_until=NOON + 1,
        explains=(Item(StatusKey("db", "conn"), Color.YELLOW, "down", 7, NOON),),
        items=(Item(WWW, Color.RED),),
        site="Shop",
        note="after 30 min",
    ),
)
