"""Chat services: the body that each wants, within its limits, with its markup escaped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hexmon.alerts.notify.http import Request, bearer
from hexmon.alerts.notify.http_options import HttpOptions, Needed, Url, under
from hexmon.alerts.notify.limits import cut, cut_escaped, fenced, html, markdown, quiet, slack, utf8, utf16
from hexmon.alerts.notify.service import Told, chosen, post_json
from hexmon.alerts.notify.words import RGB, printable

SLACK_BLOCK = 3000  # characters of the text of a block
SLACK_TEXT = 3000  # of the message itself; Slack would cut at 40,000
MATTERMOST_TEXT = 4000
DISCORD_CONTENT = 2000
DISCORD_DESCRIPTION = 4096
TEAMS_LINE = 500
TEAMS_TEXT = 6000  # a message may have 28 KB in all
TELEGRAM_TEXT = 4096
MATRIX_LINE = 2000  # bytes; an event may have 64 KB in all
MATRIX_TEXT = 12_000
_NAME = 80  # the name under which a webhook speaks


@dataclass(frozen=True, kw_only=True)
class WebhookUrlOptions(HttpOptions):
    """A service that gave a URL which is all that is needed to write there."""

    url: Url = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NamedWebhookOptions(WebhookUrlOptions):
    """The same, where the sender may choose a name."""

    username: str = ""


@dataclass(frozen=True, kw_only=True)
class MattermostOptions(NamedWebhookOptions):
    """The same, where the sender may choose a channel."""

    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class TelegramOptions(HttpOptions):
    """A bot's token and the chat it writes to; `thread` is a topic of that chat."""

    token: Needed = field(repr=False)
    chat: str = ""
    thread: int = 0
    url: Url = field(default="https://api.telegram.org", repr=False)


@dataclass(frozen=True, kw_only=True)
class MatrixOptions(HttpOptions):
    """A homeserver, a user's token there and a room that the user has joined."""

    url: Url = field(repr=False)
    token: Needed = field(repr=False)
    room: str = ""


def slack_requests(options: WebhookUrlOptions, told: Told) -> Iterable[Request]:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and its Block Kit."""
    words = told.words
    blocks = [_slack_section(text) for text in (fenced(words.detail, SLACK_BLOCK, slack), _slack_links(told)) if text]
    body: dict[str, Any] = {"text": cut_escaped(_line(told), SLACK_TEXT, slack), "mrkdwn": False}
    if blocks:
        body["attachments"] = [{"color": _hex(told), "blocks": blocks}]
    yield post_json(options, options.url, body)


def _slack_section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _slack_links(told: Told) -> str:
    return "  ".join(f"<{slack(url)}|{word}>" for word, url in told.links)


def mattermost_requests(options: MattermostOptions, told: Told) -> Iterable[Request]:
    """https://developers.mattermost.com/integrate/webhooks/incoming/."""
    links = " · ".join(f"[{word}]({url})" for word, url in told.links)
    text = "\n".join(filter(None, (fenced(quiet(told.words.detail), MATTERMOST_TEXT // 2), links)))
    body: dict[str, Any] = {"text": cut_escaped(_line(told), MATTERMOST_TEXT, markdown)}
    if text:
        body["attachments"] = [{"color": _hex(told), "fallback": cut(quiet(told.words.title), _NAME), "text": text}]
    if options.username:
        body["username"] = cut(printable(options.username), _NAME)
    if channel := told.address or options.channel:
        body["channel"] = printable(channel)
    yield post_json(options, options.url, body)


def discord_requests(options: NamedWebhookOptions, told: Told) -> Iterable[Request]:
    """https://discord.com/developers/docs/resources/webhook#execute-webhook."""
    words = told.words
    links = " · ".join(f"[{word}](<{url}>)" for word, url in told.links)
    description = "\n".join(filter(None, (fenced(words.detail, DISCORD_DESCRIPTION - len(links) - 1), links)))
    body: dict[str, Any] = {
        "content": cut_escaped(_line(told), DISCORD_CONTENT, markdown),
        "allowed_mentions": {"parse": []},
    }
    if description:
        body["embeds"] = [{"color": RGB[words.color], "description": description}]
    if options.username:
        body["username"] = cut(printable(options.username), _NAME)
    yield post_json(options, options.url, body)


def teams_requests(options: WebhookUrlOptions, told: Told) -> Iterable[Request]:
    """A card for the workflow "Post to a channel when a webhook request is received".

    Texts are TextRuns, in which nothing is markup (https://adaptivecards.io/explorer/TextRun.html).
    """
    words = told.words
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [_run(cut(words.signed, TEAMS_LINE), weight="Bolder", size="Medium")],
        "actions": [{"type": "Action.OpenUrl", "title": word, "url": url} for word, url in told.links],
    }
    if words.summary:
        card["body"].append(_run(cut(words.summary, TEAMS_LINE)))
    card["body"] += [_run(line, fontType="Monospace") for line in cut(words.detail, TEAMS_TEXT).splitlines()[:60]]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    yield post_json(options, options.url, {"type": "message", "attachments": [attachment]})


def _run(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text or " ", **style}]}


def telegram_requests(options: TelegramOptions, told: Told) -> Iterable[Request]:
    """https://core.telegram.org/bots/api#sendmessage, in its HTML style."""
    words = told.words
    links = " · ".join(f'<a href="{html(url)}">{word}</a>' for word, url in told.links)
    parts = [f"<b>{cut_escaped(words.signed, 600, html)}</b>", cut_escaped(words.summary, 600, html)]
    room = TELEGRAM_TEXT - sum(map(utf16, parts)) - utf16(links) - len("<pre></pre>") - 8
    detail = cut_escaped(words.detail, room, html)
    parts += [f"<pre>{detail}</pre>" if detail.strip() else "", links]
    body: dict[str, Any] = {
        "chat_id": printable(chosen(told.address, options.chat, "chat")),
        "text": "\n".join(filter(None, parts)),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if options.thread:
        body["message_thread_id"] = options.thread
    path = f"bot{quote(options.token, safe=':')}/sendMessage"
    yield post_json(options, under(options.url, path), body, secrets=(options.token,))


def matrix_requests(options: MatrixOptions, told: Told) -> Iterable[Request]:
    """PUT of an m.room.message; the transaction's name lets a homeserver drop a repetition.

    https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid.
    """
    words = told.words
    text, detail = cut(_line(told), MATRIX_LINE, utf8), cut(words.detail, MATRIX_TEXT, utf8)
    plain = "\n".join(filter(None, (text, detail, *(f"{word}: {url}" for word, url in told.links))))
    links = " · ".join(f'<a href="{html(url)}">{word}</a>' for word, url in told.links)
    escaped = cut_escaped(detail, 2 * MATRIX_TEXT, html, utf8)
    block = f"<pre><code>{escaped}</code></pre>" if detail.strip() else ""
    body = {
        "msgtype": "m.text",
        "body": plain,
        "format": "org.matrix.custom.html",
        "formatted_body": f"<strong>{html(text)}</strong>{block}{links}",
    }
    room = quote(chosen(told.address, options.room, "room"), safe="", errors="replace")
    number = f"hexmon-{int(told.delivery.created * 1000)}-{told.delivery.number}"
    path = f"_matrix/client/v3/rooms/{room}/send/m.room.message/{number}"
    headers = (bearer(options.token),)
    yield post_json(options, under(options.url, path), body, *headers, method="PUT", secrets=(options.token,))


def _line(told: Told) -> str:
    words = told.words
    return f"{words.signed}: {words.summary}" if words.summary else words.signed


def _hex(told: Told) -> str:
    return f"#{RGB[told.words.color]:06X}"
