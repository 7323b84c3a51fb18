"""Little parts for tests of the outbox and the engine: a channel that does what a test says."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from hexmon.alerts.notify.contract import SENT, Channel, NotifierType, NotifyTools, Outcome, Sent
from hexmon.alerts.outbox import Outbox, Post
from hexmon.board.store import MemoryJournal
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, DeliverySaved, DeliveryState, Kind, Message, Way
from hexmon.model.names import StatusKey
from tests.support.clock import FakeClock

LATER = Sent(Outcome.LATER, "out of order")


@dataclass(frozen=True)
class NoOptions:
    """A channel without settings."""


class Wire:
    """Remembers what was sent and answers as told: by default everything arrives."""

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.answers: dict[str, list[Sent | BaseException]] = defaultdict(list)
        self.open = asyncio.Event()
        self.open.set()
        self.under_way = 0
        self.most = 0

    async def send(self, delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:  # noqa: ARG002
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.open.wait()
        finally:
            self.under_way -= 1
        self.sent.append(delivery)
        answers = self.answers[delivery.way.address]
        answer = answers.pop(0) if answers else SENT
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def numbers(self) -> list[int]:
        return [delivery.number for delivery in self.sent]


def delivery(
    number: int,
    square: str = "www.http",
    address: str = "ops@example.com",
    *,
    kind: Kind = Kind.ALERT,
    created: float = 0.0,
    **way: str,
) -> Delivery:
    """One row of the outbox; `way` may name a channel, a program, a format."""
    host, _, test = square.rpartition(".")
    color = Color.RED
    message = Message(kind=kind, key=StatusKey(host, test), color=color, worst=color, at=created, started=created)
    there = {"method": "CHANNEL", "channel": "wire", "address": address} | way
    return Delivery(number=number, way=Way(**there), message=message, created=created)


def outbox_of(
    clock: FakeClock,
    wires: dict[str, Wire],
    *,
    concurrency: int = 4,
    hook: Callable[[str], None] = lambda _step: None,
    **common: Any,
) -> tuple[Outbox, MemoryJournal]:
    """An outbox whose channels are these wires, each a type of its own."""
    journal = MemoryJournal()
    types = {
        name: NotifierType(name=name, options=NoOptions, send=wire.send, concurrency=concurrency)
        for name, wire in wires.items()
    }
    channels = {name: Channel(name=name, type=name, options=NoOptions(), **common) for name in wires}
    tools = NotifyTools(clock=clock, curl=cast("Any", None), programs=cast("Any", None))
    return Outbox(clock, journal, Post(channels=channels, notifiers=types, tools=tools, hook=hook)), journal


def saved(journal: MemoryJournal) -> list[Delivery]:
    """Every word about a delivery, in order."""
    return [record.delivery for record in journal.records if isinstance(record, DeliverySaved)]


def fates(journal: MemoryJournal) -> dict[int, DeliveryState]:
    """The last word about each delivery."""
    return {one.number: one.state for one in saved(journal)}
