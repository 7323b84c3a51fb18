"""How a storage is opened: addresses, files, the form of the tables."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite

from hexmon.storage import schema
from hexmon.storage.engine import StorageError, open_storage
from hexmon.storage.memory import MemoryStorage
from hexmon.storage.tables import metadata
from hexmon.storage.writers import Writer
from tests.storage.conftest import QUICK, sqlite_url
from tests.storage.samples import NOON, changed, saved

_POSTGRESQL = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]


async def opened_and_closed(url: str) -> None:
    await open_storage(url, asyncio.get_running_loop(), QUICK).close()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        pytest.param("hexmon.db", "Could not parse", id="a bare file name"),
        pytest.param("mysql://localhost/x", "'mysql' is not known; there are sqlite, postgresql", id="another engine"),
        pytest.param("nosuch://localhost/x", "nosuch", id="an unknown engine"),
        pytest.param("sqlite://", "names no file; to keep nothing write 'memory:'", id="no file"),
        pytest.param("sqlite:////proc/nowhere/hexmon.db", "cannot write to /proc/nowhere/hexmon.db", id="no place"),
    ],
)
async def test_an_address_that_cannot_be_opened_is_refused_with_the_reason(url: str, complaint: str) -> None:
    with pytest.raises(StorageError, match=complaint):
        await opened_and_closed(url)


async def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr(sa, "create_engine", missing)
    with pytest.raises(StorageError, match="No module named 'psycopg'; install the driver"):
        await opened_and_closed("postgresql://127.0.0.1:1/x")


async def test_a_password_is_not_in_the_message() -> None:
    pytest.importorskip("psycopg", reason="not run: the Python package psycopg is missing")
    with pytest.raises(StorageError) as caught:
        await opened_and_closed("postgresql+psycopg://me:hunter2@127.0.0.1:1/x?connect_timeout=1")
    assert "hunter2" not in str(caught.value)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hexmon.db").write_bytes(b"this is a diary, not a database. " * 200)
    with pytest.raises(StorageError, match="file is not a database"):
        await opened_and_closed(sqlite_url(tmp_path))


async def test_files_and_folder_are_for_us_alone(tmp_path: Path) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop(), QUICK)
    await storage.journal.durable(storage.journal.append([saved()]))
    folder = tmp_path / "data"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes) >= {"hexmon.db", "hexmon.db-wal", "hexmon.db.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await storage.close()


async def test_the_default_setting_syncs_every_commit(tmp_path: Path) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop())
    engine = storage.journal._target._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    await storage.close()


async def test_the_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    await opened_and_closed(url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert schema.current(connection) == schema.HEAD


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", "hexmon.storage:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_a_database_of_a_newer_hexmon_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    await opened_and_closed(url)
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(StorageError, match="'r9999', newer than this hexmon's"):
        await opened_and_closed(url)
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("r9999",)


@pytest.mark.parametrize(
    ("dialect", "placeholder"),
    [
        pytest.param(sqlite.dialect(), "?", id="sqlite"),
        pytest.param(_POSTGRESQL, "%s", id="postgresql"),
    ],
)
def test_statements_of_many_rows_have_a_placeholder_for_every_value(dialect: sa.Dialect, placeholder: str) -> None:
    writer = Writer(dialect)
    widths = {"_squares": 2, "_statuses": 4, "_changes": 11, "_clients": 4, "_jobs": 4}
    widths |= {"_incidents": 9, "_deliveries": 17}
    for name, width in widths.items():
        assert getattr(writer, name).sql(3).count(placeholder) == 3 * width, name


async def test_the_metrics_count_what_was_stored(tmp_path: Path) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop(), QUICK)
    await storage.journal.durable(storage.journal.append([saved("a"), saved("b")]))
    lines = storage.metrics()
    assert "hexmon_journal_records_total 2" in lines
    assert "hexmon_journal_waiting_records 0" in lines
    assert "hexmon_journal_trouble 0" in lines
    await storage.close()


async def test_memory_keeps_the_newest_changes_only() -> None:

    memory = MemoryStorage(keep=10)
    memory.append([changed(NOON + n) for n in range(25)])
    assert [change.at - NOON for change in await memory.latest(0)] == list(range(24, 14, -1))
    storage = open_storage("memory:", asyncio.get_running_loop())
    storage.prune_history(NOON)
    assert (storage.metrics(), list((await storage.board.load()).statuses)) == ([], [])
    assert (storage.journal.depth(), storage.journal.trouble) == (0, "")
    await storage.close()
