"""How fast one channel may go: so many at once, so many in a time, and one at a time while it fails."""

from collections import deque

import msgspec

from hexmon.alerts.notify.contract import Channel
from hexmon.clock import Clock
from hexmon.model.incident import Delivery

_TRUSTED_FAILURES = 3  # in a row; from then on one attempt at a time asks whether the channel works again

LaneKey = tuple[str, str, str]


class Parcel(msgspec.Struct, frozen=True):
    """What one attempt carries: `whole` is sent and stands for `deliveries`."""

    whole: Delivery
    deliveries: tuple[Delivery, ...]


class Sender:
    """The attempts of one channel, or of one program of the script channel."""

    def __init__(self, channel: Channel, program: str, most: int, clock: Clock) -> None:
        self.channel = channel
        self.program = program
        self.reason = ""
        self.ready: deque[tuple[LaneKey, Parcel]] = deque()
        self._most = most
        self._clock = clock
        self._under_way = 0
        self._failures = 0
        self._starts: deque[float] = deque()

    def next(self) -> tuple[LaneKey, Parcel] | None:
        """The next one to be attempted now; None while there is nothing, or no room."""
        most = 1 if self._failures >= _TRUSTED_FAILURES else self._most
        if not self.ready or self._under_way >= most or not self._in_rate():
            return None
        self._under_way += 1
        return self.ready.popleft()

    def ended(self, works: bool, reason: str) -> bool:
        """An attempt ended; whether the channel works again after failures."""
        self.reason = reason
        self._under_way -= 1
        recovered = works and self._failures > 0
        self._failures = 0 if works else self._failures + 1
        return recovered

    @property
    def failing(self) -> bool:
        """Whether the last attempts all failed."""
        return self._failures >= _TRUSTED_FAILURES

    def _in_rate(self) -> bool:
        if not self.channel.rate:
            return True
        now = self._clock.monotonic()
        while self._starts and self._starts[0] <= now - self.channel.per:
            self._starts.popleft()
        if len(self._starts) >= self.channel.rate:
            return False
        self._starts.append(now)
        return True
