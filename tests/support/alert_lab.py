"""A board with the alert engine behind it, on a clock that tests move; what would be sent is written down."""

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from hexmon.alerts.alerts_cfg import read_alerts
from hexmon.alerts.engine import FOLLOWED, AlertEngine
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.topology import NO_TOPOLOGY, Parent, Topology, build
from hexmon.alerts.world import World
from hexmon.board.board import Board
from hexmon.board.store import Journal, MemoryJournal, Snapshot, StatusSaved
from hexmon.bus import LocalBus
from hexmon.config.line import Line
from hexmon.model.color import BY_WORD
from hexmon.model.incident import Delivery, DeliverySaved, Incident, IncidentSaved
from hexmon.model.names import StatusKey, split_square
from hexmon.model.origin import Origin
from tests.support.builders import a_board, a_report, an_inventory
from tests.support.clock import FakeClock

START = 1_795_219_200.0  # a Saturday, midnight UTC


def rules_of(text: str) -> RuleBook:
    """Rules as alerts.cfg writes them."""
    lines = textwrap.dedent(text).strip().splitlines()
    return read_alerts([Line(line.strip(), Origin("alerts.cfg", number)) for number, line in enumerate(lines, 1)])


class AlertLab:
    """Hosts and rules; `told` are lines such as `alert www.http red -> ops`."""

    def __init__(self, rules: str, *hosts: Any, parents: Sequence[Parent] = (), clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock(START)
        self.hosts = hosts or ("www", "db", "router")
        self.parents = tuple(parents)
        self.rules = rules_of(rules)
        self.journal: Journal = MemoryJournal()
        self.sent: list[Delivery] = []
        self.dropped: list[tuple[str, str | None]] = []
        self.asked: list[StatusKey] = []
        self._read = 0
        self._build()

    def _build(self) -> None:
        self.bus = LocalBus()
        self.subscription = self.bus.follow("alerts", FOLLOWED)
        self.board: Board = a_board(*self.hosts, clock=self.clock, journal=self.journal, bus=self.bus)
        world = World(
            status=self.board.status,
            statuses=self.board.statuses,
            inventory=lambda: self.board.inventory,
            probe_now=self.asked.append,
            offer=self.sent.extend,
            drop=lambda host, test: self.dropped.append((host, test)),
        )
        self.engine = AlertEngine(self.clock, self.journal, world)
        self.engine.use(self.rules, self._topology())

    def _topology(self) -> Topology:
        return build(an_inventory(*self.hosts), self.parents)[0] if self.parents else NO_TOPOLOGY

    # What happens

    def report(self, square: str, color: str, text: str = "", **others: Any) -> None:
        """A status, and the engine's turn."""
        key = split_square(square)
        assert key is not None
        words = {"text": f"{color} {text}".encode()} if text else {}
        self.board.report(a_report(BY_WORD[color], key.host, key.test, **words, **others))
        self.turn()

    def turn(self) -> None:
        """The engine reads what the board told."""
        events = list(self.subscription._events)
        self.subscription._events.clear()
        self.engine.take(events)

    def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Time goes by; the engine looks at what is due each second. Statuses are refreshed by nobody."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            moved = min(step, end - self.clock.now())
            self.clock.wall += moved
            self.clock.mono += moved
            self.engine.tick()

    def read_rules(self, text: str) -> None:
        self.rules = rules_of(text)
        self.engine.use(self.rules, self._topology())

    def acknowledge(self, square: str, minutes: float, text: str = "on it") -> None:
        status = self.board.status(self._key(square))
        assert status is not None
        assert status.cookie is not None
        self.board.acknowledge(status.cookie.number, minutes * 60, text.encode())
        self.turn()

    def restart(self, *meanwhile: Callable[["AlertLab"], None]) -> None:
        """hexmon ends and starts again from its journal; `meanwhile` happens to the board before the engine looks."""
        statuses, incidents = self.stored()
        self._build()
        self.board.restore(Snapshot(statuses=statuses))
        self.subscription._events.clear()
        for what in meanwhile:
            what(self)
        self.engine.restore(incidents)
        self.turn()

    def stored(self) -> tuple[list[Any], list[Incident]]:
        """What a database would hold."""
        assert isinstance(self.journal, MemoryJournal)
        statuses: dict[StatusKey, Any] = {}
        incidents: dict[str, Incident] = {}
        for record in self.journal.records:
            if isinstance(record, StatusSaved):
                statuses[record.status.key] = record.status
            elif isinstance(record, IncidentSaved):
                incidents[record.incident.id] = record.incident
        return list(statuses.values()), [one for one in incidents.values() if one.open]

    # What came of it

    def told(self) -> list[str]:
        """What was decided since the last question: `KIND SQUARE COLOUR -> ADDRESS`."""
        new, self._read = self.sent[self._read :], len(self.sent)
        return [f"{one.message.kind} {one.message.key} {one.message.color.word} -> {one.way.address}" for one in new]

    def saved_deliveries(self) -> list[Delivery]:
        assert isinstance(self.journal, MemoryJournal)
        return [record.delivery for record in self.journal.records if isinstance(record, DeliverySaved)]

    @staticmethod
    def _key(square: str) -> StatusKey:
        key = split_square(square)
        assert key is not None
        return key
