"""Simple TCP services against little real servers."""

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.protocols import Service
from hexmon.probes.tcp import TcpOptions
from tests.support.checks import a_check, observed
from tests.support.servers import Dialogue, black_hole, closed_port, hangs_up, says, serve, tls_context

MAIL = Service(name="smtp", send=b"quit\r\n", expect=b"220", banner=True)
TELNET = Service(name="telnet", banner=True, telnet=True)


async def probe(port: int, service: Service = MAIL, *, address: str = "127.0.0.1", **options: Any) -> Observation:
    check = a_check("tcp", TcpOptions(service=service, port=port, **options), address=address, timeout=0.5)
    return await observed(check)


@pytest.mark.parametrize(
    ("dialogue", "options", "outcome", "evidence"),
    [
        pytest.param(says(b"220 mail\r\n"), {}, Outcome.OK, b"220 mail\r\n", id="the expected greeting"),
        pytest.param(says(b"2", b"2", b"0 x"), {}, Outcome.OK, None, id="a greeting in pieces"),
        pytest.param(says(b"554 no\r\n"), {}, Outcome.UNEXPECTED, b"554 no\r\n", id="another greeting"),
        pytest.param(
            says(b"554 no\r\n"), {"check_response": False}, Outcome.OK, b"554 no\r\n", id="unless nobody checks"
        ),
        pytest.param(says(b"554 no\r\n"), {"silent": True}, Outcome.OK, b"", id="silent does not even listen"),
        pytest.param(hangs_up(), {}, Outcome.UNEXPECTED, b"", id="hanging up is no greeting"),
        pytest.param(hangs_up(b"22"), {}, Outcome.UNEXPECTED, b"22", id="half a greeting is none"),
    ],
)
async def test_greetings(dialogue: Dialogue, options: dict[str, Any], outcome: Outcome, evidence: bytes | None) -> None:
    async with serve(dialogue) as port:
        reply = (await probe(port, **options)).reply
    assert reply.outcome is outcome
    assert evidence is None or reply.evidence == evidence
    assert reply.facts == {"port": port, "open": 1}


async def test_what_is_said_arrives() -> None:
    heard: list[bytes] = []
    async with serve(says(b"220 x", heard=heard)) as port:
        await probe(port)
    assert heard == [b"quit\r\n"]


async def test_a_service_without_expectations_is_only_connected_to() -> None:
    async with serve(says()) as port:
        reply = (await probe(port, Service(name="lpd"))).reply
    assert (reply.outcome, reply.summary, reply.evidence) == (Outcome.OK, "OK", b"")
    assert [phase.name for phase in reply.phases] == ["connect"]


async def test_any_banner_will_do_when_none_is_expected() -> None:
    async with serve(says(b"\xff\xfbhello")) as port:
        reply = (await probe(port, Service(name="x", banner=True))).reply
    assert (reply.outcome, reply.evidence) == (Outcome.OK, b"\xff\xfbhello")
    assert [phase.name for phase in reply.phases] == ["connect", "banner"]


async def test_a_closed_port() -> None:
    reply = (await probe(closed_port())).reply
    assert (reply.outcome, reply.summary) == (Outcome.REFUSED, "Connection refused")
    assert "open" not in reply.facts


async def test_a_black_hole_ends_with_the_timeout() -> None:
    with black_hole() as port:
        observation = await probe(port)
    assert (observation.reply.outcome, observation.reply.summary) == (Outcome.TIMEOUT, "connect timeout")
    assert 0.4 < observation.took < 2
    assert "open" not in observation.reply.facts


async def test_silence_after_connecting_is_known_to_be_an_open_port() -> None:
    async with serve(says()) as port:
        reply = (await probe(port)).reply
    assert (reply.outcome, reply.summary, reply.facts["open"]) == (Outcome.TIMEOUT, "Server timeout", 1)
    assert [phase.name for phase in reply.phases] == ["connect", "banner"]


async def test_what_was_said_before_the_silence_is_kept() -> None:
    async with serve(says(b"22")) as port:
        reply = (await probe(port)).reply
    assert (reply.outcome, reply.evidence) == (Outcome.TIMEOUT, b"22")


async def test_ipv6() -> None:
    async with serve(says(b"220 six\r\n"), address="::1") as port:
        reply = (await probe(port, address="::1")).reply
    assert reply.evidence == b"220 six\r\n"


@pytest.mark.parametrize("source", ["127.0.0.77", "TEST_SOURCE"], ids=["an address", "a variable that holds it"])
async def test_the_source_address(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SOURCE", "127.0.0.77")
    peers = []

    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername")[0])
        writer.write(b"220")

    async with serve(dialogue) as port:
        assert (await probe(port, source=source)).reply.outcome is Outcome.OK
    assert peers == ["127.0.0.77"]


async def test_a_source_that_is_not_ours_says_nothing_about_the_target() -> None:
    reply = (await probe(closed_port(), source="192.0.2.1")).reply
    assert reply.outcome is Outcome.PREVENTED
    assert "this monitor could not try" in reply.detail


async def test_telnet_options_are_declined_before_the_banner() -> None:
    answers = []

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\xfd\x18\xff\xfb\x01")
        answers.append(await reader.readexactly(6))
        writer.write(b"login: ")
        await reader.read()

    async with serve(dialogue) as port:
        reply = (await probe(port, TELNET)).reply
    assert (reply.outcome, reply.evidence) == (Outcome.OK, b"login: ")
    assert answers == [b"\xff\xfc\x18\xff\xfe\x01"]


async def test_tls_shows_the_certificate_of_a_server_nobody_trusts() -> None:
    names = []
    context = tls_context("mail.test")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serve(says(b"220 tls\r\n"), tls=context) as port:
        reply = (await probe(port, Service(name="smtps", expect=b"220", banner=True, ssl=True))).reply
    assert (reply.outcome, reply.evidence) == (Outcome.OK, b"220 tls\r\n")
    assert [phase.name for phase in reply.phases] == ["connect", "tls", "banner"]
    (certificate,) = reply.certificates
    assert certificate.service == "tcp"
    assert certificate.names == ("mail.test",)
    assert certificate.protocol == "TLSv1.3"
    assert certificate.cipher_bits >= 128
    assert names == ["www.test"]


async def test_the_chain_is_kept_and_judged_for_the_hosts_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = trustme.CA()
    root.cert_pem.write_to_path(str(tmp_path / "root.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    for name, reason in (("www.test", ""), ("mail.test", "is for mail.test, not for www.test")):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        root.create_child_ca().issue_cert(name).configure_cert(context)
        async with serve(says(b"220 tls\r\n"), tls=context) as port:
            reply = (await probe(port, Service(name="smtps", expect=b"220", banner=True, ssl=True))).reply
        (certificate,) = reply.certificates
        assert len(certificate.chain) == 1
        assert (certificate.trusted, certificate.distrust) == (not reason, reason)


async def test_a_server_without_tls_is_open_but_no_tls() -> None:
    async with serve(hangs_up(b"220 plain text\r\n")) as port:
        reply = (await probe(port, Service(name="smtps", ssl=True))).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")
    assert reply.detail
    assert reply.facts["open"] == 1


async def test_a_closed_tls_port_is_closed() -> None:
    reply = (await probe(closed_port(), Service(name="ldaps", ssl=True))).reply
    assert reply.outcome is Outcome.REFUSED


async def test_old_protocols_are_still_spoken() -> None:
    context = tls_context("old.test")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serve(says(), tls=context) as port:
        reply = (await probe(port, Service(name="x", ssl=True))).reply
    assert reply.certificates[0].protocol == "TLSv1.2"


async def test_alpn_is_offered() -> None:
    context = tls_context("alpn.test")
    context.set_alpn_protocols(["xmpp-client"])
    chosen = []

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chosen.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await reader.read()

    async with serve(dialogue, tls=context) as port:
        await probe(port, Service(name="x", ssl=True, alpn=("xmpp-client",)))
    assert chosen == ["xmpp-client"]


async def test_large_texts_are_sent_whole() -> None:
    heard: list[bytes] = []
    service = Service(name="x", send=b"x" * 4_000_000)
    async with serve(says(heard=heard)) as port:
        assert (await probe(port, service)).reply.outcome is Outcome.OK
    assert len(heard[0]) == 4_000_000


async def test_no_descriptor_is_left_open() -> None:
    async with serve(says(b"220")) as port:
        await probe(port)
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        for _ in range(5):
            await probe(port, silent=True)
            await probe(closed_port())
        after = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    assert after <= before + 10  # the server's side may still be closing


async def test_a_reset_after_connecting() -> None:
    async def dialogue(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async with serve(dialogue) as port:
        reply = (await probe(port)).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "Connection reset by peer")
