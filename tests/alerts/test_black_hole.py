"""A mail server that says nothing for ten minutes: nobody else waits, and every mail comes once."""

import asyncio
from typing import Any, cast

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools
from hexmon.alerts.notify.mail import MailOptions
from hexmon.alerts.outbox import Outbox, Post
from hexmon.board.store import MemoryJournal
from hexmon.model.incident import DeliveryState
from tests.support.clock import FakeClock, settle
from tests.support.posting import NoOptions, Wire, delivery, fates

SQUARES = 12


class MailServer:
    """Silent at first, then an SMTP server that remembers the Message-IDs it took."""

    def __init__(self) -> None:
        self.works = False
        self.taken: list[str] = []
        self.callers = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers += 1
        if self.works:
            await self._converse(reader, writer)
        else:
            await reader.read()
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test ESMTP\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                text = await reader.readuntil(b"\r\n.\r\n")
                headers = [one for one in text.decode().split("\r\n") if one.lower().startswith("message-id:")]
                self.taken += headers
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def an_outbox(clock: FakeClock, hook: Wire, port: int) -> tuple[Outbox, MemoryJournal]:
    options = MailOptions(server=f"127.0.0.1:{port}")
    channels = {
        "mail": Channel(name="mail", type="mail", options=options, timeout=0.05, attempts=300),
        "wire": Channel(name="wire", type="wire", options=NoOptions()),
    }
    types = {"mail": NOTIFIERS["mail"], "wire": NotifierType(name="wire", options=NoOptions, send=hook.send)}
    tools = NotifyTools(clock=clock, curl=cast("Any", None), programs=cast("Any", None), host="hexmon.test")
    journal = MemoryJournal()
    return Outbox(clock, journal, Post(channels=channels, notifiers=types, tools=tools)), journal


async def pass_time(outbox: Outbox, clock: FakeClock, seconds: float) -> None:
    await clock.advance(seconds)
    outbox.tick()
    await outbox.drained()


async def test_ten_minutes_without_a_mail_server() -> None:
    clock, hook, mails = FakeClock(), Wire(), MailServer()
    server = await asyncio.start_server(mails.talk, "127.0.0.1", 0)
    outbox, journal = an_outbox(clock, hook, server.sockets[0].getsockname()[1])
    async with server, asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        await settle()
        for minute in range(10):
            for number in range(minute * SQUARES, (minute + 1) * SQUARES):
                outbox.offer([delivery(number * 2 + 1, f"h{number % SQUARES}.conn", channel="mail", method="MAIL")])
                outbox.offer([delivery(number * 2 + 2, f"h{number % SQUARES}.conn")])
            await settle(100)
            assert len(hook.sent) == (minute + 1) * SQUARES, "the other channel waits"
            for _ in range(4):
                await pass_time(outbox, clock, 15.0)
        assert mails.callers > 5
        assert mails.taken == []
        assert outbox.waiting() == 10 * SQUARES
        assert outbox.failing() == {"mail": "no end within 0.05 s"}
        mails.works = True
        for _ in range(400):
            if not outbox.waiting():
                break
            await pass_time(outbox, clock, 1.0)
        running.cancel()
    assert len(mails.taken) == len(set(mails.taken)) == 10 * SQUARES
    assert set(fates(journal).values()) == {DeliveryState.SENT}
