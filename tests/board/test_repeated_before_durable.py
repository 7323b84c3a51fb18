"""A report that only repeats what is not durable yet is acknowledged no sooner than the one it repeats."""

from collections.abc import Callable

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.model.color import Color
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import Report
from tests.support.clock import FakeClock


class SlowJournal(MemoryJournal):
    """Everything becomes durable when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Callable[[], None]] = []

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:  # noqa: ARG002
        self.waiting.append(callback)

    def commit(self) -> None:
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


def test_a_refresh_waits_for_the_change_it_repeats() -> None:
    journal = SlowJournal()
    settings = BoardSettings(ghosts="allow")
    board = Board(FakeClock(), journal, LocalBus(), settings, Inventory())

    def report(color: Color, test: str = "http") -> int:
        key = StatusKey("www.example.com", test)
        return board.report(Report(key=key, color=color, text=color.word.encode(), sender="127.0.0.1"))

    first = report(Color.RED)
    assert first > 0
    assert report(Color.RED) == first
    second = report(Color.GREEN)
    assert report(Color.GREEN) == second > first
    journal.waiting.pop(0)()
    assert report(Color.GREEN) == second, "the older change being durable is not enough"
    journal.commit()
    assert report(Color.GREEN) == 0
    assert report(Color.GREEN, "other") > second
