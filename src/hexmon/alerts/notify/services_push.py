"""Push services and services that keep incidents: the body that each wants, within its limits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from hexmon.alerts.notify.http import Request
from hexmon.alerts.notify.http_options import HttpOptions, LoginOptions, Needed, Url, to, under
from hexmon.alerts.notify.limits import cut, utf8
from hexmon.alerts.notify.service import Told, chosen, is_over, post_json, severity, singles
from hexmon.alerts.notify.words import one_line, plain, printable, square_url, title_of
from hexmon.config.settings import within
from hexmon.model.color import Color
from hexmon.model.incident import Kind, Message

NTFY_MESSAGE = 4096  # bytes; a longer one would arrive as a file
NTFY_TITLE = 250
PUSHOVER_MESSAGE = 1024
PUSHOVER_TITLE = 250
GOTIFY_MESSAGE = 8000
PAGERDUTY_SUMMARY = 1024
PAGERDUTY_DETAIL = 8000  # an event may have 512 KB in all
OPSGENIE_MESSAGE = 130
OPSGENIE_DESCRIPTION = 15_000
_SHORT = 255
_EMERGENCY = 2


@dataclass(frozen=True, kw_only=True)
class NtfyOptions(LoginOptions):
    """A topic of ntfy.sh or of a server of one's own. `priority` 1 to 5 is that of red."""

    topic: str = ""
    priority: Annotated[int, within(1, 5)] = 4
    url: Url = "https://ntfy.sh"


@dataclass(frozen=True, kw_only=True)
class PushoverOptions(HttpOptions):
    """An application's token and a user's or group's key. `priority` -2 to 2 is that of red."""

    token: Needed = field(repr=False)
    user: str = field(default="", repr=False)
    device: str = ""
    sound: str = ""
    priority: Annotated[int, within(-2, 2)] = 1
    retry: Annotated[int, within(30, 10_800)] = 60
    expire: Annotated[int, within(30, 10_800)] = 3600
    url: Url = "https://api.pushover.net"


@dataclass(frozen=True, kw_only=True)
class GotifyOptions(HttpOptions):
    """A Gotify server and the token of an application there. `priority` 0 to 10 is that of red."""

    url: Url
    token: Needed = field(repr=False)
    priority: Annotated[int, within(0, 10)] = 8


@dataclass(frozen=True, kw_only=True)
class PagerDutyOptions(HttpOptions):
    """The integration key (routing key) of a service with Events API v2."""

    token: Needed = field(repr=False)
    url: Url = "https://events.pagerduty.com"


@dataclass(frozen=True, kw_only=True)
class OpsgenieOptions(HttpOptions):
    """The key of an API integration. `priority` is that of red; yellow and purple have the next lower one."""

    token: Needed = field(repr=False)
    priority: Literal["P1", "P2", "P3", "P4"] = "P2"
    tags: tuple[str, ...] = ()
    url: Url = "https://api.opsgenie.com"  # https://api.eu.opsgenie.com in Europe


def ntfy_requests(options: NtfyOptions, told: Told) -> Iterable[Request]:
    """https://docs.ntfy.sh/publish/#publish-as-json: no text of ours becomes a header."""
    words = told.words
    body: dict[str, Any] = {
        "topic": printable(chosen(told.address, options.topic, "topic")),
        "title": cut(words.title, NTFY_TITLE, utf8),
        "message": cut(_text(told), NTFY_MESSAGE, utf8),
        "priority": options.priority if words.color is Color.RED else 3,
        "tags": [_NTFY_TAGS[words.color]],
    }
    if words.link:
        body["click"] = words.link
    if words.ack:
        body["actions"] = [{"action": "view", "label": "Acknowledge", "url": words.ack, "clear": True}]
    yield post_json(options, options.url, body, *options.login_headers, secrets=options.login_secrets)


_NTFY_TAGS = {
    Color.RED: "red_circle",
    Color.YELLOW: "yellow_circle",
    Color.PURPLE: "purple_circle",
    Color.BLUE: "blue_circle",
    Color.CLEAR: "white_circle",
    Color.GREEN: "green_circle",
}


def pushover_requests(options: PushoverOptions, told: Told) -> Iterable[Request]:
    """https://pushover.net/api."""
    words = told.words
    user = chosen(told.address, options.user, "user")
    priority = options.priority if words.color is Color.RED else 0
    fields = {
        "token": options.token,
        "user": user,
        "title": cut(words.title, PUSHOVER_TITLE),
        "message": cut(_text(told), PUSHOVER_MESSAGE),
        "priority": str(priority),
        "timestamp": str(int(told.message.at)),
    }
    if priority == _EMERGENCY:
        fields |= {"retry": str(options.retry), "expire": str(options.expire)}
    if target := words.ack or words.link:
        fields |= {"url": target, "url_title": "Acknowledge" if words.ack else "Open"}
    fields |= {key: value for key, value in (("device", options.device), ("sound", options.sound)) if value}
    yield to(
        options,
        under(options.url, "1/messages.json"),
        headers=("Content-Type: application/x-www-form-urlencoded",),
        body=urlencode(fields, errors="replace").encode(),
        secrets=(options.token, user),
    )


def gotify_requests(options: GotifyOptions, told: Told) -> Iterable[Request]:
    """https://gotify.net/api-docs, and the extras of its clients."""
    words = told.words
    extras: dict[str, Any] = {"client::display": {"contentType": "text/plain"}}
    if words.link:
        extras["client::notification"] = {"click": {"url": words.link}}
    body = {
        "title": cut(words.title, _SHORT),
        "message": cut(_text(told), GOTIFY_MESSAGE),
        "priority": options.priority if words.color is Color.RED else min(5, options.priority),
        "extras": extras,
    }
    url = under(options.url, "message")
    yield post_json(options, url, body, f"X-Gotify-Key: {options.token}", secrets=(options.token,))


def pagerduty_requests(options: PagerDutyOptions, told: Told) -> Iterable[Request]:
    """https://developer.pagerduty.com/docs/events-api-v2/overview/; a notice is a change event, which opens nothing."""
    for message in singles(told.message):
        path = "v2/change/enqueue" if message.kind is Kind.NOTICE else "v2/enqueue"
        event = _change(message, told) if message.kind is Kind.NOTICE else _event(message, told)
        body = {"routing_key": options.token, **event}
        yield post_json(options, under(options.url, path), body, secrets=(options.token,))


def _event(message: Message, told: Told) -> dict[str, Any]:
    event: dict[str, Any] = {"event_action": _action(message), "dedup_key": _incident(message), "client": told.monitor}
    if told.home:
        event["client_url"] = told.home
    if not is_over(message):
        event["payload"] = {
            "summary": cut(_headline(message, told), PAGERDUTY_SUMMARY),
            "source": cut(one_line(message.key.host), _SHORT) or "?",
            "severity": severity(message.color),
            "timestamp": _iso(message.at),
            "component": cut(one_line(message.key.test), _SHORT),
            "class": message.color.word,
            "custom_details": _details(message, told),
        }
        event["links"] = _pagerduty_links(message, told)
    return event


def _change(message: Message, told: Told) -> dict[str, Any]:
    payload = {
        "summary": cut(_headline(message, told), PAGERDUTY_SUMMARY),
        "source": cut(one_line(message.key.host), _SHORT) or "?",
        "timestamp": _iso(message.at),
        "custom_details": _details(message, told),
    }
    return {"payload": payload, "links": _pagerduty_links(message, told)}


def _action(message: Message) -> str:
    if is_over(message):
        return "resolve"
    return "acknowledge" if message.ack_until > message.at else "trigger"


def _pagerduty_links(message: Message, told: Told) -> list[dict[str, str]]:
    single = [] if told.message.items else told.links
    links = single or [("Open", url) for url in (square_url(told.home, message.key),) if url]
    return [{"href": url, "text": word} for word, url in links]


def _details(message: Message, told: Told) -> dict[str, Any]:
    found = {"color": message.color.word, "since": _iso(message.started), "text": _body(message, told)}
    if message.ip:
        found["ip"] = one_line(message.ip)
    return {**found, "explains": [cut(one_line(str(item.key)), _SHORT) for item in message.explains[:100]]}


def opsgenie_requests(options: OpsgenieOptions, told: Told) -> Iterable[Request]:
    """https://docs.opsgenie.com/docs/alert-api; the alias is the incident's id."""
    for message in singles(told.message):
        yield _opsgenie(options, message, told)


def _opsgenie(options: OpsgenieOptions, message: Message, told: Told) -> Request:
    alias = quote(_incident(message), safe="", errors="replace")
    who = {"source": cut(one_line(told.monitor), 100), "user": cut(one_line(told.monitor), 100)}
    action = _action(message)
    if action == "trigger":
        url, body = under(options.url, "v2/alerts"), _opsgenie_alert(options, message, told)
    else:
        word = "close" if action == "resolve" else "acknowledge"
        url = under(options.url, f"v2/alerts/{alias}/{word}?identifierType=alias")
        body = {**who, "note": cut(_headline(message, told), 1000)}
    return post_json(options, url, body, f"Authorization: GenieKey {options.token}", secrets=(options.token,))


def _opsgenie_alert(options: OpsgenieOptions, message: Message, told: Told) -> dict[str, Any]:
    details = {"host": message.key.host, "test": message.key.test, "color": message.color.word}
    if url := square_url(told.home, message.key):
        details["url"] = url
    return {
        "message": cut(_headline(message, told), OPSGENIE_MESSAGE),
        "alias": _incident(message),
        "description": cut(_body(message, told), OPSGENIE_DESCRIPTION),
        "entity": cut(one_line(str(message.key)), 512),
        "source": cut(one_line(told.monitor), 100),
        "priority": _opsgenie_priority(options, message),
        "tags": [cut(one_line(tag), 50) for tag in (message.color.word, *options.tags)][:20],
        "details": {key: cut(one_line(value), 1000) for key, value in details.items()},
    }


def _opsgenie_priority(options: OpsgenieOptions, message: Message) -> str:
    if message.kind is Kind.NOTICE:
        return "P5"
    return options.priority if message.color is Color.RED else f"P{int(options.priority[1]) + 1}"


def _incident(message: Message) -> str:
    return one_line(message.incident)[:_SHORT] or cut(f"hexmon {one_line(str(message.key))}", _SHORT)


def _headline(message: Message, told: Told) -> str:
    """One line: of the message itself, or of its part about one square."""
    if not told.message.items:
        return told.words.sentence
    return ": ".join(filter(None, (one_line(title_of(message)), one_line(plain(message.text)))))


def _body(message: Message, told: Told) -> str:
    text = plain(message.text) if told.message.items else _text(told)
    return cut(text, PAGERDUTY_DETAIL)


def _text(told: Told) -> str:
    """What stands below the title; never empty, which Pushover and Gotify would refuse."""
    words = told.words
    return "\n".join(filter(None, (words.summary, words.detail))).strip() or words.title or "?"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(min(max(moment, 0.0), 4e9), UTC).isoformat(timespec="milliseconds")
