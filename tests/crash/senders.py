"""Senders that know what they were promised: each works on a host of its own, one message after the other.

A message is acknowledged when the server ends the connection in the ordinary way; a reset, or no connection, promises
nothing. `check` compares what a restarted server has with everything that was acknowledged; what was under way when
the server died may have happened or not.
"""

import asyncio
from abc import ABC, abstractmethod

from hexmon.model.color import Color
from tests.crash.server import Found

GONE = (ConnectionError, OSError, EOFError)


class Sender(ABC):
    """One host and what is known of it. `acknowledged` counts messages."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.acknowledged = 0
        self.port = 0

    async def run(self, found: Found) -> None:
        """Send until the server is gone."""
        self.port = found.port
        try:
            await self.start(found)
            while True:
                await self.step()
        except GONE:
            return

    async def say(self, message: str) -> None:
        """Send one message and wait for its acknowledgement; raises one of GONE without it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(message.encode())
            writer.write_eof()
            await reader.read()
        finally:
            writer.close()
        self.acknowledged += 1

    async def start(self, found: Found) -> None:  # noqa: ARG002
        """What a round begins with."""
        return

    @abstractmethod
    async def step(self) -> None:
        """Send the next message."""

    @abstractmethod
    def check(self, found: Found) -> None:
        """Assert that all that was acknowledged is there, and remember what is."""


def number_in(text: bytes) -> int:
    return int(text.rsplit(b"=", 1)[1])


class Changer(Sender):
    """Colours in turn: each message is a change, with a number."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.sent = self.promised = 0

    async def step(self) -> None:
        self.sent += 1
        await self.say(f"status {self.host}.change {Color(self.sent % 2 * 5).word} n={self.sent}")
        self.promised = self.sent

    def check(self, found: Found) -> None:
        status = found.squares.get(f"{self.host}.change")
        number = number_in(status.text) if status else 0
        assert self.promised <= number <= self.sent, f"{self.host}: {number} of {self.promised}..{self.sent}"
        if status:
            assert status.color == Color(number % 2 * 5)
        self.promised = self.sent = number


class Twins(Changer):
    """Each message twice at once: whichever is answered first, the change must be there."""

    async def step(self) -> None:
        self.sent += 1
        message = f"status {self.host}.change {Color(self.sent % 2 * 5).word} n={self.sent}"
        for outcome in await asyncio.gather(self._one(message), self._one(message), return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _one(self, message: str) -> None:
        await self.say(message)
        self.promised = self.sent


class Silencer(Sender):
    """Disables and enables in turn, with a number in the reason."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.sent = self.promised = 0

    async def start(self, found: Found) -> None:
        if f"{self.host}.quiet" not in found.squares:
            await self.say(f"status {self.host}.quiet red")

    async def step(self) -> None:
        self.sent += 1
        if self.sent % 2:
            await self.say(f"disable {self.host}.quiet 600 n={self.sent}")
        else:
            await self.say(f"enable {self.host}.quiet")
        self.promised = self.sent

    def check(self, found: Found) -> None:
        status = found.squares.get(f"{self.host}.quiet")
        possible = {self.promised, self.sent}
        if status is not None and status.disabled is not None:
            number = number_in(status.disabled.text)
            assert number in possible, f"{self.host}: disabled by {number}, not {possible}"
        else:
            number = next((number for number in sorted(possible) if number % 2 == 0), -1)
            assert number >= 0, f"{self.host}: not disabled after {possible}"
        self.promised = self.sent = number


class Acknowledger(Sender):
    """Acknowledges one red square again and again, by the cookie that the restarted server gave."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.sent = self.promised = 0
        self.cookie = 0

    async def start(self, found: Found) -> None:
        status = found.squares.get(f"{self.host}.ack")
        if status is None:
            await self.say(f"status {self.host}.ack red")
        elif status.cookie is not None:
            self.cookie = status.cookie.number

    async def step(self) -> None:
        if not self.cookie:
            await self.say(f"status {self.host}.ack red")
            return
        self.sent += 1
        await self.say(f"xymondack {self.cookie} 600 n={self.sent}")
        self.promised = self.sent

    def check(self, found: Found) -> None:
        status = found.squares.get(f"{self.host}.ack")
        known = status.acknowledged if status else None
        number = number_in(known.text) if known else 0
        assert self.promised <= number <= self.sent, f"{self.host}: {number} of {self.promised}..{self.sent}"
        self.promised = self.sent = number


class Mover(Sender):
    """Reports a test, renames it, drops it; the name has a number."""

    STEPS = ("report", "rename", "drop")

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.number = 0
        self.names: list[set[str]] = [set()]  # what may be there: as promised, or one message further

    async def step(self) -> None:
        action = self.STEPS[self.number % 3]
        old, new = f"old{self.number // 3}", f"new{self.number // 3}"
        message, result = {
            "report": (f"status {self.host}.{old} green", {old}),
            "rename": (f"rename {self.host} {old} {new}", {new}),
            "drop": (f"drop {self.host} {new}", set[str]()),
        }[action]
        self.names.append(result)
        await self.say(message)
        self.number += 1
        self.names = [result]

    def check(self, found: Found) -> None:
        names = {name.rpartition(".")[2] for name in found.squares if name.startswith(f"{self.host}.")}
        assert names in self.names, f"{self.host}: {names}, not one of {self.names}"
        self.number += self.names.index(names)
        self.names = [names]


class Planner(Sender):
    """Plans commands of the far future, and cancels every second one."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.sent = 0
        self.there: set[int] = set()
        self.unsure: set[int] = set()
        self.last_job = 0

    async def start(self, found: Found) -> None:
        self.last_job = max(found.schedule, default=0)

    async def step(self) -> None:
        self.sent += 1
        self.unsure = {self.sent}
        await self.say(f"schedule 4000000000 drop {self.host} n={self.sent}")
        self.last_job += 1
        self.there.add(self.sent)
        self.unsure = set()
        if self.sent % 2:
            self.unsure = {self.sent}
            await self.say(f"schedule cancel {self.last_job}")
            self.there.discard(self.sent)
            self.unsure = set()

    def check(self, found: Found) -> None:
        numbers = {number_in(command) for command in found.schedule.values()}
        assert self.there - self.unsure <= numbers <= self.there | self.unsure
        self.there, self.unsure = numbers, set()
