"""A planned command is forgotten only after what it did is in the journal."""

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal, ScheduleRemoved, ScheduleSaved, StatusSaved
from hexmon.bus import LocalBus
from hexmon.ingest.access import Access
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.files import Files
from hexmon.ingest.settings import FileSettings
from hexmon.model.inventory import Inventory
from tests.support.clock import FakeClock


async def test_a_due_command_is_run_once_and_forgotten_after_its_effect() -> None:
    clock, journal = FakeClock(), MemoryJournal()
    board = Board(clock, journal, LocalBus(), BoardSettings(ghosts="allow"), Inventory())
    dispatcher = Dispatcher(board, Access(), Files(FileSettings(), clock.monotonic), clock)
    at = int(clock.now()) + 60
    assert dispatcher.handle(f"schedule {at} status www.example.com.http red planned".encode(), "127.0.0.1").ticket
    assert dispatcher.run_due() == 0
    await clock.advance(61)
    assert dispatcher.run_due() == 1
    assert dispatcher.run_due() == 0
    kinds = [type(record) for record in journal.records if not isinstance(record, ScheduleSaved)]
    assert kinds[0] is StatusSaved
    assert kinds[-1] is ScheduleRemoved
    assert kinds.count(ScheduleRemoved) == 1
