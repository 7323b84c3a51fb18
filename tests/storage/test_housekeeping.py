"""Old and dropped history goes in small steps; what is still shown stays."""

import asyncio

import pytest
import sqlalchemy as sa

from hexmon.model.events import SquareDropped
from hexmon.model.names import StatusKey
from hexmon.storage import target
from hexmon.storage.engine import Storage, open_storage
from tests.storage.conftest import QUICK
from tests.storage.samples import NOON, a_status, changed
from tests.storage.test_journal import until

DAY = 86400.0


def rows(url: str, table: str) -> int:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() or 0)  # noqa: S608


async def moments(storage: Storage, host: str) -> list[float]:
    found = await storage.history.changes(StatusKey(host, "http"), 0, float("inf"), 10_000)
    return [(change.at - NOON) / DAY for change in found]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "STEP_ROWS", 3)


async def test_pruning_keeps_the_change_whose_colour_was_shown_at_that_moment(storage: Storage, url: str) -> None:
    for host, days in (("busy", range(10)), ("quiet", (0,)), ("late", (8, 9))):
        storage.journal.append([changed(NOON + day * DAY, a_status(host)) for day in days])
    await storage.journal.durable(storage.journal.append([]))
    storage.prune_history(NOON + 5 * DAY)
    await until(lambda: rows(url, "change") == 9)
    storage.prune_history(NOON + 5 * DAY)
    await storage.journal.durable(storage.journal.append([]))
    assert await moments(storage, "busy") == [9, 8, 7, 6, 5, 4]
    assert await moments(storage, "quiet") == [0]
    assert await moments(storage, "late") == [9, 8]


async def test_changes_of_dropped_squares_are_deleted_by_and_by_also_after_a_restart(url: str) -> None:
    storage = open_storage(url, asyncio.get_running_loop(), QUICK)
    storage.journal.append([changed(NOON + n, a_status(host)) for host in ("gone", "kept") for n in range(20)])
    storage.journal.append([SquareDropped(NOON, "gone", None)])
    await storage.close()
    assert rows(url, "square") == 1
    storage = open_storage(url, asyncio.get_running_loop(), QUICK)
    await until(lambda: rows(url, "change") == 20 and rows(url, "erased") == 0)
    assert len(await moments(storage, "kept")) == 20
    await storage.close()


async def test_records_are_taken_between_the_steps(storage: Storage, url: str) -> None:
    storage.journal.append([changed(NOON + n, a_status("gone")) for n in range(300)])
    await storage.journal.durable(storage.journal.append([SquareDropped(NOON, "gone", None)]))
    storage.prune_history(NOON + 10_000)
    await storage.journal.durable(storage.journal.append([changed(NOON)]))
    left = rows(url, "change")
    assert left > 1, "the record waited for the whole of the housekeeping"
    await until(lambda: rows(url, "change") == 1)
