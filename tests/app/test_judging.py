"""Agents' messages become squares, in order, beside everything else."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager

import pytest

from hexmon.app.judging import LARGE, ClientJudge
from hexmon.board.board import Board
from hexmon.bus import LocalBus
from hexmon.judge.clients import systems
from hexmon.judge.clients.contract import ClientJudging, Figures, Made, Square, System, View
from hexmon.judge.clients.rules import Load, Proc
from hexmon.model.color import Color
from hexmon.model.events import DataReported
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage
from tests.support.analysis_files import analysis
from tests.support.builders import HOST, a_board
from tests.support.clock import FakeClock, settle

CPU = StatusKey(HOST, "cpu")


class _Judged:
    """A system whose squares tell what was judged; a message that says `wait` waits until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.threads: list[str] = []

    def make(self, view: View) -> Iterable[Made]:
        text = view.data.text("say").strip()
        if text.startswith("wait"):
            assert self.go.wait(20)
        if text == "fail":
            raise RuntimeError("that was too much")
        self.threads.append(threading.current_thread().name)
        load, procs = view.rules.first(Load), view.rules.all(Proc)
        limits = f"{load.warn if load else 'none'} {','.join(one.pattern.text for one in procs)}"
        yield Square(test="cpu", color=Color.GREEN, line=f"{text[:20]} limits {limits}")
        yield Figures("said", text[:20])


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Judged]:
    made = _Judged()
    monkeypatch.setattr(systems, "SYSTEMS", {"test": System(name="test", makers=(made.make,))})
    yield made
    made.go.set()


@asynccontextmanager
async def judging(**settings: object) -> AsyncIterator[tuple[ClientJudge, Board, LocalBus]]:
    """A judge at work."""
    bus = LocalBus()
    clock = FakeClock()
    board = a_board(HOST, "db.example.com", clock=clock, bus=bus)
    judge = ClientJudge(board, bus, clock, ClientJudging(**settings))  # type: ignore[arg-type]
    task = asyncio.ensure_future(judge.run())
    await settle(1)
    try:
        yield judge, board, bus
    finally:
        task.cancel()


def message(text: str, host: str = HOST, *, os_type: str = "test", collector: str = "", size: int = 0) -> ClientMessage:
    body = f"client {host}.{os_type}\n[date]\nnow\n[say]\n{text}\n".encode()
    return ClientMessage(
        host=host, collector=collector, os_type=os_type, host_class="", sender="127.0.0.1", received=0.0,
        message=body.ljust(size, b"x"),
    )  # fmt: skip


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await settle()


def said(board: Board, key: StatusKey = CPU) -> str:
    status = board.status(key)
    return status.text.decode().partition("\n")[0] if status else ""


async def test_a_message_is_judged_by_the_settings_in_force(judged: _Judged) -> None:
    async with judging() as (judge, board, bus):
        figures = bus.follow("test", (DataReported,))
        board.client(message("one"))
        await until(lambda: "one" in said(board))
        assert said(board) == "green now one limits none "
        judge.use(analysis("LOAD 3 4\nPROC cron HOST=db.example.com\nPROC init CLASS=test"))
        board.client(message("two"))
        await until(lambda: "two" in said(board))
        assert said(board) == "green now two limits 3.0 init"
        assert [event.text for event in await figures.next_batch() if isinstance(event, DataReported)] == [
            b"one",
            b"two",
        ]
    assert set(judged.threads) == {threading.main_thread().name}


async def test_a_large_message_holds_up_neither_other_hosts_nor_the_order_of_its_own(judged: _Judged) -> None:
    other = StatusKey("db.example.com", "cpu")
    async with judging() as (_, board, _bus):
        board.client(message("wait", size=LARGE + 1))
        board.client(message("behind it"))
        board.client(message("meanwhile", other.host))
        await until(lambda: "meanwhile" in said(board, other))
        assert said(board) == ""
        judged.go.set()
        await until(lambda: "behind it" in said(board))
        assert len(judged.threads) == 3
        board.client(message("later"))
        await until(lambda: "later" in said(board))


async def test_a_host_that_floods_us_with_large_messages_loses_the_oldest(
    judged: _Judged, caplog: pytest.LogCaptureFixture
) -> None:
    async with judging() as (_, board, _bus):
        for number in range(8):
            board.client(message(f"wait {number}", size=LARGE + 1))
        await until(lambda: "one is left out" in caplog.text)
        judged.go.set()
        await until(lambda: "wait 7" in said(board))
        assert len(judged.threads) == 4


async def test_a_failure_of_ours_is_logged_and_the_next_message_is_judged(
    judged: _Judged, caplog: pytest.LogCaptureFixture
) -> None:
    async with judging() as (_, board, _bus):
        board.client(message("fail"))
        board.client(message("well"))
        await until(lambda: "well" in said(board))
    assert f"the client message of {HOST} could not be judged" in caplog.text
    assert judged.threads


async def test_the_messages_of_collectors_are_judged_when_their_system_is_known(judged: _Judged) -> None:
    async with judging(unknown_systems=True) as (_, board, _bus):
        board.client(message("unknown", collector="some", os_type="whatever"))
        board.client(message("known", collector="mq"))
        await until(lambda: "known" in said(board))
    assert judged.threads == [threading.main_thread().name]
