"""Servers that mean harm or are broken: every answer ends in time and in bounds."""

import pytest

from hexmon.model.observation import Outcome
from hexmon.probes.http import BODY_LIMIT, Expectation
from tests.probes.test_http import fetch
from tests.support.servers import Dialogue, drips, forever, hangs_up, resets, says, serve, tls_context

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("dialogue", "outcome", "summary"),
    [
        pytest.param(forever(OK, b"X-A: b\r\n"), Outcome.ERROR, "I/O error", id="headers without end"),
        pytest.param(forever(OK + b"X: ", b"a"), Outcome.ERROR, "I/O error", id="a header without end"),
        pytest.param(
            forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Outcome.ERROR, "I/O error", id="interim answers without end"
        ),
        pytest.param(forever(b"HTTP/1.1 200 ", b"a"), Outcome.ERROR, "I/O error", id="a reason without end"),
        pytest.param(forever(b"", b"a"), Outcome.ERROR, "a" * 80, id="noise without end"),
        pytest.param(forever(OK + b"\r\n", b"x"), Outcome.OK, "OK", id="a body without end"),
        pytest.param(forever(CHUNKED, b"800\r\n" + b"x" * 2048 + b"\r\n"), Outcome.OK, "OK", id="chunks without end"),
        pytest.param(forever(CHUNKED + b"0\r\n", b"X: a\r\n"), Outcome.ERROR, "I/O error", id="trailers without end"),
        pytest.param(hangs_up(CHUNKED + b"f" * 22 + b"\r\nabc"), Outcome.ERROR, "I/O error", id="a huge chunk"),
        pytest.param(hangs_up(CHUNKED + b"zz\r\nabc"), Outcome.ERROR, "I/O error", id="a chunk of no size"),
        pytest.param(says(CHUNKED + b"7fffffffffffffff\r\nabc"), Outcome.TIMEOUT, "Server timeout", id="half a chunk"),
        pytest.param(hangs_up(OK + b"Content-Length: -5\r\n\r\n"), Outcome.ERROR, "I/O error", id="a negative length"),
        pytest.param(hangs_up(OK + b"Content-Length: 9\r\n\r\nabc"), Outcome.ERROR, "I/O error", id="cut short"),
        pytest.param(
            hangs_up(OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\na"), Outcome.OK, "OK", id="a huge length"
        ),
        pytest.param(resets(OK + b"Content-Length: 9\r\n\r\na"), Outcome.ERROR, "I/O error", id="reset in the body"),
        pytest.param(resets(b""), Outcome.ERROR, "Connected, but got empty response", id="reset before an answer"),
        pytest.param(
            hangs_up(b"HTTP/1.1"), Outcome.ERROR, "Connected, but got empty response", id="half a status line"
        ),
        pytest.param(hangs_up(b"HTTP/9.9 200 OK\r\n\r\n"), Outcome.ERROR, "I/O error", id="another version"),
        pytest.param(hangs_up(b"HTTP/1.1 abc\r\n\r\n"), Outcome.ERROR, "I/O error", id="a status of letters"),
        pytest.param(hangs_up(OK + b"X: a\0b\r\n\r\n"), Outcome.ERROR, "I/O error", id="a NUL in a header"),
        pytest.param(hangs_up(b"HTTP/1.1 200 OK\nX: y\n\nbody"), Outcome.OK, "OK", id="bare line feeds"),
        pytest.param(drips(b"", b"~"), Outcome.ERROR, "~", id="drops of noise"),
        pytest.param(drips(OK, b"X"), Outcome.TIMEOUT, "Server timeout", id="drops of a header"),
        pytest.param(drips(OK + b"\r\n", b"x"), Outcome.TIMEOUT, "Server timeout", id="drops of a body"),
    ],
)
async def test_hostile_answers(dialogue: Dialogue, outcome: Outcome, summary: str) -> None:
    async with serve(dialogue) as port:
        observation = await fetch(f"http://127.0.0.1:{port}/", within=1.0)
    reply = observation.reply
    assert reply.outcome is outcome
    assert reply.summary.startswith(summary)
    assert len(reply.evidence) < BODY_LIMIT + 400_000
    assert observation.took < 5


async def test_a_body_that_is_compressed_stays_so() -> None:
    answer = OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnothing"
    expect = (Expectation(what="body", wanted="nothing"),)
    async with serve(hangs_up(answer)) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", expect=expect)).reply
    assert reply.evidence == answer
    assert reply.assertions[0].held is True


async def test_a_handshake_that_never_ends() -> None:
    async with serve(says()) as port:
        reply = (await fetch(f"https://127.0.0.1:{port}/", within=0.5)).reply
    assert (reply.outcome, reply.summary) == (Outcome.TIMEOUT, "Server timeout")


async def test_noise_instead_of_tls() -> None:
    async with serve(hangs_up(b"\0\1\2" * 99)) as port:
        reply = (await fetch(f"https://127.0.0.1:{port}/")).reply
    assert (reply.outcome, reply.summary) == (Outcome.TLS, "SSL error")


async def test_a_reset_inside_of_tls() -> None:
    async with serve(resets(OK + b"Content-Length: 9\r\n\r\nabc"), tls=tls_context("www.test")) as port:
        reply = (await fetch(f"https://127.0.0.1:{port}/")).reply
    assert (reply.outcome, reply.summary) == (Outcome.ERROR, "I/O error")
    assert reply.certificates
