"""What is due, and when: a grid of moments that no delay, restart or reload can shift."""

import hashlib
import heapq
import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check


class Square(msgspec.Struct, frozen=True):
    """All checks of one square: they run together, as often as the most frequent of them wants. Seconds."""

    key: StatusKey
    checks: tuple[Check, ...]
    interval: float


def squares_of(host: Host) -> list[Square]:
    """A host's checks, by square, in the order of the tags."""
    by_key: dict[StatusKey, list[Check]] = {}
    for check in host.checks:
        by_key.setdefault(check.key, []).append(check)
    return [Square(key, tuple(checks), min(check.interval for check in checks)) for key, checks in by_key.items()]


def phase_of(key: StatusKey, interval: float) -> float:
    """Where in its interval a square has its turn: by its name alone, so that it never moves."""
    digest = hashlib.blake2b(f"{key.host}|{key.test}".encode(), digest_size=8).digest()
    return interval * (int.from_bytes(digest, "big") / 2**64)


class Due(NamedTuple):
    """A square whose turn has come. `moment` is when it should have started; `extra` is a turn beside the grid."""

    moment: float
    square: Square
    extra: bool


class _Slot:
    """The place of one square on the grid: its turns are `phase + turn * interval` after the grid's zero."""

    __slots__ = ("extra", "missed", "phase", "square", "turn")

    def __init__(self, square: Square) -> None:
        self.square = square
        self.phase = phase_of(square.key, square.interval)
        self.turn = 0
        self.missed = 0
        self.extra: float | None = None


class Agenda:
    """The turns of all squares, in monotonic seconds.

    `zero` is the monotonic moment of the grid's beginning. With the moment at which the wall clock was 0 the grid
    survives a restart; a wall clock that is set later does not touch it. A turn whose successor is due as well is
    skipped and counted, never made up for.
    """

    def __init__(self, zero: float) -> None:
        self.missed = 0
        self._zero = zero
        self._slots: dict[StatusKey, _Slot] = {}
        self._heap: list[tuple[float, StatusKey, bool]] = []

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: StatusKey) -> bool:
        return key in self._slots

    def square(self, key: StatusKey) -> Square | None:
        """What the agenda holds for that key."""
        slot = self._slots.get(key)
        return slot.square if slot is not None else None

    def keys(self) -> frozenset[StatusKey]:
        """Every square."""
        return frozenset(self._slots)

    def missed_of(self, key: StatusKey) -> int:
        """How many turns of that square were skipped."""
        slot = self._slots.get(key)
        return slot.missed if slot is not None else 0

    def next_moment(self) -> float | None:
        """When the next turn may be; a turn that was withdrawn may still be announced."""
        return self._heap[0][0] if self._heap else None

    def put(self, square: Square, now: float) -> None:
        """Add a square or replace what was known of it. Its turns stay where they are unless the interval changed."""
        slot = self._slots.get(square.key)
        if slot is not None and slot.square.interval == square.interval:
            slot.square = square
            return
        fresh = _Slot(square)
        fresh.missed = slot.missed if slot is not None else 0
        fresh.turn = math.ceil((now - self._zero - fresh.phase) / square.interval)
        self._slots[square.key] = fresh
        self._push(fresh)

    def remove(self, key: StatusKey) -> None:
        """Forget a square; its turn in the heap is thrown away when it comes."""
        self._slots.pop(key, None)

    def replace(self, squares: Iterable[Square], now: float) -> None:
        """Exactly these squares, in one go."""
        wanted = {square.key: square for square in squares}
        for key in self._slots.keys() - wanted.keys():
            self.remove(key)
        for square in wanted.values():
            self.put(square, now)

    def hurry(self, key: StatusKey, moment: float) -> None:
        """One more turn, beside the grid, unless the grid's own comes before it."""
        slot = self._slots.get(key)
        if slot is not None and moment < self._moment(slot):
            slot.extra = moment
            heapq.heappush(self._heap, (moment, key, True))

    def miss(self, key: StatusKey) -> None:
        """Count a turn that could not start: the one before it still ran."""
        self.missed += 1
        slot = self._slots.get(key)
        if slot is not None:
            slot.missed += 1

    def due(self, now: float, limit: int = 1000) -> list[Due]:
        """The turns that have come, earliest first, each moved on to its next one; at most `limit` of them."""
        found: list[Due] = []
        heap = self._heap
        while heap and heap[0][0] <= now and len(found) < limit:
            moment, key, extra = heapq.heappop(heap)
            slot = self._slots.get(key)
            if slot is None:
                continue
            due = self._extra(slot, moment) if extra else self._regular(slot, moment, now)
            if due is not None:
                found.append(due)
        return found

    def _extra(self, slot: _Slot, moment: float) -> Due | None:
        if slot.extra != moment:
            return None
        slot.extra = None
        return Due(moment, slot.square, extra=True)

    def _regular(self, slot: _Slot, moment: float, now: float) -> Due | None:
        if moment != self._moment(slot):
            return None  # left over from an interval that was changed
        skipped = int((now - moment) // slot.square.interval)
        slot.turn += skipped
        slot.missed += skipped
        self.missed += skipped
        due = Due(self._moment(slot), slot.square, extra=False)
        slot.turn += 1
        slot.extra = None
        self._push(slot)
        return due

    def _moment(self, slot: _Slot) -> float:
        return self._zero + slot.phase + slot.turn * slot.square.interval

    def _push(self, slot: _Slot) -> None:
        heapq.heappush(self._heap, (self._moment(slot), slot.square.key, False))
