"""The relay's own status: to every server, regularly and whenever something changes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from hexmon import __version__
from hexmon.agent.outlet import Outlet
from hexmon.agent.relay_status import Limits, RelayState, ServerState, findings, status_message
from hexmon.app.relay_settings import RelaySettings
from hexmon.clock import Clock

_LOOK = 1.0  # seconds


class Teller:
    """Looks each second whether there is something to say. A server that is away hears of it in its turn only."""

    def __init__(
        self,
        settings: RelaySettings,
        clock: Clock,
        outlets: Sequence[Outlet],
        incoming: Mapping[str, int],
        tables: Callable[[], Mapping[str, int]],
    ) -> None:
        report = settings.report
        self._host, self._column = settings.own_name, report.column
        self._enabled, self._interval = report.enabled, report.interval
        self._limits = Limits(waits=report.waits, away=report.away, loss=report.loss)
        self._clock, self._outlets, self._incoming, self._tables = clock, outlets, incoming, tables
        self._begun = clock.monotonic()
        self._dropped = {outlet.name: 0 for outlet in outlets}
        self._lost: dict[str, float] = {}
        self._busy: set[str] = set()

    async def run(self) -> None:
        """Tell until cancelled; nothing when that is not wanted."""
        said, turn = None, -1
        if not self._enabled:
            return
        async with asyncio.TaskGroup() as tasks:
            while True:
                now = self._clock.monotonic()
                state = self.state()
                found = [(color, text.partition(":")[0]) for color, text in findings(state, self._limits)]
                passed = int((now - self._begun) / self._interval)
                if passed > turn or found != said:
                    message = status_message(self._host, self._column, state, self._limits, self._clock.now())
                    for outlet in self._outlets:
                        if outlet.name not in self._busy and (passed > turn or not outlet.away):
                            tasks.create_task(self._tell(outlet, message))
                    said, turn = found, passed
                await self._clock.sleep_until(now + _LOOK)

    async def _tell(self, outlet: Outlet, message: bytes) -> None:
        self._busy.add(outlet.name)
        try:
            await outlet.tell(message)
        finally:
            self._busy.discard(outlet.name)

    def state(self) -> RelayState:
        """The relay as it is now."""
        return RelayState(
            up=self._clock.monotonic() - self._begun,
            version=__version__,
            incoming=self._incoming,
            tables=self._tables(),
            servers=[self._server(outlet) for outlet in self._outlets],
        )

    def _server(self, outlet: Outlet) -> ServerState:
        now, counts = self._clock.monotonic(), outlet.counts
        if outlet.dropped > self._dropped[outlet.name]:
            self._dropped[outlet.name] = outlet.dropped
            self._lost[outlet.name] = now
        lost = self._lost.get(outlet.name)
        memory, files, size = outlet.waiting()
        return ServerState(
            name=outlet.name,
            trouble=outlet.trouble,
            disk_trouble=outlet.disk_trouble,
            away=None if outlet.away_since is None else now - outlet.away_since,
            waits=None if outlet.oldest is None else max(self._clock.now() - outlet.oldest, 0.0),
            since_loss=None if lost is None else now - lost,
            dropped=outlet.dropped,
            in_memory=memory,
            files=files,
            size=size,
            taken=counts.taken,
            sent=counts.sent,
            merged=counts.merged,
            combos=counts.combos,
            failures=counts.failures,
        )
