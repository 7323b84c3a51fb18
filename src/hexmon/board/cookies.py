"""The numbers that acknowledge a square: six digits, unpredictable, and not used twice within memory."""

import secrets
from collections import OrderedDict

from hexmon.model.names import StatusKey

_LOWEST = 100_000
_COUNT = 900_000
_REMEMBERED = 300_000
_TRIES = 64


class Cookies:
    """Which number belongs to which square. A number that was given up is not given again for a long time."""

    def __init__(self) -> None:
        self._live: dict[int, StatusKey] = {}
        self._past: OrderedDict[int, None] = OrderedDict()

    def new(self) -> int:
        """A number that no square has or lately had.

        Where hundreds of thousands are in use, it may have seven digits: never one that is taken.
        """
        lowest, count = _LOWEST, _COUNT
        while True:
            for _ in range(_TRIES):
                number = lowest + secrets.randbelow(count)
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
