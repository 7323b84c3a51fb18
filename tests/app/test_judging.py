"""Agents' messages are judged one at a time, and answered when their squares are filed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from hexmon.app import judging
from hexmon.app.judging import ClientJudge
from hexmon.board.board import Board
from hexmon.judge.clients import systems
from hexmon.judge.clients.contract import ClientJudging, Figures, Made, Square, System, View
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Load, Log
from hexmon.judge.clients.selection import NOTHING_SELECTED, Selected
from hexmon.model.color import Color
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import ClientMessage
from tests.support.builders import HOST, a_board, a_host
from tests.support.clock import FakeClock, settle

OTHER = "db.example.com"


def a_message(text: str, host: str = HOST) -> ClientMessage:
    return ClientMessage(
        host=host,
        collector="",
        os_type="lab",
        host_class="",
        sender="127.0.0.1",
        received=0.0,
        message=f"client x.lab\n[say]\n{text}\n".encode(),
    )


def says(view: View) -> Iterator[Made]:
    """One square with what the section [say] says; `boom` is a mistake of ours."""
    if (line := view.data.first_line("say")) == "boom":
        raise ValueError(line)
    yield Square(test="lab", color=Color.GREEN, line=line)
    yield Figures("figures", line)


@pytest.fixture(autouse=True)
def _lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "SYSTEMS", {"lab": System(name="lab", makers=(says,))})


@asynccontextmanager
async def judging_clients(rules: Selected = NOTHING_SELECTED) -> AsyncIterator[tuple[ClientJudge, Board]]:
    clock = FakeClock()
    board = a_board(a_host(), a_host(OTHER), clock=clock)
    judge = ClientJudge(board, clock, lambda _host, _message: rules, ClientJudging())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(judge.run())
        yield judge, board
        running.cancel()


def line(board: Board, host: str = HOST) -> str:
    status = board.status(StatusKey(host, "lab"))
    return status.text.decode().split("\n")[0].rpartition(" ")[2] if status is not None else ""


async def test_who_sent_a_message_hears_the_ticket_of_its_squares() -> None:
    async with judging_clients() as (judge, board):
        tickets: list[int] = []
        later = judge.judge(a_message("one"))
        later(tickets.append)
        assert (tickets, line(board)) == ([], "")
        await settle()
        assert (len(tickets), line(board)) == (1, "one")
        assert tickets[0] > 0
        later(tickets.append)
        assert tickets == [tickets[0]] * 2


async def test_of_a_host_that_reports_faster_than_it_is_judged_the_newest_counts() -> None:
    async with judging_clients() as (judge, board):
        heard: list[str] = []
        for number in range(5):
            judge.judge(a_message(f"m{number}"))(lambda _, number=number: heard.append(f"m{number}"))  # type: ignore[misc]
        judge.judge(a_message("other", OTHER))
        assert judge.depth() == 2
        await settle()
        assert heard == ["m0", "m1", "m2", "m3", "m4"]
        assert (line(board), line(board, OTHER), judge.judged) == ("m4", "other", 2)


async def test_a_message_that_we_stumble_over_ends_nothing() -> None:
    async with judging_clients() as (judge, board):
        tickets: list[int] = []
        judge.judge(a_message("boom"))(tickets.append)
        judge.judge(a_message("after", OTHER))
        await settle()
        assert (tickets, judge.failed, line(board, OTHER)) == ([0], 1, "after")


async def test_a_big_message_is_judged_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_BIG", 10)
    async with judging_clients() as (judge, board):
        done = asyncio.get_running_loop().create_future()
        judge.judge(a_message("big"))(done.set_result)
        assert await done > 0
        assert line(board) == "big"


@pytest.mark.parametrize(("pattern", "beside"), [("%app(?=:)", True), ("%app:", False), ("app", False)])
async def test_patterns_that_may_take_their_time_are_searched_for_beside_the_loop(pattern: str, beside: bool) -> None:
    threads: list[bool] = []

    def looks(view: View) -> Iterator[Made]:
        threads.append(threading.current_thread() is not threading.main_thread())
        return says(view)

    systems.SYSTEMS["lab"] = System(name="lab", makers=(looks,))  # type: ignore[index]
    rules = Selected(Load(), Log(file=Expression("*"), match=Expression(pattern)))
    async with judging_clients(rules) as (judge, board):
        done = asyncio.get_running_loop().create_future()
        judge.judge(a_message("x"))(done.set_result)
        await done
        assert (threads, line(board)) == ([beside], "x")


async def test_nothing_becomes_of_a_host_that_left_meanwhile() -> None:
    async with judging_clients() as (judge, board):
        tickets: list[int] = []
        judge.judge(a_message("gone"))(tickets.append)
        board.adopt(Inventory(hosts={OTHER: a_host(OTHER)}))
        await settle()
        assert (tickets, judge.judged, line(board)) == ([0], 0, "")


async def test_others_have_their_turn_between_two_messages() -> None:
    async with judging_clients() as (judge, board):
        for host in (HOST, OTHER):
            judge.judge(a_message("x", host))
        turns = 0
        while judge.depth():
            turns += 1
            await settle(1)
        assert turns > 1
        assert line(board, HOST) == "x"
