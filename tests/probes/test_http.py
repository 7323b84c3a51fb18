"""URLs against little real servers."""

import asyncio
import datetime as dt
import ssl
from typing import Any

import pytest

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.http import BODY_LIMIT, HttpOptions, Place, place_of
from tests.support.checks import a_check, observed
from tests.support.clock import settle
from tests.support.servers import (
    Dialogue,
    authority,
    black_hole,
    closed_port,
    hangs_up,
    http_reply,
    replies,
    says,
    serve,
    tls_context,
)


async def fetch(url: str, *, names: dict[str, str] | None = None, within: float = 5.0, **options: Any) -> Observation:
    return await observed(a_check("http", HttpOptions(url=url, **options), address="", timeout=within), names)


@pytest.mark.parametrize(
    ("status", "outcome", "summary"),
    [
        pytest.param("200 OK", Outcome.OK, "OK", id="200"),
        pytest.param("204 No Content", Outcome.OK, "OK", id="204"),
        pytest.param("302 Found", Outcome.OK, "OK", id="302 is not followed"),
        pytest.param("301 Moved", Outcome.UNEXPECTED, "Moved", id="301"),
        pytest.param("404 File not found", Outcome.UNEXPECTED, "File not found", id="the server's own words"),
        pytest.param("404", Outcome.UNEXPECTED, "Not Found", id="or the usual ones"),
        pytest.param("799 ", Outcome.UNEXPECTED, "HTTP status 799", id="or none"),
        pytest.param("503 f\xfcr", Outcome.UNEXPECTED, "f\xfcr", id="in Latin-1"),
    ],
)
async def test_statuses(status: str, outcome: Outcome, summary: str) -> None:
    answer = f"HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    async with serve(replies({b"GET / ": answer})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/")).reply
    assert (reply.outcome, reply.summary) == (outcome, summary)
    assert reply.facts == {"open": 1, "http_status": int(status[:3]), "bytes": 0}


async def test_evidence_is_headers_and_body() -> None:
    async with serve(
        replies({b"GET /x?y#z": b""} | {b"GET ": http_reply(body=b"hello", headers="X-A: b\r\n")})
    ) as port:
        observation = await fetch(f"http://127.0.0.1:{port}/x?y")
    reply = observation.reply
    assert reply.evidence == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
    assert reply.facts["bytes"] == 5
    assert [phase.name for phase in reply.phases] == ["connect", "request", "transfer"]
    assert 0 < sum(phase.seconds for phase in reply.phases) <= observation.took


async def test_chunked_bodies_are_decoded_and_interim_responses_skipped() -> None:
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
    )
    async with serve(replies({b"GET": answer})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/")).reply
    assert reply.outcome is Outcome.OK
    assert reply.evidence == b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\nabcde"


@pytest.mark.parametrize(
    ("options", "start", "lines"),
    [
        pytest.param({}, b"GET /p HTTP/1.1\r\n", [b"Connection: close", b"Accept: */*"], id="as it is"),
        pytest.param({"version": "1.0"}, b"GET /p HTTP/1.0\r\n", [], id="HTTP/1.0"),
        pytest.param({"method": "HEAD"}, b"HEAD /p HTTP/1.1\r\n", [], id="HEAD"),
        pytest.param(
            {"method": "POST", "body": b"a=1\x00", "headers": ("Content-Type: text/x",)},
            b"POST /p HTTP/1.1\r\n",
            [b"Content-Type: text/x", b"Content-Length: 4"],
            id="POST",
        ),
        pytest.param({"user_agent": "Mozilla/5.0"}, b"GET", [b"User-Agent: Mozilla/5.0"], id="another browser"),
        pytest.param({"headers": ("X-Probe: yes",)}, b"GET", [b"X-Probe: yes"], id="own headers"),
    ],
)
async def test_requests(options: dict[str, Any], start: bytes, lines: list[bytes]) -> None:
    heard: list[bytes] = []
    async with serve(replies({b"": http_reply()}, heard=heard)) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/p", **options)).reply
    assert reply.outcome is Outcome.OK
    assert heard[0].startswith(start)
    headers = heard[0].split(b"\r\n")
    assert f"Host: 127.0.0.1:{port}".encode() in headers
    assert set(lines) <= set(headers)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param("/f\xfcr", b"GET /f%C3%BCr HTTP/1.1", id="letters beyond ASCII as UTF-8"),
        pytest.param("/a b", b"GET /a%20b HTTP/1.1", id="a blank"),
        pytest.param("/../x/./y?q=%zz", b"GET /../x/./y?q=%zz HTTP/1.1", id="nothing is tidied up"),
    ],
)
async def test_paths_are_sent_as_written(path: str, line: bytes) -> None:
    heard: list[bytes] = []
    async with serve(replies({b"": http_reply()}, heard=heard)) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}{path}", headers=("X-Name: \xe9",))).reply
    assert reply.outcome is Outcome.OK
    assert heard[0].split(b"\r\n")[0] == line
    assert "X-Name: \xe9".encode() in heard[0]


async def test_credentials_of_the_url() -> None:
    heard: list[bytes] = []
    async with serve(replies({b"": http_reply()}, heard=heard)) as port:
        await fetch(f"http://user:p%40ss@127.0.0.1:{port}/")
    assert b"\r\nAuthorization: Basic dXNlcjpwQHNz\r\n" in heard[0]


async def test_the_name_stays_when_the_address_is_given() -> None:
    heard: list[bytes] = []
    async with serve(replies({b"": http_reply()}, heard=heard)) as port:
        reply = (await fetch(f"http://www.test:{port}/", connect_to="127.0.0.1")).reply
    assert reply.outcome is Outcome.OK
    assert f"Host: www.test:{port}".encode() in heard[0]


async def test_names_are_asked_of_the_resolver() -> None:
    async with serve(replies({b"": http_reply()})) as port:
        reply = (await fetch(f"http://www.test:{port}/", names={"www.test": "127.0.0.1"})).reply
    assert reply.outcome is Outcome.OK
    assert reply.phases[0].name == "resolve"


async def test_a_name_without_address() -> None:
    reply = (await fetch("http://www.test/")).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNRESOLVED, "DNS error")


async def test_ipv6() -> None:
    async with serve(replies({b"": http_reply(body=b"six")}), address="::1") as port:
        literal = (await fetch(f"http://[::1]:{port}/")).reply
        given = (await fetch(f"http://www.test:{port}/", connect_to="::1")).reply
    assert literal.evidence.endswith(b"six")
    assert given.evidence.endswith(b"six")


@pytest.mark.parametrize(
    ("dialogue", "outcome", "summary"),
    [
        pytest.param(hangs_up(), Outcome.ERROR, "Connected, but got empty response", id="hanging up"),
        pytest.param(says(b"SSH-2.0-x\r\n"), Outcome.ERROR, "SSH-2.0-x", id="not HTTP"),
        pytest.param(hangs_up(b"\0\1\2"), Outcome.ERROR, "Not HTTP", id="nothing readable"),
        pytest.param(
            replies({b"": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"}),
            Outcome.ERROR,
            "I/O error",
            id="cut short",
        ),
        pytest.param(says(), Outcome.TIMEOUT, "Server timeout", id="silence"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\nabc"), Outcome.TIMEOUT, "Server timeout", id="a body without end"),
    ],
)
async def test_failures_after_connecting(dialogue: Dialogue, outcome: Outcome, summary: str) -> None:
    async with serve(dialogue) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", within=0.5)).reply
    assert (reply.outcome, reply.summary) == (outcome, summary)
    assert reply.facts["open"] == 1


async def test_a_closed_port() -> None:
    reply = (await fetch(f"http://127.0.0.1:{closed_port()}/")).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")
    assert "open" not in reply.facts


async def test_a_black_hole_ends_with_the_timeout() -> None:
    with black_hole() as port:
        observation = await fetch(f"http://127.0.0.1:{port}/", within=0.3)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.TIMEOUT, "Server timeout")
    assert observation.took < 2


async def test_no_more_than_a_megabyte_is_read() -> None:
    sent = 0

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with serve(dialogue) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/")).reply
    assert (reply.outcome, reply.facts["bytes"]) == (Outcome.OK, BODY_LIMIT)
    assert reply.evidence.endswith(b"\r\n\r\n" + b"x" * BODY_LIMIT)
    assert sent < 100_000_000


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/\x00",
        "http://127.0.0.1:1/a\nb",
        "ftp://127.0.0.1/",
        "http://",
        "http://127.0.0.1:99999/",
        "nonsense",
        "http://[::1/",
    ],
)
async def test_what_is_no_url(url: str) -> None:
    reply = (await fetch(url)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Invalid URL")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("http://a.test", Place("http", "a.test", 80), id="the usual port"),
        pytest.param("https://u:p@A.test/", Place("https", "a.test", 443), id="of TLS"),
        pytest.param("https://[2001:db8::1]:8443/x", Place("https", "2001:db8::1", 8443), id="an IPv6 address"),
    ],
)
def test_where_a_url_goes(url: str, place: Place) -> None:
    assert place_of(url) == place


async def test_https_shows_the_certificate_and_the_session() -> None:
    async with serve(replies({b"GET": http_reply(body=b"secret")}), tls=tls_context("www.test")) as port:
        url = f"https://www.test:{port}/"
        reply = (await fetch(url, connect_to="127.0.0.1")).reply
    assert (reply.outcome, reply.evidence[-6:]) == (Outcome.OK, b"secret")
    assert [phase.name for phase in reply.phases] == ["connect", "tls", "request", "transfer"]
    (certificate,) = reply.certificates
    assert (certificate.service, certificate.names) == (url, ("www.test",))
    assert (certificate.protocol, certificate.cipher_bits) == ("TLSv1.3", 256)


@pytest.mark.parametrize(("sni", "name"), [(True, "www.test"), (False, None)], ids=["the name is sent", "or is not"])
async def test_sni(sni: bool, name: str | None) -> None:
    names: list[str | None] = []
    heard: list[bytes] = []
    context = tls_context("sni.test")
    context.sni_callback = lambda _socket, asked, _context: names.append(asked)
    async with serve(replies({b"": http_reply()}, heard=heard), tls=context) as port:
        reply = (await fetch(f"https://www.test:{port}/", connect_to="127.0.0.1", sni=sni)).reply
    assert reply.outcome is Outcome.OK
    assert names == [name]
    assert f"Host: www.test:{port}".encode() in heard[0]


async def test_verifying_refuses_what_browsers_refuse_and_still_shows_nothing_wrong_with_the_port() -> None:
    async with serve(replies({b"": http_reply()}), tls=tls_context("www.test")) as port:
        reply = (await fetch(f"https://www.test:{port}/", connect_to="127.0.0.1", verify=True)).reply
    assert (reply.outcome, reply.summary, reply.facts["open"]) == (Outcome.TLS, "SSL error", 1)


async def test_an_expired_certificate_is_shown_and_refused_only_when_verified() -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    context = tls_context("www.test", not_before=past, not_after=past + dt.timedelta(days=9))
    async with serve(replies({b"": http_reply()}), tls=context) as port:
        seen = (await fetch(f"https://me:secret@www.test:{port}/", connect_to="127.0.0.1")).reply
        refused = (await fetch(f"https://www.test:{port}/", connect_to="127.0.0.1", verify=True)).reply
    assert (seen.outcome, refused.outcome) == (Outcome.OK, Outcome.TLS)
    (certificate,) = seen.certificates
    assert certificate.not_after == (past + dt.timedelta(days=9)).timestamp()
    assert certificate.service == f"https://www.test:{port}/"
    assert certificate.trusted is False


async def test_the_whole_chain_is_shown() -> None:
    middle = authority().create_child_ca()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    middle.issue_cert("www.test").configure_cert(context)
    async with serve(replies({b"": http_reply()}), tls=context) as port:
        reply = (await fetch(f"https://www.test:{port}/", connect_to="127.0.0.1")).reply
    (certificate,) = reply.certificates
    assert [link.subject for link in certificate.chain] == [certificate.issuer]


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        pytest.param("", Outcome.OK, id="is taken where the end of the stream is the end of the page"),
        pytest.param("Content-Length: 100\r\n", Outcome.ERROR, id="is a page cut short where more was promised"),
    ],
)
async def test_a_server_that_hangs_up_without_the_farewell_of_tls(headers: str, outcome: Outcome) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.0 200 OK\r\n{headers}\r\nhello".encode())
        await writer.drain()
        await settle()
        writer.transport.abort()

    async with serve(dialogue, tls=tls_context("www.test")) as port:
        observation = await fetch(f"https://www.test:{port}/", connect_to="127.0.0.1")
    assert observation.reply.outcome is outcome


async def test_one_version_of_tls_can_be_demanded() -> None:
    context = tls_context("tls13.test")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    async with serve(replies({b"": http_reply()}), tls=context) as port:
        new = (await fetch(f"https://127.0.0.1:{port}/", tls="1.3")).reply
        old = (await fetch(f"https://127.0.0.1:{port}/", tls="1.2")).reply
    assert (new.outcome, old.outcome) == (Outcome.OK, Outcome.TLS)


async def test_plain_http_on_a_tls_url() -> None:
    async with serve(hangs_up(b"HTTP/1.1 400 Bad\r\n\r\n")) as port:
        reply = (await fetch(f"https://127.0.0.1:{port}/")).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")
    assert reply.detail


async def test_many_at_once_do_not_mix_up() -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(http_reply(body=request.split()[1]))
        await writer.drain()

    async with serve(dialogue) as port, asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(f"http://127.0.0.1:{port}/{number}")) for number in range(50)]
        observations = [await task for task in tasks]
    assert [item.reply.evidence.rpartition(b"\n")[2] for item in observations] == [b"/%d" % n for n in range(50)]
