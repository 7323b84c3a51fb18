"""From plain text to TLS: every dialogue with little servers, good ones and bad ones."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.ldap_starttls import START_TLS, end_of_message, extended_result, read_element
from hexmon.probes.protocols import built_in_services
from hexmon.probes.starttls import PROTOCOLS, Refused, Talk, agree
from hexmon.probes.tcp import TcpOptions
from tests.support.checks import a_check, observed
from tests.support.clock import settle
from tests.support.servers import Dialogue, serve, tls_context

Turn = tuple[bytes, bytes]  # what the client must say (b"" for nothing) and the answer

XMPP_STREAM = b"<?xml version='1.0'?><stream:stream id='1' from='www.test' version='1.0'>"
XMPP_TLS = b"urn:ietf:params:xml:ns:xmpp-tls"
XMPP_HELLO = (
    b"<?xml version='1.0'?><stream:stream to=\"www.test\" version='1.0' xmlns='jabber:client'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)
XMPP_OFFER = b"<stream:features><starttls xmlns='" + XMPP_TLS + b"'/></stream:features>"


def ldap_answer(code: int, words: bytes = b"", tag: int = 0x78) -> bytes:
    result = bytes((0x0A, 1, code, 4, 0, 4, len(words))) + words
    return bytes((0x30, len(result) + 5, 2, 1, 1, tag, len(result))) + result


GOOD: dict[str, list[Turn]] = {
    "smtp": [
        (b"", b"220-mail.test\r\n220 ESMTP\r\n"),
        (b"EHLO hexmon\r\n", b"250-mail.test\r\n250-starttls\r\n250 HELP\r\n"),
        (b"STARTTLS\r\n", b"220 go ahead\r\n"),
    ],
    "imap": [
        (b"", b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
        (b"h1 STARTTLS\r\n", b"* OK a remark\r\nh1 OK begin\r\n"),
    ],
    "pop3": [(b"", b"+OK ready\r\n"), (b"STLS\r\n", b"+OK begin\r\n")],
    "ftp": [(b"", b"220-hello\r\n one more\r\n220 ready\r\n"), (b"AUTH TLS\r\n", b"234 proceed\r\n")],
    "nntp": [(b"", b"200 hello\r\n"), (b"STARTTLS\r\n", b"382 continue\r\n")],
    "ldap": [(START_TLS, ldap_answer(0))],
    "xmpp": [
        (XMPP_HELLO, XMPP_STREAM + XMPP_OFFER),
        (b"<starttls xmlns='" + XMPP_TLS + b"'/>", b"<proceed xmlns='" + XMPP_TLS + b"'/>"),
    ],
}
SERVICES = {name: name for name in PROTOCOLS}


def upgrading(turns: Sequence[Turn], *, heard: list[bytes] | None = None, pieces: bool = False) -> Dialogue:
    """Answer turn by turn, shake hands, and listen to what comes over TLS."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for expected, answer in turns:
            said = await reader.readexactly(len(expected))
            assert said == expected
            for part in [answer[i : i + 1] for i in range(len(answer))] if pieces else [answer]:
                writer.write(part)
                await settle(1)
        await writer.start_tls(tls_context("www.test"))
        data = await reader.read(100)
        if data.startswith(b"ehlo"):
            writer.write(b"250 fine\r\n")
        data += await reader.read()
        if heard is not None:
            heard.append(data)

    return dialogue


async def probe(port: int, protocol: str, *, timeout: float = 5.0, **options: Any) -> Observation:  # noqa: ASYNC109 - of a check
    service = built_in_services()[SERVICES[protocol]]
    starttls = options.pop("starttls", service.way_to_tls)
    return await observed(
        a_check("tcp", TcpOptions(service=service, port=port, starttls=starttls, **options), timeout=timeout)
    )


@pytest.mark.parametrize("pieces", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_every_dialogue(protocol: str, pieces: bool) -> None:
    heard: list[bytes] = []
    async with serve(upgrading(GOOD[protocol], heard=heard, pieces=pieces)) as port:
        reply = (await probe(port, protocol)).reply
    assert (reply.outcome, reply.summary, reply.detail) == (Outcome.OK, "OK", "")
    assert [phase.name for phase in reply.phases] == ["connect", "banner", "tls"]
    assert reply.evidence == b"".join(answer for _, answer in GOOD[protocol])
    (certificate,) = reply.certificates
    assert (certificate.names, certificate.protocol) == (("www.test",), "TLSv1.3")
    farewell = built_in_services()[SERVICES[protocol]].send
    assert heard == [farewell]


async def test_silent_says_nothing_after_the_handshake() -> None:
    heard: list[bytes] = []
    async with serve(upgrading(GOOD["smtp"], heard=heard)) as port:
        reply = (await probe(port, "smtp", silent=True)).reply
    assert (reply.outcome, len(reply.certificates), heard) == (Outcome.OK, 1, [b""])


async def test_a_domain_that_is_not_the_hosts_name() -> None:
    turns = [(turn[0].replace(b"www.test", b"a&amp;b.test"), turn[1]) for turn in GOOD["xmpp"]]
    async with serve(upgrading(turns)) as port:
        reply = (await probe(port, "xmpp", starttls="xmpp:a&b.test")).reply
    assert reply.outcome is Outcome.OK


NO_OFFER = "the server does not offer STARTTLS"
REFUSES = "the server refuses STARTTLS"


@pytest.mark.parametrize(
    ("protocol", "turns", "summary", "words"),
    [
        pytest.param("smtp", [(b"", b"554 go away\r\n")], "Unexpected service response", "554 go away", id="smtp 554"),
        pytest.param("smtp", [(b"", b"hello\r\n")], "Unexpected service response", "hello", id="no codes"),
        pytest.param(
            "smtp",
            [(b"", b"220 x\r\n"), (b"EHLO hexmon\r\n", b"250-x\r\n250 HELP\r\n")],
            NO_OFFER,
            "250 HELP",
            id="smtp without an offer",
        ),
        pytest.param(
            "smtp",
            [(b"", b"220 x\r\n"), (b"EHLO hexmon\r\n", b"250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"454 no keys\r\n")],
            REFUSES,
            "454 no keys",
            id="smtp refuses",
        ),
        pytest.param(
            "smtp",
            [*GOOD["smtp"][:2], (b"STARTTLS\r\n", b"220 go\r\n250 slipped in\r\n")],
            "the server talks on in the clear after agreeing to TLS",
            "",
            id="words behind the agreement",
        ),
        pytest.param(
            "imap",
            [GOOD["imap"][0], (b"h1 STARTTLS\r\n", b"* NO remark\r\nh1 BAD unknown\r\n")],
            REFUSES,
            "h1 BAD unknown",
            id="imap refuses",
        ),
        pytest.param("imap", [(b"", b"* BYE\r\n")], "Unexpected service response", "* BYE", id="imap says goodbye"),
        pytest.param("pop3", [GOOD["pop3"][0], (b"STLS\r\n", b"-ERR\r\n")], REFUSES, "-ERR", id="pop3 refuses"),
        pytest.param(
            "ftp", [GOOD["ftp"][0], (b"AUTH TLS\r\n", b"530 log in\r\n")], REFUSES, "530 log in", id="ftp refuses"
        ),
        pytest.param("nntp", [GOOD["nntp"][0], (b"STARTTLS\r\n", b"580\r\n")], REFUSES, "580", id="nntp refuses"),
        pytest.param(
            "ldap", [(START_TLS, ldap_answer(2, b"unsupported"))], f"{REFUSES} (result 2)", "unsupported", id="ldap"
        ),
        pytest.param(
            "ldap", [(START_TLS, b"HTTP/1.0 400\r\n")], "Unexpected service response", "HTTP/1.0 400\r\n", id="no ldap"
        ),
        pytest.param(
            "xmpp",
            [(GOOD["xmpp"][0][0], XMPP_STREAM + b"<stream:features/>")],
            NO_OFFER,
            (XMPP_STREAM + b"<stream:features/>").decode(),
            id="xmpp without an offer",
        ),
        pytest.param(
            "xmpp",
            [GOOD["xmpp"][0], (GOOD["xmpp"][1][0], b"<failure/></stream:stream>")],
            REFUSES,
            "<failure/>",
            id="xmpp refuses",
        ),
    ],
)
async def test_servers_that_do_not(protocol: str, turns: list[Turn], summary: str, words: str) -> None:
    async with serve(upgrading(turns)) as port:
        reply = (await probe(port, protocol)).reply
    assert (reply.outcome, reply.summary, reply.detail) == (Outcome.UNEXPECTED, summary, words)
    assert reply.evidence.startswith(turns[0][1][:4])
    assert (reply.facts["open"], reply.certificates) == (1, ())


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_that_hangs_up(protocol: str) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said, answer = GOOD[protocol][0]
        await reader.readexactly(len(said))
        writer.write(answer[:-3])
        writer.write_eof()
        await reader.read()

    async with serve(dialogue) as port:
        reply = (await probe(port, protocol)).reply
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "the server hung up before TLS")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("line", [b"220-more\r\n", b"* more\r\n", b"<more/>", b"\x30\x84\x00\x00\x3f\xff"])
async def test_a_server_that_talks_without_end(protocol: str, line: bytes) -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(line * 100)
            await writer.drain()
            await settle(1)

    async with serve(dialogue) as port:
        observation = await probe(port, protocol)
    assert observation.reply.outcome is Outcome.UNEXPECTED
    assert len(observation.reply.evidence) <= 16 * 1024
    assert observation.took < 3


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_mute_server(protocol: str) -> None:
    async with serve(upgrading([(b"x" * 9999, b"")])) as port:
        reply = (await probe(port, protocol, timeout=0.2)).reply
    assert (reply.outcome, reply.summary) == (Outcome.TIMEOUT, "Server timeout")


async def test_garbage_in_the_handshake() -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for expected, answer in GOOD["smtp"]:
            await reader.readexactly(len(expected))
            writer.write(answer)
        await reader.read(10)
        writer.write(b"\0garbage\r\n" * 50)
        await reader.read()

    async with serve(dialogue) as port:
        reply = (await probe(port, "smtp")).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")


class Scripted:
    """Stands for a connection that says these bytes and then hangs up."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def send(self, data: bytes) -> None:
        assert data

    async def receive(self, size: int) -> bytes:
        part, self._data = self._data[:size], self._data[size:]
        return part


@given(
    protocol=st.sampled_from(PROTOCOLS),
    parts=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from([answer for turns in GOOD.values() for _, answer in turns]),
            st.sampled_from(
                [b"220-", b"220 ", b"\r\n", b"h1 ", b"<proceed", b"\x30", b"\x78\x84\xff", b"</stream:features"]
            ),
        ),
        max_size=12,
    ),
)
def test_whatever_is_said_is_understood_or_refused(protocol: str, parts: list[bytes]) -> None:
    talk = Talk(Scripted(b"".join(parts)), "www.test")  # type: ignore[arg-type]
    try:
        asyncio.run(agree(talk, protocol))
    except Refused:
        return
    assert talk.heard


@given(st.binary(max_size=60))
def test_any_bytes_are_an_element_or_not(data: bytes) -> None:
    for read in (read_element, end_of_message, extended_result):
        try:
            read(data)
        except ValueError:
            continue


def test_lengths_of_ldap() -> None:
    long_form = b"\x30\x81\x0c\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x35\x04\x00\x04\x02no"
    whole = bytes((0x30, 0x81, len(long_form) - 3)) + long_form[3:]
    assert end_of_message(whole[:-1]) is None
    with pytest.raises(ValueError, match="without a result"):
        extended_result(whole)  # its inner length is too short for the words
    fixed = whole.replace(b"\x00\x00\x00\x07", b"\x00\x00\x00\x09")
    assert extended_result(fixed) == (0x35, b"no")
