"""Open the storage: one address in, the journal and the stores out."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
import sqlalchemy.exc

from hexmon.alerts.store import AlertStore
from hexmon.board.store import BoardStore, Journal, MonitorStore
from hexmon.clock import Clock, SystemClock
from hexmon.history.store import HistoryStore
from hexmon.storage.alerts import SqlAlertStore
from hexmon.storage.board import SqlBoardStore
from hexmon.storage.history import SqlHistoryStore
from hexmon.storage.journal import JournalSettings, WriterJournal
from hexmon.storage.memory import MemoryStorage
from hexmon.storage.metrics import journal_lines
from hexmon.storage.monitors import SqlMonitorStore
from hexmon.storage.readers import Readers
from hexmon.storage.schema import SchemaError, upgrade
from hexmon.storage.target import SqlTarget

MEMORY = "memory:"


class StorageError(Exception):
    """The storage cannot be opened; the text says which, why, and what to do."""


class StorageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the database is used. `synchronous`: "normal" survives a kill of hexmon, "full" a power cut as well."""

    synchronous: Literal["full", "normal"] = "full"
    checkpoint_pages: int = 4000  # of 4 KiB: how far SQLite's write-ahead log grows before it is folded in
    busy_seconds: float = 2.0  # how long a statement waits for another process's lock
    readers: int = 2
    journal: JournalSettings = JournalSettings()


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What `app` joins to the parts."""

    journal: Journal
    board: BoardStore
    history: HistoryStore
    alerts: AlertStore
    monitors: MonitorStore
    prune_history: Callable[[float], None]  # delete what is over and older than that moment, in the background
    prune_notifications: Callable[[float], None]  # the same for the notification log alone
    metrics: Callable[[], list[str]]  # in Prometheus' text format
    close: Callable[[], Awaitable[None]]  # writes what waits first


def open_storage(
    url: str,
    loop: asyncio.AbstractEventLoop,
    settings: StorageSettings | None = None,
    clock: Clock | None = None,
) -> Storage:
    """Open and migrate `sqlite:///FILE`, `postgresql://...` or `memory:`; raises StorageError."""
    if url == MEMORY:
        return _in_memory()
    settings = settings or StorageSettings()
    address = _parse(url)
    lock = _prepare_file(Path(address.database)) if address.get_backend_name() == "sqlite" else None
    try:
        return _open_sql(address, loop, settings, clock or SystemClock(), lock)
    except BaseException:
        if lock is not None:
            os.close(lock)
        raise


def _in_memory() -> Storage:
    memory = MemoryStorage()

    async def close() -> None:
        """Nothing is open."""

    return Storage(
        journal=memory,
        board=memory,
        history=memory,
        alerts=memory.alerts,
        monitors=memory.monitors,
        prune_history=memory.prune,
        prune_notifications=memory.alerts.prune_deliveries,
        metrics=list,
        close=close,
    )


def _parse(url: str) -> Any:
    try:
        address = sa.make_url(url)
        backend = address.get_backend_name()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise StorageError(f"store.url {url!r}: {error}") from error
    if backend not in ("sqlite", "postgresql"):
        raise StorageError(f"store.url: {backend!r} is not known; there are sqlite, postgresql and {MEMORY!r}")
    if backend == "sqlite" and address.database in (None, "", ":memory:"):
        raise StorageError(f"store.url {url!r} names no file; to keep nothing write {MEMORY!r}")
    return address


def _open_sql(
    address: sa.URL, loop: asyncio.AbstractEventLoop, settings: StorageSettings, clock: Clock, lock: int | None
) -> Storage:
    place = address.database if lock is not None else address.render_as_string(hide_password=True)
    try:
        writing, reading = make_engines(address, settings)
        with writing.connect() as connection, connection.begin():
            upgrade(connection)
    except (sa.exc.SQLAlchemyError, SchemaError) as error:
        raise StorageError(f"cannot open {place}: {getattr(error, 'orig', None) or error}") from error
    except ImportError as error:
        raise StorageError(f"store.url: {error}; install the driver of this database") from error
    target = SqlTarget(writing, str(place), Path(str(place)) if lock is not None else None)
    journal = WriterJournal(target, loop, clock, settings.journal)
    readers = Readers(reading, settings.readers)

    def prune(before: float) -> None:
        target.prune(before)
        journal.do_chores()

    def prune_log(before: float) -> None:
        target.prune_log(before)
        journal.do_chores()

    async def close() -> None:
        await journal.close()
        await loop.run_in_executor(None, readers.close)
        if lock is not None:
            os.close(lock)

    return Storage(
        journal=journal,
        board=SqlBoardStore(readers),
        history=SqlHistoryStore(readers),
        alerts=SqlAlertStore(readers, journal),
        monitors=SqlMonitorStore(readers),
        prune_history=prune,
        prune_notifications=prune_log,
        metrics=lambda: journal_lines(journal.counters, journal.depth(), bool(journal.trouble)),
        close=close,
    )


def _prepare_file(path: Path) -> int:
    """Make the folder and the file for us alone, and lock them against a second hexmon. Returns the open lock."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # SQLite gives its log and index files the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(f"cannot write to {path}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.pread(lock, 20, 0).decode().strip() or "unknown"
        os.close(lock)
        raise StorageError(f"{path} is in use by another hexmon (process {owner})") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def make_engines(address: sa.URL, settings: StorageSettings) -> tuple[sa.Engine, sa.Engine]:
    """One for the writer, one for the readers."""
    if address.get_backend_name() == "postgresql":
        # Numbered parameters: the writer's long statements are not compiled for every number of rows.
        writing = sa.create_engine(address, poolclass=sa.NullPool, paramstyle="format")
        return writing, sa.create_engine(address, pool_size=settings.readers, pool_pre_ping=True)
    writing = sa.create_engine(address, poolclass=sa.NullPool, connect_args={"timeout": settings.busy_seconds})
    arguments = {"timeout": settings.busy_seconds, "check_same_thread": False}
    reading = sa.create_engine(address, poolclass=sa.QueuePool, pool_size=settings.readers, connect_args=arguments)
    pragmas = [
        "journal_mode = wal",
        f"synchronous = {settings.synchronous}",
        f"wal_autocheckpoint = {settings.checkpoint_pages}",
        "cache_size = -32000",  # KiB
    ]
    _set_up(writing, pragmas, "BEGIN IMMEDIATE")
    _set_up(reading, ["query_only = on", "cache_size = -8000"], "BEGIN")
    return writing, reading


def _set_up(engine: sa.Engine, pragmas: list[str], begin: str) -> None:
    """Transactions begin where SQLAlchemy says so, not where Python's module guesses."""

    def on_connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "begin", on_begin)
