"""Names to addresses, off the event loop, with a short memory."""

import asyncio
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from hexmon.clock import Clock

_THREADS = 32
_MEMORY = 100_000

IpFamily = Literal["ipv4", "ipv6"]


class Unresolved(Exception):  # noqa: N818 - the name says what is so; it is a fact about the target
    """The name has no address."""


class Resolver(Protocol):
    """What finds addresses; a test's own is a dictionary."""

    async def resolve(self, name: str) -> str:
        """An IP literal: the first of `resolve_all`."""
        ...

    async def resolve_all(self, name: str) -> tuple[str, ...]:
        """The name's first address of each family, the preferred family first; raises Unresolved with the reason."""
        ...

    def close(self) -> None: ...


class _Answer(msgspec.Struct, frozen=True):
    addresses: tuple[str, ...]
    reason: str
    until: float


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    loop: asyncio.AbstractEventLoop
    answer: Callable[[str, tuple[str, ...], str], None]


class SystemResolver:
    """The machine's own resolution (hosts file, DNS, nsswitch), by threads.

    Answers are remembered for `keep` seconds, failures for `keep_failure`; questions about the same name share one
    lookup. A lookup that takes longer than its asker waits goes on and fills the memory. `family` is preferred.
    """

    def __init__(self, clock: Clock, keep: float = 60.0, keep_failure: float = 10.0, family: IpFamily = "ipv4") -> None:
        self._clock = clock
        self._family = family
        self._keep = keep
        self._keep_failure = keep_failure
        self._answers: dict[str, _Answer] = {}
        self._asked: dict[str, asyncio.Future[_Answer]] = {}
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._threads = 0
        self._loop = asyncio.get_running_loop()

    async def resolve(self, name: str) -> str:
        """See Resolver."""
        return (await self.resolve_all(name))[0]

    async def resolve_all(self, name: str) -> tuple[str, ...]:
        """See Resolver."""
        name = name.rstrip(".").lower()
        answer = self._answers.get(name)
        if answer is None or answer.until <= self._clock.monotonic():
            answer = await asyncio.shield(self._asked.get(name) or self._ask(name))
        if not answer.addresses:
            raise Unresolved(answer.reason)
        return answer.addresses

    def close(self) -> None:
        """Let the threads end; those that wait for a name server are not waited for."""
        for _ in range(self._threads):
            self._questions.put(None)

    def _ask(self, name: str) -> asyncio.Future[_Answer]:
        asked: asyncio.Future[_Answer] = self._loop.create_future()
        self._asked[name] = asked
        self._questions.put(_Question(name, self._loop, self._remember))
        if self._threads < min(_THREADS, len(self._asked)):
            self._threads += 1
            # The standard executor's threads are joined at exit: a dead name server would hold that up.
            threading.Thread(target=_answer_all, args=(self._questions,), name="resolver", daemon=True).start()
        return asked

    def _remember(self, name: str, addresses: tuple[str, ...], reason: str) -> None:
        keep = self._keep if addresses else self._keep_failure
        answer = _Answer(first_of_each(addresses, self._family), reason, self._clock.monotonic() + keep)
        if len(self._answers) >= _MEMORY:
            self._answers.clear()
        self._answers[name] = answer
        asked = self._asked.pop(name)
        if not asked.done():
            asked.set_result(answer)


def _answer_all(questions: "queue.SimpleQueue[_Question | None]") -> None:
    while (question := questions.get()) is not None:
        addresses, reason = lookup_name(question.name)
        try:
            question.loop.call_soon_threadsafe(question.answer, question.name, addresses, reason)
        except RuntimeError:
            return  # the loop is closed: nobody asks any more


def lookup_name(name: str) -> tuple[tuple[str, ...], str]:
    """Ask the system and wait: (addresses, "") or ((), reason)."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return (), str(error.args[-1]) if isinstance(error, OSError) else f"'{name}' is not a host name"
    return tuple(str(entry[4][0]) for entry in found), ""


def first_of_each(addresses: Sequence[str], family: IpFamily) -> tuple[str, ...]:
    """At most one IPv4 and one IPv6 address, the preferred family first.

    Several addresses of one family are several machines more often than not: one that is dead must show, and which one
    is asked is the name server's choice, as for any client.
    """
    first4 = [address for address in addresses if ":" not in address][:1]
    first6 = [address for address in addresses if ":" in address][:1]
    return (*first4, *first6) if family == "ipv4" else (*first6, *first4)
