"""A little mail server that keeps what it gets, and answers as a test says."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.support.servers import serve

_USUAL = {
    "GREETING": b"220 mail.test ESMTP\r\n",
    "EHLO": b"250-mail.test\r\n250-8BITMIME\r\n250 SIZE 100000\r\n",
    "DATA": b"354 go on\r\n",
    "QUIT": b"221 bye\r\n",
    "AUTH": b"235 welcome\r\n",
    "STARTTLS": b"220 begin\r\n",
}
_HANDSHAKE = 0.5  # seconds; asyncio does not notice that the caller has gone
SILENCE = b""  # it says nothing, and does not hang up
HANG_UP = b"hang up"


@dataclass(frozen=True)
class Mail:
    """An envelope and what was in it, as sent."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes

    @property
    def read(self) -> EmailMessage:
        return message_from_bytes(self.data.replace(b"\r\n", b"\n"), policy=default)


@dataclass
class SmtpServer:
    """`answers` by command, also GREETING and TEXT (after the dot); a list is used up one by one, then all is well."""

    answers: dict[str, bytes | list[bytes]]
    tls: ssl.SSLContext | None
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    callers: int = 0
    encrypted: int = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers += 1
        await self._answer("GREETING", writer)
        sender, recipients = "", list[str]()
        while line := await reader.readline():
            words = line.decode().strip()
            self.heard.append(words)
            verb = words.split(" ", 1)[0].upper()
            if verb == "MAIL":
                sender, recipients = _address(words), []
            elif verb == "RCPT":
                recipients.append(_address(words))
            if await self._answer(verb, writer) == b"354 go on\r\n":
                data = await self._text(reader, writer)
                if await self._answer("TEXT", writer) == b"250 ok\r\n":
                    self.mails.append(Mail(sender, tuple(recipients), data))
            if verb == "STARTTLS" and self.tls:
                async with asyncio.timeout(_HANDSHAKE):
                    await writer.start_tls(self.tls)
                self.encrypted += 1
            if verb == "QUIT":
                return

    async def _text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if self.answers.get("IN DATA") == HANG_UP:
            await reader.readline()
            writer.transport.abort()
            raise EOFError
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> bytes:
        given = self.answers.get(verb)
        if isinstance(given, list):
            given = given.pop(0) if given else None
        answer = _USUAL.get(verb, b"250 ok\r\n") if given is None else given
        if answer == HANG_UP:
            writer.transport.abort()
            raise EOFError
        writer.write(answer)
        await writer.drain()
        return answer


def _address(words: str) -> str:
    return words.partition("<")[2].partition(">")[0]


@contextlib.asynccontextmanager
async def smtp_server(
    answers: Mapping[str, bytes | list[bytes]] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
) -> AsyncIterator[SmtpServer]:
    """Run it; `implicit`: TLS from the first byte on, else `tls` is what STARTTLS begins."""
    found = SmtpServer(dict(answers or {}), None if implicit else tls)
    if tls and not implicit:
        found.answers.setdefault("EHLO", b"250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n")
    async with serve(found.converse, tls=tls if implicit else None) as found.port:
        yield found
