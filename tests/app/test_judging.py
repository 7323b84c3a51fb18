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
    if line in ("long", "held"):
        view.effort.spend(100_000)
    if line == "held":
        assert HELD.wait(10.0)
    yield Square(test="lab", color=Color.GREEN, line=line)
    yield Figures("figures", line)


HELD = threading.Event()
"""Set when a message that is held may go on."""


@pytest.fixture
def held() -> Iterator[threading.Event]:
    HELD.clear()
    yield HELD
    HELD.set()


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
        tickets: list[int | None] = []
        later = judge.judge(a_message("one"))
        later(tickets.append)
        assert (tickets, line(board)) == ([], "")
        await settle()
        assert (len(tickets), line(board)) == (1, "one")
        assert tickets[0]
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
        assert (line(board), line(board, OTHER), judge.counts["judged"]) == ("m4", "other", 2)


async def test_a_message_that_we_stumble_over_ends_nothing() -> None:
    async with judging_clients() as (judge, board):
        tickets: list[int | None] = []
        judge.judge(a_message("boom"))(tickets.append)
        judge.judge(a_message("after", OTHER))
        await settle()
        assert (tickets, judge.counts["failed"], line(board, OTHER)) == ([0], 1, "after")


async def test_a_big_message_is_judged_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_BIG", 10)
    async with judging_clients() as (judge, board):
        assert await answered(judge, a_message("big"))
        assert line(board) == "big"


async def answered(judge: ClientJudge, message: ClientMessage) -> int | None:
    done: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    judge.judge(message)(done.set_result)
    return await done


async def test_what_takes_long_is_judged_beside_the_loop() -> None:
    async with judging_clients() as (judge, board):
        assert await answered(judge, a_message("long"))
        assert (line(board), judge.counts["slow"], judge.counts["judged"]) == ("long", 1, 1)


async def test_what_takes_long_holds_up_nobody_else(held: threading.Event) -> None:
    """A flood of messages that take a thread minutes: all other agents are answered meanwhile."""
    async with judging_clients() as (judge, board):
        heard: list[int | None] = []
        judge.judge(a_message("held"))(heard.append)
        assert await answered(judge, a_message("quick", OTHER))
        assert (line(board, OTHER), heard) == ("quick", [])
        held.set()


async def test_an_older_message_that_took_long_does_not_replace_a_newer_one(held: threading.Event) -> None:
    async with judging_clients() as (judge, board):
        older = asyncio.get_running_loop().create_future()
        judge.judge(a_message("held"))(older.set_result)
        await settle()
        newer = await answered(judge, a_message("newer"))
        held.set()
        assert await older == newer
        assert line(board) == "newer"


@pytest.mark.parametrize("first", ["big" * 10, "x"])
async def test_of_messages_that_wait_in_different_places_the_newest_counts(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_BIG", 40)
    async with judging_clients() as (judge, board):
        heard: list[int | None] = []
        judge.judge(a_message(first))(heard.append)
        await answered(judge, a_message("x" if first != "x" else "big" * 10))
        assert len(heard) == 1
        assert line(board) != first
        assert judge.counts["judged"] == 1


async def test_what_waits_has_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is refused hears no acknowledgement; the newest of a host that waits already has room."""
    monkeypatch.setattr(judging, "_MOST_WAITING", 100)
    async with judging_clients() as (judge, board):
        heard: dict[str, int | None] = {}
        for text, host in (("x" * 60, HOST), ("y" * 60, OTHER), ("z" * 60, HOST)):
            judge.judge(a_message(text, host))(lambda ticket, text=text: heard.update({text[0]: ticket}))  # type: ignore[misc]
        assert heard == {"y": None}
        await settle()
        assert heard["x"]
        assert heard["z"]
        assert (line(board)[0], line(board, OTHER), judge.counts["refused"]) == ("z", "", 1)


async def test_nothing_becomes_of_a_host_that_left_meanwhile() -> None:
    async with judging_clients() as (judge, board):
        tickets: list[int | None] = []
        judge.judge(a_message("gone"))(tickets.append)
        board.adopt(Inventory(hosts={OTHER: a_host(OTHER)}))
        await settle()
        assert (tickets, line(board)) == ([0], "")


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
