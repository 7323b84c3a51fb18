"""`hexmon serve`: start, run until told to stop, reload, stop."""

import asyncio
import gc
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from starlette.applications import Starlette

from hexmon.agent.report import report_forever
from hexmon.agent.state import State
from hexmon.app.alerting import notify_engines
from hexmon.app.check_metrics import CheckMetrics
from hexmon.app.drawing import open_gallery
from hexmon.app.health import health, metrics, own_report
from hexmon.app.links import acknowledge
from hexmon.app.listening import WebSocket, web_sockets
from hexmon.app.loops import Adopted, Checkpoint, every, probe_the_unknown
from hexmon.app.own import own_name, own_server, own_url
from hexmon.app.pages import Pages
from hexmon.app.parts import Opened, Parts, put_together
from hexmon.app.receiving import web_certificates
from hexmon.app.settings import Configuration
from hexmon.app.site_keeper import SLICE as KEEPER_SLICE
from hexmon.app.site_takeover import take_over
from hexmon.app.sources import Sources
from hexmon.app.summaries import SummarySender
from hexmon.app.systemd import Notifier
from hexmon.clock import Clock, SystemClock
from hexmon.graphs.gallery import Gallery
from hexmon.graphs.view import NoGraphs
from hexmon.history.hostdata import HostDataFiles
from hexmon.ingest.addresses import parse_address
from hexmon.ingest.client import exchange_async
from hexmon.ingest.tls import Certificates
from hexmon.inventory.in_force import Windows
from hexmon.model.color import Color
from hexmon.model.inventory import Inventory
from hexmon.model.names import host_to_wire
from hexmon.model.origin import ConfigError
from hexmon.probes.tools import open_tools
from hexmon.storage.engine import open_storage
from hexmon.web.app import create_app
from hexmon.web.context import WebContext

log = logging.getLogger(__name__)

_OWN_STATUS_SECONDS = 60.0
_LOOK_FOR_CHANGES = 2.0
_SUMMARY_SECONDS = 60.0
_HOUSEKEEPING_SECONDS = 3600.0
_WATCHDOG_SECONDS = 5.0
_LAST_WORDS = 3.0  # seconds that open pages have when hexmon stops
_DAY = 86400.0
# While a thread judges a long message the event loop gives up the interpreter with each call of the system, and gets it
# back after so many seconds: Python's own 5 ms would make everybody else late.
_SWITCH_SECONDS = 0.0005
_THREADS = 64  # a resolver that does not answer holds one for each name: passwords and files must not wait for it


class Monitor:
    """A running hexmon."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.clock: Clock = SystemClock()
        self._sources = Sources(configuration)
        self._stop = asyncio.Event()
        self._one_reload = asyncio.Lock()
        self._adopted = Adopted()
        self._parts: Parts | None = None
        self._windows = Windows(Inventory())
        self._outside: frozenset[str] = frozenset()
        self._systemd = Notifier()
        self._certificates: Certificates | None = None
        self._gallery: Gallery | NoGraphs = NoGraphs()

    def stop(self) -> None:
        """Finish what is under way and return from `run`."""
        self._stop.set()

    def reload(self) -> None:
        """Read the configuration again, soon."""
        if self._parts is not None:
            self._parts.condition.asked.set()

    async def run(self, started: Callable[[Parts], None] = lambda _: None) -> None:
        """Serve until `stop`. Raises ConfigError, StorageError when it cannot start."""
        listeners = web_sockets(self.configuration.settings.listen.web)
        async with AsyncExitStack() as stack:
            for listener in listeners:
                stack.callback(listener.sock.close)
            self._certificates = web_certificates(self.configuration, listeners)
            self.configuration.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._windows = Windows(await asyncio.to_thread(self._sources.load))
            storage = open_storage(self.configuration.store_url, asyncio.get_running_loop(), clock=self.clock)
            stack.push_async_callback(storage.close)
            family = self.configuration.settings.probing.family
            tools = await stack.enter_async_context(open_tools(self.clock, family=family))
            engines = await stack.enter_async_context(notify_engines())
            opened = Opened(storage=storage, tools=tools, notify=engines)
            parts = put_together(self.configuration, self.clock, opened, self._sources, self._existing())
            self._parts = parts
            self._gallery = open_gallery(self.configuration, self.clock, parts.graphing, parts.keeper.memory)
            stack.callback(self._gallery.close)
            await self._take_over(parts)
            parts.board.restore(await storage.board.load())
            await parts.alerting.start(self._sources.alerts, self._sources.channels)
            parts.keeper.restore(await storage.monitors.load(), parts.board.inventory)
            parts.condition.config_problems += (*parts.alerting.problems, *self._sources.analysis.problems)
            # Not before: a message that came while the squares are read would be taken for a first report.
            parts.server.bind()
            if parts.graphing is not None:
                await stack.enter_async_context(parts.graphing.running())
            await self._serve(parts, listeners, started)

    async def _take_over(self, parts: Parts) -> None:
        lifetime = self.configuration.settings.board.status_lifetime
        await take_over(self.configuration.data_dir, parts.storage, parts.board.inventory, self.clock.now(), lifetime)

    async def _serve(self, parts: Parts, listeners: Sequence[WebSocket], started: Callable[[Parts], None]) -> None:
        app = self._web(parts)
        pages = Pages(app, listeners, self._certificates.context if self._certificates else None)
        await parts.runner.adopt(parts.board.inventory)
        # What was loaded stays: the collector need not look at it again, which would make checks late.
        gc.freeze()
        async with asyncio.TaskGroup() as tasks:
            web = tasks.create_task(pages.run_until_told(), name="web")
            loops = [
                tasks.create_task(work, name=name) for name, work in self._loops(parts, app.state.colors.of).items()
            ]
            parts.condition.ready = True
            _report_self(parts)
            self._systemd.ready(f"watching {len(parts.board.inventory.hosts)} hosts")
            started(parts)
            await self._stop.wait()
            self._systemd.stopping()
            parts.condition.ready = False
            pages.should_exit = True
            app.state.hub.stop()
            parts.server.stop_accepting()
            await asyncio.wait([web], timeout=_LAST_WORDS)
            pages.hang_up()
            await asyncio.wait([web], timeout=_LAST_WORDS)
            pages.force_exit = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS):
                    await parts.alerting.outbox.drained()
                    if parts.host_data is not None:
                        await parts.host_data.drained()
            for loop in loops:
                loop.cancel()
        await self._write_everything(parts)

    def _loops(self, parts: Parts, color_of: Callable[[str], Color]) -> dict[str, Coroutine[Any, Any, None]]:
        """The tasks of a monitor, by name; `color_of` knows the colours of pages by their URLs."""
        summaries = SummarySender(parts.board, self.clock, color_of)
        checkpoint = Checkpoint(parts.board, self.clock, parts.storage.journal.depth)
        of_sites = Checkpoint(parts.keeper, self.clock, parts.storage.journal.depth, KEEPER_SLICE)
        often = partial(every, self.clock)
        loops = {
            "messages": parts.server.serve(),
            "checks": parts.runner.run(),
            "first checks": probe_the_unknown(parts.board, parts.runner, self.clock, self._adopted),
            "client judge": parts.client_judge.run(),
            "board": often(1.0, partial(_tick, parts)),
            "alert times": often(1.0, parts.alerting.tick),
            "checkpoint": often(self.configuration.settings.board.checkpoint, checkpoint.run),
            "site states": parts.keeper.run(),
            "site checkpoint": often(self.configuration.settings.board.checkpoint, of_sites.run),
            "old monitors": often(_HOUSEKEEPING_SECONDS, parts.keeper.prune),
            "own status": often(_OWN_STATUS_SECONDS, partial(_report_self, parts)),
            "changes": often(_LOOK_FOR_CHANGES, self._look_for_changes),
            "credentials": often(_LOOK_FOR_CHANGES, partial(asyncio.to_thread, self._refresh_credentials, parts)),
            "reload": self._reload_when_asked(parts),
            "windows": often(_LOOK_FOR_CHANGES, partial(self._follow_windows, parts)),
            "summaries": often(_SUMMARY_SECONDS, summaries.run),
            "housekeeping": often(_HOUSEKEEPING_SECONDS, partial(_prune, parts)),
            "systemd": often(_WATCHDOG_SECONDS, partial(self._feed_watchdog, parts)),
        }
        loops |= parts.alerting.loops()
        if parts.host_data is not None:
            loops |= {
                "host data": parts.host_data.follow(),
                "host data files": parts.host_data.write(),
                "old host data": often(_HOUSEKEEPING_SECONDS, parts.host_data.prune),
            }
        if parts.graphing is not None:
            loops |= parts.graphing.loops()
        if self.configuration.settings.pull.enabled:
            loops["pull"] = parts.puller.run()
        agent = self._agent(parts)
        return loops | ({"agent": agent} if agent else {})

    def _web(self, parts: Parts) -> Starlette:
        return create_app(
            WebContext(
                board=parts.board,
                history=parts.storage.history,
                bus=parts.bus,
                clock=self.clock,
                health=partial(health, parts),
                metrics=partial(metrics, parts),
                check_metrics=CheckMetrics(parts.board, parts.runner, self.clock).chunks,
                reload=partial(self._reload_now, parts),
                last_report=lambda: parts.board.last_report,
                title=f"hexmon {own_name(self.configuration)}",
                settings=self.configuration.settings.pages,
                alerts=parts.storage.alerts,
                acknowledge=partial(acknowledge, parts),
                link_key=parts.alerting.link_key,
                retry_delivery=parts.alerting.retry,
                host_data=HostDataFiles(self.configuration.hostdata_dir),
                monitors=parts.keeper,
                graphs=self._gallery,
            ),
            [*parts.endpoint.routes(), *parts.blackbox.routes()],
        )

    def _agent(self, parts: Parts) -> Coroutine[Any, Any, None] | None:
        server = own_server(self.configuration)
        if not (self.configuration.settings.agent.enabled and server):
            return None
        address = parse_address(server)

        interval = self.configuration.settings.agent.interval
        state = State(self.configuration.data_dir / "agent")
        return report_forever(
            partial(exchange_async, address), own_name(self.configuration), parts.clock, interval, state
        )

    def _refresh_credentials(self, parts: Parts) -> None:
        """Users, tokens and certificates come and go without a restart."""
        parts.endpoint.credentials.refresh()
        parts.server.renew()
        if self._certificates is not None:
            self._certificates.renew()

    # Reloading

    async def _look_for_changes(self) -> None:
        if await asyncio.to_thread(self._sources.changed_and_at_rest):
            self.reload()

    async def _reload_when_asked(self, parts: Parts) -> None:
        while True:
            await parts.condition.asked.wait()
            parts.condition.asked.clear()
            try:
                await self._reload_now(parts)
            except ConfigError as error:
                log.error("the new configuration is refused, the old one stays in force:\n%s", error)  # noqa: TRY400

    async def _reload_now(self, parts: Parts) -> None:
        """Read everything again; a configuration that cannot be used changes nothing. Raises ConfigError."""
        async with self._one_reload:
            try:
                inventory = await asyncio.to_thread(self._sources.load)
            except ConfigError as error:
                parts.condition.config_refused = error.problems
                _report_self(parts)
                raise
            parts.condition.config_refused = ()
            self._windows = Windows(inventory)
            await self._adopt(parts)
            problems = (*inventory.problems, *parts.alerting.problems, *self._sources.analysis.problems)
            parts.condition.config_problems = problems
            _report_self(parts)
            hint = "; `hexmon check-config` names them" if inventory.problems else ""
            log.info("read the configuration: %s, %s%s", *_counts(inventory), hint)

    def _existing(self) -> Inventory:
        """The hosts that exist now, to be adopted."""
        now = self.clock.now()
        self._outside = self._windows.outside(now)
        return self._windows.at(now)

    async def _adopt(self, parts: Parts) -> None:
        before, inventory = parts.board.inventory, self._existing()
        parts.board.adopt(inventory)
        parts.keeper.use(inventory)
        await parts.alerting.use(self._sources.alerts, self._sources.channels)
        parts.analysis.use(self._sources.analysis)
        if parts.graphing is not None:
            parts.graphing.extras.use(self._sources.analysis)
        await parts.runner.adopt(inventory)
        self._adopted.tell(before, inventory)

    async def _follow_windows(self, parts: Parts) -> None:
        """Hosts come and go by NOTBEFORE and NOTAFTER, too."""
        async with self._one_reload:
            if self._windows.outside(self.clock.now()) != self._outside:
                await self._adopt(parts)

    # Stopping

    async def _write_everything(self, parts: Parts) -> None:
        while parts.board.checkpoint(10_000) or parts.keeper.checkpoint(KEEPER_SLICE):
            await self.clock.sleep_until(self.clock.monotonic())

    def _feed_watchdog(self, parts: Parts) -> None:
        """Only a scheduler that turns keeps us alive."""
        if health(parts).healthy:
            self._systemd.alive()


def _tick(parts: Parts) -> None:
    parts.board.tick()
    parts.dispatcher.run_due()
    away = bool(parts.storage.journal.trouble)
    if away != parts.condition.store_away:
        parts.condition.store_away = away
        _report_self(parts)


def _report_self(parts: Parts) -> None:
    if parts.configuration.settings.agent.enabled:
        parts.board.report(own_report(parts, parts.clock.now()))


def _counts(inventory: Inventory) -> tuple[str, str]:
    """How much was read and how much of it is wrong, in words."""
    hosts, mistakes = len(inventory.hosts), len(inventory.problems)
    return f"{hosts} host{'s' * (hosts != 1)}", f"{mistakes} mistake{'s' * (mistakes != 1)}"


def _prune(parts: Parts) -> None:
    store, now = parts.configuration.settings.store, parts.clock.now()
    if store.history_days:
        parts.storage.prune_history(now - store.history_days * _DAY)
    if store.notification_days:
        parts.storage.prune_notifications(now - store.notification_days * _DAY)


async def serve(configuration: Configuration, *, quiet: bool = False) -> None:
    """Run a monitor in this loop until SIGTERM or SIGINT; SIGHUP reloads."""
    monitor = Monitor(configuration)
    loop = asyncio.get_running_loop()
    sys.setswitchinterval(_SWITCH_SECONDS)
    loop.set_default_executor(ThreadPoolExecutor(_THREADS))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, monitor.stop)
    loop.add_signal_handler(signal.SIGHUP, monitor.reload)
    await monitor.run(lambda parts: None if quiet else _welcome(parts))


def _welcome(parts: Parts) -> None:
    """What a new user needs to know first."""
    configuration = parts.configuration
    messages = configuration.settings.listen.messages
    hosts = configuration.locate(configuration.settings.files.hosts)
    server = messages[0] if messages else "ADDRESS"
    program = "hexmon" if shutil.which("hexmon") else os.path.relpath(sys.argv[0])
    square = f"{host_to_wire(own_name(configuration))}.backup"
    words = f"""\
hexmon is watching {_counts(parts.board.inventory)[0]}: {own_url(configuration)}

  a host    write a line such as   127.0.0.1 www.example.com # testip ssh http://127.0.0.1:8000/   into
            {hosts}
            It is read again when it changes; `{program} check-config` finds mistakes.
  an agent  point any Xymon client at {", ".join(messages) or "an address in [listen] messages"}, or try:
            {program} send {server} "status {square} green $(date) it ran"

Ctrl-C stops it.
"""
    sys.stderr.write(words)
    sys.stderr.flush()
