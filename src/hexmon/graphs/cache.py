"""What was made lately, for the next one who asks: bounded in number, bytes and age."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """A few values by key, the longest unused dropped first. `now` is monotonic seconds."""

    def __init__(self, most: int, largest: int, seconds: float) -> None:
        self._most = most
        self._largest = largest
        self._seconds = seconds
        self._size = 0
        self._held: OrderedDict[Hashable, tuple[float, int, V]] = OrderedDict()

    def get(self, key: Hashable, now: float) -> V | None:
        """The value, if it is not too old."""
        held = self._held.get(key)
        if held is None:
            return None
        if now - held[0] > self._seconds:
            self._drop(key)
            return None
        self._held.move_to_end(key)
        return held[2]

    def put(self, key: Hashable, value: V, size: int, now: float) -> None:
        """Hold it; `size` is in bytes."""
        self._drop(key)
        if size > self._largest:
            return
        self._held[key] = (now, size, value)
        self._size += size
        while self._held and (len(self._held) > self._most or self._size > self._largest):
            self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        held = self._held.pop(key, None)
        self._size -= held[1] if held is not None else 0
