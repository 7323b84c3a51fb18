"""Clients that are slow, silent or endless cost a web server nothing for long."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from hexmon.ingest.http import CERTIFICATE
from hexmon.web import connection
from hexmon.web.connection import BoundedConnection, names_of

BIG = b"x" * 30_000_000


class Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    while scope["path"] == "/post" and (await receive()).get("more_body"):
        pass
    body = BIG if scope["path"] == "/big" else b"well"
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The port of a server on the loopback."""
    async with serving() as (port, _, _):
        yield port


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[int, Quiet, "asyncio.Task[None]"]]:
    """Its port, the server, and the task that it is."""
    server = Quiet(uvicorn.Config(answer, http=BoundedConnection, lifespan="off", log_level="error"))
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listener]))  # noqa: TID251
    try:
        yield int(listener.getsockname()[1]), server, task
    finally:
        server.should_exit = True
        await task


async def asked(port: int, *parts: bytes) -> bytes:
    """What comes until the server closes, after those bytes; empty when it resets the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(connection, "READ_SECONDS", 0.2)


async def test_an_ordinary_request_is_answered() -> None:
    async with served() as port:
        assert (await asked(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).endswith(b"well")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("beginning", [b"", b"G", b"\r\n", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\n"])
async def test_a_request_that_does_not_end_is_given_up(beginning: bytes) -> None:
    async with served() as port, asyncio.timeout(5):
        assert await asked(port, beginning) == b""


async def test_a_head_without_end_is_given_up() -> None:
    async with served() as port, asyncio.timeout(5):
        assert await asked(port, b"GET / HTTP/1.1\r\nX: ", *[b"x" * 65536] * 100) == b""


async def test_a_head_and_a_long_body_may_come_at_once() -> None:
    body = bytes(200_000)
    async with served() as port, asyncio.timeout(5):
        head = b"POST /post HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n"
        assert (await asked(port, head + body)).endswith(b"well")


@pytest.mark.parametrize("size", [1, 9, 30, 1000])
async def test_a_head_whose_lines_end_with_bare_newlines(size: int) -> None:
    request = b"GET / HTTP/1.0\nHost: x\nX: y\n\n"
    async with served() as port, asyncio.timeout(5):
        parts = [request[start : start + size] for start in range(0, len(request), size)]
        assert (await asked(port, *parts)).endswith(b"well")


async def test_newlines_are_only_mended_in_a_first_head_that_begins_so() -> None:
    async with served() as port, asyncio.timeout(5):
        mixed = b"GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"
        assert (await asked(port, mixed)).startswith(b"HTTP/1.1 400")
        second = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET /big HTTP/1.0\nHost: x\n\n"
        assert len(await asked(port, second)) < 1000


async def test_what_is_no_http_is_refused_without_a_word() -> None:
    async with served() as port, asyncio.timeout(5):
        answer = await asked(port, b"EHLO x\r\n")
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert answer.endswith(b"\r\n\r\n")


def test_who_a_certificate_is_for() -> None:
    certificate = {
        "subject": ((("countryName", "XX"),), (("commonName", "web1"), ("commonName", "web2"))),
        "subjectAltName": (("DNS", "web1"), ("IP Address", "192.0.2.1"), ("DNS", "web1.example.com")),
    }
    assert names_of(certificate) == ("web1", "web2", "web1.example.com")
    assert names_of({}) == ()


def test_both_sides_mean_the_same_place() -> None:
    assert connection.CERTIFICATE == CERTIFICATE


@pytest.mark.usefixtures("impatient")
async def test_a_client_that_does_not_read_its_answer_is_given_up() -> None:
    async with serving() as (port, server, task), asyncio.timeout(5):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
            while not server.server_state.connections:
                await asyncio.wait([task], timeout=0.01)
            while server.server_state.connections:
                await asyncio.wait([task], timeout=0.01)


async def test_more_connections_than_bearable_are_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 2)
    async with served() as port, asyncio.timeout(5):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        held[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await held[0][0].readuntil(b"well")).startswith(b"HTTP/1.1 200")
        assert await asked(port, b"GET / HTTP/1.1\r\n\r\n") == b""
        for _, writer in held:
            writer.close()
