"""What a ready-made service is: from options and a message to the requests that carry it."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent, Unsendable
from hexmon.alerts.notify.http import Request, deliver
from hexmon.alerts.notify.http_options import HttpOptions, to
from hexmon.alerts.notify.words import Words, in_words
from hexmon.model.color import Color
from hexmon.model.incident import ENDS, Delivery, Item, Kind, Message, incident_id

JSON = "Content-Type: application/json"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A message, its words, and who says it. `home` is where the pages are, "" when nobody said so."""

    delivery: Delivery
    words: Words
    monitor: str
    home: str

    @property
    def message(self) -> Message:
        """What the delivery carries."""
        return self.delivery.message

    @property
    def address(self) -> str:
        """Whom the rule names; "" leaves it to the channel's options."""
        return self.delivery.way.address

    @property
    def links(self) -> list[tuple[str, str]]:
        """A word and a URL for each place to go to."""
        both = [("Open", self.words.link), ("Acknowledge", self.words.ack)]
        return [(word, url) for word, url in both if url]


Requests = Callable[[Any, Told], Iterable[Request]]


def service(name: str, options: type[HttpOptions], requests: Requests, *, groups: int = 0) -> NotifierType:
    """A notifier that makes those requests, one after the other until one fails."""

    async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
        told = Told(delivery=delivery, words=in_words(delivery, tools), monitor=tools.name, home=tools.url)
        ended = Sent(Outcome.SENT, "nothing to send")
        for request in requests(channel.options, told):
            ended = await deliver(request, channel, tools)
            if ended.outcome is not Outcome.SENT:
                break
        return ended

    return NotifierType(name=name, options=options, send=send, groups=groups)


def post_json(
    options: HttpOptions, url: str, value: object, *headers: str, method: str = "POST", secrets: tuple[str, ...] = ()
) -> Request:
    """A request with a JSON body."""
    body = msgspec.json.encode(value)
    return to(options, url, method=method, headers=(JSON, *headers), body=body, secrets=secrets)


def chosen(address: str, option: str, what: str) -> str:
    """The address of the rule, or else the option of the channel."""
    found = address or option
    if not found:
        raise Unsendable(f"no {what}: the channel has no option '{what}' and the rule gives no address")
    return found


def singles(message: Message) -> tuple[Message, ...]:
    """For services that keep an incident per square: a message for many as one for each."""
    if not message.items:
        return (message,)
    return tuple(_single(message, item) for item in message.items)


def _single(message: Message, item: Item) -> Message:
    """One of a list: green and blue ones have ended, the others last (alerts/grouping.py)."""
    started = item.since or message.started
    ended = _ENDED.get(item.color)
    color = item.color if ended is None else message.worst
    return msgspec.structs.replace(
        message,
        kind=ended or (Kind.ALERT if message.kind in ENDS else message.kind),
        key=item.key,
        color=color,
        worst=color,
        started=started,
        text=item.summary.encode("utf-8", "replace"),
        cookie=item.cookie,
        incident=incident_id(item.key, started),
        items=(),
        explains=(),
        causes=(),
    )


_ENDED = {Color.GREEN: Kind.RECOVERY, Color.BLUE: Kind.DISABLED}


def severity(color: Color) -> str:
    """critical, warning or info, as Prometheus and its kin say."""
    if color is Color.RED:
        return "critical"
    return "warning" if color in (Color.YELLOW, Color.PURPLE) else "info"


def is_over(message: Message) -> bool:
    """Whether it ends an incident."""
    return message.kind in ENDS
