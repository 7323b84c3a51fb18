"""Messages and what notifiers need to send them: a test names only what matters to it."""

import contextlib
from collections.abc import Iterator
from typing import Any

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel, NotifyTools, Sent
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Kind, Message, Way
from hexmon.model.names import StatusKey
from hexmon.probes.curl_engine import CurlEngine
from hexmon.probes.programs import Programs
from tests.support.clock import FakeClock

AT = 1_795_219_500.0  # 2026-11-21 00:05:00 UTC
KEY = StatusKey("www.example.com", "http")
TEXT = b"red Sat Nov 21 00:00:00 2026 nothing answers\n&red http://www.example.com/ - refused\n"


def a_message(kind: Kind = Kind.ALERT, **others: Any) -> Message:
    """www.example.com.http has been red for five minutes."""
    values: dict[str, Any] = {
        "kind": kind,
        "key": KEY,
        "color": Color.RED,
        "worst": Color.RED,
        "at": AT,
        "started": AT - 300.0,
        "text": TEXT,
        "incident": "0123456789abcdef0123456789abcdef",
        "cookie": 123456,
    }
    return Message(**{**values, **others})


def a_delivery(message: Message | None = None, *, address: str = "", number: int = 7, **way: str) -> Delivery:
    """That message on its way through the channel "test"; `form` is short for its format."""
    way |= {"format": way.pop("form")} if "form" in way else {}
    there = Way(**{"method": "CHANNEL", "channel": "test", "address": address, **way})
    return Delivery(number=number, way=there, message=message or a_message(), created=AT)


def a_channel(kind: str, *, timeout: float = 30.0, **options: Any) -> Channel:
    """The channel "test" of that type with those options."""
    return Channel(name="test", type=kind, options=NOTIFIERS[kind].options(**options), timeout=timeout)


@contextlib.contextmanager
def notify_tools(**others: Any) -> Iterator[NotifyTools]:
    """Tools for notifiers, in a running loop."""
    tools = NotifyTools(
        clock=others.pop("clock", FakeClock(AT)),
        curl=CurlEngine(connections=8),
        programs=Programs(),
        **{"url": "https://monitor.test/", "name": "hexmon", **others},
    )
    try:
        yield tools
    finally:
        tools.programs.close()
        tools.curl.close()


async def send(kind: str, message: Message | None = None, **words: Any) -> Sent:
    """Send a message through a channel with those options.

    `address` and `form` are the recipient's, `tools` words of the tools.
    """
    delivery = a_delivery(message, address=words.pop("address", ""), form=words.pop("form", "TEXT"))
    with notify_tools(**words.pop("tools", {})) as tools:
        return await NOTIFIERS[kind].send(delivery, a_channel(kind, **words), tools)
