"""Certificates that are looked at before a request is sent: pins and dates. What the server heard is the proof."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.http import HttpOptions
from hexmon.probes.http_certificate import certificates_in, objection
from tests.support.certificates import LAST_YEAR, SelfSigned, new_key, server_context
from tests.support.checks import a_check, observed
from tests.support.clock import until
from tests.support.servers import drips, http_reply, replies, says, serve

TOMORROW = dt.datetime(2100, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
GOOD = SelfSigned()
EXPIRED = SelfSigned(ends=LAST_YEAR)
EARLY = SelfSigned(begins=TOMORROW)
EXPIRED_WORDS = "SSL certificate expired on 2025-11-03 04:05:06 UTC"
NAMES = {"www.test": "127.0.0.1", "other.test": "127.0.0.1"}


async def fetch(
    port: int, *, path: str = "/", within: float = 5.0, scheme: str = "https", **options: Any
) -> Observation:
    url = f"{scheme}://www.test:{port}{path}"
    return await observed(a_check("http", HttpOptions(url=url, **options), address="", timeout=within), NAMES)


@pytest.mark.parametrize("version", ["", "2"])
@pytest.mark.parametrize(
    ("shown", "options", "words"),
    [
        pytest.param(GOOD, {"fingerprint": GOOD.pin}, "", id="the right pin"),
        pytest.param(GOOD, {"fingerprint": EXPIRED.pin}, "SSL fingerprint mismatch", id="another pin"),
        pytest.param(GOOD, {"fingerprint": GOOD.pin[:32]}, "SSL fingerprint mismatch", id="half a pin"),
        pytest.param(GOOD, {"check_expiry": True}, "", id="in force"),
        pytest.param(EXPIRED, {"check_expiry": True}, EXPIRED_WORDS, id="expired"),
        pytest.param(EXPIRED, {}, "", id="expired, and nobody minds"),
        pytest.param(EXPIRED, {"fingerprint": EXPIRED.pin}, "", id="expired, but the right pin, and nobody minds"),
        pytest.param(
            EXPIRED, {"fingerprint": EXPIRED.pin, "check_expiry": True}, EXPIRED_WORDS, id="expired with the right pin"
        ),
        pytest.param(
            EXPIRED,
            {"fingerprint": GOOD.pin, "check_expiry": True},
            "SSL fingerprint mismatch",
            id="the pin comes first",
        ),
        pytest.param(
            EARLY, {"check_expiry": True}, "SSL certificate not valid before 2100-01-02 03:04:05 UTC", id="too early"
        ),
    ],
)
async def test_the_request_goes_only_to_a_good_certificate(
    shown: SelfSigned, options: dict[str, Any], words: str, version: str, tmp_path: Path
) -> None:
    heard: list[bytes] = []
    context = shown.put_into(server_context(), tmp_path)
    async with serve(replies({b"GET ": http_reply(body=b"hello")}, heard=heard), tls=context) as port:
        reply = (await fetch(port, version=version, **options)).reply
    if words:
        assert (reply.outcome, reply.summary, heard) == (Outcome.TLS, words, [b""])
        assert reply.evidence == b""
    else:
        assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
        assert heard[0].startswith(b"GET / ")
    assert [one.sha256 for one in reply.certificates] == [shown.pin]
    assert [phase.name for phase in reply.phases][:3] == ["resolve", "connect", "tls"]


@pytest.mark.parametrize("old_tls", [False, True], ids=["TLS 1.3", "TLS 1.2"])
@pytest.mark.parametrize("same_key", [True, False], ids=["the same key", "another key"])
async def test_a_server_that_changes_its_certificate(same_key: bool, old_tls: bool, tmp_path: Path) -> None:
    key = new_key()
    before, after = SelfSigned(key), SelfSigned(key if same_key else None)
    heard: list[bytes] = []
    context = before.put_into(server_context(), tmp_path)
    if old_tls:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serve(replies({b"GET ": http_reply()}, heard=heard), tls=context) as port:
        for _ in range(2):
            assert (await fetch(port, fingerprint=before.pin)).reply.outcome is Outcome.OK
        after.put_into(context, tmp_path)
        heard.clear()
        refused = (await fetch(port, fingerprint=before.pin)).reply
        await until(lambda: heard)
        assert (refused.summary, heard) == ("SSL fingerprint mismatch", [b""])
        assert (await fetch(port, fingerprint=after.pin)).reply.outcome is Outcome.OK


async def test_a_certificate_that_expires_between_two_checks(tmp_path: Path) -> None:
    heard: list[bytes] = []
    key = new_key()
    context = SelfSigned(key).put_into(server_context(), tmp_path)
    async with serve(replies({b"GET ": http_reply()}, heard=heard), tls=context) as port:
        assert (await fetch(port, check_expiry=True)).reply.outcome is Outcome.OK
        SelfSigned(key, ends=LAST_YEAR).put_into(context, tmp_path)
        heard.clear()
        refused = (await fetch(port, check_expiry=True)).reply
    assert (refused.summary, heard) == (EXPIRED_WORDS, [b""])


@pytest.mark.parametrize("options", [{"fingerprint": GOOD.pin}, {"check_expiry": True}], ids=["a pin", "dates"])
async def test_a_server_without_any_certificate(options: dict[str, Any]) -> None:
    heard: list[bytes] = []
    context = server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    async with serve(replies({b"GET ": http_reply()}, heard=heard), tls=context) as port:
        reply = (await fetch(port, **options)).reply
    assert (reply.outcome, heard) == (Outcome.TLS, [b""])


@pytest.mark.parametrize(
    ("options", "chain", "words"),
    [
        pytest.param({"fingerprint": GOOD.pin}, (), "SSL fingerprint mismatch", id="nothing where a pin is wanted"),
        pytest.param(
            {"check_expiry": True}, (), "the server shows no SSL certificate", id="nothing where dates are wanted"
        ),
        pytest.param({"fingerprint": GOOD.pin}, (b"-----x\xff",), "SSL fingerprint mismatch", id="no PEM"),
        pytest.param(
            {"check_expiry": True}, (b"x",), "Certificate parsing error: its dates cannot be read", id="no certificate"
        ),
    ],
)
def test_what_cannot_be_looked_at_is_refused(options: dict[str, Any], chain: tuple[bytes, ...], words: str) -> None:
    assert objection(HttpOptions(url="https://www.test/", **options), chain, None, 0.0) == words


async def test_without_tls_nothing_is_sent_where_a_pin_is_wanted() -> None:
    heard: list[bytes] = []
    async with serve(replies({b"GET ": http_reply()}, heard=heard)) as port:
        reply = (await fetch(port, scheme="http", fingerprint=GOOD.pin)).reply
        assert (reply.outcome, reply.summary) == (Outcome.TLS, "no TLS, so no certificate with that SSL fingerprint")
        assert (await fetch(port, scheme="http", check_expiry=True)).reply.outcome is Outcome.OK
    assert len(heard) == 1


@pytest.mark.parametrize("old_tls", [False, True], ids=["TLS 1.3", "TLS 1.2"])
async def test_a_certificate_with_names_in_another_alphabet(old_tls: bool, tmp_path: Path) -> None:
    strange = SelfSigned(names=b"\x30\x05\x82\x03f\xfcr")  # Latin-1, where only ASCII is allowed
    heard: list[bytes] = []
    context = strange.put_into(server_context(), tmp_path)
    if old_tls:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serve(replies({b"GET ": http_reply()}, heard=heard), tls=context) as port:
        assert (await fetch(port)).reply.outcome is Outcome.OK
        assert (await fetch(port, fingerprint=strange.pin, check_expiry=True)).reply.outcome is Outcome.OK
        heard.clear()
        assert (await fetch(port, fingerprint=GOOD.pin)).reply.summary == "SSL fingerprint mismatch"
    assert heard == [b""]


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda data: b"\x0b\0\0\0" + data))
def test_no_message_of_a_handshake_is_too_strange(message: bytes) -> None:
    assert all(one and one in message for one in certificates_in(message))


def redirect(url: str) -> bytes:
    return http_reply("302 Found", headers=f"Location: {url}\r\n")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        pytest.param("/there", "", id="the same place"),
        pytest.param("https://www.test:{port}/there", "", id="the same place as a URL"),
        pytest.param(
            "https://other.test:{port}/there",
            "redirected to https://other.test:{port}, which is not pinned",
            id="another host",
        ),
        pytest.param(
            "https://www.test/there", "redirected to https://www.test, which is not pinned", id="another port"
        ),
        pytest.param(
            "http://www.test:{port}/there",
            "redirected to http://www.test:{port}, which is not pinned",
            id="without TLS",
        ),
        pytest.param("https://[::1]/", "redirected to https://[::1], which is not pinned", id="an address"),
    ],
)
async def test_redirects_from_a_pinned_place(place: str, words: str, tmp_path: Path) -> None:
    heard: list[bytes] = []
    answers = {b"GET /there": http_reply()}
    context = GOOD.put_into(server_context(), tmp_path)
    async with serve(replies(answers, heard=heard), tls=context) as port:
        answers[b"GET /"] = redirect(place.format(port=port))
        reply = (await fetch(port, fingerprint=GOOD.pin, follow=5)).reply
    if words:
        assert (reply.outcome, reply.summary) == (Outcome.TLS, words.format(port=port))
        assert len(heard) == 1
    else:
        assert (reply.outcome, reply.facts["redirects"]) == (Outcome.OK, 1)
        assert heard[1].startswith(b"GET /there")


async def test_the_pin_holds_for_every_hop(tmp_path: Path) -> None:
    heard: list[bytes] = []
    context = GOOD.put_into(server_context(), tmp_path)

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        EXPIRED.put_into(context, tmp_path)
        writer.write(redirect("/there"))
        await writer.drain()

    async with serve(dialogue, tls=context) as port:
        reply = (await fetch(port, fingerprint=GOOD.pin, follow=5)).reply
    assert reply.summary == "SSL fingerprint mismatch"
    assert [one.startswith(b"GET / ") for one in heard if one] == [True]


async def test_dates_are_looked_at_after_a_redirect_too(tmp_path: Path) -> None:
    heard: list[bytes] = []
    good = GOOD.put_into(server_context(), tmp_path)
    bad = EXPIRED.put_into(server_context(), tmp_path)
    answers = dict[bytes, bytes]()
    async with (
        serve(replies({b"GET ": http_reply()}, heard=heard), tls=bad) as there,
        serve(replies(answers), tls=good) as port,
    ):
        answers[b"GET "] = redirect(f"https://other.test:{there}/")
        reply = (await fetch(port, check_expiry=True, follow=5)).reply
    assert (reply.outcome, reply.summary, heard) == (Outcome.TLS, EXPIRED_WORDS, [b""])


async def test_who_never_speaks_tls_and_who_drips_take_no_longer_than_the_timeout(tmp_path: Path) -> None:
    async with serve(says()) as port:
        silent = await fetch(port, fingerprint=GOOD.pin, within=0.5)
    context = GOOD.put_into(server_context(), tmp_path)
    async with serve(drips(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), tls=context) as port:
        dripping = await fetch(port, fingerprint=GOOD.pin, within=0.5)
    assert [one.reply.outcome for one in (silent, dripping)] == [Outcome.TIMEOUT, Outcome.TIMEOUT]
    assert max(silent.took, dripping.took) < 5
    assert dripping.reply.evidence.startswith(b"HTTP/1.1 200 OK")
