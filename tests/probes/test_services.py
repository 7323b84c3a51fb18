"""The whole table of services, each with servers that are good, failing and hostile."""

import asyncio
import contextlib
import datetime as dt
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import trustme

from hexmon.clock import SystemClock
from hexmon.model.observation import Observation, Outcome, Reply
from hexmon.probes.protocols import Service, built_in_services
from hexmon.probes.tcp import TcpOptions
from tests.support.checks import a_check, observed
from tests.support.clock import settle
from tests.support.servers import Dialogue, closed_port, hangs_up, says, serve, tls_context

ALL = built_in_services()

# What a real server says at first, and after it has heard us. Not in this table: services that nobody listens to.
GREETINGS: dict[str, bytes] = {
    "smtp": b"220 mail.test ESMTP Postfix\r\n",
    "smtps": b"220 mail.test ESMTP Exim 4.96\r\n",
    "submission": b"220-mail.test\r\n220 ESMTP\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n",
    "imap3": b"* OK IMAP4 ready\r\n",
    "imaps": b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready.\r\n",
    "pop2": b"+OK POP2 ready\r\n",
    "pop3": b"+OK Dovecot ready.\r\n",
    "pop3s": b"+OK ready <1896.697170952@mail.test>\r\n",
    "nntp": b"200 news.test InterNetNews server ready\r\n",
    "nntps": b"200 news.test ready (posting ok)\r\n",
    "snpp": b"220 SNPP Gateway Ready\r\n",
    "ftp": b"220 (vsFTPd 3.0.3)\r\n",
    "ftps": b"220-Welcome\r\n to it\r\n220 ready\r\n",
    "rsync": b"@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n",
    "svn": b"( success ( 2 2 ( ) ( edit-pipeline svndiff1 ) ) ) ",
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "telnet": b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27\xff\xfb\x03\r\nrouter login: ",
    "telnets": b"\xff\xfa\x18\x01\xff\xf0login: ",
    "vnc": b"RFB 003.008\n",
    "ircd": b":irc.test NOTICE * :*** Looking up your hostname...\r\n",
}
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "clamd": (b"PING\n", b"PONG\n"),
    "spamd": (b"PING SPAMC/Xymon\n", b"SPAMD/1.5 0 PONG\r\n"),
    "amqp": (b"PING\r\n\r\n", b"AMQP\x00\x00\x09\x01"),
    "amqps": (b"PING\r\n\r\n\r\n\r\n", b"AMQP\x00\x00\x09\x01"),
    "cupsd": (b"GET /printers\r\n", b"HTTP/1.1 200 OK\r\nServer: CUPS/2.4\r\n\r\n"),
    "ajp13": (b"\x12\x34\x00\x01\x0a", b"AB\x00\x01\x09"),
    "rdp": (ALL["rdp"].send, b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x00\x00\x00\x00"),
    "oratns": (
        ALL["oratns"].send,
        b"\x00\x49\x00\x00\x04\x00\x00\x00\x22\x00\x00=(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=0))",
    ),
    "xmpp": (b"<?xml version='1.0'?><stream:stream ", b"<?xml version='1.0'?><stream:stream id='1'><stream:error>"),
}
UNHEARD = ("qmtp", "qmqp", "netbios-ssn", "ldap", "ldaps", "lpd", "bbd")
NAMES = (*GREETINGS, *ANSWERS, *UNHEARD)
HEARD = (*GREETINGS, *ANSWERS)
EXPECTING = tuple(name for name in NAMES if ALL[name].expect)


def answers_to(question: bytes, answer: bytes) -> Dialogue:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readexactly(len(question)) == question:
            writer.write(answer)
        await reader.read()

    return dialogue


def good(name: str) -> Dialogue:
    return answers_to(*ANSWERS[name]) if name in ANSWERS else says(GREETINGS.get(name, b""))


async def ask(name: str, dialogue: Dialogue, timeout: float = 5.0) -> Observation:  # noqa: ASYNC109 - of a check
    service = ALL[name]
    async with serve(dialogue, tls=tls_context("www.test") if service.ssl else None) as port:
        return await observed(a_check("tcp", TcpOptions(service=service, port=port), timeout=timeout))


async def ask_all(names: tuple[str, ...], dialogue: Dialogue, timeout: float = 5.0) -> dict[str, Reply]:  # noqa: ASYNC109
    """The same server for each service, all at once."""
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(ask(name, dialogue, timeout)) for name in names}
    return {name: task.result().reply for name, task in tasks.items()}


def test_the_table_of_this_test_is_whole() -> None:
    aliases = {
        tuple(getattr(service, field) for field in ("port", "send", "expect", "ssl")) for service in ALL.values()
    }
    tested = {tuple(getattr(ALL[name], field) for field in ("port", "send", "expect", "ssl")) for name in NAMES}
    assert aliases == tested


@pytest.mark.parametrize("name", NAMES)
async def test_a_good_server(name: str) -> None:
    reply = (await ask(name, good(name))).reply
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert bool(reply.evidence) is (name in HEARD)
    assert b"\xff" not in reply.evidence
    assert len(reply.certificates) == int(ALL[name].ssl)


async def test_another_service_on_the_port() -> None:
    replies = await ask_all(NAMES, hangs_up(b"421 this is something else\r\n"))
    assert {name for name, reply in replies.items() if reply.outcome is Outcome.UNEXPECTED} == set(EXPECTING)
    assert {name for name, reply in replies.items() if reply.outcome is Outcome.OK} == set(NAMES) - set(EXPECTING)


async def test_a_closed_port() -> None:
    port = closed_port()
    for name in NAMES:
        reply = (await observed(a_check("tcp", TcpOptions(service=ALL[name], port=port)))).reply
        assert (name, reply.outcome) == (name, Outcome.REFUSED)


async def test_a_mute_server() -> None:
    replies = await ask_all(NAMES, says(), timeout=1.5)
    timed_out = {name for name, reply in replies.items() if reply.outcome is Outcome.TIMEOUT}
    assert timed_out == set(HEARD)
    assert all(reply.facts["open"] == 1 for reply in replies.values())


async def test_garbage_without_end() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(range(128, 255)) * 50)
            await writer.drain()
            await settle(1)

    replies = await ask_all(HEARD, dialogue)
    assert {name for name, reply in replies.items() if reply.outcome is Outcome.UNEXPECTED} == set(EXPECTING)
    assert all(len(reply.evidence) <= 64 * 1024 + 4096 for reply in replies.values())


async def test_a_greeting_byte_by_byte() -> None:
    async def drip(name: str) -> Reply:
        greeting = GREETINGS[name]
        return (await ask(name, says(*(greeting[i : i + 1] for i in range(len(greeting)))))).reply

    for name in GREETINGS:
        assert (name, (await drip(name)).outcome) == (name, Outcome.OK)


async def test_a_reset_after_connecting() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    replies = await ask_all(tuple(name for name in HEARD if not ALL[name].ssl), dialogue)
    assert {(reply.outcome, reply.summary) for reply in replies.values()} <= {
        (Outcome.ERROR, "Connection reset by peer"),
        (Outcome.ERROR, "Broken pipe"),
    }


async def test_no_tls_where_it_belongs() -> None:
    for name in NAMES:
        if ALL[name].ssl:
            async with serve(says(b"220 plain text, and enough of it to be no TLS\r\n")) as port:
                reply = (await observed(a_check("tcp", TcpOptions(service=ALL[name], port=port)))).reply
            assert (name, reply.outcome, reply.summary) == (name, Outcome.TLS, "SSL error")


@pytest.mark.parametrize("name", ["smtps", "imaps", "pop3s", "nntps", "ftps", "telnets", "ldaps", "amqps"])
@pytest.mark.parametrize("fault", ["expired", "wrong name"])
async def test_bad_certificates_are_facts(
    name: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = trustme.CA()
    root.cert_pem.write_to_path(str(tmp_path / "root.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    past = dt.datetime.fromtimestamp(SystemClock().now() - 86400, dt.UTC)
    made = root.issue_cert("other.test") if fault == "wrong name" else root.issue_cert("www.test", not_after=past)
    context = tls_context.__wrapped__("www.test")
    made.configure_cert(context)
    async with serve(good(name), tls=context) as port:
        reply = (await observed(a_check("tcp", TcpOptions(service=ALL[name], port=port)))).reply
    assert reply.outcome is Outcome.OK
    (certificate,) = reply.certificates
    assert certificate.trusted is False
    assert certificate.distrust == ("expired" if fault == "expired" else "is for other.test, not for www.test")


@contextlib.contextmanager
def flood(data: bytes) -> Iterator[int]:
    """A server in a thread of its own that says this as fast as it can, whatever it hears."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve_one() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while True:
                connection.sendall(data)

    thread = threading.Thread(target=serve_one, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1]
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize("name", ["telnet", "smtp", "rdp", "ircd"])
async def test_a_flood_does_not_hold_up_the_others(name: str) -> None:
    with flood(b"\xff\xfd\x18\xff\xfb\x01" * 2000) as port:
        async with asyncio.timeout(2):
            reply = (await observed(a_check("tcp", TcpOptions(service=ALL[name], port=port)))).reply
    assert reply.outcome in {Outcome.OK, Outcome.UNEXPECTED, Outcome.ERROR}
    assert len(reply.evidence) <= 64 * 1024


async def test_tickets_before_the_banner_are_no_silence() -> None:
    """Session tickets of TLS 1.3 are data for OpenSSL, none for us."""
    context = tls_context.__wrapped__("www.test")
    context.num_tickets = 500

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await settle(3)
        writer.write(b"220 ")
        await settle(1)
        writer.write(b"at last\r\n")
        await reader.read()

    async with serve(dialogue, tls=context) as port:
        for _ in range(3):
            reply = (await observed(a_check("tcp", TcpOptions(service=ALL["smtps"], port=port)))).reply
            assert (reply.outcome, reply.certificates[0].protocol) == (Outcome.OK, "TLSv1.3")


# Who speaks first


def strict(greeting: bytes, heard: list[bytes]) -> Dialogue:
    """A mail server that refuses whoever talks before the greeting."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(20):
            await settle(1)
        early = bytes(reader._buffer)  # type: ignore[attr-defined] # what came before its time
        writer.write(b"554 synchronization error\r\n" if early else greeting)
        line = await reader.readline()
        heard.append(line)
        writer.write(b"250 hello\r\n")
        heard.append(await reader.read())

    return dialogue


async def test_greetings_are_waited_for_and_answered_line_by_line() -> None:
    heard: list[bytes] = []
    reply = (await ask("smtp", strict(b"220 strict\r\n", heard))).reply
    assert (reply.outcome, reply.evidence) == (Outcome.OK, b"220 strict\r\n")
    assert heard == [b"ehlo xymonnet\r\n", b"quit\r\n"]


async def test_who_waits_for_us_is_talked_to_in_the_end() -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readline():
            writer.write(b"220 you first\r\n")
        await reader.read()

    observation = await ask("snpp", dialogue, timeout=0.6)
    assert observation.reply.outcome is Outcome.OK
    assert 0.3 <= observation.took < 0.6


async def test_a_server_that_greets_and_goes_has_greeted() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 and gone\r\n")
        await writer.drain()

    assert (await ask("smtp", dialogue)).reply.outcome is Outcome.OK


async def test_a_server_that_never_answers_the_farewell_has_greeted() -> None:
    observation = await ask("smtp", says(b"220 hello\r\n"), timeout=0.4)
    assert observation.reply.outcome is Outcome.OK
    assert observation.took < 0.4


@pytest.mark.parametrize("name", NAMES)
def test_who_speaks_first_is_told_by_what_is_expected(name: str) -> None:
    assert ALL[name].greets is (name in GREETINGS and bool(ALL[name].send) and bool(ALL[name].expect))


def test_only_a_service_that_says_something_can_be_waited_for() -> None:
    assert not msgspec.structs.replace(ALL["smtp"], send=b"").greets
    assert not Service(name="x", send=b"hello", expect=b"HTTP/1.1 200").greets
