"""The only reader of the time."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Two times: the wall (epoch seconds UTC, may jump) and the monotonic one (for intervals)."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        ...

    async def sleep_until(self, moment: float) -> None:
        """Return when monotonic() has reached that moment; at once when it has passed."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep_until(self, moment: float) -> None:
        delay = moment - time.monotonic()
        await asyncio.sleep(max(delay, 0.0))
