"""Webhooks: what arrives, whole, for every encoding."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.notify.contract import Outcome, Unsendable
from hexmon.alerts.notify.webhook import WebhookOptions, encoded
from hexmon.alerts.notify.webhook_template import compiled
from hexmon.model.color import Color
from hexmon.model.incident import Item, Kind
from hexmon.model.names import StatusKey
from tests.support.deliveries import AT, a_message, send
from tests.support.recorder import recording
from tests.support.servers import http_reply

ODD = 'it\'s "100%" <b>&\u00fc 🔥, a/b'


def options(**words: Any) -> WebhookOptions:
    return WebhookOptions(**{"url": "http://www.test/hook", **words})


class TestAsApmonitor:
    @pytest.mark.parametrize(
        ("encoding", "content_type", "body"),
        [
            (
                "URL",
                "application/x-www-form-urlencoded",
                "it%27s%20%22100%25%22%20%3Cb%3E%26%C3%BC%20%F0%9F%94%A5%2C%20a/b",
            ),
            ("HTML", "text/html", "it&#x27;s &quot;100%&quot; &lt;b&gt;&amp;ü 🔥, a/b"),
            ("JSON", "application/json", json.dumps({"message": ODD}, ensure_ascii=False, separators=(",", ":"))),
            ("CSVQUOTED", "text/plain", '"it\'s ""100%"" <b>&ü 🔥, a/b"'),
        ],
    )
    async def test_a_post(self, encoding: str, content_type: str, body: str) -> None:
        async with recording() as server:
            sent = await send(
                "webhook", a_message(text=f"red {ODD}".encode()), url=f"{server.url}/h", encoding=encoding
            )
            asked = server.one
        sentence = "www.example.com.http is RED: "
        expected = {
            "URL": f"www.example.com.http%20is%20RED%3A%20{body}",
            "JSON": body.replace('{"message":"', f'{{"message":"{sentence}'),
            "CSVQUOTED": f'"{sentence}{body[1:]}',
        }.get(encoding, f"{sentence}{body}")
        assert (asked.method, asked.target, asked.body.decode()) == ("POST", "/h", expected)
        assert asked.headers["content-type"] == content_type
        assert sent.outcome is Outcome.SENT

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("URL", "pre&x=a%20%22b%22%0Ac&post"),
            ("HTML", "pre&x=a &quot;b&quot;\nc&post"),
            ("JSON", '{"message":"pre&x=a \\"b\\"\\nc&post"}'),
            ("CSVQUOTED", 'pre&x="a ""b""\nc"&post'),
        ],
    )
    def test_prefix_and_suffix_are_not_encoded(self, encoding: str, text: str) -> None:
        found = options(encoding=encoding, prefix="pre&x=", suffix="&post")
        assert encoded('a "b"\nc', found) == text

    @pytest.mark.parametrize(
        ("encoding", "target"),
        [
            ("URL", "/?m=a%20%22b%22%26c"),
            ("HTML", "/?m=a%20&quot;b&quot;&amp;c"),
            ("JSON", "/?m=a%20%22b%22&c"),
            ("CSVQUOTED", "/?m=%22a%20%22%22b%22%22&c%22"),
        ],
    )
    async def test_a_get_appends_to_the_url(self, encoding: str, target: str) -> None:
        message = a_message(Kind.NOTICE, text=b"")
        async with recording() as server:
            url = f"{server.url}/?m="
            await send("webhook", message, url=url, encoding=encoding, method="GET", tools={"url": ""})
            found = encoded('a "b"&c', options(encoding=encoding, method="GET"))
            async with recording() as other:
                await send("url", message, url=f"{other.url}/?m={found}")
                assert other.one.target == target
            assert server.one.method == "GET"
            assert server.one.body == b""
            assert server.one.target.startswith("/?m=Notice%20about%20www.example.com.http")

    @pytest.mark.parametrize(
        ("method", "status", "outcome"),
        [
            ("GET", "200 OK", Outcome.SENT),
            ("GET", "201 Created", Outcome.SENT),
            ("GET", "204 No Content", Outcome.SENT),
            ("POST", "200 OK", Outcome.SENT),
            ("POST", "201 Created", Outcome.SENT),
            ("POST", "204 No Content", Outcome.SENT),
            ("POST", "404 Not Found", Outcome.REFUSED),
            ("POST", "500 Oh", Outcome.LATER),
        ],
    )
    async def test_what_is_a_success(self, method: str, status: str, outcome: Outcome) -> None:
        async with recording(http_reply(status)) as server:
            sent = await send("webhook", url=f"{server.url}/", encoding="URL", method=method)
        assert sent.outcome is outcome

    async def test_redirects_are_followed(self) -> None:
        async with recording(http_reply("302 Found", headers="Location: /there\r\n"), http_reply()) as server:
            sent = await send("webhook", url=f"{server.url}/", encoding="URL")
            assert [one.target for one in server.asked] == ["/", "/there"]
        assert sent.outcome is Outcome.SENT


class TestObject:
    async def test_everything_of_a_message(self) -> None:
        square = Item(StatusKey("db.test", "conn"), Color.YELLOW, "slow & <b>", 42, AT - 60)
        message = a_message(
            text=f"red Sat Nov 21 00:00:00 2026 {ODD}\nmore\x00\r\n&red x\n".encode(),
            causes=(b"because\xff",),
            explains=(square,),
            ip="192.0.2.1",
            display="The web",
            pages=("shops/north",),
            site="HQ",
            note="a\nnote",
            ack_until=AT + 600,
            count=3,
            line=12,
            rtt_ns=1500,
        )
        async with recording() as server:
            sent = await send(
                "webhook",
                message,
                url=f"{server.url}/hook?a=b",
                address="team",
                tools={"ack_link": lambda delivery: f"https://monitor.test/ack/{delivery.number}"},
            )
            asked = server.one
        explained = {
            "host": "db.test",
            "test": "conn",
            "color": "yellow",
            "summary": "slow & <b>",
            "cookie": 42,
            "since": "2026-11-21T00:04:00Z",
        }
        assert sent.outcome is Outcome.SENT
        assert (asked.method, asked.target) == ("POST", "/hook?a=b")
        assert asked.headers["content-type"] == "application/json"
        assert asked.headers["user-agent"].startswith("hexmon/")
        assert asked.value == {
            "version": 1,
            "monitor": "hexmon",
            "channel": "test",
            "address": "team",
            "delivery": 7,
            "kind": "alert",
            "host": "www.example.com",
            "test": "http",
            "color": "red",
            "worst": "red",
            "shown": "red",
            "ended": False,
            "title": "www.example.com.http is RED",
            "summary": ODD,
            "message": f"www.example.com.http is RED: {ODD}",
            "detail": "more\n🔴 x\n\nbecauseÿ\n\na note\n\nThis explains:\n🟡 db.test.conn: slow & <b>",
            "text": f"red Sat Nov 21 00:00:00 2026 {ODD}\nmore\n&red x\n",
            "causes": ["becauseÿ"],
            "at": "2026-11-21T00:05:00Z",
            "timestamp": int(AT),
            "since": "2026-11-21T00:00:00Z",
            "duration": 300,
            "incident": "0123456789abcdef0123456789abcdef",
            "cookie": 123456,
            "count": 3,
            "line": 12,
            "ip": "192.0.2.1",
            "display": "The web",
            "pages": ["shops/north"],
            "site": "HQ",
            "note": "a note",
            "ack_until": "2026-11-21T00:15:00Z",
            "rtt_ns": 1500,
            "url": "https://monitor.test/status/www.example.com/http",
            "ack_url": "https://monitor.test/ack/7",
            "explains": [explained],
            "items": [],
        }

    async def test_a_recovery(self) -> None:
        async with recording(http_reply("204 No Content")) as server:
            sent = await send("webhook", a_message(Kind.RECOVERY, cookie=-1), url=server.url, method="PUT")
            found = server.one.value
            assert server.one.method == "PUT"
        assert sent.outcome is Outcome.SENT
        assert (found["kind"], found["color"], found["shown"], found["ended"]) == ("recovery", "red", "green", True)
        assert (found["cookie"], found["ack_until"], found["ack_url"]) == (None, None, "")
        assert found["title"] == "www.example.com.http recovered after 5 m"

    async def test_who_asks(self) -> None:
        async with recording() as server:
            await send("webhook", url=server.url, username="me", password="wörd")  # noqa: S106 - a test's
            await send("webhook", url=server.url, token="t0")  # noqa: S106 - a test's
            await send("webhook", url=server.url, headers={"X-Key": "k", "Content-Type": "application/x-own+json"})
            first, second, third = server.asked
        assert first.headers["authorization"] == "Basic bWU6d8O2cmQ="
        assert second.headers["authorization"] == "Bearer t0"
        assert third.headers["x-key"] == "k"
        assert "authorization" not in third.headers

    async def test_a_header_of_the_channel_is_not_shown(self) -> None:
        async with recording(http_reply("403 No", b"bad key k-e-y")) as server:
            sent = await send("webhook", url=server.url, headers={"X-Key": "k-e-y"})
        assert sent.detail == "HTTP 403: bad key ***"


class TestXymon:
    async def test_the_mail_of_xymond_alert(self) -> None:
        async with recording() as server:
            await send("webhook", url=server.url, encoding="XYMON", prefix="<", suffix=">")
            asked = server.one
        assert asked.headers["content-type"] == "text/plain; charset=utf-8"
        assert asked.body.decode() == (
            "<Xymon [123456] www.example.com:http CRITICAL (RED)\n\n"
            "red Sat Nov 21 00:00:00 2026 nothing answers\n&red http://www.example.com/ - refused\n\n"
            "See https://monitor.test/status/www.example.com/http\n>"
        )

    async def test_in_a_url(self) -> None:
        async with recording() as server:
            await send("webhook", url=f"{server.url}/?m=", encoding="XYMON", method="GET")
            assert server.one.target == "/?m=Xymon%20%5B123456%5D%20www.example.com%3Ahttp%20CRITICAL%20%28RED%29"


@pytest.mark.parametrize(
    ("kind", "form", "text"),
    [
        (Kind.ALERT, "SITE", "The web in HQ new outage: refused (192.0.2.1) at 1:05 AM CET, down for 5 mins 0 secs"),
        (Kind.RECOVERY, "SITE", "The web in HQ is UP (192.0.2.1) at 1:05 AM CET, outage lasted 5 mins 0 secs"),
        (Kind.TEST, "SITE", "TEST: refused"),
        (Kind.ALERT, "TEXT", "www.example.com.http is RED: refused"),
    ],
)
async def test_yaml_sites_have_their_own_sentences(kind: Kind, form: str, text: str) -> None:
    message = a_message(kind, text=b"red refused\n", display="The web", site="HQ", ip="192.0.2.1")
    async with recording() as server:
        await send("webhook", message, url=server.url, encoding="JSON", form=form, zone="Europe/Paris")
        assert server.one.value == {"message": text}


class TestTemplate:
    async def sent(self, body: str, text: str, **words: Any) -> bytes:
        message = a_message(text=f"red {text}\n".encode())
        async with recording() as server:
            await send("webhook", message, url=server.url, encoding="TEMPLATE", body=body, **words)
            return server.one.body

    @pytest.mark.parametrize("text", [ODD, 'a\\"b', "tab\there", "{{ host }}{% raw %}", "'; DROP"])
    async def test_json_stays_json(self, text: str) -> None:
        body = """{"t": "{{ summary }}", "n": {{ duration }}, "c": {{ cookie }}, "e": {{ explains }},
            "o": {{ text|tojson }}}"""
        found = json.loads(await self.sent(body, text))
        assert found == {
            "t": " ".join(text.split()),
            "n": 300,
            "c": 123456,
            "e": [],
            "o": f"red {text}\n",
        }

    async def test_conditions_and_loops(self) -> None:
        body = "{% if ended %}up{% else %}{{ color }}{% endif %}{% for one in items %} {{ one.host }}{% endfor %}"
        assert await self.sent(body, "x", content_type="text/plain") == b"red"

    @pytest.mark.parametrize(
        ("content_type", "expected"),
        [
            ("text/plain", "a \"b\" <c> & 'd'"),
            ("text/html; charset=utf-8", "a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;"),
            ("application/xml", "a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;"),
            ("application/x-www-form-urlencoded", "a%20%22b%22%20%3Cc%3E%20%26%20%27d%27"),
            ("application/ld+json", "a \\\"b\\\" <c> & 'd'"),
        ],
    )
    async def test_escaped_for_its_place(self, content_type: str, expected: str) -> None:
        template = compiled("{{ summary }}", content_type)
        assert template.render({"summary": "a \"b\" <c> & 'd'"}) == expected

    async def test_in_the_url(self) -> None:
        async with recording() as server:
            url = f"{server.url}/{{{{ host }}}}?m={{{{ title }}}}"
            await send("webhook", url=url, encoding="TEMPLATE", method="GET")
            assert server.one.target == "/www.example.com?m=www.example.com.http%20is%20RED"
            assert server.one.method == "GET"

    async def test_what_becomes_no_json_is_unsendable(self) -> None:
        with pytest.raises(Unsendable, match="makes no JSON"):
            await self.sent('{"a": {{ text|safe }}}', "x")

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            pytest.param("{{ hots }}", "'hots' is undefined", id="a wrong name"),
            pytest.param("{{ host", "line 1 of the template", id="an open brace"),
            pytest.param("{{ host|jsn }}", "No filter named 'jsn'", id="a wrong filter"),
            pytest.param("{{ ''.__class__.__mro__ }}", "unsafe", id="a way out of the sandbox"),
            pytest.param("{{ 1 / 0 }}", "division by zero", id="no arithmetic"),
            pytest.param("{% for a in range(99999) %}xxxxxxxxxx{% endfor %}", "more than", id="too much"),
        ],
    )
    def test_mistakes_are_found_when_it_is_read(self, body: str, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            options(encoding="TEMPLATE", body=body, content_type="text/plain")

    @given(st.text(max_size=100))
    def test_any_text_stays_inside_its_quotes(self, text: str) -> None:
        template = compiled('{"a": "{{ a }}", "b": 1}', "application/json")
        assert json.loads(template.render({"a": text})) == {"a": text, "b": 1}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param({"method": "GET"}, "method must be POST or PUT", id="an object in a URL"),
        pytest.param({"prefix": "a"}, "has no prefix", id="a prefix of an object"),
        pytest.param({"body": "a"}, "body is the template", id="a body without TEMPLATE"),
        pytest.param({"headers": {"X-A": "b\r\nX-B: c"}}, "the value of X-A holds a control", id="two headers in one"),
        pytest.param({"headers": {"X A": "b"}}, "'X A' is not the name of a header", id="a space in a name"),
        pytest.param({"content_type": "a\nb"}, "holds a control", id="two lines of content type"),
        pytest.param({"token": "t", "password": "p"}, "not both", id="two ways to log in"),
    ],
)
def test_options_that_make_no_sense(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        options(**words)


async def test_crlf_in_names_stays_data() -> None:
    """Whatever a name holds, it comes out as data."""
    message = a_message(key=StatusKey("a\r\nX-Evil: 1\r\n\r\nb", 'http"<'), text=b"")
    async with recording() as server:
        for encoding in ("OBJECT", "URL", "HTML", "JSON", "CSVQUOTED", "XYMON"):
            await send("webhook", message, url=server.url, encoding=encoding)
            if encoding != "OBJECT":
                await send("webhook", message, url=f"{server.url}/?", encoding=encoding, method="GET")
        await send("url", message, url=f"{server.url}/{{HOST}}")
        await send("webhook", message, url=f"{server.url}/{{{{ host }}}}", encoding="TEMPLATE", body='"{{ host }}"')
        assert len(server.asked) == 13
        assert not any("x-evil" in one.headers for one in server.asked)
