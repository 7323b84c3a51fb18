"""Names to addresses, off the event loop, with a short memory."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from hexmon.clock import Clock

_THREADS = 32
_MEMORY = 100_000


class Unresolved(Exception):  # noqa: N818 - the name says what is so; it is a fact about the target
    """The name has no address."""


class Resolver(Protocol):
    """What finds addresses; a test's own is a dictionary."""

    async def resolve(self, name: str) -> str:
        """An IP literal, IPv4 before IPv6; raises Unresolved with the reason."""
        ...

    def close(self) -> None: ...


class _Answer(msgspec.Struct, frozen=True):
    address: str
    reason: str
    until: float


class SystemResolver:
    """The machine's own resolution (hosts file, DNS, nsswitch), by threads.

    Answers are remembered for `keep` seconds, failures for `keep_failure`; questions about the same name share one
    lookup. A lookup that takes longer than its asker waits goes on and fills the memory.
    """

    def __init__(self, clock: Clock, keep: float = 60.0, keep_failure: float = 10.0) -> None:
        self._clock = clock
        self._keep = keep
        self._keep_failure = keep_failure
        self._answers: dict[str, _Answer] = {}
        self._asked: dict[str, asyncio.Future[_Answer]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")

    async def resolve(self, name: str) -> str:
        """See Resolver."""
        name = name.rstrip(".").lower()
        answer = self._answers.get(name)
        if answer is None or answer.until <= self._clock.monotonic():
            answer = await asyncio.shield(self._asked.get(name) or self._ask(name))
        if not answer.address:
            raise Unresolved(answer.reason)
        return answer.address

    def close(self) -> None:
        """Forget the lookups under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, name: str) -> asyncio.Future[_Answer]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[_Answer] = loop.create_future()
        lookup = loop.run_in_executor(self._threads, lookup_name, name)
        self._asked[name] = asked

        def remember(done: asyncio.Future[tuple[str, str]]) -> None:
            self._asked.pop(name, None)
            if done.cancelled():
                asked.cancel()
                return
            address, reason = done.result()
            keep = self._keep if address else self._keep_failure
            answer = _Answer(address, reason, self._clock.monotonic() + keep)
            if len(self._answers) >= _MEMORY:
                self._answers.clear()
            self._answers[name] = answer
            if not asked.done():
                asked.set_result(answer)

        lookup.add_done_callback(remember)
        return asked


def lookup_name(name: str) -> tuple[str, str]:
    """Ask the system and wait: (address, "") or ("", reason)."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return "", str(error.args[-1]) if isinstance(error, OSError) else f"'{name}' is not a host name"
    addresses = [str(entry[4][0]) for entry in found]
    return next((address for address in addresses if ":" not in address), addresses[0]), ""
