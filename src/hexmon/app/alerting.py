"""Alerting, put together: rules and relations from files, the engine over the board, the outbox over the channels."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hexmon.alerts.causes import Limits
from hexmon.alerts.channels import unknown_channels
from hexmon.alerts.engine import FOLLOWED, AlertEngine
from hexmon.alerts.grouping import Grouping
from hexmon.alerts.heartbeat import Heartbeats, targets_of
from hexmon.alerts.links import ack_link
from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel, NotifyTools
from hexmon.alerts.notify.http import Request, ask
from hexmon.alerts.outbox import LEASE, Outbox, Post
from hexmon.alerts.rules_yaml import AlertsFile
from hexmon.alerts.store import LogQuery
from hexmon.alerts.topology import build
from hexmon.alerts.world import World
from hexmon.app.lines import by_label, counter, gauge
from hexmon.app.link_key import link_key
from hexmon.app.own import own_name, own_url
from hexmon.app.settings import Configuration
from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.inventory.xmh import XMH_NAMES, xmh_value
from hexmon.model.events import NoticeSent
from hexmon.model.incident import DeliveryState
from hexmon.model.names import StatusKey
from hexmon.model.origin import Problem
from hexmon.probes.curl_engine import CurlEngine
from hexmon.probes.programs import Programs
from hexmon.storage.engine import Storage

_LONG = 120.0  # seconds that a message may wait before the own square speaks of it
_TOO_LONG = 900.0  # seconds that a message may wait before hexmon calls itself unwell
_NAME_SECONDS = 2.0
_CONNECTIONS = 64  # that stay open between messages


@dataclass(frozen=True, kw_only=True)
class NotifyEngines:
    """What sends: apart from what probes, so that neither waits for the other."""

    curl: CurlEngine
    programs: Programs
    host: str  # this machine's name, with its domain where that is known


@asynccontextmanager
async def notify_engines() -> AsyncIterator[NotifyEngines]:
    """Opened once, in the event loop that sends."""
    host = await full_name()
    engines = NotifyEngines(curl=CurlEngine(connections=_CONNECTIONS), programs=Programs(), host=host)
    try:
        yield engines
    finally:
        engines.programs.close()
        engines.curl.close()


async def full_name() -> str:
    """Mail names the machine with its domain. Where name servers do not answer, hexmon must not wait for them."""
    try:
        async with asyncio.timeout(_NAME_SECONDS):
            return await asyncio.to_thread(socket.getfqdn)
    except TimeoutError:
        return socket.gethostname()


def notify_tools(configuration: Configuration, clock: Clock, engines: NotifyEngines) -> NotifyTools:
    """What every notifier is given, without what only a running monitor knows."""
    return NotifyTools(
        clock=clock,
        curl=engines.curl,
        programs=engines.programs,
        url=configuration.settings.alerts.url or own_url(configuration),
        name=f"hexmon {own_name(configuration)}",
        host=engines.host,
        cfid=configuration.settings.alerts.cfid,
    )


@dataclass(frozen=True)
class Ports:
    """What alerting is given of the rest, beside the board."""

    storage: Storage
    engines: NotifyEngines
    probe_now: Callable[[StatusKey], object]


class Alerting:
    """The alert engine with all that it needs. Without rules and channels until `start`."""

    def __init__(self, configuration: Configuration, clock: Clock, bus: LocalBus, board: Board, ports: Ports) -> None:
        self.problems: tuple[Problem, ...] = ()
        self._configuration = configuration
        self._clock = clock
        self._storage = ports.storage
        self._board = board
        self._probe_now = ports.probe_now
        # Before any message comes: what is told from now on waits here until the engine runs.
        self._subscription = bus.follow("alerts", FOLLOWED)
        # The same after a restart: what this monitor held it may take up again at once.
        self._owner = f"{socket.gethostname()}:{configuration.data_dir}"
        settings = configuration.settings
        self.link_key = link_key(configuration)
        tools = notify_tools(configuration, clock, ports.engines)
        self.tools = replace(tools, environment=self._environment, ack_link=partial(ack_link, self.link_key, tools.url))
        post = Post(
            channels={},
            notifiers=NOTIFIERS,
            tools=self.tools,
            grouping=Grouping(seconds=settings.alerts.group_seconds),
            owner=self._owner,
        )
        self.outbox = Outbox(clock, ports.storage.journal, post)
        self.engine = AlertEngine(clock, ports.storage.journal, self._world())
        self.heartbeats = Heartbeats(clock, self._get, settings.heartbeat, look=board.status, well=self._is_well)

    async def start(self, files: AlertsFile, channels: Mapping[str, Channel]) -> None:
        """Take over what was open, under the rules in force."""
        snapshot = await self._storage.alerts.claim(self._owner, self._clock.now(), LEASE)
        await self.use(files, channels)
        highest = max((delivery.number for delivery in snapshot.deliveries), default=0)
        self.engine.restore(snapshot.incidents, highest)
        self.outbox.offer(snapshot.deliveries)

    async def use(self, files: AlertsFile, channels: Mapping[str, Channel]) -> None:
        """Other rules, relations, channels or hosts are in force; the board has the hosts already."""
        inventory, settings = self._board.inventory, self._configuration.settings
        # Patterns over many hosts take a while, and checks must start meanwhile.
        topology, mistakes = await asyncio.to_thread(build, inventory, files.parents, settings.board.ping_column)
        checks = (*settings.heartbeat.checks, *files.heartbeats)
        targets, others = targets_of(replace(settings.heartbeat, checks=checks), inventory)
        self.problems = (*files.problems, *mistakes, *others, *unknown_channels(files.book, channels))
        self.outbox.use(channels)
        self.heartbeats.replace(targets)
        self.engine.use(files.book, topology)

    def tick(self) -> None:
        """Look at what has become due. To be called every second."""
        self.engine.tick()
        self.outbox.tick()

    def notice(self, key: StatusKey, text: str) -> None:
        """Tell a change of that square. It is in the journal when this returns: what was told is written behind it."""
        text_sent = text.encode(errors="replace")
        self.engine.take([NoticeSent(self._clock.now(), "notify", str(key), "hexmon", text_sent)])

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """The tasks of alerting, by name."""
        return {
            "alerts": self.engine.run(self._subscription),
            "outbox": self.outbox.run(),
            "heartbeats": self.heartbeats.run(),
        }

    def troubles(self) -> Iterator[str]:
        """What is wrong with the telling, for hexmon's own square."""
        oldest = self.outbox.oldest()
        waits = self._clock.now() - oldest if oldest else 0.0
        if waits > _LONG:
            yield f"{self.outbox.waiting()} messages wait to be sent, the first for {waits / 60:.0f} minutes"
        for name, reason in sorted(self.outbox.failing().items()):
            yield f"the channel {name} fails: {reason}"
        if self.outbox.dead:
            yield f"{self.outbox.dead} messages were given up since the start; /notifications shows them"
        yield from self.heartbeats.troubles()

    def metrics(self) -> list[str]:
        """In Prometheus' text format."""
        incidents = self.engine.incidents()
        lines = [
            *gauge("hexmon_incidents_open", len(incidents)),
            *gauge("hexmon_incidents_explained", sum(1 for one in incidents if one.root is not None)),
            *gauge("hexmon_deliveries_waiting", self.outbox.waiting()),
            *counter("hexmon_deliveries_dead_total", self.outbox.dead),
            *by_label("hexmon_alerts_total", "what", dict(self.engine.counters)),
            "# TYPE hexmon_notifications_total counter",
        ]
        for (channel, outcome), count in sorted(self.outbox.counters.items()):
            lines.append(f'hexmon_notifications_total{{channel="{channel}",outcome="{outcome}"}} {count}')
        return [*lines, *self.heartbeats.metrics()]

    async def retry(self, number: int) -> bool:
        """Send a dead letter once more; False when there is none of that number."""
        query = LogQuery(before=number + 1, state=DeliveryState.DEAD, limit=1)
        found = [one for one in await self._storage.alerts.notifications(query) if one.number == number]
        for delivery in found:
            self.outbox.retry(delivery)
        return bool(found)

    # -- what the parts are given ---------------------------------------------------------------------------------

    def _world(self) -> World:
        settings = self._configuration.settings
        return World(
            status=self._board.status,
            statuses=self._board.statuses,
            inventory=lambda: self._board.inventory,
            probe_now=self._probe_now,
            offer=self.outbox.offer,
            drop=self.outbox.drop,
            alert_colors=settings.board.alerting(),
            limits=Limits(hold_seconds=settings.alerts.hold, settle_seconds=settings.alerts.settle),
            owner=self._owner,
        )

    def _environment(self, key: StatusKey) -> Mapping[str, str]:
        """The XMH_* items of a host, for programs."""
        inventory = self._board.inventory
        host = inventory.find(key.host)
        if host is None:
            return {}
        values = ((name, xmh_value(host, inventory, name)) for name in XMH_NAMES)
        return {name: value for name, value in values if value is not None}

    def _is_well(self) -> bool:
        """Whether hexmon does its work: what it decides is stored, and what waits is sent."""
        oldest = self.outbox.oldest()
        return not self._storage.journal.trouble and not (oldest and self._clock.now() - oldest > _TOO_LONG)

    async def _get(self, url: str, timeout: float) -> int:  # noqa: ASYNC109 - libcurl keeps it
        """One GET of a heartbeat."""
        answer = await ask(Request(url=url, method="GET"), self.tools, timeout)
        return answer.status
