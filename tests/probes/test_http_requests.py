"""What a request for a URL contains: methods, headers, credentials, cookies, and how redirects are followed."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hexmon.model.observation import Outcome
from hexmon.probes.http import Expectation, HttpOptions
from tests.probes.test_http import fetch
from tests.support.checks import a_check, observed
from tests.support.datagrams import closed_datagram_port
from tests.support.servers import black_hole, closed_port, http_reply, replies, serve, tls_context


class Site:
    """A server that remembers its requests and answers by path."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.heard: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in request.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
        self.heard.append(request + await reader.readexactly(length))
        writer.write(self.pages.get(request.split()[1].decode(), http_reply(body=b"end")))
        await writer.drain()

    def lines(self, number: int = -1) -> list[bytes]:
        return self.heard[number].split(b"\r\n")


@asynccontextmanager
async def site(pages: dict[str, bytes] | None = None, **more: Any) -> AsyncIterator[tuple[Site, int]]:
    one = Site(pages or {})
    async with serve(one.talk, **more) as port:
        yield one, port


def moved(to: str, status: str = "302 Found", headers: str = "") -> bytes:
    return http_reply(status, headers=f"Location: {to}\r\n{headers}")


def basic(user: str, password: str) -> bytes:
    return b"Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode())


@pytest.mark.parametrize(
    ("options", "start", "present", "absent"),
    [
        pytest.param(
            {"method": "POST", "body": b"a=1"},
            b"POST / ",
            [b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 3", b"", b"a=1"],
            b"Expect",
            id="a form",
        ),
        pytest.param({"method": "POST"}, b"POST / ", [b"Content-Length: 0"], b"Expect", id="an empty form"),
        pytest.param({"method": "PUT", "body": b"x\0y"}, b"PUT / ", [b"x\0y"], b"Expect", id="any bytes"),
        pytest.param({"method": "DELETE"}, b"DELETE / ", [], b"Content-", id="a method without a body"),
        pytest.param({"method": "PURGE", "body": b"x"}, b"PURGE / ", [b"x"], b"Expect", id="a method of its own"),
        pytest.param({"body": b"{}"}, b"GET / ", [b"Content-Length: 2", b"{}"], b"Expect", id="GET with a body"),
        pytest.param({"method": "POST", "body": b"x" * 2_000_000}, b"POST / ", [], b"Expect", id="two megabytes"),
        pytest.param({"headers": ("X-Empty:", "x-b:  c ")}, b"GET / ", [b"X-Empty:", b"x-b:  c "], b";", id="verbatim"),
        pytest.param({"headers": ("Host: other.test",)}, b"GET / ", [b"Host: other.test"], b"127", id="another host"),
        pytest.param({"headers": ("Accept: text/html",)}, b"GET / ", [b"Accept: text/html"], b"*/*", id="instead of"),
        pytest.param({}, b"GET / ", [], b"Accept-Encoding", id="nothing compressed is wanted"),
        pytest.param(
            {"user_agent": "M\u00fcller"}, b"GET / ", ["User-Agent: M\u00fcller".encode()], b"hexmon", id="any letters"
        ),
    ],
)
async def test_requests(options: dict[str, Any], start: bytes, present: list[bytes], absent: bytes) -> None:
    async with site() as (server, port):
        reply = (await fetch(f"http://127.0.0.1:{port}/", **options)).reply
    assert reply.outcome is Outcome.OK
    assert server.heard[0].startswith(start)
    assert set(present) <= set(server.lines())
    assert absent not in server.heard[0].partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("path", "start"),
    [
        pytest.param("/a%20b?x=1#part?y", b"GET /a%20b?x=1#part?y HTTP/1.1\r\n", id="a fragment is part of the path"),
        pytest.param("#x y", b"GET /#x%20y HTTP/1.1\r\n", id="also without a path"),
    ],
)
async def test_fragments_are_sent(path: str, start: bytes) -> None:
    async with site() as (server, port):
        await fetch(f"http://u:p@127.0.0.1:{port}{path}")
    assert server.heard[0].startswith(start)
    assert basic("u", "p") in server.lines()


async def test_a_request_that_cannot_be_made_is_told() -> None:
    reply = (await fetch("http://127.0.0.1:1/", headers=("X: a\0b",))).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Invalid request")


NETRC = """
machine other.test login x password y
machine 127.0.0.1
    login monitor  password long#er-than:expected\\\\
macdef init
    ls

default login anybody password anything
"""


@pytest.mark.parametrize(
    ("userinfo", "text", "line"),
    [
        pytest.param("u%40x:p%3Ay%20z@", "", basic("u@x", "p:y z"), id="in the URL, decoded"),
        pytest.param("", NETRC, basic("monitor", "long#er-than:expected\\"), id="from the file, whole"),
        pytest.param("me:mine@", NETRC, basic("me", "mine"), id="the URL goes before the file"),
    ],
)
async def test_credentials(tmp_path: Path, userinfo: str, text: str, line: bytes) -> None:
    file = tmp_path / "netrc"
    file.write_text(text)
    async with site() as (server, port):
        reply = (await fetch(f"http://{userinfo}127.0.0.1:{port}/", netrc=str(file) if text else "")).reply
    assert line in server.lines()
    assert b"monitor" not in reply.evidence
    assert reply.detail == ""


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("machine other.test login x password y\ndefault login a password b\n", "", id="only other hosts"),
        pytest.param("machine 127.0.0.1 login x pwd secret\n", "{file}, near line 1: not understood", id="a slip"),
        pytest.param("machine \xff\n", "{file}: not text", id="another encoding"),
        pytest.param(None, "netrc: No such file or directory", id="no file"),
    ],
)
async def test_no_credentials(tmp_path: Path, text: str | None, detail: str) -> None:
    file = tmp_path / "netrc"
    if text is not None:
        file.write_text(text, encoding="latin-1")
    async with site({"/": http_reply("401 No")}) as (server, port):
        reply = (await fetch(f"http://127.0.0.1:{port}/", netrc=str(file))).reply
    assert b"Authorization" not in server.heard[0]
    assert (reply.summary, reply.detail) == ("No", detail.format(file=file))


async def test_a_changed_file_of_credentials_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    async with site() as (server, port):
        for password in ("one", "three"):
            file.write_text(f"machine 127.0.0.1 login me password {password}\n")
            await fetch(f"http://127.0.0.1:{port}/", netrc=str(file))
            assert basic("me", password) in server.lines()


COOKIES = (
    "# Netscape HTTP Cookie File\nwww.lab.test\tFALSE\t/\tFALSE\t0\tplain\t1\n"
    "#HttpOnly_.lab.test\tTRUE\t/in\tFALSE\t0\tdeep\t2\n"
    "other.example\tFALSE\t/\tFALSE\t0\tother\t3\nwww.lab.test\tFALSE\t/\tTRUE\t0\tsecure\t4\n"
    "www.lab.test\tFALSE\t/\tFALSE\t1\told\t5\nnonsense\n"
)


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/", b"Cookie: plain=1"), ("/in/x", b"Cookie: deep=2; plain=1")],
    ids=["those of the host", "those of the path and of the domain"],
)
async def test_cookies_of_a_file(tmp_path: Path, path: str, sent: bytes) -> None:
    file = tmp_path / "cookies"
    file.write_text(COOKIES)
    async with site() as (server, port):
        await fetch(f"http://www.lab.test:{port}{path}", connect_to="127.0.0.1", cookies=str(file))
    assert sent in server.lines()


async def test_cookies_that_a_server_sets_come_back_to_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "cookies"
    file.write_text(COOKIES)
    sets = http_reply(headers="Set-Cookie: session=new; Path=/; Domain=lab.test\r\nSet-Cookie: plain=9\r\n")
    async with site({"/login": sets}) as (server, port):
        for host, path in (("www", "/login"), ("www", "/"), ("web", "/"), ("www", "/")):
            await fetch(f"http://{host}.lab.test:{port}{path}", connect_to="127.0.0.1", cookies=str(file))
        await fetch(f"http://www.lab.test:{port}/", connect_to="127.0.0.1")
    cookies = [next((line for line in server.lines(number) if line.startswith(b"Cookie")), b"") for number in range(5)]
    assert cookies == [b"Cookie: plain=1", after := b"Cookie: plain=9; session=new", b"", after, b""]
    assert file.read_text() == COOKIES


async def test_a_server_cannot_fill_the_memory_with_cookies(tmp_path: Path) -> None:
    file = tmp_path / "cookies"
    file.write_text("")
    sets = http_reply(headers="".join(f"Set-Cookie: c{number}={'x' * 300}\r\n" for number in range(500)))
    async with site({"/": sets}) as (server, port):
        for _ in range(3):
            await fetch(f"http://full.test:{port}/", connect_to="127.0.0.1", cookies=str(file))
    assert 0 < len(next(line for line in server.lines() if line.startswith(b"Cookie"))) < 16 * 1024


async def test_redirects_are_followed_and_told() -> None:
    pages = {"/a?q": moved("b/c#part", "301 Moved"), "/b/c": moved("http://u:secret@www.test:{port}/d", "307 Later")}
    async with site(pages) as (server, port):
        pages["/b/c"] = pages["/b/c"].replace(b"{port}", str(port).encode())
        url = f"http://www.test:{port}/a?q"
        reply = (await fetch(url, names={"www.test": "127.0.0.1"}, follow=2)).reply
    assert reply.outcome is Outcome.OK
    assert reply.facts["redirects"] == 2
    assert reply.evidence.split(b"\r\n\r\n") == [
        b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: b/c#part",
        f"HTTP/1.1 307 Later\r\nContent-Length: 0\r\nLocation: http://u:secret@www.test:{port}/d".encode(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3",
        b"end",
    ]
    assert [request.split()[1] for request in server.heard] == [b"/a?q", b"/b/c", b"/d"]
    assert [phase.name for phase in reply.phases].count("connect") == 3


@pytest.mark.parametrize(
    ("location", "follow", "outcome", "summary"),
    [
        pytest.param("/", 3, Outcome.ERROR, "Too many redirects", id="round and round"),
        pytest.param("/", 0, Outcome.OK, "OK", id="not followed"),
        pytest.param("ftp://127.0.0.1/", 3, Outcome.ERROR, "Invalid URL", id="to another protocol"),
        pytest.param("file:///etc/passwd", 3, Outcome.ERROR, "Invalid URL", id="to a file"),
        pytest.param("http://[::1/", 3, Outcome.ERROR, "Invalid URL", id="to nonsense"),
        pytest.param("/" + "x" * 9000, 3, Outcome.ERROR, "Invalid URL", id="to something endless"),
        pytest.param("http://nowhere.test/", 3, Outcome.UNRESOLVED, "DNS error", id="to an unknown name"),
        pytest.param("http://127.0.0.1:{closed}/", 3, Outcome.REFUSED, "Connection refused", id="to a closed port"),
        pytest.param("", 3, Outcome.ERROR, "Too many redirects", id="to itself"),
    ],
)
async def test_redirects_that_lead_nowhere(location: str, follow: int, outcome: Outcome, summary: str) -> None:
    async with site({"/": moved(location.format(closed=closed_port()))}) as (server, port):
        reply = (await fetch(f"http://127.0.0.1:{port}/", follow=follow)).reply
    assert (reply.outcome, reply.summary) == (outcome, summary)
    assert reply.evidence.startswith(b"HTTP/1.1 302 Found")
    assert len(server.heard) <= follow + 1


async def test_a_redirect_to_silence_keeps_what_led_there() -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve(silent) as quiet, site({"/": moved(f"http://127.0.0.1:{quiet}/")}) as (_, port):
        expect = (Expectation(what="status", wanted="2..|3.."),)
        reply = (await fetch(f"http://127.0.0.1:{port}/", within=0.5, follow=1, expect=expect)).reply
    assert reply.outcome is Outcome.TIMEOUT
    assert reply.evidence == moved(f"http://127.0.0.1:{quiet}/")
    assert reply.facts["redirects"] == 1
    assert [(one.held, one.found) for one in reply.assertions] == [(False, "999")]


async def test_long_redirects_are_told_in_short() -> None:
    async with site({"/": moved("/x", headers=f"X: {'y' * 90_000}\r\n")}) as (_, port):
        reply = (await fetch(f"http://127.0.0.1:{port}/", follow=1)).reply
    short = b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"
    assert reply.evidence == short + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend"


async def test_another_server_gets_no_secrets() -> None:
    options: dict[str, Any] = {"headers": ("Cookie: a=b", "authorization: x", "X-Plain: y"), "follow": 1}
    async with site() as (other, elsewhere), site({"/": moved(f"http://127.0.0.1:{elsewhere}/x")}) as (_, port):
        await fetch(f"http://me:secret@127.0.0.1:{port}/", **options)
    assert b"X-Plain: y" in other.lines()
    assert b"secret" not in other.heard[0]
    assert b"ookie" not in other.heard[0]
    assert b"uthorization" not in other.heard[0]


async def test_the_same_server_gets_them_again() -> None:
    async with site({"/": moved("/x")}) as (server, port):
        await fetch(f"http://me:mine@127.0.0.1:{port}/", follow=1)
    assert basic("me", "mine") in server.lines(1)


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        ("303 Other", "PUT", b"GET"),
        ("302 Found", "POST", b"GET"),
        ("302 Found", "PUT", b"PUT"),
        ("307 Later", "POST", b"POST"),
        ("303 Other", "HEAD", b"HEAD"),
    ],
)
async def test_methods_after_a_redirect(status: str, method: str, then: bytes) -> None:
    async with site({"/": moved("/x", status)}) as (server, port):
        await fetch(f"http://127.0.0.1:{port}/", method=method, body=b"" if method == "HEAD" else b"data", follow=1)
    assert server.heard[1].split()[0] == then
    assert server.heard[1].endswith(b"data") is (then not in (b"GET", b"HEAD"))


async def test_a_redirect_to_tls_shows_the_certificate() -> None:
    async with (
        serve(replies({b"": http_reply(body=b"safe")}), tls=tls_context("www.test")) as secure,
        site({"/": moved(f"https://me:secret@www.test:{secure}/")}) as (_, port),
    ):
        reply = (await fetch(f"http://www.test:{port}/", names={"www.test": "127.0.0.1"}, follow=5)).reply
    assert (reply.outcome, reply.evidence[-4:]) == (Outcome.OK, b"safe")
    assert [one.service for one in reply.certificates] == [f"https://www.test:{secure}/"]


async def test_ipv6() -> None:
    async with site(address="::1") as (server, port):
        literal = (await fetch(f"http://[::1]:{port}/")).reply
        named = (await fetch(f"http://six.test:{port}/", names={"six.test": "::1"})).reply
    assert literal.outcome is named.outcome is Outcome.OK
    assert f"Host: six.test:{port}".encode() in server.lines()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("order", ["127.0.0.1 ::1", "::1 127.0.0.1"])
async def test_of_two_families_the_one_that_answers_is_taken(address: str, order: str) -> None:
    async with site(address=address) as (server, port):
        observation = await fetch(f"http://both.test:{port}/", names={"both.test": order})
    first = order.split()[0]
    assert observation.reply.outcome is Outcome.OK
    assert observation.address == address
    assert observation.reply.detail == (
        "" if address == first else f"{address} answered, not {first}: Connection refused"
    )
    assert f"Host: both.test:{port}".encode() in server.lines()


async def test_the_preferred_family_is_taken_if_both_answer() -> None:
    async with site(address="::1") as (_, port), site(port=port):
        for order in ("127.0.0.1 ::1", "::1 127.0.0.1"):
            observation = await fetch(f"http://both.test:{port}/", names={"both.test": order})
            assert observation.address == order.split()[0]


async def test_when_both_families_fail_the_preferred_one_says_why() -> None:
    reply = (await fetch(f"http://both.test:{closed_port()}/", names={"both.test": "127.0.0.1 fd00::1"})).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")


async def test_a_silent_address_is_not_waited_for_long() -> None:
    with black_hole() as port:
        async with site(address="::1", port=port):
            observation = await fetch(f"http://both.test:{port}/", names={"both.test": "127.0.0.1 ::1"}, within=2)
    assert (observation.reply.outcome, observation.address) == (Outcome.OK, "::1")
    assert observation.reply.detail == "::1 answered, not 127.0.0.1: Server timeout"
    assert 0.4 < observation.took < 2


async def test_an_answer_that_comes_late_is_waited_for() -> None:
    """The short time is for the connection alone."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.get_running_loop().run_in_executor(None, threading.Event().wait, 0.3)
        writer.write(http_reply())
        await writer.drain()

    async with serve(slow) as port:
        observation = await fetch(f"http://both.test:{port}/", names={"both.test": "127.0.0.1 ::1"}, within=1)
    assert (observation.reply.outcome, observation.address) == (Outcome.OK, "127.0.0.1")


async def test_http3_to_a_closed_port_is_refused() -> None:
    options = HttpOptions(url=f"https://127.0.0.1:{closed_datagram_port()}/", version="3")
    reply = (await observed(a_check("http", options, timeout=5.0))).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")
