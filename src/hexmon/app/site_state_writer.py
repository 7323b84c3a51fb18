"""Writes the state of a site while its pass runs: soon after something happened, not after every check."""

import asyncio
import threading

from msgspec.structs import replace

from hexmon.app.state_files import StateFiles, write_memories
from hexmon.clock import Clock
from hexmon.model.site import Site
from hexmon.model.site_memory import MonitorMemory

_EVERY = 1.0  # seconds
KEPT = 7 * 86400.0  # seconds that a monitor that left its file is remembered: it may come back


class StateWriter:
    """`memories` are by the names of monitors; they are written as they are at the moment."""

    def __init__(self, files: StateFiles, memories: dict[str, MonitorMemory], clock: Clock) -> None:
        self._files = files
        self._memories = memories
        self._clock = clock
        self._began = clock.monotonic()
        self._dirty = False
        self._kept = False
        self._lock = threading.Lock()
        self._finished = False

    def changed(self) -> None:
        """There is something new to keep."""
        self._dirty = True

    async def run(self) -> None:
        """Until cancelled. A disk that fails is met again at the end, where it is told."""
        while True:
            await self._clock.sleep_until(self._clock.monotonic() + _EVERY)
            if self._dirty:
                self._dirty = False
                try:
                    await asyncio.to_thread(self._write, dict(self._memories))
                except OSError:
                    self._dirty = True

    def finish(self) -> None:
        """Write the last of it, whatever has changed. Raises OSError."""
        with self._lock:
            self._finished = True
            self._write_now(self._memories)

    def _write(self, memories: dict[str, MonitorMemory]) -> None:
        with self._lock:
            if not self._finished:  # it was cancelled, but its thread was not
                self._write_now(memories)

    def _write_now(self, memories: dict[str, MonitorMemory]) -> None:
        """What was there when the run began stays beside it."""
        took = self._clock.monotonic() - self._began
        write_memories(self._files.state, memories, self._clock.now(), took, keep=not self._kept)
        self._kept = True


def without_strangers(memories: dict[str, MonitorMemory], site: Site, now: float) -> dict[str, MonitorMemory]:
    """Without the monitors that left the site's file long ago; a new one of that name must not be taken for them."""
    names = {monitor.name for monitor in site.monitors}
    found = {}
    for name, memory in memories.items():
        if name in names:
            found[name] = replace(memory, left=0.0)
        elif not memory.left:
            found[name] = replace(memory, left=now)
        elif now - memory.left < KEPT:
            found[name] = memory
    return found
