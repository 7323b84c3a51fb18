"""Reading beside the writer: connections of their own in a few threads, never in the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Readers:
    """A pool of threads, each query on a connection from the engine's pool."""

    def __init__(self, engine: sa.Engine, threads: int = 2) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="storage-read")

    async def run(self, query: Callable[[sa.Connection], T]) -> T:
        """Its result; what the query reads is one consistent moment of the database."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, query)

    def _run(self, query: Callable[[sa.Connection], T]) -> T:
        with self._engine.connect() as connection:
            return query(connection)

    def close(self) -> None:
        """Wait for running queries, then close the connections."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._engine.dispose()
