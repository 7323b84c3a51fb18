"""The storages under test; each starts empty."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from hexmon.storage.engine import Storage, StorageSettings, open_storage
from hexmon.storage.journal import JournalSettings
from tests.support.postgres import postgres_server

QUICK = StorageSettings(
    synchronous="normal",
    busy_seconds=0.01,
    journal=JournalSettings(retry_first=0.01, retry_most=0.02, close_within=0.1),
)
_numbers = count(1)

Reopen = Callable[[], Storage]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server; it is started for the first test that asks."""
    with postgres_server() as address:
        yield address


def a_database(server: str) -> str:
    """A new one on that server."""
    name = f"hexmon{next(_numbers)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return server.replace("/postgres?", f"/{name}?")


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/data/hexmon.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each engine."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return a_database(request.getfixturevalue("postgres"))


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage]:
    """Open on an empty database."""
    opened = open_storage(url, asyncio.get_running_loop(), QUICK)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def any_storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """Every implementation, for what all of them promise."""
    if request.param == "memory":
        url = "memory:"
    elif request.param == "sqlite":
        url = sqlite_url(tmp_path)
    else:
        url = a_database(request.getfixturevalue("postgres"))
    opened = open_storage(url, asyncio.get_running_loop(), QUICK)
    yield opened
    await opened.close()
