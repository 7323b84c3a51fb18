"""What the pages need of the rest of hexmon."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hexmon.alerts.store import AlertStore, NoAlerts
from hexmon.board.draft import machine_time
from hexmon.board.ghosts import Ghost
from hexmon.bus import Bus
from hexmon.clock import Clock
from hexmon.graphs.view import GraphView, NoGraphs
from hexmon.history.hostdata import HostData, NoHostData
from hexmon.history.store import HistoryStore
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.site import Site
from hexmon.model.site_memory import MonitorMemory
from hexmon.model.site_state import MonitorState
from hexmon.model.status import ClientMessage, Status
from hexmon.web.settings import PageSettings


class Monitors(Protocol):
    """What is remembered of the monitors of YAML sites."""

    def memory(self, key: StatusKey) -> MonitorMemory | None:
        """All of one; None before its first check."""
        ...

    def states(self, site: Site) -> Mapping[str, MonitorState]:
        """Those of a site by their names, in the order of its file."""
        ...


class NoMonitors:
    """Nothing is remembered."""

    def memory(self, key: StatusKey) -> MonitorMemory | None:  # noqa: ARG002
        return None

    def states(self, site: Site) -> Mapping[str, MonitorState]:
        return {monitor.name: MonitorState() for monitor in site.monitors}


class BoardView(Protocol):
    """The board, for reading."""

    @property
    def inventory(self) -> Inventory: ...

    def status(self, key: StatusKey) -> Status | None: ...

    def squares(self, host: str) -> Sequence[Status]: ...

    def hosts(self) -> Iterable[str]: ...

    def clients(self, host: str) -> Sequence[ClientMessage]: ...

    @property
    def ghosts(self) -> Iterable[Ghost]: ...


@dataclass(frozen=True)
class Health:
    """`healthy`: the process works; `ready`: it has its state and can serve; `problems` says what is not so."""

    healthy: bool = True
    ready: bool = True
    problems: tuple[str, ...] = ()


def _no_metrics() -> str:
    return ""


async def _no_checks() -> AsyncIterator[str]:
    nothing: tuple[str, ...] = ()
    for line in nothing:
        yield line


async def _no_reload() -> None:
    return None


async def _no_retry(number: int) -> bool:  # noqa: ARG001
    return False


async def _no_acknowledge(cookie: int, seconds: float, text: str, whole_host: bool) -> bool:  # noqa: ARG001
    return False


@dataclass(frozen=True)
class WebContext:
    """Everything the web application is given. `reload` raises ConfigError when the old configuration stays.

    `last_report` is the moment of the latest report of any square; without it the pages look at every square. `local`
    turns a moment into the local time of NKTIME. `retry_delivery` sends a dead letter again, `acknowledge(cookie,
    seconds, text, whole_host)` files an acknowledgement; both say whether they did, and return when it is durable.
    `host_data` works on the disk at once: ask it in a thread.
    `link_key` is the secret that signed the links of messages; without it no link is valid.
    """

    board: BoardView
    history: HistoryStore
    bus: Bus
    clock: Clock
    health: Callable[[], Health] = Health
    metrics: Callable[[], str] = _no_metrics
    check_metrics: Callable[[], AsyncIterator[str]] = _no_checks
    reload: Callable[[], Awaitable[None]] = field(default=_no_reload)
    last_report: Callable[[], float] | None = None
    title: str = "hexmon"
    settings: PageSettings = field(default_factory=PageSettings)
    local: Callable[[float], datetime] = machine_time
    alerts: AlertStore = field(default_factory=NoAlerts)
    retry_delivery: Callable[[int], Awaitable[bool]] = field(default=_no_retry)
    acknowledge: Callable[[int, float, str, bool], Awaitable[bool]] = field(default=_no_acknowledge)
    host_data: HostData = field(default_factory=NoHostData)
    link_key: bytes = field(default=b"", repr=False)
    monitors: Monitors = field(default_factory=NoMonitors)
    graphs: GraphView = field(default_factory=NoGraphs)
