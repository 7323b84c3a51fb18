"""The parts of a running monitor, and how they are put together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hexmon.app.alerting import Alerting, NotifyEngines, Ports
from hexmon.app.analysis import AnalysisInForce
from hexmon.app.blackbox import Blackbox
from hexmon.app.graphing import Graphing
from hexmon.app.hostdata import HostDataKeeper
from hexmon.app.judging import ClientJudge
from hexmon.app.pull import Puller
from hexmon.app.receiving import message_endpoint, message_settings
from hexmon.app.settings import Configuration, client_judging
from hexmon.app.site_checking import checked
from hexmon.app.site_keeper import Others, SiteKeeper
from hexmon.app.sources import Sources
from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.history.hostdata import HostDataFiles
from hexmon.ingest.access import Access, Senders
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.files import Files
from hexmon.ingest.http import MessageEndpoint
from hexmon.ingest.outside import Outside
from hexmon.ingest.settings import FileSettings
from hexmon.ingest.tcp import MessageServer
from hexmon.inventory.xmh import xmh_value
from hexmon.judge.view import JudgeSettings, Verdict
from hexmon.model.color import Color
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.origin import Problem
from hexmon.model.status import DataMessage
from hexmon.probes.path import traced
from hexmon.probes.run import observe
from hexmon.probes.tools import Tools
from hexmon.schedule.extras import Extras
from hexmon.schedule.runner import Runner, RunnerSettings
from hexmon.schedule.zone import MachineZone
from hexmon.storage.engine import Storage


@dataclass(kw_only=True)
class Condition:
    """What is not as it should be with hexmon itself; the own status and `/-/ready` show it."""

    ready: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # somebody wants the configuration read again
    store_away: bool = False  # as the own status last said
    config_problems: tuple[Problem, ...] = ()
    config_refused: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that runs."""

    configuration: Configuration
    clock: Clock
    bus: LocalBus
    storage: Storage
    board: Board
    dispatcher: Dispatcher
    analysis: AnalysisInForce
    client_judge: ClientJudge
    server: MessageServer
    endpoint: MessageEndpoint
    tools: Tools
    runner: Runner
    alerting: Alerting
    keeper: SiteKeeper
    host_data: HostDataKeeper | None
    graphing: Graphing | None
    puller: Puller
    blackbox: Blackbox
    sources: Sources
    started: float
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What has to be closed again."""

    storage: Storage
    tools: Tools
    notify: NotifyEngines


def put_together(
    configuration: Configuration,
    clock: Clock,
    opened: Opened,
    sources: Sources,
    inventory: Inventory,
) -> Parts:
    """Build every part over an open storage and open tools; nothing runs yet."""
    bus = LocalBus()
    storage, tools = opened.storage, opened.tools
    condition = Condition(config_problems=inventory.problems)
    board = Board(clock, storage.journal, bus, configuration.settings.board, inventory)
    analysis = AnalysisInForce(clock, sources.analysis)
    client_judge = ClientJudge(board, clock, analysis.rules_of, client_judging(configuration.settings, MachineZone()))
    host_data = _host_data(configuration, clock, board, bus)
    dispatcher = Dispatcher(
        board,
        Access(_senders(configuration)),
        Files(_message_files(configuration), clock.monotonic),
        clock,
        outside=Outside(reload=lambda _word: condition.asked.set(), judge=client_judge.judge, save_next=host_data),
        xmh=xmh_value,
    )
    runner = _runner(configuration, clock, board, tools, bus)
    alerting = Alerting(configuration, clock, bus, board, Ports(storage, opened.notify, runner.probe_now))
    graphing = Graphing(configuration, clock, bus, board) if configuration.settings.graphs.enabled else None
    if graphing is not None:
        graphing.extras.use(sources.analysis)
    return Parts(
        configuration=configuration,
        clock=clock,
        bus=bus,
        storage=storage,
        board=board,
        dispatcher=dispatcher,
        server=MessageServer(dispatcher, storage.journal, clock, message_settings(configuration)),
        endpoint=message_endpoint(configuration, dispatcher, board, storage.journal, clock),
        analysis=analysis,
        client_judge=client_judge,
        tools=tools,
        runner=runner,
        alerting=alerting,
        keeper=_keeper(clock, bus, storage, board, alerting),
        host_data=host_data,
        graphing=graphing,
        puller=Puller(configuration.settings.pull, clock, board, dispatcher),
        blackbox=Blackbox(configuration, tools, clock),
        sources=sources,
        started=clock.now(),
        condition=condition,
    )


def _host_data(configuration: Configuration, clock: Clock, board: Board, bus: LocalBus) -> HostDataKeeper | None:
    settings = configuration.settings.hostdata
    if not settings.enabled:
        return None
    return HostDataKeeper(board, bus, clock, HostDataFiles(configuration.hostdata_dir), settings)


def _keeper(clock: Clock, bus: LocalBus, storage: Storage, board: Board, alerting: Alerting) -> SiteKeeper:
    others = Others(
        status=board.status,
        tell=alerting.notice,
        outage=alerting.engine.outage,
        beats=alerting.heartbeats.taken,
        zone=MachineZone(),
    )
    return SiteKeeper(clock, bus, storage.journal, others)


def _runner(configuration: Configuration, clock: Clock, board: Board, tools: Tools, bus: LocalBus) -> Runner:
    probing = configuration.settings.probing

    async def look(check: Check) -> Observation:
        return await observe(check, tools, clock)

    settings = RunnerSettings(
        max_in_flight=probing.concurrency,
        retry_pause=probing.retry_pause,
        judging=_judging(configuration),
    )

    def color_of(key: StatusKey) -> Color | None:
        status = board.status(key)
        return status.color if status else None

    def data(message: DataMessage) -> None:
        board.data(message.key.host, message.key.test, message.sender, message.text)

    async def find_path(ping: Observation) -> str:
        return await traced(ping.check.key.host, ping.address, tools.icmp)

    def monitored(observations: Sequence[Observation], verdict: Verdict) -> None:
        if verdict.report.color is not Color.CLEAR:  # what could not be tried says nothing of the monitor
            bus.publish(checked(observations[0], verdict.report, clock.now()))

    extras = Extras(data=data, find_path=find_path, monitored=monitored)
    return Runner(clock, look, board.report, settings, color_of, extras)


def _judging(configuration: Configuration) -> JudgeSettings:
    settings = configuration.settings
    wanted = vars(settings.judging) | {"no_page": frozenset(settings.judging.no_page)}
    return JudgeSettings(
        **wanted, validity=settings.board.status_lifetime, trace=settings.probing.trace, zone=MachineZone()
    )


def _senders(configuration: Configuration) -> Senders:
    lists = vars(configuration.settings.senders)
    return Senders(**{name: words or None for name, words in lists.items()})


def _message_files(configuration: Configuration) -> FileSettings:
    files = configuration.settings.files
    local = configuration.locate(files.client_local)
    return FileSettings(
        config_dir=configuration.locate(files.etc),
        download_dir=configuration.locate(files.download),
        client_local=local,
        merge_client_local=files.merge_client_local,
    )
