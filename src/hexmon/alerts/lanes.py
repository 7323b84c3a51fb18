"""One recipient's deliveries: in order for each square, side by side for different ones."""

from collections import deque
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from hexmon.model.incident import Delivery
from hexmon.model.names import StatusKey

_REMEMBERED = 64  # moments of sending that grouping may look at


class Lane:
    """What waits for one recipient. A square is busy while a message about it is on its way or pauses after a failure.

    So a recovery never overtakes its alert, and one square's trouble does not keep another's news back.
    """

    __slots__ = ("_busy", "_squares", "recent", "wake_at")

    def __init__(self) -> None:
        self._squares: dict[StatusKey, deque[Delivery]] = {}
        self._busy: set[StatusKey] = set()
        self.recent: deque[float] = deque(maxlen=_REMEMBERED)
        self.wake_at = 0.0

    def put(self, delivery: Delivery) -> bool:
        """Take a delivery in; whether it may go at once."""
        key = delivery.message.key
        waiting = self._squares.get(key)
        if waiting is None:
            waiting = self._squares[key] = deque()
        waiting.append(delivery)
        return len(waiting) == 1 and key not in self._busy

    def ready(self, now: float, keys: Iterable[StatusKey] | None = None) -> list[Delivery]:
        """The next delivery of each square that is not busy, of all squares or of these, in the order of their numbers.

        A burst of a thousand squares must not be looked through a thousand times: whoever knows which changed says so.
        """
        heads: list[Delivery] = []
        for key in self._squares if keys is None else keys:
            waiting = self._squares.get(key)
            if waiting and key not in self._busy and waiting[0].next_at <= now:
                heads.append(waiting[0])
        return sorted(heads, key=lambda delivery: delivery.number)

    def waiting(self, now: float) -> list[Delivery]:
        """All deliveries that may go in one message now: of each square that is not busy and whose head is due."""
        found: list[Delivery] = []
        for key, waiting in self._squares.items():
            if key not in self._busy and waiting[0].next_at <= now:
                found.extend(waiting)
        return sorted(found, key=lambda delivery: delivery.number)

    def take(self, deliveries: Iterable[Delivery]) -> None:
        """These are on their way."""
        self._busy.update(delivery.message.key for delivery in deliveries)

    def done(self, deliveries: Iterable[Delivery]) -> None:
        """These need no more sending, whatever became of them."""
        for delivery in deliveries:
            key = delivery.message.key
            self._busy.discard(key)
            waiting = self._squares.get(key)
            if waiting is not None:
                left = deque(one for one in waiting if one.number != delivery.number)
                if left:
                    self._squares[key] = left
                else:
                    del self._squares[key]

    def again(self, deliveries: Iterable[Delivery]) -> None:
        """These failed and wait for their `next_at`."""
        for delivery in deliveries:
            key = delivery.message.key
            self._busy.discard(key)
            waiting = self._squares[key]
            self._squares[key] = deque(delivery if one.number == delivery.number else one for one in waiting)
            self.wake_at = min(self.wake_at, delivery.next_at) if self.wake_at else delivery.next_at

    def hurry(self, now: float) -> None:
        """The way is open again: nobody pauses any longer."""
        for waiting in self._squares.values():
            if waiting[0].next_at > now:
                waiting[0] = replace(waiting[0], next_at=now)
        self.wake_at = now

    def remove(self, host: str, test: str | None) -> list[Delivery]:
        """Take away what waits about a square, or (test None) about a host, except what is on its way."""
        gone = [one for one in self if one.message.key.host == host and test in (None, one.message.key.test)]
        gone = [one for one in gone if one.message.key not in self._busy]
        self.done(gone)
        return gone

    def __iter__(self) -> Iterator[Delivery]:
        for waiting in list(self._squares.values()):
            yield from list(waiting)

    def __bool__(self) -> bool:
        return bool(self._squares)

    def __len__(self) -> int:
        return sum(map(len, self._squares.values()))
