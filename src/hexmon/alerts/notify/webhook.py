"""Webhooks: a message to any URL, encoded as APMonitor does, by a template, or as one JSON object."""

import csv
import html
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Sent, Unsendable
from hexmon.alerts.notify.http import Request, deliver
from hexmon.alerts.notify.http_options import LoginOptions, OwnZone, Url, read_headers, read_url, to
from hexmon.alerts.notify.webhook_object import as_object
from hexmon.alerts.notify.webhook_template import check, compiled, compiled_url
from hexmon.alerts.notify.words import Words, in_words, own_zone, plain, printable
from hexmon.alerts.wording import body as xymon_body
from hexmon.alerts.wording import subject as xymon_subject
from hexmon.alerts.wording_site import sentences as site_sentences
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Item, Kind, Message, Way
from hexmon.model.names import StatusKey

Encoding = Literal["OBJECT", "URL", "HTML", "JSON", "CSVQUOTED", "XYMON", "TEMPLATE"]

_AS_APMONITOR = frozenset({"URL", "HTML", "JSON", "CSVQUOTED"})
_REDIRECTS = 10
_CONTENT_TYPES: Mapping[str, str] = {
    "OBJECT": "application/json",
    "URL": "application/x-www-form-urlencoded",
    "HTML": "text/html",
    "JSON": "application/json",
    "CSVQUOTED": "text/plain",
    "XYMON": "text/plain; charset=utf-8",
    "TEMPLATE": "application/json",
}


@dataclass(frozen=True, kw_only=True)
class WebhookOptions(LoginOptions):
    """Where to, and what is said. `body` is the template of the encoding TEMPLATE, whose `url` may be one too.

    `zone` is the time zone of the sentences that YAML sites are told by, "" that of this machine.
    """

    url: Url = field(repr=False)
    method: Literal["GET", "POST", "PUT"] = "POST"
    encoding: Encoding = "OBJECT"
    prefix: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)
    body: str = ""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    zone: OwnZone = "UTC"

    def __post_init__(self) -> None:
        super().__post_init__()
        read_headers({**self.headers, "Content-Type": self.content_type or "x"})
        if self.encoding == "OBJECT" and self.method == "GET":
            raise ValueError("encoding OBJECT has a body: method must be POST or PUT")
        if self.encoding in ("OBJECT", "TEMPLATE") and (self.prefix or self.suffix):
            raise ValueError(f"encoding {self.encoding} has no prefix and no suffix")
        if self.encoding != "TEMPLATE" and self.body:
            raise ValueError("body is the template of encoding TEMPLATE")
        if self.encoding == "TEMPLATE":
            self._check_templates()

    def _check_templates(self) -> None:
        values = _example()
        try:
            check(compiled(self.body, self.type_of_body), values)
            url = compiled_url(self.url).render(values)
        except Unsendable as error:
            raise ValueError(str(error)) from None
        read_url(url)

    @property
    def type_of_body(self) -> str:
        """The Content-Type."""
        return self.content_type or _CONTENT_TYPES[self.encoding]


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """One request; redirects are followed for APMonitor's encodings."""
    options: WebhookOptions = channel.options
    words = in_words(delivery, tools)
    url, text = options.url, ""
    match options.encoding:
        case "OBJECT":
            text = msgspec.json.encode(as_object(delivery, words, tools.name, channel.name)).decode()
        case "TEMPLATE":
            url, text = _from_templates(options, as_object(delivery, words, tools.name, channel.name))
        case "XYMON":
            text = _as_xymon(delivery.message, words, options)
        case _:
            text = encoded(_sentence(delivery, words, options), options)
    get = options.method == "GET"
    request = _to(options, f"{url}{text}" if get else url, None if get else text.encode("utf-8", "replace"))
    return await deliver(request, channel, tools)


def _from_templates(options: WebhookOptions, values: Mapping[str, Any]) -> tuple[str, str]:
    """The URL and the body."""
    text = compiled(options.body, options.type_of_body).render(values)
    _refuse_bad_json(text, options)
    return compiled_url(options.url).render(values), text


def _as_xymon(message: Message, words: Words, options: WebhookOptions) -> str:
    """Subject, empty line and text of the mail that xymond_alert would send; in a URL the subject."""
    subject = printable(xymon_subject(message, "TEXT"))
    if options.method == "GET":
        return f"{options.prefix}{quote(subject)}{options.suffix}"
    return f"{options.prefix}{subject}\n\n{plain(xymon_body(message, 'TEXT', words.link))}{options.suffix}"


def _sentence(delivery: Delivery, words: Words, options: WebhookOptions) -> str:
    """The one of YAML sites for their recipients."""
    message = delivery.message
    if delivery.way.format != "SITE":
        return words.sentence
    zone = ZoneInfo(options.zone) if options.zone else own_zone(message.at)
    return printable("; ".join(site_sentences(message, zone)))


def _to(options: WebhookOptions, url: str, body: bytes | None) -> Request:
    own = tuple(f"{name}: {value}" for name, value in options.headers.items())
    kind = () if body is None else (f"Content-Type: {options.type_of_body}",)
    secrets = (*options.login_secrets, *(value for value in options.headers.values() if value))
    return to(
        options,
        url,
        method=options.method,
        headers=(*kind, *options.login_headers, *own),
        body=body,
        follow=_REDIRECTS if options.encoding in _AS_APMONITOR else 0,
        secrets=secrets,
    )


def _refuse_bad_json(text: str, options: WebhookOptions) -> None:
    if options.method == "GET" or not options.type_of_body.partition(";")[0].strip().lower().endswith("json"):
        return
    try:
        msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unsendable(f"the template makes no JSON: {error}") from None


def encoded(sentence: str, options: WebhookOptions) -> str:
    """The sentence in an encoding of APMonitor between prefix and suffix, which are not encoded.

    JSON in a body is an object with the one key `message`; in a URL it is the bare sentence.
    """
    text = f"{options.prefix}{_ENCODERS[options.encoding](sentence)}{options.suffix}"
    if options.encoding == "JSON" and options.method != "GET":
        return msgspec.json.encode({"message": text}).decode()
    return text


def _csv_quoted(text: str) -> str:
    """One field, in quotes only where needed, quotes in it doubled."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


_ENCODERS: Mapping[str, Callable[[str], str]] = {
    "URL": lambda text: quote(text, safe="/", errors="replace"),
    "HTML": html.escape,
    "JSON": lambda text: text,
    "CSVQUOTED": _csv_quoted,
}


@lru_cache(maxsize=1)
def _example() -> Mapping[str, Any]:
    """A message with everything, to try templates with."""
    key = StatusKey("www.example.com", "http")
    square = Item(key, Color.RED, "down", 123456, 1_795_219_200.0)
    message = Message(
        kind=Kind.ALERT,
        key=key,
        color=Color.RED,
        worst=Color.RED,
        at=1_795_219_500.0,
        started=1_795_219_200.0,
        text=b"red down\n",
        causes=(b"a cause",),
        ack_until=1_795_219_600.0,
        cookie=123456,
        explains=(square,),
        items=(square,),
        pages=("",),
    )
    delivery = Delivery(number=1, way=Way(method="CHANNEL", channel="example"), message=message, created=message.at)
    words = Words(title="t", summary="s", detail="d", color=Color.RED, ended=False, link="http://a/", ack="http://a/")
    return as_object(delivery, words, "hexmon", "example")


NOTIFIER = NotifierType(name="webhook", options=WebhookOptions, send=send)
