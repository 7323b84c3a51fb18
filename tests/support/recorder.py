"""A little HTTP server that keeps what it was asked, and answers as it is told."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.servers import http_reply, serve

OK = http_reply(body=b"ok")


@dataclass(frozen=True)
class Asked:
    """One request. `headers` by lower-case name."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Recorder:
    """`answers` are given in turn, the last one for ever."""

    answers: Sequence[bytes] = (OK,)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    scheme: str = "http"
    name: str = "127.0.0.1"
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens, without a slash."""
        return f"{self.scheme}://{self.name}:{self.port}"

    @property
    def one(self) -> Asked:
        """The only request."""
        (found,) = self.asked
        return found

    async def until(self, number: int, seconds: float = 30.0) -> list[Asked]:
        """Wait until so many requests have come."""
        async with asyncio.timeout(seconds):
            while len(self.asked) < number:
                self.heard.clear()
                await self.heard.wait()
        return self.asked

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with as many requests as its caller has."""
        self.connections += 1
        number = self.connections
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, target, _ = first.split(" ")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
            self.asked.append(Asked(method, target, headers, body, number))
            self.heard.set()
            writer.write(answer)
            await writer.drain()


@contextlib.asynccontextmanager
async def recording(
    *answers: bytes, tls: ssl.SSLContext | None = None, name: str = "127.0.0.1"
) -> AsyncIterator[Recorder]:
    """A recorder on a free port, under that name."""
    recorder = Recorder(answers or (OK,), scheme="https" if tls else "http", name=name)
    async with serve(recorder.converse, tls=tls) as port:
        recorder.port = port
        yield recorder
