"""The ready-made services: what each is sent, whole, and within its limits for any message."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Outcome, Unsendable
from hexmon.alerts.notify.http import Request
from hexmon.alerts.notify.limits import utf8, utf16
from hexmon.alerts.notify.service import Requests, Told
from hexmon.alerts.notify.services_chat import (
    discord_requests,
    matrix_requests,
    mattermost_requests,
    slack_requests,
    teams_requests,
    telegram_requests,
)
from hexmon.alerts.notify.services_push import (
    gotify_requests,
    ntfy_requests,
    opsgenie_requests,
    pagerduty_requests,
    pushover_requests,
)
from hexmon.alerts.notify.templates import SERVICES
from hexmon.alerts.notify.words import Words
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind, Message, incident_id
from hexmon.model.names import StatusKey
from tests.support.clock import FakeClock
from tests.support.deliveries import AT, a_delivery, a_message, send
from tests.support.recorder import Asked, recording
from tests.support.servers import http_reply

LINK = "https://monitor.test/status/www.example.com/http"
ACK = "https://monitor.test/ack/1?a=b&c=d"
TOKEN = "t0k3n-of-the-test"  # noqa: S105 - a test's
EVIL = b'red <b>&amp; *bold* _it_ `x` [a](http://e) @all <!channel> "q"\n```\n<script> & \\ |\n'
INCIDENT = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Row:
    """A service: its options beside the URL, the path that it is asked at, and what it is sent."""

    name: str
    options: dict[str, Any]
    target: str
    alert: Any
    recovery: Any
    method: str = "POST"
    recovery_target: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def run(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def card(body: list[dict[str, Any]], actions: list[dict[str, str]]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": actions,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


OPEN = {"type": "Action.OpenUrl", "title": "Open", "url": LINK}
PLAIN = '<b>&amp; *bold* _it_ `x` [a](http://e) @all <!channel> "q"'
SLACK = '&lt;b&gt;&amp;amp; *bold* _it_ `x` [a](http://e) @all &lt;!channel&gt; "q"'
MARKDOWN = '\\<b\\>&amp; \\*bold\\* \\_it\\_ \\`x\\` \\[a\\](http://e) @\u200ball \\<!channel\\> "q"'
HTML = SLACK.replace('"', "&quot;")
TITLE = "www.example.com.http is RED"
UP = "www.example.com.http recovered after 5 m"
DETAIL = "```\n<script> & \\ |"

ROWS = [
    Row(
        "slack",
        {},
        "/hook",
        {
            "text": f"🔴 {TITLE}: {SLACK}",
            "mrkdwn": False,
            "attachments": [
                {
                    "color": "#D32F2F",
                    "blocks": [
                        section("```\n'''\n&lt;script&gt; &amp; \\ |\n```"),
                        section(f"<{LINK}|Open>  <{ACK.replace('&', '&amp;')}|Acknowledge>"),
                    ],
                }
            ],
        },
        {
            "text": f"🟢 {UP}: all is well",
            "mrkdwn": False,
            "attachments": [{"color": "#2E7D32", "blocks": [section(f"<{LINK}|Open>")]}],
        },
    ),
    Row(
        "mattermost",
        {"channel": "ops", "username": "hexmon"},
        "/hook",
        {
            "text": f"🔴 {TITLE}: {MARKDOWN}",
            "attachments": [
                {
                    "color": "#D32F2F",
                    "fallback": TITLE,
                    "text": f"```\n'''\n<script> & \\ |\n```\n[Open]({LINK}) · [Acknowledge]({ACK})",
                }
            ],
            "username": "hexmon",
            "channel": "ops",
        },
        {
            "text": f"🟢 {UP}: all is well",
            "attachments": [{"color": "#2E7D32", "fallback": UP, "text": f"[Open]({LINK})"}],
            "username": "hexmon",
            "channel": "ops",
        },
    ),
    Row(
        "discord",
        {"username": "hexmon"},
        "/hook",
        {
            "content": f"🔴 {TITLE}: {MARKDOWN}",
            "allowed_mentions": {"parse": []},
            "embeds": [
                {
                    "color": 0xD32F2F,
                    "description": f"```\n'''\n<script> & \\ |\n```\n[Open](<{LINK}>) · [Acknowledge](<{ACK}>)",
                }
            ],
            "username": "hexmon",
        },
        {
            "content": f"🟢 {UP}: all is well",
            "allowed_mentions": {"parse": []},
            "embeds": [{"color": 0x2E7D32, "description": f"[Open](<{LINK}>)"}],
            "username": "hexmon",
        },
    ),
    Row(
        "teams",
        {},
        "/hook",
        card(
            [
                run(f"🔴 {TITLE}", weight="Bolder", size="Medium"),
                run(PLAIN),
                run("```", fontType="Monospace"),
                run("<script> & \\ |", fontType="Monospace"),
            ],
            [OPEN, {"type": "Action.OpenUrl", "title": "Acknowledge", "url": ACK}],
        ),
        card([run(f"🟢 {UP}", weight="Bolder", size="Medium"), run("all is well")], [OPEN]),
    ),
    Row(
        "telegram",
        {"token": f"123:{TOKEN}", "chat": "-100", "thread": 5},
        f"/hook/bot123:{TOKEN}/sendMessage",
        {
            "chat_id": "-100",
            "text": f"<b>🔴 {TITLE}</b>\n{HTML}\n<pre>```\n&lt;script&gt; &amp; \\ |</pre>\n"
            f'<a href="{LINK}">Open</a> · <a href="{ACK.replace("&", "&amp;")}">Acknowledge</a>',
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "message_thread_id": 5,
        },
        {
            "chat_id": "-100",
            "text": f'<b>🟢 {UP}</b>\nall is well\n<a href="{LINK}">Open</a>',
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "message_thread_id": 5,
        },
    ),
    Row(
        "matrix",
        {"token": TOKEN, "room": "!a:matrix.test"},
        "/hook/_matrix/client/v3/rooms/%21a%3Amatrix.test/send/m.room.message/hexmon-1795219500000-7",
        {
            "msgtype": "m.text",
            "body": f"🔴 {TITLE}: {PLAIN}\n{DETAIL}\nOpen: {LINK}\nAcknowledge: {ACK}",
            "format": "org.matrix.custom.html",
            "formatted_body": f"<strong>🔴 {TITLE}: {HTML}</strong>"
            "<pre><code>```\n&lt;script&gt; &amp; \\ |</code></pre>"
            f'<a href="{LINK}">Open</a> · <a href="{ACK.replace("&", "&amp;")}">Acknowledge</a>',
        },
        {
            "msgtype": "m.text",
            "body": f"🟢 {UP}: all is well\nOpen: {LINK}",
            "format": "org.matrix.custom.html",
            "formatted_body": f'<strong>🟢 {UP}: all is well</strong><a href="{LINK}">Open</a>',
        },
        method="PUT",
        headers=(("authorization", f"Bearer {TOKEN}"),),
    ),
    Row(
        "ntfy",
        {"topic": "alerts", "token": TOKEN},
        "/hook",
        {
            "topic": "alerts",
            "title": TITLE,
            "message": f"{PLAIN}\n{DETAIL}",
            "priority": 4,
            "tags": ["red_circle"],
            "click": LINK,
            "actions": [{"action": "view", "label": "Acknowledge", "url": ACK, "clear": True}],
        },
        {
            "topic": "alerts",
            "title": UP,
            "message": "all is well",
            "priority": 3,
            "tags": ["green_circle"],
            "click": LINK,
        },
        headers=(("authorization", f"Bearer {TOKEN}"),),
    ),
    Row(
        "pushover",
        {"token": TOKEN, "user": "u5er-key", "device": "phone", "sound": "siren", "priority": 2},
        "/hook/1/messages.json",
        {
            "token": TOKEN,
            "user": "u5er-key",
            "title": TITLE,
            "message": f"{PLAIN}\n{DETAIL}",
            "priority": "2",
            "timestamp": "1795219500",
            "retry": "60",
            "expire": "3600",
            "url": ACK,
            "url_title": "Acknowledge",
            "device": "phone",
            "sound": "siren",
        },
        {
            "token": TOKEN,
            "user": "u5er-key",
            "title": UP,
            "message": "all is well",
            "priority": "0",
            "timestamp": "1795219500",
            "url": LINK,
            "url_title": "Open",
            "device": "phone",
            "sound": "siren",
        },
        headers=(("content-type", "application/x-www-form-urlencoded"),),
    ),
    Row(
        "gotify",
        {"token": TOKEN},
        "/hook/message",
        {
            "title": TITLE,
            "message": f"{PLAIN}\n{DETAIL}",
            "priority": 8,
            "extras": {
                "client::display": {"contentType": "text/plain"},
                "client::notification": {"click": {"url": LINK}},
            },
        },
        {
            "title": UP,
            "message": "all is well",
            "priority": 5,
            "extras": {
                "client::display": {"contentType": "text/plain"},
                "client::notification": {"click": {"url": LINK}},
            },
        },
        headers=(("x-gotify-key", TOKEN),),
    ),
    Row(
        "pagerduty",
        {"token": TOKEN},
        "/hook/v2/enqueue",
        {
            "routing_key": TOKEN,
            "event_action": "trigger",
            "dedup_key": INCIDENT,
            "client": "hexmon",
            "client_url": "https://monitor.test/",
            "payload": {
                "summary": f"{TITLE}: {PLAIN}",
                "source": "www.example.com",
                "severity": "critical",
                "timestamp": "2026-11-21T00:05:00.000+00:00",
                "component": "http",
                "class": "red",
                "custom_details": {
                    "color": "red",
                    "since": "2026-11-21T00:00:00.000+00:00",
                    "text": f"{PLAIN}\n{DETAIL}",
                    "explains": [],
                },
            },
            "links": [{"href": LINK, "text": "Open"}, {"href": ACK, "text": "Acknowledge"}],
        },
        {
            "routing_key": TOKEN,
            "event_action": "resolve",
            "dedup_key": INCIDENT,
            "client": "hexmon",
            "client_url": "https://monitor.test/",
        },
    ),
    Row(
        "opsgenie",
        {"token": TOKEN, "tags": ("web",)},
        "/hook/v2/alerts",
        {
            "message": f"{TITLE}: {PLAIN}",
            "alias": INCIDENT,
            "description": f"{PLAIN}\n{DETAIL}",
            "entity": "www.example.com.http",
            "source": "hexmon",
            "priority": "P2",
            "tags": ["red", "web"],
            "details": {"host": "www.example.com", "test": "http", "color": "red", "url": LINK},
        },
        {"source": "hexmon", "user": "hexmon", "note": f"{UP}: all is well"},
        recovery_target=f"/hook/v2/alerts/{INCIDENT}/close?identifierType=alias",
        headers=(("authorization", f"GenieKey {TOKEN}"),),
    ),
]


def value_of(asked: Asked) -> Any:
    if asked.headers["content-type"] == "application/json":
        return asked.value
    return {key: values[0] for key, values in parse_qs(asked.body.decode(), strict_parsing=True).items()}


def test_every_service_has_a_row_here() -> None:
    assert [row.name for row in ROWS] == [one.name for one in SERVICES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
class TestEach:
    async def send(self, row: Row, message: Message) -> Asked:
        words = {"ack_link": lambda _delivery: ACK}
        async with recording(http_reply("202 Accepted", b"{}")) as server:
            sent = await send(row.name, message, url=f"{server.url}/hook", tools=words, **row.options)
            assert sent.outcome is Outcome.SENT
            return server.one

    async def test_an_alert(self, row: Row) -> None:
        asked = await self.send(row, a_message(text=EVIL))
        assert (asked.method, asked.target) == (row.method, row.target)
        assert value_of(asked) == row.alert
        assert set(row.headers) <= set(asked.headers.items())

    async def test_a_recovery(self, row: Row) -> None:
        asked = await self.send(row, a_message(Kind.RECOVERY, text=b"green Sat Nov 21 00:05:00 2026 all is well"))
        assert (asked.method, asked.target) == (row.method, row.recovery_target or row.target)
        assert value_of(asked) == row.recovery

    async def test_a_message_without_anything(self, row: Row) -> None:
        message = a_message(Kind.TEST, text=b"", incident="", key=StatusKey("", ""))
        async with recording() as server:
            sent = await send(row.name, message, url=server.url, tools={"url": ""}, **row.options)
            assert value_of(server.one)
        assert sent.outcome is Outcome.SENT

    async def test_a_token_is_never_shown(self, row: Row) -> None:
        async with recording(http_reply("403 Forbidden", f"bad {TOKEN} at {row.target}".encode())) as server:
            sent = await send(row.name, url=f"{server.url}/hook/{TOKEN}", **row.options)
        assert sent.outcome is Outcome.REFUSED
        assert TOKEN not in sent.detail
        assert "bad ***" in sent.detail

    def test_options_hide_their_secrets(self, row: Row) -> None:
        secret = f"https://www.test/{TOKEN}"
        options = NOTIFIERS[row.name].options(url=secret, **row.options)
        if row.name not in ("ntfy", "pushover", "gotify", "pagerduty", "opsgenie"):  # there the URL holds nothing
            assert TOKEN not in repr(options)
        else:
            assert TOKEN not in repr(options).replace(secret, "")


@pytest.mark.parametrize(
    ("name", "options", "where"),
    [
        ("telegram", {"token": "t", "chat": "1"}, lambda value: value["chat_id"]),
        ("mattermost", {"channel": "ops"}, lambda value: value["channel"]),
        ("ntfy", {"topic": "alerts"}, lambda value: value["topic"]),
        ("pushover", {"token": "t", "user": "u"}, lambda value: value["user"]),
    ],
)
async def test_the_address_of_a_rule_goes_before_the_option(name: str, options: dict[str, Any], where: Any) -> None:
    async with recording() as server:
        await send(name, url=server.url, address="the one", **options)
        assert where(value_of(server.one)) == "the one"


async def test_a_room_of_a_rule() -> None:
    async with recording() as server:
        await send("matrix", url=server.url, token="t", address="!b:c/../d")  # noqa: S106 - a test's
        assert urlsplit(server.one.target).path.startswith("/_matrix/client/v3/rooms/%21b%3Ac%2F..%2Fd/send/")


@pytest.mark.parametrize(
    ("name", "options", "what"),
    [
        ("telegram", {"token": "t"}, "chat"),
        ("ntfy", {}, "topic"),
        ("pushover", {"token": "t"}, "user"),
        ("matrix", {"token": "t"}, "room"),
    ],
)
async def test_nobody_to_write_to(name: str, options: dict[str, Any], what: str) -> None:
    with pytest.raises(Unsendable, match=f"no {what}: "):
        await send(name, url="http://127.0.0.1:1", **options)


class TestIncidents:
    """PagerDuty and Opsgenie keep an incident for each square."""

    MANY = a_message(
        items=tuple(Item(StatusKey(f"h{n}", "conn"), Color.YELLOW, f"no {n}", n, AT - n) for n in (60, 120)),
        incident="",
    )

    async def test_a_message_for_many_is_one_event_for_each(self) -> None:
        async with recording() as server:
            await send("pagerduty", self.MANY, url=server.url, token=TOKEN)
            found = [one.value for one in server.asked]
        assert [one["dedup_key"] for one in found] == [
            incident_id(StatusKey("h60", "conn"), AT - 60),
            incident_id(StatusKey("h120", "conn"), AT - 120),
        ]
        assert [one["payload"]["summary"] for one in found] == [
            "h60.conn is YELLOW: no 60",
            "h120.conn is YELLOW: no 120",
        ]
        assert {one["payload"]["severity"] for one in found} == {"warning"}
        assert found[0]["links"] == [{"href": "https://monitor.test/status/h60/conn", "text": "Open"}]

    async def test_the_first_failure_ends_it(self) -> None:
        async with recording(http_reply("503 Later"), http_reply()) as server:
            sent = await send("opsgenie", self.MANY, url=server.url, token=TOKEN)
            assert len(server.asked) == 1
        assert sent.outcome is Outcome.LATER

    @pytest.mark.parametrize(
        ("name", "word"), [("pagerduty", "acknowledge"), ("opsgenie", "/acknowledge?identifierType=alias")]
    )
    async def test_an_acknowledged_one(self, name: str, word: str) -> None:
        async with recording() as server:
            await send(name, a_message(ack_until=AT + 60), url=server.url, token=TOKEN)
            asked = server.one
        assert word in asked.target or asked.value["event_action"] == word

    async def test_a_notice_opens_nothing_at_pagerduty(self) -> None:
        async with recording() as server:
            await send("pagerduty", a_message(Kind.NOTICE, text=b"works begin"), url=server.url, token=TOKEN)
            assert server.one.target == "/v2/change/enqueue"
            assert server.one.value["payload"]["summary"] == "Notice about www.example.com.http: works begin"
            assert "dedup_key" not in server.one.value

    @pytest.mark.parametrize(
        ("color", "kind", "priority"),
        [(Color.RED, Kind.ALERT, "P1"), (Color.PURPLE, Kind.ALERT, "P2"), (Color.RED, Kind.NOTICE, "P5")],
    )
    async def test_priorities_of_opsgenie(self, color: Color, kind: Kind, priority: str) -> None:
        async with recording() as server:
            await send("opsgenie", a_message(kind, color=color), url=server.url, token=TOKEN, priority="P1")
            assert server.one.value["priority"] == priority


TEXTS = st.text(max_size=40) | st.sampled_from(["x" * 5000, "🔥" * 2500, '<&"`*_' * 800, "é\n" * 2000, "@all\r\n"])
ITEMS = st.lists(st.builds(Item, st.builds(StatusKey, TEXTS, TEXTS), st.sampled_from(Color), TEXTS), max_size=2)


class Case:
    """A message, whose text is no help when it is printed."""

    def __init__(self, told: Told) -> None:
        self.told = told

    def __repr__(self) -> str:
        return f"<{self.told.message.kind} of {self.told.words.title[:80]!r}>"


@st.composite
def messages(draw: st.DrawFn) -> Case:
    message = a_message(
        draw(st.sampled_from(Kind)),
        key=StatusKey(draw(TEXTS), draw(TEXTS)),
        color=draw(st.sampled_from(Color)),
        text=draw(st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "replace"))),
        causes=tuple(draw(st.lists(st.binary(max_size=20), max_size=2))),
        items=tuple(draw(ITEMS) * 40),
        explains=tuple(draw(ITEMS) * 40),
        note=draw(TEXTS),
        incident=draw(TEXTS),
        ip=draw(TEXTS),
        at=draw(st.floats(-1e12, 1e12)),
        started=draw(st.floats(-1e12, 1e12)),
    )
    delivery = a_delivery(message, address=draw(st.sampled_from(["", "someone"])))
    return Case(Told(delivery=delivery, words=words_of(delivery), monitor=draw(TEXTS), home="https://monitor.test/"))


def words_of(delivery: Any) -> Words:
    from hexmon.alerts.notify.contract import NotifyTools
    from hexmon.alerts.notify.words import in_words

    tools = NotifyTools(
        clock=FakeClock(),
        curl=None,  # type: ignore[arg-type]
        programs=None,  # type: ignore[arg-type]
        url="https://monitor.test/",
        ack_link=lambda _delivery: ACK,
    )
    return in_words(delivery, tools)


def texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def requests(name: str, make: Requests, told: Told, **options: Any) -> list[Any]:
    found = list(make(NOTIFIERS[name].options(url="https://www.test/", **options), told))
    assert found
    return [json.loads(one.body or b"") if is_json(one) else form(one) for one in found]


def is_json(request: Request) -> bool:
    return "Content-Type: application/json" in request.headers


def form(request: Request) -> dict[str, str]:
    return {key: one[0] for key, one in parse_qs((request.body or b"").decode("ascii"), strict_parsing=True).items()}


def check_slack(told: Told) -> None:
    (body,) = requests("slack", slack_requests, told)
    assert 0 < utf16(body["text"]) <= 3000
    for attachment in body.get("attachments", []):
        assert 0 < len(attachment["blocks"]) <= 50
        assert all(0 < utf16(block["text"]["text"]) <= 3000 for block in attachment["blocks"])
    assert "<!" not in "".join(texts(body))


def check_mattermost(told: Told) -> None:
    (body,) = requests("mattermost", mattermost_requests, told)
    assert 0 < utf16(body["text"]) <= 4000
    assert all(0 < utf16(one["text"]) <= 4000 for one in body.get("attachments", []))
    assert "@all" not in "".join(texts(body))


def check_discord(told: Told) -> None:
    (body,) = requests("discord", discord_requests, told)
    assert 0 < utf16(body["content"]) <= 2000
    assert all(0 < utf16(one["description"]) <= 4096 for one in body.get("embeds", []))


def check_teams(told: Told) -> None:
    (body,) = requests("teams", teams_requests, told)
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= 28 * 1024
    assert all(texts(body))


def check_telegram(told: Told) -> None:
    (body,) = requests("telegram", telegram_requests, told, token="t", chat="1")  # noqa: S106 - a test's
    text = body["text"]
    assert 0 < utf16(text) <= 4096
    assert text.count("<b>") == text.count("</b>") == 1
    assert text.count("<") == text.count(">")


def check_matrix(told: Told) -> None:
    (body,) = requests("matrix", matrix_requests, told, token="t", room="!a:b")  # noqa: S106 - a test's
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= 60_000


def check_ntfy(told: Told) -> None:
    (body,) = requests("ntfy", ntfy_requests, told, topic="a")
    assert 0 < utf8(body["message"]) <= 4096
    assert utf8(body["title"]) <= 250


def check_pushover(told: Told) -> None:
    (body,) = requests("pushover", pushover_requests, told, token="t", user="u")  # noqa: S106 - a test's
    assert 0 < len(body["message"]) <= 1024
    assert len(body.get("title", "")) <= 250
    assert len(body.get("url", "")) <= 512


def check_gotify(told: Told) -> None:
    (body,) = requests("gotify", gotify_requests, told, token="t")  # noqa: S106 - a test's
    assert 0 < utf16(body["message"]) <= 8000


def check_pagerduty(told: Told) -> None:
    for body in requests("pagerduty", pagerduty_requests, told, token="t"):  # noqa: S106 - a test's
        assert 0 < len(body.get("dedup_key", "-")) <= 255
        payload = body.get("payload", {"summary": "-", "source": "-"})
        assert 0 < len(payload["summary"]) <= 1024
        assert payload["source"]
        assert len(json.dumps(body).encode()) <= 512 * 1024


def check_opsgenie(told: Told) -> None:
    for body in requests("opsgenie", opsgenie_requests, told, token="t", tags=("x" * 99,) * 30):  # noqa: S106 - a test's
        assert len(body.get("message", "")) <= 130
        assert len(body.get("description", "")) <= 15_000
        assert len(body.get("alias", "")) <= 512
        assert len(body.get("tags", [])) <= 20
        assert all(len(tag) <= 50 for tag in body.get("tags", []))


CHECKS = (
    check_slack,
    check_mattermost,
    check_discord,
    check_teams,
    check_telegram,
    check_matrix,
    check_ntfy,
    check_pushover,
    check_gotify,
    check_pagerduty,
    check_opsgenie,
)


@settings(max_examples=40, deadline=None)
@given(messages())
def test_any_message_fits_everywhere(case: Case) -> None:
    """Every body is one that its service takes: cut, never refused."""
    for check in CHECKS:
        check(case.told)


def test_every_service_has_a_check_here() -> None:
    assert [check.__name__ for check in CHECKS] == [f"check_{one.name}" for one in SERVICES]
