"""What may be asked of the board."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from hexmon.board.bounds import Bounds
from hexmon.board.draft import machine_time
from hexmon.board.entries import Entry
from hexmon.board.ghosts import Ghosts, MultiSources
from hexmon.board.schedule import Schedule
from hexmon.board.settings import BoardSettings
from hexmon.board.squares import Squares
from hexmon.board.store import Journal, ScheduledCommand
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.model.inventory import Inventory
from hexmon.model.names import HOST_NAME, StatusKey
from hexmon.model.status import NEVER, ClientMessage, Status


class Reader:
    """The squares, for reading. `counters` counts reports, ghosts and what was refused."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        bus: LocalBus,
        settings: BoardSettings,
        inventory: Inventory,
        local: Callable[[float], datetime] = machine_time,
    ) -> None:
        self.settings = settings
        self.ghosts = Ghosts()
        self.multi_sources = MultiSources()
        self.counters: Counter[str] = Counter()
        self.last_report = NEVER
        self.started = clock.now()
        self._clock = clock
        self._now = clock.now
        self._bus = bus
        self._bounds = Bounds(self.counters, settings.longest_text, settings.most_tests)
        self._schedule = Schedule(journal, self._bounds)
        self._squares = Squares(journal, bus, settings, inventory, local)
        self._registry = self._squares.registry

    def _ghost(self, name: str, sender: str, now: float) -> int:
        self.counters["ghosts"] += 1
        if not HOST_NAME.match(name):
            self.counters["refused"] += 1
        elif self.settings.ghosts in ("log", "match"):
            self.ghosts.saw(name, sender, now)
        return 0

    @property
    def inventory(self) -> Inventory:
        """The inventory in force."""
        return self._registry.inventory

    @property
    def entries(self) -> dict[str, Entry]:
        """Every host that was heard of, by canonical name; for the queries, which only read."""
        return self._registry.entries

    def now(self) -> float:
        """The moment by the board's clock."""
        return self._now()

    def canonical(self, host: str) -> str | None:
        """The host's own spelling of a name or an alias; None when messages for it are not accepted."""
        return self._registry.canonical(host, self._now())

    def status(self, key: StatusKey) -> Status | None:
        """The status of that square, in any spelling of it."""
        entry = self._registry.known(key.host)
        if entry is None:
            return None
        return entry.squares.get(key.test) or entry.squares.get(self._registry.test(key.test))

    def squares(self, host: str) -> Sequence[Status]:
        """The statuses of a host, the newest created first."""
        entry = self._registry.known(host)
        return list(reversed(entry.squares.values())) if entry else []

    def statuses(self) -> Iterator[Status]:
        """Every status, hosts in the order in which they were first heard of."""
        return self._registry.statuses()

    def hosts(self) -> list[str]:
        """The hosts that have squares or clients, in the order in which they were first heard of."""
        return [name for name, entry in self._registry.entries.items() if entry.squares or entry.clients]

    def clients(self, host: str) -> Sequence[ClientMessage]:
        """The agents' messages of a host, the newest collector first."""
        entry = self._registry.known(host)
        return [message.open() for message in reversed(entry.clients.values())] if entry else []

    def system(self, host: str) -> tuple[str, str]:
        """The operating system and the class that a host's agents last named; "" for what none did."""
        entry = self._registry.known(host)
        clients = sorted(entry.clients.values(), key=lambda one: one.received, reverse=True) if entry else []
        os_type = next((one.os_type for one in clients if one.os_type), "")
        return os_type, next((one.host_class for one in clients if one.host_class), "")

    def scheduled(self) -> Sequence[ScheduledCommand]:
        """The commands to be run later, in the order of their numbers."""
        return self._schedule.all()

    def due_commands(self, now: float) -> list[ScheduledCommand]:
        """What is due, the earliest first, also from while hexmon was away; `cancel` each when it has run."""
        return self._schedule.due(now)

    def by_cookie(self, number: int) -> Status | None:
        """The square that this number acknowledges; None once it is over."""
        key = self._squares.cookies.find(number)
        status = self.status(key) if key else None
        return status if status and status.cookie and status.cookie.expires >= self._now() else None
