"""What a notifier is: from a message and a channel's settings to how the sending ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from hexmon.clock import Clock
from hexmon.model.incident import Delivery
from hexmon.model.names import StatusKey
from hexmon.probes.curl_engine import CurlEngine
from hexmon.probes.programs import Programs

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How an attempt ended. LATER: trying again may help; REFUSED: it will not (a bad address, a 400)."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What came of one attempt. `detail` is for the log; `retry_after` seconds, when the other side named them."""

    outcome: Outcome
    detail: str = ""
    retry_after: float | None = None


SENT = Sent(Outcome.SENT)


class Unsendable(ValueError):  # noqa: N818 - it names what is so, not an error of ours
    """The message or the settings make no sense for this channel; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A configured way to send: its name in hexmon.toml, its type (a key of NOTIFIERS) and that type's options.

    `rate` is how many messages in `per` seconds (0: no limit); `attempts` how often at most before a delivery is dead;
    `timeout` seconds for one attempt; `group_from` how many at once become one message (0: never).
    """

    name: str
    type: str
    options: Any
    rate: int = 0
    per: float = 60.0
    attempts: int = 300
    timeout: float = 30.0
    group_from: int = 0


def _no_environment(_key: StatusKey) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class NotifyTools:
    """Shared by all notifiers. `environment` gives the XMH_* values of a host; `url` is where the pages are."""

    clock: Clock
    curl: CurlEngine
    programs: Programs
    url: str = ""  # "https://monitor.example.com/" with the slash; empty when nobody set it
    name: str = "hexmon"  # what this monitor calls itself in messages
    host: str = "localhost"  # the machine, for Message-ID and EHLO
    cfid: bool = False  # whether subjects name the line of alerts.cfg, whatever the channel says
    environment: Callable[[StatusKey], Mapping[str, str]] = _no_environment
    ack_link: Callable[[Delivery], str] = field(default=lambda _delivery: "")


Send = Callable[[Delivery, Channel, NotifyTools], Awaitable[Sent]]


@dataclass(frozen=True, kw_only=True)
class NotifierType:
    """One kind of channel. `options` is the dataclass of its settings; `concurrency` how many at once.

    `send` may raise OSError, TimeoutError (taken for LATER) and Unsendable (REFUSED); the outbox owns the time limit.
    """

    name: str
    options: type
    send: Send
    concurrency: int = 8
    groups: int = 0  # the usual `group_from` of its channels
    attempts: int = 300  # the usual `attempts` of its channels: about a day


async def attempt(delivery: Delivery, channel: Channel, notifier: NotifierType, tools: NotifyTools) -> Sent:
    """One attempt under the channel's time limit. Whatever a notifier does, this raises nothing."""
    try:
        async with asyncio.timeout(channel.timeout):
            return await notifier.send(delivery, channel, tools)
    except TimeoutError:
        return Sent(Outcome.LATER, f"no end within {channel.timeout:g} s")
    except OSError as error:
        return Sent(Outcome.LATER, error.strerror or str(error) or type(error).__name__)
    except Unsendable as error:
        return Sent(Outcome.REFUSED, str(error))
    except Exception as error:
        log.exception("channel %s failed on delivery %d", channel.name, delivery.number)
        return Sent(Outcome.LATER, f"{type(error).__name__}: {error}")
