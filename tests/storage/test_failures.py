"""A full disk, a lock, a torn log, a record nobody can store: what happens to the others."""

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from hexmon.board.store import ScheduleRemoved, StatusSaved
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.names import StatusKey
from hexmon.storage import engine
from hexmon.storage.engine import Storage, StorageError, open_storage
from tests.storage.conftest import QUICK, a_database, sqlite_url
from tests.storage.samples import NOON, a_change, a_job, a_status, changed, saved
from tests.storage.test_journal import until


def database(folder: Path) -> Path:
    return folder / "data" / "hexmon.db"


def open_in(folder: Path) -> Storage:
    return open_storage(sqlite_url(folder), asyncio.get_running_loop(), QUICK)


async def reopened(folder: Path) -> tuple[list[StatusKey], int]:
    """The squares and the number of changes that another process would find."""
    storage = open_in(folder)
    try:
        snapshot = await storage.board.load()
        return [status.key for status in snapshot.statuses], len(await storage.history.latest(0, 1_000_000))
    finally:
        await storage.close()


async def recovers(storage: Storage, repair: Callable[[], object], ticket: int, reason: str) -> None:
    await until(lambda: storage.journal.trouble != "")
    assert reason in storage.journal.trouble
    repair()
    await storage.journal.durable(ticket)
    assert storage.journal.trouble == ""


async def test_a_database_locked_by_another_process_is_waited_for(tmp_path: Path) -> None:
    storage = open_in(tmp_path)
    other = sqlite3.connect(database(tmp_path), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    ticket = storage.journal.append(a_change(a_status()))
    await recovers(storage, lambda: other.execute("ROLLBACK"), ticket, "database is locked")
    other.close()
    await storage.close()
    assert await reopened(tmp_path) == ([a_status().key], 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB, in a mount of this test's own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"not run: this account cannot mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_full_disk_is_waited_for(small_disk: Path) -> None:
    storage = open_in(small_disk)
    await storage.journal.durable(storage.journal.append(a_change(a_status("first"))))
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 8192))
    texts = random.Random(1)  # noqa: S311 - bytes that do not compress
    statuses = [a_status(f"h{n}", text=b"red " + texts.randbytes(4000)) for n in range(100)]
    ticket = [storage.journal.append(a_change(status)) for status in statuses][-1]
    await recovers(storage, filler.unlink, ticket, "disk is full")
    await storage.close()
    squares, changes = await reopened(small_disk)
    assert (len(squares), changes) == (101, 101)


async def test_a_database_that_reached_its_largest_size_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 40
    make_engines = engine.make_engines

    def on_connect(raw: sqlite3.Connection, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count = {limit}")

    def limited(*arguments: Any) -> tuple[sa.Engine, sa.Engine]:
        engines = make_engines(*arguments)
        sa.event.listen(engines[0], "connect", on_connect)
        return engines

    def grow() -> None:
        nonlocal limit
        limit = 10_000

    monkeypatch.setattr(engine, "make_engines", limited)
    storage = open_in(tmp_path)
    ticket = storage.journal.append([saved(f"h{n}") for n in range(1000)])
    await recovers(storage, grow, ticket, "database or disk is full")
    await storage.close()
    assert len((await reopened(tmp_path))[0]) == 1000


async def test_a_file_that_was_removed_is_missed_until_it_is_put_back(tmp_path: Path) -> None:
    storage = open_in(tmp_path)
    await storage.journal.durable(storage.journal.append(a_change(a_status("before"))))
    away = tmp_path / "away"
    (tmp_path / "data").rename(away)
    ticket = storage.journal.append(a_change(a_status("after")))
    await recovers(storage, lambda: away.rename(tmp_path / "data"), ticket, "the file is gone; put it back")
    await storage.close()
    assert {key.host for key in (await reopened(tmp_path))[0]} == {"before", "after"}


async def test_postgresql_that_ends_the_connection_is_asked_again(postgres: str) -> None:

    url = a_database(postgres)
    storage = open_storage(url, asyncio.get_running_loop(), QUICK)
    await storage.journal.durable(storage.journal.append([saved("a")]))
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = sa.make_url(url).database
    with server.connect() as admin:
        # Nobody may connect, and who is connected is thrown out: to a client the server is away.
        admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        admin.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": name})
        ticket = storage.journal.append([saved("b")])
        await until(lambda: "not currently accepting connections" in storage.journal.trouble)
        admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        await storage.journal.durable(ticket)
    assert len((await storage.board.load()).statuses) == 2
    await storage.close()


POISON = {
    "a name that is no text": msgspec.structs.replace(a_status(), key=StatusKey("a\udcff", "http")),
    "a number too large": msgspec.structs.replace(a_status(), changes=1 << 70),
    "a value of no known type": msgspec.structs.replace(a_status(), sender=object()),
}


@pytest.mark.parametrize("poison", list(POISON))
async def test_a_record_that_cannot_be_stored_costs_only_itself(
    storage: Storage, poison: str, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = storage.journal.append(
        [saved("before"), StatusSaved(POISON[poison]), changed(NOON, POISON[poison]), changed(NOON), a_job(1)]
    )
    last = storage.journal.append([saved("after")])
    await storage.journal.durable(last)
    assert ticket < last
    snapshot = await storage.board.load()
    assert {status.key.host for status in snapshot.statuses} >= {"before", "after"}
    assert [job.id for job in snapshot.schedule] == [1]
    assert a_status().key in [change.key for change in await storage.history.latest(0)]
    assert storage.journal.trouble == ""
    assert "a record that cannot be stored is left out" in caplog.text


async def test_drops_and_renames_beside_a_record_that_cannot_be_stored_are_done(storage: Storage) -> None:
    poison = StatusSaved(POISON["a number too large"])
    await storage.journal.durable(storage.journal.append([saved("a"), saved("b"), saved("c"), a_job(1)]))
    await storage.journal.durable(
        storage.journal.append(
            [poison, SquareDropped(NOON, "a", None), SquareRenamed(NOON, "b", "z"), ScheduleRemoved(1), saved("d")]
        )
    )
    snapshot = await storage.board.load()
    assert sorted(status.key.host for status in snapshot.statuses) == ["c", "d", "z"]
    assert list(snapshot.schedule) == []


async def test_a_repeated_drop_or_rename_of_nothing_is_no_mistake(storage: Storage) -> None:

    await storage.journal.durable(
        storage.journal.append(
            [SquareDropped(NOON, "x", None), SquareDropped(NOON, "x", "y"), SquareRenamed(NOON, "x", "z")]
        )
    )
    assert storage.journal.trouble == ""


def read_bytes(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_a_log_torn_by_a_power_cut_gives_whole_appends_from_the_first_on(tmp_path: Path) -> None:
    storage = open_in(tmp_path)
    for n in range(40):
        await storage.journal.durable(storage.journal.append(a_change(a_status(f"h{n:02}"), NOON + n)))
    live = database(tmp_path)
    files = {suffix: read_bytes(f"{live}{suffix}") for suffix in ("", "-wal")}
    await storage.close()
    cuts = random.Random(7)  # noqa: S311
    lengths = []
    for number in range(12):
        folder = tmp_path / f"cut{number}"
        (folder / "data").mkdir(parents=True)
        database(folder).write_bytes(files[""])
        log = bytearray(files["-wal"][: cuts.randrange(len(files["-wal"]))])
        log[-1:] = b"\x5a"
        database(folder).with_name("hexmon.db-wal").write_bytes(bytes(log))
        squares, changes = await reopened(folder)
        assert sorted(key.host for key in squares) == [f"h{n:02}" for n in range(len(squares))]
        assert changes == len(squares)
        lengths.append(changes)
    assert len(set(lengths)) > 3


async def test_a_second_hexmon_on_the_same_data_is_refused(tmp_path: Path) -> None:

    storage = open_in(tmp_path)
    with pytest.raises(StorageError, match=rf"in use by another hexmon \(process {os.getpid()}\)"):
        open_in(tmp_path)
    await storage.close()
    await open_in(tmp_path).close()
