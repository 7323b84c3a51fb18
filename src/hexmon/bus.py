"""How events reach the workers: publish, and follow with a bounded queue."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from hexmon.model.events import Event


class Subscription(Protocol):
    """A follower's queue. When it is full the oldest event is dropped and counted in `lost`."""

    lost: int

    def __aiter__(self) -> AsyncIterator[Event]: ...

    async def next_batch(self) -> list[Event]:
        """Wait for at least one event, return all that wait."""
        ...

    def depth(self) -> int:
        """How many events wait."""
        ...

    def close(self) -> None:
        """Follow no longer."""
        ...


class Bus(Protocol):
    """Events to whoever follows them; publishing never waits."""

    def publish(self, event: Event) -> None: ...

    def follow(self, name: str, kinds: Iterable[type], limit: int = 100_000) -> Subscription: ...


class _Queue:
    def __init__(self, name: str, limit: int, closed: "LocalBus") -> None:
        self.name = name
        self.lost = 0
        self._limit = limit
        self._bus = closed
        self._events: deque[Event] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def put(self, event: Event) -> None:
        if len(self._events) >= self._limit:
            self._events.popleft()
            self.lost += 1
        self._events.append(event)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def next_batch(self) -> list[Event]:
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        batch = list(self._events)
        self._events.clear()
        return batch

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            for event in await self.next_batch():
                yield event

    def depth(self) -> int:
        return len(self._events)

    def close(self) -> None:
        self._bus.forget(self)


class LocalBus:
    """The bus inside one process."""

    def __init__(self) -> None:
        self._followers: dict[type, tuple[_Queue, ...]] = {}

    def publish(self, event: Event) -> None:
        for queue in self._followers.get(type(event), ()):
            queue.put(event)

    def wanted(self, kind: type) -> bool:
        """Whether anybody follows that kind: saves making events for nobody."""
        return kind in self._followers

    def follow(self, name: str, kinds: Iterable[type], limit: int = 100_000) -> _Queue:
        queue = _Queue(name, limit, self)
        for kind in kinds:
            self._followers[kind] = (*self._followers.get(kind, ()), queue)
        return queue

    def forget(self, queue: _Queue) -> None:
        """Remove a follower."""
        for kind, queues in list(self._followers.items()):
            left = tuple(other for other in queues if other is not queue)
            if left:
                self._followers[kind] = left
            else:
                del self._followers[kind]

    def followers(self) -> list[_Queue]:
        """Every queue once, for the metrics."""
        return list({id(queue): queue for queues in self._followers.values() for queue in queues}.values())
