"""Prometheus's Alertmanager: pushing alerts to one or several, and speaking to those who listen to its webhooks."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from hexmon.alerts.notify.alertmanager_format import Maker, filter_of, pushed, rfc3339, square_of, webhook_body
from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent, Unsendable
from hexmon.alerts.notify.http import Request, ask, deliver, is_success, judged
from hexmon.alerts.notify.http_options import LoginOptions, Url, to, under
from hexmon.alerts.notify.service import JSON, is_over
from hexmon.alerts.notify.words import Words, in_words
from hexmon.config.settings import PositiveSeconds, checked
from hexmon.model.incident import Delivery, Kind, Message

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_BRIEFLY = 300.0  # seconds that a notice or a test is shown
_MOST_FOUND = 100  # alerts of a square that are ended at once
_MOST_READ = 4 * 1024 * 1024  # bytes of what an Alertmanager tells about a square
_GRACE = 1.0  # seconds for the others when one has taken it
_SLOW = Sent(Outcome.LATER, "one did not answer in time")


def _read_label(text: str) -> None:
    if not _LABEL.match(text):
        raise ValueError(f"'{text}' is not the name of a label")


Labels = Mapping[Annotated[str, checked(_read_label)], str]


@dataclass(frozen=True, kw_only=True)
class AlertmanagerOptions(LoginOptions):
    """The URLs of all members of a cluster, without /api/v2. `hold`: how long an alert stays without news of it."""

    urls: tuple[Url, ...] = field(repr=False)
    labels: Labels = field(default_factory=dict)
    hold: PositiveSeconds = 7 * 86400.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.urls:
            raise ValueError("urls must name at least one Alertmanager")


@dataclass(frozen=True, kw_only=True)
class AlertmanagerWebhookOptions(LoginOptions):
    """The URL of a receiver; `receiver` is the name that it is told, that of the channel if it is empty."""

    url: Url = field(repr=False)
    receiver: str = ""
    labels: Labels = field(default_factory=dict)


async def send_webhook(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """One POST of what Alertmanager would send."""
    options: AlertmanagerWebhookOptions = channel.options
    maker = _maker(options.labels, tools)
    alerts = maker.alerts(delivery.message, in_words(delivery, tools))
    body = webhook_body(alerts, options.receiver or channel.name, tools.url)
    return await deliver(_post(options, options.url, body), channel, tools)


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """To each Alertmanager; one that takes it is enough, as it is for Prometheus."""
    options: AlertmanagerOptions = channel.options
    words = in_words(delivery, tools)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_push(base, delivery.message, words, channel, tools)) for base in options.urls]
        results = await _first_and_soon(tasks)
    failed = [one for one in results if one.outcome is not Outcome.SENT]
    if not failed:
        return results[0]
    detail = "; ".join(dict.fromkeys(one.detail for one in failed))
    if len(failed) < len(results):
        return Sent(Outcome.SENT, f"{len(failed)} of {len(results)} did not take it: {detail}")
    later = [one for one in failed if one.outcome is Outcome.LATER]
    if not later:
        return Sent(Outcome.REFUSED, detail)
    waits = [one.retry_after for one in later if one.retry_after is not None]
    return Sent(Outcome.LATER, detail, min(waits, default=None))


async def _first_and_soon(tasks: Sequence[asyncio.Task[Sent]]) -> list[Sent]:
    """All results; once one has taken it, the others have a second more: a dead one must not delay what follows."""
    waiting = set(tasks)
    while waiting and not any(task.done() and task.result().outcome is Outcome.SENT for task in tasks):
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if waiting:
        _, waiting = await asyncio.wait(waiting, timeout=_GRACE)
    for task in waiting:
        task.cancel()
    return [_SLOW if task in waiting else task.result() for task in tasks]


async def _push(base: str, message: Message, words: Words, channel: Channel, tools: NotifyTools) -> Sent:
    options: AlertmanagerOptions = channel.options
    maker = _maker(options.labels, tools)
    try:
        body = [pushed(alert, _until(message, options)) for alert in maker.alerts(message, words)]
        if _replaces_others(message):
            body += await _others(base, body, message.at, channel, tools)
        return await deliver(_post(options, under(base, "api/v2/alerts"), body), channel, tools)
    except OSError as error:
        return Sent(Outcome.LATER, str(error))
    except Unsendable as error:
        return Sent(Outcome.REFUSED, str(error))


def _until(message: Message, options: AlertmanagerOptions) -> float:
    """Alertmanager ends an alert by itself at that time; hexmon's own word comes before it."""
    if message.kind in (Kind.NOTICE, Kind.TEST):
        return message.at + _BRIEFLY
    return max(message.at, message.ack_until) + options.hold


def _replaces_others(message: Message) -> bool:
    """At its end, and when it became worse: there may be alerts with labels of another time."""
    return is_over(message) or (message.kind is Kind.ALERT and message.count > 1)


async def _others(
    base: str, body: Sequence[Mapping[str, Any]], at: float, channel: Channel, tools: NotifyTools
) -> list[dict[str, Any]]:
    """The end of every other alert that this server has about these squares. Raises OSError when it does not tell."""
    ours = [one["labels"] for one in body]
    found = [other for labels in ours for other in await _found(base, square_of(labels), channel, tools)]
    return [
        {"labels": one.labels, "annotations": one.annotations, "endsAt": rfc3339(at)}
        for one in found
        if one.labels not in ours
    ]


class _Found(msgspec.Struct):
    """An alert as GET /api/v2/alerts tells it."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}


async def _found(base: str, square: Mapping[str, str], channel: Channel, tools: NotifyTools) -> Sequence[_Found]:
    options: AlertmanagerOptions = channel.options
    query = urlencode([("filter", one) for one in filter_of(square)])
    request = to(
        options,
        f"{under(base, 'api/v2/alerts')}?{query}",
        method="GET",
        headers=options.login_headers,
        secrets=options.login_secrets,
        read=_MOST_READ,
    )
    answer = await ask(request, tools, channel.timeout / 2)
    if not is_success(answer.status):
        raise OSError(judged(answer, request, tools.clock.now()).detail)
    try:
        return msgspec.json.decode(answer.body, type=list[_Found])[:_MOST_FOUND]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise OSError("what answers is no Alertmanager") from None


def _maker(labels: Mapping[str, str], tools: NotifyTools) -> Maker:
    return Maker(monitor=tools.name, home=tools.url, extra=labels, environment=tools.environment)


def _post(options: LoginOptions, url: str, value: object) -> Request:
    return to(
        options,
        url,
        headers=(JSON, *options.login_headers),
        body=msgspec.json.encode(value),
        secrets=options.login_secrets,
    )


PUSH = NotifierType(name="alertmanager", options=AlertmanagerOptions, send=send)
WEBHOOK = NotifierType(name="alertmanager-webhook", options=AlertmanagerWebhookOptions, send=send_webhook)
