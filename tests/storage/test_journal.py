"""Nothing is called durable before it is committed, and nothing is lost while that does not work."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from hexmon.board.store import Record
from hexmon.storage.journal import JournalSettings, NotStoredError, WriterJournal
from hexmon.storage.writers import Batch, Segment
from tests.storage.samples import a_job, saved
from tests.support.clock import FakeClock

SETTINGS = JournalSettings(batch_records=100, high_water=5, retry_first=0.001, retry_most=0.002, close_within=30.0)


class Disk:
    """A target whose writes the test lets pass, one by one, or fails."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.failure = ""
        self.tried = 0
        self.chores = 0
        self.chore_failure = ""
        self.closed = False
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def write(self, batch: Batch) -> int:
        self.entered.set()
        self.tried += 1
        assert self.gate.wait(10)
        if self.failure:
            raise NotStoredError(self.failure)
        self.batches.append(batch)
        return 0

    def chore(self) -> bool:
        if self.chore_failure:
            raise NotStoredError(self.chore_failure)
        self.chores = max(self.chores - 1, 0)
        return self.chores > 0

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
async def journal(disk: Disk) -> AsyncIterator[WriterJournal]:
    opened = WriterJournal(disk, asyncio.get_running_loop(), FakeClock(), SETTINGS)
    yield opened
    disk.failure = ""
    disk.gate.set()
    await opened.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for the writer thread; the test's time limit is the only one."""
    loop = asyncio.get_running_loop()
    while not condition():
        await loop.run_in_executor(None, threading.Event().wait, 0.001)


def stored(disk: Disk) -> int:
    return sum(batch.records for batch in disk.batches)


async def test_tickets_grow_by_one(journal: WriterJournal) -> None:
    assert [journal.append([a_job(n)]) for n in range(3)] == [1, 2, 3]


async def test_nothing_is_durable_before_it_is_committed(journal: WriterJournal, disk: Disk) -> None:
    disk.gate.clear()
    told: list[int] = []
    ticket = journal.append([a_job(1)])
    journal.when_durable(ticket, lambda: told.append(ticket))
    await until(disk.entered.is_set)
    assert told == []
    assert journal.depth() == 1
    disk.gate.set()
    await journal.durable(ticket)
    assert told == [ticket]
    assert journal.depth() == 0


async def test_the_ticket_zero_and_a_committed_one_are_durable_at_once(journal: WriterJournal) -> None:
    told: list[str] = []
    journal.when_durable(0, lambda: told.append("zero"))
    await journal.durable(journal.append([a_job(1)]))
    journal.when_durable(1, lambda: told.append("one"))
    await journal.durable(1)
    assert told == ["zero", "one"]


async def test_what_comes_during_a_commit_is_committed_together_after_it(journal: WriterJournal, disk: Disk) -> None:
    disk.gate.clear()
    journal.append([a_job(0)])
    await until(disk.entered.is_set)
    tickets = [journal.append([a_job(n), a_job(n + 100)]) for n in range(1, 20)]
    disk.gate.set()
    await journal.durable(tickets[-1])
    assert [batch.records for batch in disk.batches] == [1, 38]


async def test_a_batch_is_bounded_and_never_splits_an_append(journal: WriterJournal, disk: Disk) -> None:
    disk.gate.clear()
    journal.append([a_job(0)])
    await until(disk.entered.is_set)
    last = [journal.append([a_job(n) for n in range(60)]) for _ in range(3)][-1]
    disk.gate.set()
    await journal.durable(last)
    assert [batch.records for batch in disk.batches] == [1, 120, 60]


async def test_callbacks_are_called_in_the_order_of_their_tickets_in_the_loops_thread(journal: WriterJournal) -> None:
    told: list[tuple[int, int]] = []

    def tell(ticket: int) -> None:
        told.append((ticket, threading.get_ident()))

    tickets = [journal.append([a_job(n)]) for n in range(5)]
    for ticket in reversed(tickets):
        journal.when_durable(ticket, partial(tell, ticket))
    await journal.durable(tickets[-1])
    assert told == [(ticket, threading.get_ident()) for ticket in tickets]


async def test_a_callback_that_fails_costs_nobody_else_their_answer(journal: WriterJournal) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["exception"]))
    ticket = journal.append([a_job(1)])
    journal.when_durable(ticket, lambda: 1 / 0)  # type: ignore[arg-type]
    await journal.durable(ticket)
    assert [type(error) for error in complaints] == [ZeroDivisionError]


async def test_a_waiter_that_is_cancelled_leaves_no_trace(journal: WriterJournal, disk: Disk) -> None:
    disk.gate.clear()
    ticket = journal.append([a_job(1)])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(journal.durable(ticket), 0.001)
    disk.gate.set()
    await journal.durable(ticket)


async def test_while_the_disk_fails_records_wait_and_trouble_says_why(
    journal: WriterJournal, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    disk.failure = "/data/hexmon.db: database or disk is full"
    ticket = journal.append([a_job(1)])
    await until(lambda: disk.tried > 3)
    assert journal.trouble == f"nothing is being stored, 1 records wait: {disk.failure}"
    assert journal.depth() == 1
    last = journal.append([a_job(2)])
    with caplog.at_level(logging.WARNING):
        disk.failure = ""
        await journal.durable(last)
    assert journal.trouble == ""
    assert stored(disk) == 2
    assert ticket < last
    assert "storing works again; 2 records were waiting" in caplog.text
    assert journal.counters.failures > 2


async def test_a_long_failure_is_logged_once(
    journal: WriterJournal, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    disk.failure = "away"
    journal.append([a_job(1)])
    await until(lambda: disk.tried > 5)
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_statuses_that_newer_ones_replace_are_not_kept_while_the_disk_fails(
    journal: WriterJournal, disk: Disk
) -> None:
    disk.failure = "away"
    for _ in range(50):
        journal.append([saved("a"), saved("b")])
    await until(lambda: disk.tried > 3)
    last = journal.append([saved("a")])
    disk.failure = ""
    await journal.durable(last)
    kept = [len(part) for batch in disk.batches for part in batch.parts if isinstance(part, Segment)]
    assert stored(disk) == 101
    assert sum(kept) <= 4


async def test_too_many_waiting_records_are_trouble_but_are_taken(journal: WriterJournal, disk: Disk) -> None:
    disk.gate.clear()
    last = journal.append([a_job(n) for n in range(5)])
    assert journal.trouble == ""
    last = journal.append([a_job(6)])
    assert journal.trouble == "6 records wait to be stored, more than 5: the disk is too slow"
    disk.gate.set()
    await journal.durable(last)
    assert journal.trouble == ""


async def test_a_close_writes_what_waits(disk: Disk) -> None:
    journal = WriterJournal(disk, asyncio.get_running_loop(), FakeClock(), SETTINGS)
    disk.gate.clear()
    for n in range(250):
        journal.append([a_job(n)])
    disk.gate.set()
    await journal.close()
    assert stored(disk) == 250
    assert disk.closed
    await journal.close()


async def test_a_close_gives_up_in_time_and_says_what_is_lost(disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    journal = WriterJournal(disk, asyncio.get_running_loop(), clock, SETTINGS)
    disk.failure = "away"
    journal.append([a_job(1), a_job(2)])
    closing = asyncio.get_running_loop().run_in_executor(None, lambda: None)
    await closing
    await until(lambda: disk.tried > 1)
    clock.mono -= 60.0  # the close below asks 30 s from here
    done = asyncio.Event()

    async def close() -> None:
        await journal.close()
        done.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(close())
        tried = disk.tried
        await until(lambda: disk.tried > tried + 2)
        assert not done.is_set()
        clock.mono += 60.0
    assert "closing: 2 records could not be stored: away" in caplog.text
    assert disk.batches == []


async def test_chores_are_done_when_nothing_waits(journal: WriterJournal, disk: Disk) -> None:
    disk.chores = 5
    journal.do_chores()
    await until(lambda: disk.chores == 0)
    disk.chore_failure = "locked"
    journal.do_chores()
    await journal.durable(journal.append([a_job(1)]))
    disk.chore_failure, disk.chores = "", 2
    journal.do_chores()
    await until(lambda: disk.chores == 0)


async def test_chores_that_are_asked_for_during_one_are_done_after_it(journal: WriterJournal, disk: Disk) -> None:
    done: list[str] = []
    inside, on = threading.Event(), threading.Event()

    def chore() -> bool:
        done.append("a step")
        inside.set()
        assert on.wait(10)
        return False

    await until(lambda: not journal._chores)
    disk.chore = chore  # type: ignore[method-assign]
    journal.do_chores()
    await until(inside.is_set)
    journal.do_chores()
    on.set()
    await until(lambda: len(done) == 2)


async def test_what_is_no_record_is_left_out_and_logged(
    journal: WriterJournal, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    records: list[Record] = ["nonsense", a_job(1)]  # type: ignore[list-item]
    await journal.durable(journal.append(records))
    assert "not a record, left out: 'nonsense'" in caplog.text
    assert stored(disk) == 2


async def test_a_writer_that_died_is_trouble(
    disk: Disk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    journal = WriterJournal(disk, asyncio.get_running_loop(), FakeClock(), SETTINGS)
    monkeypatch.setattr(disk, "write", lambda _: 1 / 0)
    journal.append([a_job(1)])
    await until(lambda: journal.trouble != "")
    assert "the writer thread has died" in journal.trouble
    await journal.close()
    assert "ZeroDivisionError" in caplog.text
