"""Incidents and notifications of a made-up site, to look at."""

import random
from collections.abc import Iterable, Iterator

from hexmon.alerts.links import ack_path
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.incident import (
    Ack,
    Delivery,
    DeliverySaved,
    DeliveryState,
    Incident,
    IncidentSaved,
    Kind,
    Message,
    Told,
    Way,
    incident_id,
)
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.storage.memory_alerts import MemoryAlerts

LINK_KEY = b"a key for looking at pages only!"
NIGHT = Way(method="MAIL", channel="mail", address="night@example.com")
TEAM = Way(method="MAIL", channel="mail", address="unix-team@example.com")
PAGER = Way(method="SCRIPT", channel="script", program="/usr/local/bin/pager.sh", address="+49 30 555 0100")
CHAT = Way(method="CHANNEL", channel="ops-chat", address="#alerts")
ROOT = StatusKey("node09.oslo", "conn")
ERRORS = ("connection refused (mail.example.com:25)", "550 5.1.1 <night@example.com>: user unknown")


def open_incidents(statuses: Iterable[Status], now: float) -> Iterator[Incident]:
    """One for every square in an alert colour."""
    for number, status in enumerate(one for one in statuses if one.color in ALERT_COLORS):
        explained = status.key.host == ROOT.host and status.key != ROOT
        ack = status.acknowledged
        told = () if explained else tuple(told_since(status.since, now, number))
        yield Incident(
            id=incident_id(status.key, status.since), key=status.key, started=status.since, color=status.color,
            worst=status.color, color_since=status.since, seen=now, reports=7, told=told,
            root=ROOT if explained else None,
            ack=Ack(ack.until, ack.text.decode(), "the night shift", now - 600) if ack else None,
        )  # fmt: skip


def told_since(since: float, now: float, number: int) -> Iterator[Told]:
    for way in (NIGHT, CHAT, PAGER, TEAM)[: number % 5]:
        count = int((now - since) // 1800) + 1
        last = since + 2 + (count - 1) * 1800
        yield Told(who=way.address, way=way, first=since + 2, last=last, due=last + 1800, count=count, wants_end=True,
                   line=12, rule="alerts.cfg:12")  # fmt: skip


def messages_of(incident: Incident) -> Iterator[tuple[float, Kind, int, Way]]:
    for told in incident.told:
        for count in range(1, min(told.count, 12) + 1):
            at = told.first + (count - 1) * 1800
            yield at, Kind.ALERT if count == 1 else Kind.REMINDER, count, told.way
        if incident.ended:
            yield incident.ended + 1, Kind.RECOVERY, told.count + 1, told.way


def a_delivery(number: int, incident: Incident, due: tuple[float, Kind, int, Way], rng: random.Random) -> Delivery:
    at, kind, count, way = due
    message = Message(
        kind=kind, key=incident.key, color=incident.worst, worst=incident.worst, at=at, started=incident.started,
        incident=incident.id, count=count, text=b"red it broke", cookie=123456,
    )  # fmt: skip
    fate = rng.random()
    state, attempts, ended, error = DeliveryState.SENT, 1, at + rng.uniform(0.02, 3), ""
    if fate < 0.06:
        state, attempts, ended, error = DeliveryState.DEAD, 30, at + 7_000, rng.choice(ERRORS)
    elif fate < 0.12:
        state, attempts, ended, error = DeliveryState.WAITING, rng.randrange(3), 0.0, ERRORS[0]
    elif fate < 0.16:
        state, attempts = DeliveryState.MERGED, 0
    return Delivery(
        number=number, way=way, message=message, created=at, state=state, attempts=attempts, ended=ended,
        error=error if attempts else "", next_at=at + 7_200, merged_into=number - 1 if attempts == 0 else 0,
    )  # fmt: skip


def ended_incidents(statuses: list[Status], now: float, rng: random.Random) -> Iterator[Incident]:
    for number in range(40 if statuses else 0):
        key = rng.choice(statuses).key
        started = now - 3_000 - number * rng.uniform(5_000, 30_000)
        ended = min(started + rng.uniform(100, 20_000), now - 100)
        color = rng.choice((Color.RED, Color.YELLOW, Color.PURPLE))
        yield Incident(
            id=incident_id(key, started), key=key, started=started, color=color, worst=color, color_since=started,
            seen=ended, ended=ended, end=rng.choice(("recovered", "recovered", "disabled")),
            told=tuple(told_since(started, ended, number)),
        )  # fmt: skip


def alerts_of(statuses: list[Status], now: float) -> MemoryAlerts:
    """A store with all of it."""
    rng = random.Random(3)  # noqa: S311
    store = MemoryAlerts()
    incidents = [*open_incidents(statuses, now), *ended_incidents(statuses, now, rng)]
    due = [(row, one) for one in incidents for row in messages_of(one) if row[0] <= now]
    due.sort(key=lambda pair: pair[0][0])
    for incident in incidents:
        store.take(IncidentSaved(incident))
    for number, (row, incident) in enumerate(due, 1):
        store.take(DeliverySaved(a_delivery(number, incident, row, rng)))
    return store


def ack_path_of(status: Status) -> str:
    """The link of the message about that square."""
    number = status.cookie.number if status.cookie is not None else 0
    return "/" + ack_path(LINK_KEY, number, incident_id(status.key, status.since))
