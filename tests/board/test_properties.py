"""Whatever is done to a board, in whatever order, certain things stay true."""

import math
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hexmon.board.store import MemoryJournal, Snapshot, StatusSaved
from hexmon.model.color import Color
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK, AckInfo, Status
from hexmon.model.timespec import Downtime, parse_window
from tests.support.builders import a_board, a_host, a_report, an_inventory
from tests.support.clock import FakeClock

HOSTS = ("a.example.com", "b.example.com", "c.example.com")
NAMES = st.sampled_from([*HOSTS, "A.EXAMPLE.COM", "alias", "ghost", "summary", ""])
TESTS = st.sampled_from(["conn", "http", "HTTP", "x.y", ""])
COLORS = st.sampled_from(list(Color))
MOMENTS = st.sampled_from([UNTIL_OK, 0.0, 60.0, 1000.0, 90_000.0])
TEXTS = st.binary(max_size=20)
WINDOW = parse_window("*", "0800", "2000")
assert WINDOW is not None
KNOWN = (
    a_host(HOSTS[0], aliases=("alias",), delay_red={"http": 600.0}),
    a_host(HOSTS[1], downtime=(Downtime(WINDOW),), dialup=True),
    a_host(HOSTS[2], noflap=frozenset({"http"}), noclear=True),
)


class BoardMachine(RuleBasedStateMachine):
    """A board that everybody works on at once."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.journal = MemoryJournal()
        self.board = a_board(*KNOWN, clock=self.clock, journal=self.journal, flap_count=3)
        self.durable: dict[StatusKey, Status] = {}

    def durably(self, act: Callable[[], int]) -> None:
        """What has a ticket must have left a record."""
        before = len(self.journal.records)
        ticket = act()
        assert (ticket > 0) == (len(self.journal.records) > before)

    @rule(host=NAMES, test=TESTS, color=COLORS, text=TEXTS, validity=st.sampled_from([0.0, 60.0, 1800.0, math.inf]))
    def report(self, host: str, test: str, color: Color, text: bytes, validity: float) -> None:
        report = a_report(color, host=host, test=test, text=text, validity=validity)
        self.durably(lambda: self.board.report(report))
        again = self.board.status(StatusKey(host, test))
        if again is not None and color is not Color.PURPLE and not again.modifiers and not again.flap.flapping:
            self.board.report(report)
            status = self.board.status(StatusKey(host, test))
            assert status is not None
            assert (status.color, status.since, status.text, status.cookie) == (
                *(again.color, again.since, again.text, again.cookie),
            ) or status.flap.flapping

    @rule(host=NAMES, test=st.none() | TESTS, until=MOMENTS, text=TEXTS)
    def disable(self, host: str, test: str | None, until: float, text: bytes) -> None:
        end = until if until == UNTIL_OK else self.clock.now() + until
        self.board.disable(host, test, end, text)

    @rule(host=NAMES, test=st.none() | TESTS)
    def enable(self, host: str, test: str | None) -> None:
        self.durably(lambda: self.board.enable(host, test))

    @rule(number=st.integers(0, 5), seconds=MOMENTS, text=TEXTS, whole=st.booleans())
    def acknowledge(self, number: int, seconds: float, text: bytes, whole: bool) -> None:
        cookies = [one.cookie.number for one in self.board.statuses() if one.cookie]
        self.board.acknowledge(cookies[number % len(cookies)] if cookies else 1, seconds, text, whole)

    @rule(host=NAMES, test=st.none() | TESTS, level=st.integers(1, 2), until=MOMENTS)
    def ack_info(self, host: str, test: str | None, level: int, until: float) -> None:
        self.board.ack_info(host, test, AckInfo(level, "joe", 0.0, until, 0.0, b"me"))

    @rule(host=NAMES, test=TESTS, color=COLORS, source=st.sampled_from(["one", "two"]))
    def modify(self, host: str, test: str, color: Color, source: str) -> None:
        self.board.modify(StatusKey(host, test), color, source, b"because")

    @rule(host=NAMES, test=TESTS, source=st.sampled_from(["one", "two"]))
    def unmodify(self, host: str, test: str, source: str) -> None:
        self.board.unmodify(StatusKey(host, test), source)

    @rule(host=NAMES, test=st.none() | TESTS)
    def drop(self, host: str, test: str | None) -> None:
        self.durably(lambda: self.board.drop(host, test))

    @rule(old=NAMES, new=NAMES)
    def rename_host(self, old: str, new: str) -> None:
        self.durably(lambda: self.board.rename_host(old, new))

    @rule(host=NAMES, old=TESTS, new=TESTS)
    def rename_test(self, host: str, old: str, new: str) -> None:
        self.durably(lambda: self.board.rename_test(host, old, new))

    @rule(known=st.lists(st.sampled_from(KNOWN), unique_by=lambda host: host.name))
    def adopt(self, known: list[object]) -> None:
        self.board.adopt(an_inventory(*known) if known else an_inventory(KNOWN[0]))  # type: ignore[arg-type]

    @rule(seconds=st.sampled_from([1.0, 61.0, 700.0, 4000.0, 100_000.0]))
    def wait(self, seconds: float) -> None:
        self.clock.wall += seconds
        self.clock.mono += seconds
        self.board.tick()

    @rule()
    def checkpoint(self) -> None:
        self.board.checkpoint(1000)
        assert self.board.checkpoint(1000) == 0

    @rule()
    def restart(self) -> None:
        """What was journaled and checkpointed is what a new board begins with."""
        self.board.checkpoint(1000)
        before = {status.key: status for status in self.board.statuses()}
        inventory = self.board.inventory
        self.board = a_board(clock=self.clock, journal=self.journal, flap_count=3)
        self.board.adopt(inventory)
        self.board.restore(Snapshot(statuses=list(self.stored().values())))
        after = {status.key: status for status in self.board.statuses()}
        known = {key for key in before if key.host == "summary" or inventory.find(key.host)}
        assert set(after) == known
        assert all(after[key].color is before[key].color for key in known)

    def stored(self) -> dict[StatusKey, Status]:
        """Replay the journal as a store does."""
        for record in self.journal.records:
            if isinstance(record, StatusSaved):
                self.durable[record.status.key] = record.status
            elif isinstance(record, SquareDropped | SquareRenamed):
                self.forget(record.host, record.test)
        self.journal.records.clear()
        return self.durable

    def forget(self, host: str, test: str | None) -> None:
        for key in [key for key in self.durable if key.host == host and test in (None, key.test)]:
            del self.durable[key]

    @invariant()
    def every_square_makes_sense(self) -> None:
        now = self.clock.now()
        cookies = []
        for status in self.board.statuses():
            assert status.created <= now
            assert status.since <= status.updated or status.gap is not None or status.updated <= now
            assert status.since <= now
            assert status.disabled is None or status.color is Color.BLUE
            assert len(status.flap.changes) <= 3
            assert len(status.modifiers) <= 2
            assert len(status.ack_infos) <= 2
            assert (status.cookie is not None) <= (status.color in self.board.settings.alerting())
            assert status.reported is not Color.PURPLE
            assert status.planned is None or status.color is Color.BLUE
            cookies += [status.cookie.number] if status.cookie else []
        assert len(set(cookies)) == len(cookies)
        assert len(self.board._squares.cookies) == len(cookies), "a number outlived its square"
        assert self.board._squares.dirty <= {status.key for status in self.board.statuses()}

    @invariant()
    def every_square_is_found_by_its_key(self) -> None:
        for status in self.board.statuses():
            assert self.board.status(status.key) is status
            assert status in self.board.squares(status.key.host)


TestBoard = BoardMachine.TestCase
TestBoard.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
