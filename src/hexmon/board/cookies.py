"""The numbers that acknowledge a square: six digits, unpredictable, and not used twice within memory."""

import secrets
from collections import OrderedDict

from hexmon.model.names import StatusKey

_LOWEST = 100_000
_COUNT = 900_000
_REMEMBERED = 300_000
_TRIES = 64
_WIDTH = 8  # bytes of a thrown number
_RANGE = 256**_WIDTH
_AT_ONCE = 512 * _WIDTH


class _Dice:
    """Unpredictable numbers, the system asked for many at once: a thousand squares may turn red together."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0

    def below(self, count: int) -> int:
        """Each number from 0 to count - 1 is as likely as any other; what would favour some is thrown again."""
        limit = _RANGE - _RANGE % count
        while (number := self._throw()) >= limit:
            pass
        return number % count

    def _throw(self) -> int:
        if self._at >= len(self._bytes):
            self._bytes, self._at = secrets.token_bytes(_AT_ONCE), 0
        self._at += _WIDTH
        return int.from_bytes(self._bytes[self._at - _WIDTH : self._at], "big")


class Cookies:
    """Which number belongs to which square. A number that was given up is not given again for a long time."""

    def __init__(self) -> None:
        self._dice = _Dice()
        self._live: dict[int, StatusKey] = {}
        self._past: OrderedDict[int, None] = OrderedDict()

    def new(self) -> int:
        """A number that no square has or lately had.

        Where hundreds of thousands are in use, it may have seven digits: never one that is taken.
        """
        lowest, count = _LOWEST, _COUNT
        while True:
            for _ in range(_TRIES):
                number = lowest + self._dice.below(count)
                if number not in self._live and number not in self._past:
                    return number
            lowest, count = lowest * 10, count * 10

    def give(self, number: int, key: StatusKey) -> None:
        """From now on that number means that square."""
        self._past.pop(number, None)
        self._live[number] = key

    def withdraw(self, number: int) -> None:
        """It means nothing any more."""
        if self._live.pop(number, None) is not None:
            self._past[number] = None
            if len(self._past) > _REMEMBERED:
                self._past.popitem(last=False)

    def find(self, number: int) -> StatusKey | None:
        """The square of that number."""
        return self._live.get(number)

    def __len__(self) -> int:
        return len(self._live)
