"""One request: what each answer means, and that no server can harm who asks."""

import asyncio
import email.utils
from functools import partial
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.notify.contract import Channel, Outcome, Sent, Unsendable
from hexmon.alerts.notify.http import Answer, Request, basic, deliver, hidden, judged, url_bytes
from tests.support import servers
from tests.support.deliveries import AT, notify_tools
from tests.support.recorder import recording
from tests.support.servers import (
    Dialogue,
    authority,
    black_hole,
    closed_port,
    hangs_up,
    http_reply,
    says,
    serve,
    tls_context,
)

OK = b"HTTP/1.1 200 OK\r\n"
TOKEN = "s3cret-t0ken"  # noqa: S105 - a test's


def a_channel(timeout: float = 30.0) -> Channel:
    return Channel(name="test", type="webhook", options=None, timeout=timeout)


async def ask(url: str, *, patience: float = 30.0, **words: object) -> Sent:
    request = Request(url=url, **{"body": b"hello", **words})  # type: ignore[arg-type]
    with notify_tools() as tools:
        return await deliver(request, a_channel(patience), tools)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", Outcome.SENT),
        ("201 Created", Outcome.SENT),
        ("202 Accepted", Outcome.SENT),
        ("204 No Content", Outcome.SENT),
        ("301 Moved Permanently", Outcome.REFUSED),
        ("302 Found", Outcome.LATER),
        ("304 Not Modified", Outcome.LATER),
        ("308 Permanent Redirect", Outcome.REFUSED),
        ("400 Bad Request", Outcome.REFUSED),
        ("401 Unauthorized", Outcome.REFUSED),
        ("403 Forbidden", Outcome.REFUSED),
        ("404 Not Found", Outcome.REFUSED),
        ("408 Request Timeout", Outcome.LATER),
        ("410 Gone", Outcome.REFUSED),
        ("413 Content Too Large", Outcome.REFUSED),
        ("425 Too Early", Outcome.LATER),
        ("429 Too Many Requests", Outcome.LATER),
        ("500 Internal Server Error", Outcome.LATER),
        ("501 Not Implemented", Outcome.LATER),
        ("503 Service Unavailable", Outcome.LATER),
        ("599 Odd", Outcome.LATER),
        ("600 Odder", Outcome.LATER),
    ],
)
async def test_what_a_status_means(status: str, outcome: Outcome) -> None:
    async with recording(http_reply(status)) as server:
        sent = await ask(f"{server.url}/hook")
        assert server.one.body == b"hello"
    assert sent.outcome is outcome
    assert sent.detail.startswith(f"HTTP {status[:3]}")


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        pytest.param("Retry-After: 17\r\n", b"", 17.0, id="seconds"),
        pytest.param(f"Retry-After: {email.utils.formatdate(AT + 90, usegmt=True)}\r\n", b"", 90.0, id="a date"),
        pytest.param(f"Retry-After: {email.utils.formatdate(AT - 90, usegmt=True)}\r\n", b"", 0.0, id="a past date"),
        pytest.param("Retry-After: 99999999999999999999\r\n", b"", 3600.0, id="for ever is an hour"),
        pytest.param("Retry-After: soon\r\n", b"", None, id="no date"),
        pytest.param("Retry-After: Mon, 99 Nov 99999 00:00:00 GMT\r\n", b"", None, id="an odd date"),
        pytest.param("retry-after:5\r\n", b"", 5.0, id="in small letters"),
        pytest.param("", b'{"retry_after": 1.5}', 1.5, id="in the body, as Discord says it"),
        pytest.param("", b'{"ok": false, "parameters": {"retry_after": 33}}', 33.0, id="as Telegram says it"),
        pytest.param("", b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}', 2.5, id="as Matrix says it"),
        pytest.param("", b'{"retry_after": 1e999}', None, id="no number"),
        pytest.param("", b'{"retry_after": -4}', 0.0, id="below zero"),
        pytest.param("", b'{"retry_after": 1' + b"0" * 60 + b"}", 3600.0, id="a huge number"),
        pytest.param("", b'{"retry_after": "5"}', None, id="a text"),
        pytest.param("", b"[" * 5000, None, id="a tower of brackets"),
        pytest.param("", b"", None, id="nothing"),
    ],
)
async def test_how_long_to_wait(headers: str, body: bytes, seconds: float | None) -> None:
    async with recording(http_reply("429 Too Many Requests", body, headers=headers)) as server:
        sent = await ask(f"{server.url}/hook")
    assert sent.outcome is Outcome.LATER
    assert sent.retry_after == (seconds if seconds is None else pytest.approx(seconds, abs=1.0))


@given(retry_after=st.text(max_size=60), body=st.binary(max_size=200), status=st.integers(0, 999))
def test_any_answer_has_a_meaning(retry_after: str, body: bytes, status: int) -> None:
    answer = Answer(status=status, retry_after=retry_after, body=body, redirect="http://a/")
    sent = judged(answer, Request(url="http://www.test/"), AT)
    assert sent.retry_after is None or 0 <= sent.retry_after <= 3600
    assert len(sent.detail) < 260
    assert sent.detail.isprintable() or "\u2028" in sent.detail or not sent.detail.isascii()


# Each answers once the whole request was heard: its body is "hello".
forever, drips, resets = (partial(one, after=b"hello") for one in (servers.forever, servers.drips, servers.resets))


@pytest.mark.parametrize(
    ("dialogue", "outcome"),
    [
        pytest.param(forever(OK + b"\r\n", b"x"), Outcome.SENT, id="a body without end behind a 200"),
        pytest.param(forever(b"HTTP/1.1 400 No\r\n\r\n", b"x"), Outcome.REFUSED, id="a body without end behind a 400"),
        pytest.param(drips(OK + b"\r\n", b"x"), Outcome.SENT, id="a body that drips behind a 200"),
        pytest.param(drips(OK + b"X: ", b"x"), Outcome.LATER, id="a header that drips"),
        pytest.param(forever(OK, b"X-A: b\r\n"), Outcome.LATER, id="headers without end"),
        pytest.param(forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Outcome.LATER, id="interim answers without end"),
        pytest.param(says(b"HTTP/1.1 100 Continue\r\n\r\n"), Outcome.LATER, id="an interim answer and silence"),
        pytest.param(forever(b"", b"x"), Outcome.LATER, id="noise without end"),
        pytest.param(says(b"SSH-2.0-x\r\n"), Outcome.LATER, id="no HTTP"),
        pytest.param(says(), Outcome.LATER, id="silence"),
        pytest.param(hangs_up(), Outcome.LATER, id="hangs up"),
        pytest.param(hangs_up(OK + b"Content-Length: 9\r\n\r\nab"), Outcome.SENT, id="cut short behind a 200"),
        pytest.param(resets(b""), Outcome.LATER, id="a reset"),
        pytest.param(resets(OK + b"Content-Length: 9\r\n\r\na"), Outcome.SENT, id="a reset behind a 200"),
    ],
)
async def test_hostile_servers(dialogue: Dialogue, outcome: Outcome) -> None:
    async with asyncio.timeout(30), serve(dialogue) as port:
        sent = await ask(f"http://127.0.0.1:{port}/{TOKEN}", patience=0.5)
    assert sent.outcome is outcome
    assert TOKEN not in sent.detail


async def test_nobody_there() -> None:
    sent = await ask(f"http://127.0.0.1:{closed_port()}/{TOKEN}")
    assert sent.outcome is Outcome.LATER
    assert "Could not connect" in sent.detail
    assert TOKEN not in sent.detail


async def test_a_black_hole_ends_with_the_time() -> None:
    with black_hole() as port:
        sent = await ask(f"http://127.0.0.1:{port}/", patience=0.3)
    assert sent.outcome is Outcome.LATER


async def test_connections_are_kept() -> None:
    async with recording() as server:
        with notify_tools() as tools:
            for _ in range(5):
                await deliver(Request(url=f"{server.url}/", body=b"x"), a_channel(), tools)
        assert [one.connection for one in server.asked] == [1] * 5


async def test_a_kept_connection_that_the_server_closed_is_no_failure() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(http_reply())
        await writer.drain()

    async with serve(once) as port:
        with notify_tools() as tools:
            request = Request(url=f"http://127.0.0.1:{port}/", body=b"hello")
            sent = [await deliver(request, a_channel(), tools) for _ in range(3)]
    assert [one.outcome for one in sent] == [Outcome.SENT] * 3


class TestRedirects:
    async def test_are_not_followed_unless_wanted(self) -> None:
        async with recording() as elsewhere:
            moved = http_reply("302 Found", headers=f"Location: {elsewhere.url}/there\r\n")
            async with recording(moved) as server:
                sent = await ask(f"{server.url}/hook")
            assert elsewhere.asked == []
        assert sent == Sent(Outcome.LATER, "HTTP 302: a redirect that is not followed")

    async def test_a_post_becomes_a_get_without_a_body(self) -> None:
        async with recording(http_reply("302 Found", headers="Location: /there\r\n"), http_reply()) as server:
            sent = await ask(f"{server.url}/hook", follow=3, headers=("X-Key: k",))
            first, second = server.asked
        assert sent.outcome is Outcome.SENT
        assert (first.method, first.body) == ("POST", b"hello")
        assert (second.method, second.target, second.body) == ("GET", "/there", b"")
        assert second.headers["x-key"] == "k"

    async def test_the_same_server_gets_the_body_again(self) -> None:
        async with recording(http_reply("307 Temporary", headers="Location: /there\r\n"), http_reply()) as server:
            sent = await ask(f"{server.url}/hook", follow=3)
            assert (server.asked[1].method, server.asked[1].body) == ("POST", b"hello")
        assert sent.outcome is Outcome.SENT

    @pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
    async def test_another_server_never_gets_the_body(self, status: str) -> None:
        async with recording() as elsewhere:
            moved = http_reply(status, headers=f"Location: {elsewhere.url}/there\r\n")
            async with recording(moved) as server:
                sent = await ask(f"{server.url}/hook", follow=3)
            assert elsewhere.asked == []
        assert sent.outcome is not Outcome.SENT

    async def test_another_server_gets_no_headers(self) -> None:
        async with recording() as elsewhere:
            moved = http_reply("302 Found", headers=f"Location: {elsewhere.url}/there\r\n")
            async with recording(moved) as server:
                url = server.url.replace("//", "//user:word@")
                sent = await ask(f"{url}/hook", follow=3, headers=("X-Key: k", "Authorization: Bearer t"))
                assert server.one.headers["authorization"] == "Bearer t"
            assert not {"x-key", "authorization"} & set(elsewhere.one.headers)
        assert sent.outcome is Outcome.SENT

    @pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://[", "//", "\x00"])
    async def test_to_odd_places(self, place: str) -> None:
        async with recording(http_reply("302 Found", headers=f"Location: {place}\r\n")) as server:
            sent = await ask(f"{server.url}/hook", follow=3)
        assert sent.outcome is Outcome.LATER

    async def test_in_a_circle(self) -> None:
        async with recording(http_reply("302 Found", headers="Location: /hook\r\n")) as server:
            sent = await ask(f"{server.url}/hook", follow=3)
            assert len(server.asked) == 4
        assert sent == Sent(Outcome.LATER, "more than 3 redirects")


class TestTls:
    async def test_a_good_certificate(self, tmp_path: Path) -> None:
        bundle = tmp_path / "ca.pem"
        authority().cert_pem.write_to_path(bundle)
        async with recording(tls=tls_context("127.0.0.1")) as server:
            sent = await ask(f"{server.url}/hook", ca=str(bundle))
            assert server.one.body == b"hello"
        assert sent.outcome is Outcome.SENT

    @pytest.mark.parametrize("name", ["127.0.0.1", "other.test"])
    async def test_a_bad_one(self, name: str, tmp_path: Path) -> None:
        """An unknown authority; a known one for another name."""
        bundle = tmp_path / "ca.pem"
        if name == "127.0.0.1":
            trustme.CA().cert_pem.write_to_path(bundle)
        else:
            authority().cert_pem.write_to_path(bundle)
        async with recording(tls=tls_context(name)) as server:
            sent = await ask(f"{server.url}/{TOKEN}", ca=str(bundle))
            assert server.asked == []
        assert sent.outcome is Outcome.LATER
        assert sent.detail
        assert TOKEN not in sent.detail

    async def test_the_authorities_of_this_machine_without_a_file(self) -> None:
        async with recording(tls=tls_context("127.0.0.1")) as server:
            sent = await ask(f"{server.url}/hook")
            assert server.asked == []
        assert sent.outcome is Outcome.LATER

    async def test_a_file_that_does_not_exist(self) -> None:
        async with recording(tls=tls_context("127.0.0.1")) as server:
            sent = await ask(f"{server.url}/hook", ca="/nonexistent/ca.pem")
        assert sent.outcome is Outcome.LATER

    async def test_a_server_without_tls(self) -> None:
        async with serve(hangs_up(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
            sent = await ask(f"https://127.0.0.1:{port}/hook")
        assert sent.outcome is Outcome.LATER


async def test_a_proxy_is_asked_for_the_whole_url() -> None:
    async with recording() as proxy:
        sent = await ask("http://hook.invalid/a", proxy=proxy.url)
        assert (proxy.one.method, proxy.one.target) == ("POST", "http://hook.invalid/a")
    assert sent.outcome is Outcome.SENT


@pytest.mark.parametrize("url", ["", "www.test", "ftp://www.test/", "http://", "http://[", "file:///etc/passwd"])
async def test_what_is_no_url_is_unsendable(url: str) -> None:
    with pytest.raises(Unsendable, match="not that of a web server"):
        await ask(url)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("X-A: b\r\nX-B: c", "control character", id="another header in it"),
        pytest.param("X-A: b\x00", "control character", id="a NUL"),
        pytest.param("no colon", "Name: value", id="no colon"),
    ],
)
async def test_a_header_that_would_be_two_is_unsendable(line: str, why: str) -> None:
    with pytest.raises(Unsendable, match=why):
        await ask(f"http://127.0.0.1:{closed_port()}/", headers=(line,))


async def test_what_a_url_may_not_hold_is_percent_encoded() -> None:
    async with recording() as server:
        await ask(f'{server.url}/a b?x="ü"&y=100%', method="GET", body=None)
        assert server.one.target == "/a%20b?x=%22%C3%BC%22&y=100%"


@given(st.text(max_size=200))
def test_a_url_never_breaks_a_request_line(text: str) -> None:
    try:
        found = url_bytes(f"http://127.0.0.1/{text}")
    except Unsendable:
        return
    assert not set(found) & set(range(0x21)) | set(found) & {0x7F}


class TestSecrets:
    @pytest.mark.parametrize(
        ("path", "echo"),
        [
            pytest.param(f"/services/T000/{TOKEN}", f"no {TOKEN} here", id="the end of the path"),
            pytest.param(f"/services/T000/{TOKEN}", f"no /services/T000/{TOKEN} here", id="the whole path"),
            pytest.param(f"/?key={TOKEN}", f"no key={TOKEN} here", id="a part of the query"),
            pytest.param(f"/?key={TOKEN}", f"no {TOKEN} here", id="a value of the query"),
            pytest.param("/s3cret%2Dt0ken", f"no {TOKEN} here", id="decoded"),
            pytest.param("/s3cret%2Dt0ken", "no s3cret%2Dt0ken here", id="percent-encoded"),
        ],
    )
    async def test_an_answer_that_repeats_them(self, path: str, echo: str) -> None:
        async with recording(http_reply("404 Not Found", echo.encode())) as server:
            sent = await ask(f"{server.url}{path}")
        assert sent.outcome is Outcome.REFUSED
        assert sent.detail.startswith("HTTP 404: no ")
        assert "t0ken" not in sent.detail

    async def test_a_password_in_the_url(self) -> None:
        async with recording(http_reply("401 Unauthorized", f"not {TOKEN}".encode())) as server:
            sent = await ask(server.url.replace("//", f"//me:{TOKEN}@"))
            assert server.one.headers["authorization"] == basic("me", TOKEN).partition(": ")[2]
        assert sent.detail == "HTTP 401: not ***"

    def test_those_that_are_named(self) -> None:
        request = Request(url="http://www.test/", secrets=("abc", basic("u", "p").rpartition(" ")[2]))
        assert hidden("abc dTpw abcd", request) == "*** *** ***d"

    async def test_the_answer_is_shown_in_one_short_line(self) -> None:
        async with recording(http_reply("400 Bad", b"a\r\n\x1b[31mb\x00 \xff" + b"c" * 5000)) as server:
            sent = await ask(f"{server.url}/")
        assert sent.detail == f"HTTP 400: a [31mb \ufffd{'c' * 191}…"
