"""hexmon's board, message server and storage in a process of their own, to be killed."""

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.ingest.access import Access
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.files import Files
from hexmon.ingest.settings import FileSettings, MessageSettings
from hexmon.ingest.tcp import MessageServer
from hexmon.inventory.source import HostsSource
from hexmon.model.status import Status
from hexmon.storage.engine import Storage, open_storage


class Found:
    """What a started server has: its port, its squares by name, its planned commands."""

    def __init__(self, port: int, squares: dict[str, Status], schedule: dict[int, bytes]) -> None:
        self.port = port
        self.squares = squares
        self.schedule = schedule


def serve(folder: Path, pipe: Connection) -> None:
    """Open the storage of that folder, say what it held, then serve until killed."""
    asyncio.run(_serve(folder, pipe))


async def _serve(folder: Path, pipe: Connection) -> None:
    clock = SystemClock()
    storage = open_storage(f"sqlite:///{folder}/hexmon.db", asyncio.get_running_loop())
    inventory = HostsSource(folder / "hosts.cfg").load()
    board = Board(clock, storage.journal, LocalBus(), BoardSettings(flap_count=0, checkpoint=0.05), inventory)
    board.restore(await storage.board.load())
    dispatcher = Dispatcher(board, Access(), Files(FileSettings(), clock.monotonic), clock)
    server = MessageServer(dispatcher, storage.journal, clock, MessageSettings())
    (address,) = server.bind(["127.0.0.1:0"])
    squares = {str(status.key): status for host in board.hosts() for status in board.squares(host)}
    pipe.send(Found(address.port, squares, {job.id: job.command for job in board.scheduled()}))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        tasks.create_task(_upkeep(board, storage, clock))


async def _upkeep(board: Board, storage: Storage, clock: SystemClock) -> None:
    """Checkpoints and housekeeping far more often than in earnest, to be killed in the middle of them."""
    while True:
        await clock.sleep_until(clock.monotonic() + 0.01)
        board.checkpoint(1000)
        storage.prune_history(0.0)
