"""LDAP searches against little servers that say what a test wants, well-behaved and hostile."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.ldap import EVIDENCE_LIMIT, MOST_ENTRIES, READ_LIMIT, LdapOptions
from hexmon.probes.ldap_messages import (
    BIND_RESPONSE,
    INTERMEDIATE,
    SEARCH_DONE,
    SEARCH_ENTRY,
    SEARCH_REFERENCE,
    bind_request,
    element,
    message,
    octets,
    start_tls_request,
    unbind_request,
)
from tests.support.checks import a_check, observed
from tests.support.ldap_server import bound, converses, done, entry, entry_content, extended, result
from tests.support.servers import Dialogue, black_hole, closed_port, hangs_up, says, serve, tls_context

BASE = "dc=example,dc=test"


async def search(port: int, *, host: str = "127.0.0.1", rest: str = BASE, **options: Any) -> Observation:
    names = options.pop("names", None)
    timeout = options.pop("timeout", 5.0)
    options = {"url": f"ldap://{host}:{port}/{rest}", **options}
    return await observed(a_check("ldap", LdapOptions(**options), address="", timeout=timeout), names)


async def test_a_search() -> None:
    heard: list[bytes] = []
    found = entry("cn=Ada,dc=test", cn=["Ada"], sn=["Lovelace", "Byron"]) + entry("cn=Bob,dc=test", cn=["Bob"])
    async with serve(converses(bound(), found + done(), heard=heard)) as port:
        observation = await search(port, rest="dc=test?cn,sn?sub?(cn=*)")
    reply = observation.reply
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert reply.facts == {"port": port, "open": 1, "bind_code": 0, "result_code": 0, "entries": 2}
    assert [phase.name for phase in reply.phases] == ["connect", "bind", "search"]
    assert reply.evidence.decode() == (
        "DN: cn=Ada,dc=test\n\tcn: Ada\n\tsn: Lovelace\n\tsn: Byron\n\nDN: cn=Bob,dc=test\n\tcn: Bob\n"
    )
    assert heard[0] == message(1, bind_request("", ""))
    assert b"dc=test" in heard[1]
    assert heard[2] == message(3, unbind_request())


async def test_a_login() -> None:
    heard: list[bytes] = []
    async with serve(converses(bound(), done(), heard=heard)) as port:
        await search(port, user="cn=reader", password="pass:word")  # noqa: S106 - nobody's
    assert heard[0] == message(1, bind_request("cn=reader", "pass:word"))


async def test_nothing_found_is_fine() -> None:
    async with serve(converses(bound(), done())) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.facts["entries"], reply.evidence) == (Outcome.OK, 0, b"")


async def test_a_name_is_resolved() -> None:
    async with serve(converses(bound(), done())) as port:
        reply = (await search(port, host="ldap.test", names={"ldap.test": "127.0.0.1"})).reply
        assert reply.outcome is Outcome.OK
        assert [phase.name for phase in reply.phases] == ["resolve", "connect", "bind", "search"]
        assert (await search(port, host="other.test")).reply.outcome is Outcome.UNRESOLVED


async def test_a_url_without_a_host_is_for_the_host_itself() -> None:
    async with serve(converses(bound(), done())) as port:
        assert (await search(port, host="", names={"www.test": "127.0.0.1"})).reply.outcome is Outcome.OK


async def test_the_address_to_connect_to() -> None:
    async with serve(converses(bound(), done())) as port:
        assert (await search(port, host="nowhere.test", connect_to="127.0.0.1")).reply.outcome is Outcome.OK


async def test_ipv6() -> None:
    async with serve(converses(bound(), done()), address="::1") as port:
        assert (await search(port, host="[::1]")).reply.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("answers", "outcome", "summary", "detail", "facts"),
    [
        pytest.param(
            (bound(code=49),),
            Outcome.UNEXPECTED,
            "Invalid credentials",
            "bind: result code 49",
            {"bind_code": 49},
            id="a wrong password",
        ),
        pytest.param(
            (bound(code=48, diagnostic="anonymous bind disallowed"),),
            Outcome.UNEXPECTED,
            "Inappropriate authentication",
            "bind: result code 48, anonymous bind disallowed",
            {"bind_code": 48},
            id="nobody may come without a name",
        ),
        pytest.param(
            (bound(), result(2, SEARCH_DONE, 32, "dc=test")),
            Outcome.UNEXPECTED,
            "No such object",
            "search: result code 32, nearest entry dc=test",
            {"bind_code": 0, "result_code": 32, "entries": 0},
            id="no such object",
        ),
        pytest.param(
            (bound(), entry() + done(code=4)),
            Outcome.UNEXPECTED,
            "Size limit exceeded",
            "search: result code 4",
            {"bind_code": 0, "result_code": 4, "entries": 1},
            id="a limit of the server's own",
        ),
        pytest.param(
            (result(0, 0x78, 52, diagnostic="going down"),),
            Outcome.ERROR,
            "Disconnected by the server: Server is unavailable (going down)",
            "",
            {},
            id="a notice of disconnection",
        ),
        pytest.param((b"HTTP/1.1 400\r\n\r\n",), Outcome.ERROR, "The answer is not LDAP", "", {}, id="no LDAP at all"),
        pytest.param((bound(7),), Outcome.ERROR, "An answer to another question", "", {}, id="another number"),
        pytest.param(
            (result(1, SEARCH_DONE),), Outcome.ERROR, "An answer of another kind", "", {}, id="another operation"
        ),
        pytest.param(
            (bound(), bound(2)),
            Outcome.ERROR,
            "An answer of another kind",
            "",
            {"bind_code": 0, "entries": 0},
            id="another operation in a search",
        ),
        pytest.param(
            (message(1, element(BIND_RESPONSE, b"\x04\x00")),),
            Outcome.ERROR,
            "An element of the answer is missing",
            "",
            {},
            id="a result without a code",
        ),
        pytest.param(
            (b"\x30\x84\xff\xff\xff\xff",),
            Outcome.ERROR,
            "An answer of 4294967295 bytes is too large",
            "",
            {},
            id="4 GB are announced",
        ),
    ],
)
async def test_what_goes_wrong(
    answers: tuple[bytes, ...], outcome: Outcome, summary: str, detail: str, facts: dict[str, float]
) -> None:
    async with serve(converses(*answers)) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.summary, reply.detail) == (outcome, summary, detail)
    assert reply.facts == {"port": port, "open": 1, **facts}


async def test_the_beginning_of_what_is_no_ldap_is_kept() -> None:
    async with serve(converses(b"HTTP/1.1 400 Bad\r\n\r\n")) as port:
        assert (await search(port)).reply.evidence == b"HTTP/1.1 400 Bad\r\n\r\n"


async def test_a_closed_port() -> None:
    reply = (await search(closed_port())).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")
    assert "open" not in reply.facts


async def test_a_black_hole() -> None:
    with black_hole() as port:
        reply = (await search(port, timeout=0.3)).reply
    assert (reply.outcome, reply.summary) == (Outcome.TIMEOUT, "connect timeout")


@pytest.mark.parametrize(
    ("dialogue", "phases"),
    [
        pytest.param(converses(), ["connect", "bind"], id="silence instead of a greeting"),
        pytest.param(converses(bound()), ["connect", "bind", "search"], id="silence instead of entries"),
        pytest.param(converses(bound(), entry()), ["connect", "bind", "search"], id="no end of the entries"),
        pytest.param(converses(bound()[:5]), ["connect", "bind"], id="half an answer"),
    ],
)
async def test_silence_ends_with_the_timeout(dialogue: Dialogue, phases: list[str]) -> None:
    async with serve(dialogue) as port:
        observation = await search(port, timeout=0.3)
    reply = observation.reply
    assert (reply.outcome, reply.summary, reply.facts["open"]) == (Outcome.TIMEOUT, "Server timeout", 1)
    assert [phase.name for phase in reply.phases] == phases
    assert observation.took < 2


async def test_entries_that_came_before_the_timeout_are_kept() -> None:
    async with serve(converses(bound(), entry(cn=["x"]))) as port:
        reply = (await search(port, timeout=0.3)).reply
    assert (reply.facts["entries"], reply.evidence) == (1, b"DN: cn=a\n\tcn: x\n")


@pytest.mark.parametrize("answers", [b"", bound()[:5]], ids=["at once", "in an answer"])
async def test_hanging_up(answers: bytes) -> None:
    async with serve(hangs_up(answers)) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Connection closed by the server")


async def test_a_reset() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async with serve(dialogue) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Connection reset by peer")


def endlessly(make: Callable[[int], bytes]) -> Dialogue:
    """After the bind, one answer after the other until the caller goes."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(bound())
        await reader.read(1000)
        number = 0
        while not writer.is_closing():
            writer.write(b"".join(make(number + one) for one in range(50)))
            number += 50
            await writer.drain()

    return dialogue


@pytest.mark.parametrize(
    ("dialogue", "entries"),
    [
        pytest.param(endlessly(lambda number: entry(f"cn={number}")), MOST_ENTRIES + 1, id="entries"),
        pytest.param(endlessly(lambda _: message(2, element(SEARCH_REFERENCE, octets("ldap://x")))), 0, id="refs"),
        pytest.param(endlessly(lambda _: message(2, element(INTERMEDIATE))), 0, id="intermediate answers"),
        pytest.param(
            endlessly(lambda _: entry(photo=[b"\xff" * 200_000])), READ_LIMIT // 200_000 + 1, id="large entries"
        ),
    ],
)
async def test_a_server_that_never_stops_is_left(dialogue: Dialogue, entries: int) -> None:
    async with serve(dialogue) as port:
        observation = await search(port)
    reply = observation.reply
    assert (reply.outcome, "result_code" in reply.facts) == (Outcome.OK, False)
    assert reply.facts["entries"] == pytest.approx(entries, abs=1)
    assert len(reply.evidence) < EVIDENCE_LIMIT + 5000
    assert observation.took < 4


async def test_as_many_entries_as_we_asked_for_are_enough() -> None:
    found = b"".join(entry(f"cn={number}") for number in range(MOST_ENTRIES))
    async with serve(converses(bound(), found + done(code=4))) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.facts["result_code"]) == (Outcome.OK, 4)
    assert reply.facts["entries"] == MOST_ENTRIES


async def test_an_entry_with_more_values_than_there_is_room_for() -> None:
    async with serve(converses(bound(), entry(a=[b"x"] * 200_000) + entry("cn=b") + done())) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.facts["entries"]) == (Outcome.OK, 2)
    assert reply.evidence.endswith(b"\ta: x\n...\n")
    assert len(reply.evidence) < EVIDENCE_LIMIT + 2000


async def test_an_entry_that_is_garbled() -> None:
    async with serve(converses(bound(), message(2, element(SEARCH_ENTRY, b"\x04\x01a\x30\x7f")) + done())) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "An element of the answer is cut off")


async def test_how_values_are_shown() -> None:
    values: list[str | bytes] = ["Böb", b"\xff\xd8", "a\nb", "", "x" * 3000]
    attributes: dict[str, list[str | bytes]] = {
        "cn": values,
        "sn": [],
        "userPassword": ["secret"],
        "unicodePwd;binary": ["secret"],
    }
    found = message(2, element(SEARCH_ENTRY, entry_content("cn=\x1bx", attributes)))
    async with serve(converses(bound(), found + done())) as port:
        reply = (await search(port)).reply
    assert reply.evidence.decode().splitlines() == [
        "DN:: Y249G3g=",
        "\tcn: Böb",
        "\tcn:: /9g=",
        "\tcn:: YQpi",
        "\tcn: ",
        f"\tcn: {'x' * 1024}... (3000 bytes)",
        "\tsn:",
        "\tuserPassword: (not shown)",
        "\tunicodePwd;binary: (not shown)",
    ]


def starts_tls(context: ssl.SSLContext, *answers: bytes, first: bytes = extended(), heard: list[bytes]) -> Dialogue:
    """Answer the first request, shake hands, go on."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.write(first)
        await writer.start_tls(context)
        await converses(*answers, heard=heard)(reader, writer)

    return dialogue


async def test_starttls() -> None:
    heard: list[bytes] = []
    asked_for: list[str | None] = []
    context = tls_context("ldap.test")
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    async with serve(starts_tls(context, bound(2), done(3), heard=heard)) as port:
        reply = (await search(port, host="ldap.test", names={"ldap.test": "127.0.0.1"}, security="starttls")).reply
    assert (reply.outcome, reply.facts["starttls_code"], reply.facts["result_code"]) == (Outcome.OK, 0, 0)
    assert [phase.name for phase in reply.phases] == ["resolve", "connect", "tls", "bind", "search"]
    (certificate,) = reply.certificates
    assert (certificate.names, certificate.service) == (("ldap.test",), f"ldap://ldap.test:{port}/{BASE}")
    assert asked_for == ["ldap.test"]
    assert heard[:2] == [message(1, start_tls_request()), message(2, bind_request("", ""))]


async def test_a_server_without_starttls() -> None:
    async with serve(converses(extended(code=2, diagnostic="unsupported extended operation"))) as port:
        reply = (await search(port, security="starttls")).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "Protocol error")
    assert reply.detail == "StartTLS: result code 2, unsupported extended operation"
    assert (reply.facts["starttls_code"], reply.certificates) == (2, ())


async def test_a_server_that_promises_tls_and_has_none() -> None:
    async with serve(converses(extended(), b"no TLS here, sorry")) as port:
        reply = (await search(port, security="starttls")).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")


async def test_what_is_said_in_the_clear_behind_starttls_is_not_believed() -> None:
    async with serve(converses(extended() + bound(2) + done(3))) as port:
        reply = (await search(port, security="starttls")).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "The server went on in the clear after StartTLS")


async def test_silence_in_the_handshake() -> None:
    async with serve(converses(extended())) as port:
        reply = (await search(port, security="starttls", timeout=0.3)).reply
    assert (reply.outcome, reply.summary) == (Outcome.TIMEOUT, "SSL timeout")


async def test_tls_from_the_first_byte() -> None:
    async with serve(converses(bound(), done()), tls=tls_context("ldap.test")) as port:
        reply = (await search(port, security="tls")).reply
        assert (await search(port)).reply.outcome is not Outcome.OK
    assert (reply.outcome, [phase.name for phase in reply.phases]) == (Outcome.OK, ["connect", "tls", "bind", "search"])
    assert reply.certificates[0].names == ("ldap.test",)


async def test_a_url_that_is_none() -> None:
    reply = (await search(1, url="ldap://h/??nowhere")).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Cannot parse LDAP URL")
    assert reply.detail == "'nowhere' is not a scope"


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_answer_is_data(data: bytes, after_bind: bool) -> None:
    async def run() -> None:
        answers = (bound(), data) if after_bind else (data,)
        async with serve(hangs_up(*answers)) as port:
            reply = (await search(port)).reply
        assert reply.outcome in {Outcome.ERROR, Outcome.UNEXPECTED, Outcome.OK}

    asyncio.run(run())


async def test_a_talker_is_not_a_directory() -> None:
    async with serve(says(b"220 mail.test ESMTP\r\n")) as port:
        reply = (await search(port)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "The answer is not LDAP")
