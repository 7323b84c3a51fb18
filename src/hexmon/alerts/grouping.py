"""Many messages for one recipient become one with a list: when, and what it says. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import msgspec

from hexmon.alerts.messages import first_line
from hexmon.model.color import Color
from hexmon.model.incident import ENDS, Delivery, DeliveryState, Item, Kind, Message, News
from hexmon.model.names import StatusKey

_ALONE = frozenset({Kind.NOTICE, Kind.TEST})
_PATIENCE = 2  # windows: nothing waits so long for the end of one, so the channel was not to be had


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Up to `group_from` messages in `seconds` go one by one at once; 0: all of them, always."""

    group_from: int = 5
    seconds: float = 30.0


class Send(msgspec.Struct, frozen=True, gc=False):
    """These go now: one as it is, several as one message (`merged`)."""

    deliveries: tuple[Delivery, ...]


class Wait(msgspec.Struct, frozen=True, gc=False):
    """Nothing goes before that moment; inf: nothing is waiting."""

    until: float


def merge_plan(waiting: Sequence[Delivery], recent: Iterable[float], now: float, settings: Grouping) -> Send | Wait:
    """What one lane does next. To be asked again after each Send, when something was added, and at `until`.

    `waiting` are all of the lane in the order of their numbers, `recent` the moments at which it sent lately. A burst
    is more than `group_from` messages that were decided within `seconds`; its messages of one format go as one. What is
    much older waited for the channel: it goes at once, and only what was a burst when it was decided goes as one.
    """
    if not waiting:
        return Wait(float("inf"))
    head = waiting[0]
    if settings.group_from <= 0 or _goes_alone(head):
        return Send((head,))
    near = [one for one in waiting if abs(one.created - head.created) <= settings.seconds]
    many = sum(not _goes_alone(one) for one in near)
    together = tuple(one for one in takewhile(_may_join, near) if one.way.format == head.way.format)
    if now - head.created > _PATIENCE * settings.seconds:
        return Send(together if many > settings.group_from else (head,))
    lately = sorted(moment for moment in recent if moment <= now < moment + settings.seconds)
    free = settings.group_from - len(lately)
    if free <= 0:
        return Wait(lately[-settings.group_from] + settings.seconds)
    return Send((head,) if many <= free else together)


def _may_join(delivery: Delivery) -> bool:
    return not _goes_alone(delivery)


def _goes_alone(delivery: Delivery) -> bool:
    """A program is started once for each event, and what is a list already does not grow any more."""
    message = delivery.message
    return delivery.way.method == "SCRIPT" or message.kind in _ALONE or bool(message.items)


def merged(deliveries: Sequence[Delivery], now: float) -> tuple[Delivery, ...]:
    """The rows of the outbox when these go as one: the first carries the news of all, the others point to it."""
    first, *others = deliveries
    if not others:
        return (first,)
    carrier = msgspec.structs.replace(first, message=combined(deliveries))
    gone = (
        msgspec.structs.replace(one, state=DeliveryState.MERGED, merged_into=first.number, ended=now) for one in others
    )
    return (carrier, *gone)


def combined(deliveries: Sequence[Delivery]) -> Message:
    """One message for all of them: each incident once, as it is after the last of its messages.

    `items` are first those that are still bad, the worst and oldest before the others, then those that ended, which
    are green, or blue when somebody disabled them. `color` is the worst that still is, or was when all have ended. The
    square and the incident are those of the first, whose row carries the message.
    """
    first = deliveries[0].message
    if len(deliveries) == 1:
        return first
    latest: dict[object, Message] = {}
    for one in sorted(deliveries, key=lambda delivery: delivery.number):
        latest[one.message.incident or one.message.key] = one.message
    bad = sorted((one for one in latest.values() if one.kind not in ENDS), key=_worst_first)
    over = sorted((one for one in latest.values() if one.kind in ENDS), key=_worst_first)
    items = (*map(_item, bad), *map(_item, over))
    return msgspec.structs.replace(
        first,
        kind=_kind(bad, over),
        color=max(one.color for one in bad or over),
        worst=max(one.worst for one in latest.values()),
        at=max(one.message.at for one in deliveries),
        started=min(one.started for one in latest.values()),
        text=b"",
        causes=(),
        cookie=-1,
        explains=_explained(bad),
        items=items,
        note="",
    )


def _kind(bad: Sequence[Message], over: Sequence[Message]) -> Kind:
    """An alert if one is news, a recovery if one recovered."""
    kinds = {one.kind for one in bad or over}
    order = (Kind.ALERT, Kind.REMINDER, Kind.RECOVERY, Kind.DISABLED)
    return next(kind for kind in order if kind in kinds)


def _worst_first(message: Message) -> tuple[int, float, StatusKey]:
    return -message.color, message.started, message.key


def _item(message: Message) -> Item:
    ended = {Kind.RECOVERY: Color.GREEN, Kind.DISABLED: Color.BLUE}.get(message.kind)
    news = News(message.kind, message.at, message.started, message.ip, message.display) if message.site else None
    if ended is not None:
        return Item(message.key, ended, first_line(message.text), since=message.at, news=news)
    return Item(message.key, message.color, first_line(message.text), message.cookie, message.started, news)


def _explained(bad: Iterable[Message]) -> tuple[Item, ...]:
    """What the roots among them explain; a square that has a line of its own is not listed again."""
    bad = tuple(bad)
    own = {one.key for one in bad}
    found = {item.key: item for one in bad for item in one.explains if item.key not in own}
    return tuple(found.values())
