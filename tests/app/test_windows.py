"""Hosts come and go at their time, without a reload."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hexmon.app.serve import Monitor
from hexmon.app.settings import Configuration, Settings
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.inventory.in_force import Windows
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.schedule.runner import Runner
from tests.support.builders import a_report
from tests.support.clock import FakeClock
from tests.support.inventory import an_inventory_of
from tests.support.network import Network

INVENTORY = an_inventory_of("""\
    127.0.0.1 always # noconn
    127.0.0.2 leaving # testip NOTAFTER:202601020000
    127.0.0.3 coming # testip NOTBEFORE:202601020001
    """)


async def no_alerts(*_files: object) -> None:
    """Alerting that has nothing to do."""


async def test_a_host_comes_and_goes_when_its_time_comes_without_a_reload(tmp_path: Path) -> None:
    end = INVENTORY.hosts["leaving"].not_after
    assert end is not None
    clock = FakeClock(end - 30)
    monitor = Monitor(Configuration(settings=Settings(), folder=tmp_path, path=None))
    monitor.clock = clock
    monitor._windows = Windows(INVENTORY)
    board = Board(clock, MemoryJournal(), LocalBus(), BoardSettings(), monitor._existing())
    runner = Runner(clock, Network(clock).observe, board.report)
    alerting = SimpleNamespace(use=no_alerts)
    clients = SimpleNamespace(use=lambda _settings: None)
    keeper = SimpleNamespace(use=lambda _inventory: None)
    parts: Any = SimpleNamespace(
        board=board, runner=runner, alerting=alerting, analysis=clients, keeper=keeper, graphing=None
    )
    await runner.adopt(board.inventory)
    before = board.inventory
    assert runner.agenda.keys() == {StatusKey("leaving", "conn")}
    board.report(a_report(Color.GREEN, host="leaving", test="cpu"))

    await monitor._follow_windows(parts)
    assert board.inventory is before
    clock.wall += 31
    await monitor._follow_windows(parts)
    assert (set(board.inventory.hosts), board.hosts(), len(runner.agenda)) == ({"always"}, [], 0)
    board.report(a_report(Color.GREEN, host="leaving", test="cpu"))
    assert [ghost.name for ghost in board.ghosts] == ["leaving"]
    clock.wall += 60
    await monitor._follow_windows(parts)
    assert set(board.inventory.hosts) == {"always", "coming"}
    assert runner.agenda.keys() == {StatusKey("coming", "conn")}
    assert monitor._adopted._event.is_set()  # new hosts are probed at once
