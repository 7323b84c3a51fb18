"""Graphs, put together: what the board and the checks tell of, to figures, to RRD files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from hexmon.app.graph_extras import GraphExtras
from hexmon.app.lines import by_label, counter, gauge
from hexmon.app.settings import Configuration
from hexmon.board.board import Board
from hexmon.bus import LocalBus, Subscription
from hexmon.clock import Clock
from hexmon.config.source import LinesSource
from hexmon.graphs import librrd
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.ifstat import INTERFACES
from hexmon.graphs.datasets.select import Selector
from hexmon.graphs.definitions import Definitions, read_definitions
from hexmon.graphs.files import RrdFiles
from hexmon.graphs.places import UNFINISHED
from hexmon.graphs.rrdcached import Rrdcached
from hexmon.graphs.schema import Update
from hexmon.graphs.settings import GraphSettings
from hexmon.graphs.site_figures import SiteFigures
from hexmon.graphs.site_rrd import Place, file_of
from hexmon.graphs.writer import Writer
from hexmon.model.events import (
    DataReported,
    Event,
    InventoryChanged,
    MonitorChecked,
    SquareDropped,
    SquareRenamed,
    StatusReported,
)
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError
from hexmon.model.site import Monitor

log = logging.getLogger(__name__)

FOLLOWED = (StatusReported, DataReported, MonitorChecked, SquareDropped, SquareRenamed, InventoryChanged)
LAST_WORDS = 10.0  # seconds that writing has when hexmon stops

_SLICE = 500  # events before the event loop has its turn
_MEMORY = f"{UNFINISHED}counters"  # of the devices of sites, in the folder of all RRD files
_TIMED = frozenset({"tcp", "icmp", "ldap", "dns", "ntp", "rpc"})  # probes whose squares say how long it took
_OF_APMONITOR = ".statefile.rrd"


def definitions_of(configuration: Configuration) -> Definitions:
    """The archives of new files, as rrddefinitions.cfg has them, with its mistakes. Blocking."""
    name = configuration.settings.graphs.definitions
    source = LinesSource(configuration.locate(name), required=name != GraphSettings().definitions)
    try:
        found = source.lines(lenient=True)
    except ConfigError as error:
        return Definitions(problems=error.problems)
    definitions = read_definitions(found.lines)
    return msgspec.structs.replace(definitions, problems=(*found.problems, *definitions.problems))


class _Snapshot(msgspec.Struct, frozen=True):
    """What the inventory in force says of figures: columns of network tests, and where those of monitors go."""

    timed: frozenset[str]
    monitors: Mapping[StatusKey, tuple[Monitor, Place]]
    hosts: frozenset[str]  # of monitors


class Graphing:
    """Follows the board; all reading of texts and all writing is the writer's thread's."""

    def __init__(self, configuration: Configuration, clock: Clock, bus: LocalBus, board: Board) -> None:
        self.folder = configuration.rrd_dir
        self.settings: GraphSettings = configuration.settings.graphs
        self._clock = clock
        self._board = board
        limit = self.settings.queue
        self._subscription = bus.follow("graphs", FOLLOWED, limit) if librrd.available() else None
        definitions = definitions_of(configuration)
        daemon = Rrdcached(self.settings.rrdcached, self.folder) if self.settings.rrdcached else None
        self.problems = definitions.problems
        self._files = RrdFiles(self.folder, definitions, daemon)
        settings = self.settings
        self._writer = Writer(self._files, clock, flush=settings.flush, batch=settings.batch, limit=settings.queue)
        self._selector = Selector(settings.reading())
        self.extras = GraphExtras(configuration, clock, board, self._made_by_script)
        self._figures = SiteFigures(self._files.last)
        self._snapshot = _Snapshot(frozenset(), {}, frozenset())

    # -- running --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes while it is open; everything that waits is written at the end, within LAST_WORDS seconds."""
        if self._subscription is None:
            yield
            return
        self.extras.start()
        self._writer.start()
        self._writer.do(self._load)
        self._inventory_changed()
        try:
            yield
        finally:
            if self._subscription.depth():
                self._take(await self._subscription.next_batch())
            self._writer.flush_all()
            self._writer.do(self._save)
            if not await asyncio.to_thread(self._writer.stop, LAST_WORDS):
                log.warning("graphs: %d figures could not be written in time", self._writer.pending())
            await self.extras.close()

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """The tasks of graphs, by name."""
        if self._subscription is None:
            return {}
        return {"graphs": self._follow(self._subscription), **self.extras.loops()}

    async def _follow(self, subscription: Subscription) -> None:
        while True:
            events = await subscription.next_batch()
            first = 0
            try:
                for first in range(0, len(events), _SLICE):
                    self._take(events[first : first + _SLICE])
                    await self._clock.sleep_until(self._clock.monotonic())
            except asyncio.CancelledError:
                self._take(events[first + _SLICE :])
                raise

    def place_of(self, key: StatusKey) -> Place | None:
        """Where the figures of a monitor of a site are."""
        found = self._snapshot.monitors.get(key)
        return found[1] if found is not None else None

    async def flushed(self, folder: str, files: Iterable[str], seconds: float = 2.0) -> None:
        """Return when the files have all figures that came, or after so many seconds."""
        waiting = [asyncio.wrap_future(self._writer.flush(folder, file)) for file in files]
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)

    # -- events, in the event loop --------------------------------------------------------------------------------

    def _take(self, events: Sequence[Event]) -> None:
        """Hand over in their order what there is; nothing here takes long."""
        texts: list[Source] = []
        for event in events:
            source = self._source_in(event)
            if source is not None:
                if not self.extras.read_by_script(source):
                    texts.append(source)
            elif not isinstance(event, StatusReported):
                self._hand_over(texts)
                texts = []
                self._other(event)
        self._hand_over(texts)

    def _hand_over(self, texts: list[Source]) -> None:
        if texts:
            self._writer.offer(self._read(texts), weight=len(texts), size=sum(len(one.text) for one in texts))

    def _made_by_script(self, source: Source, updates: Sequence[Update]) -> None:
        self._writer.offer(self.extras.of_text(source, updates))

    def _source_in(self, event: Event) -> Source | None:
        """A text that may have figures."""
        if isinstance(event, DataReported):
            return self._source("data", event.host, event.name, event.text, event.at)
        if not isinstance(event, StatusReported) or event.repeated or "R" in event.status.flags:
            return None
        status = event.status
        return self._source("status", status.key.host, status.key.test, status.text, event.at, status.color.word)

    def _source(self, kind: str, host: str, test: str, text: bytes, at: float, color: str = "green") -> Source:
        os_type, host_class = self._board.system(host)
        known = self._board.inventory.find(host)
        interfaces = known.items.get(INTERFACES) if known is not None else None
        return Source(
            kind=kind,
            host=host,
            test=test,
            text=text,
            at=at,
            color=color,
            os_type=os_type,
            host_class=host_class,
            settings={INTERFACES: interfaces} if interfaces else {},
        )

    def _other(self, event: Event) -> None:
        if isinstance(event, MonitorChecked):
            self._writer.offer(self._check(event))
        elif isinstance(event, SquareDropped):
            if event.test is None and not event.forget:
                self._drop(event.host)
        elif isinstance(event, SquareRenamed):
            if event.test is None:
                self._writer.rename(event.host, event.new_host)
        elif isinstance(event, InventoryChanged):
            self._inventory_changed()

    def _drop(self, host: str) -> None:
        self._writer.drop(host)
        for key, (_, place) in self._snapshot.monitors.items():
            if key.host == host:
                self._writer.drop(place.folder, place.file)

    def _inventory_changed(self) -> None:
        inventory = self._board.inventory
        self._writer.do(lambda: self._look_at(inventory))

    # -- in the writer's thread -----------------------------------------------------------------------------------

    def _read(self, texts: Sequence[Source]) -> Iterator[Update]:
        snapshot = self._snapshot
        for source in texts:
            if source.host not in snapshot.hosts:
                yield from self.extras.of_text(source, self._selector.updates_of(source))

    def _check(self, event: MonitorChecked) -> Iterator[Update]:
        found = self._snapshot.monitors.get(event.key)
        if found is not None:
            yield from self.extras.of_monitor(self._figures.updates(*found, event))

    def _look_at(self, inventory: Inventory) -> None:
        self._snapshot = _snapshot(inventory, self.folder)
        self._selector.settings = self.settings.reading(self._snapshot.timed)
        self._figures.keep_only({place for _, place in self._snapshot.monitors.values()})

    def _load(self) -> None:
        with suppress(OSError):
            self._figures.load((self.folder / _MEMORY).read_bytes())

    def _save(self) -> None:
        """What is older than the files, or cut off, is not used: it need not be safe."""
        if self.folder.is_dir():
            (self.folder / _MEMORY).write_bytes(self._figures.dump())

    # -- what is told ---------------------------------------------------------------------------------------------

    def troubles(self) -> Iterator[str]:
        """What is wrong with the figures, for hexmon's own square."""
        if not librrd.available():
            yield f"no figures are kept: {librrd.missing()}; [graphs] enabled = false says that none are wanted"
        yield from (str(problem) for problem in self.problems)
        yield from self._writer.troubles()
        yield from self.extras.troubles()

    def metrics(self) -> list[str]:
        """In Prometheus' text format."""
        return [
            *by_label("hexmon_rrd_total", "what", self._writer.totals()),
            *gauge("hexmon_rrd_queue_depth", self._writer.depth()),
            *gauge("hexmon_rrd_pending", self._writer.pending()),
            *gauge("hexmon_rrd_files", self._writer.files()),
            *counter("hexmon_rrd_seconds_total", round(self._writer.seconds, 3)),
            *self.extras.metrics(),
        ]


def _snapshot(inventory: Inventory, top: Path) -> _Snapshot:
    checks = (check for host in inventory.hosts.values() for check in host.checks)
    monitors: dict[StatusKey, tuple[Monitor, Place]] = {}
    for site in inventory.sites:
        # Files of APMonitor that were put here go on.
        theirs = f"{site.stem}{_OF_APMONITOR}"
        folder = theirs if (top / theirs).is_dir() else site.folder
        for monitor in site.monitors:
            monitors[monitor.key] = (monitor, Place(folder, file_of(monitor, site.folder)))
    return _Snapshot(
        frozenset(check.key.test for check in checks if check.probe in _TIMED),
        monitors,
        frozenset(key.host for key in monitors),
    )
