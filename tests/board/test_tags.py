"""What the tags of hosts.cfg do to the squares that are reported."""

from datetime import UTC, datetime

import pytest

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.inventory.build import build_inventory
from hexmon.model.color import Color
from hexmon.model.holidays import Holiday, Holidays
from hexmon.model.names import StatusKey
from tests.support.builders import a_report
from tests.support.clock import FakeClock
from tests.support.inventory import SERVICES, a_file

GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color
HOLIDAYS = Holidays(sets={"dk": (Holiday("Constitution Day", "static", 6, 5),)}, like=0)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRIDAY_THE_FIFTH = datetime(2026, 6, 5, tzinfo=UTC)


def local(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def a_board(tags: str, at: datetime = MONDAY, **settings: object) -> tuple[Board, FakeClock]:
    """A board that knows one host, www, with these tags."""
    inventory = build_inventory(a_file(f"127.0.0.1 www # {tags}\n127.0.0.2 db"), SERVICES, holidays=HOLIDAYS)
    assert inventory.problems == ()
    clock = FakeClock(at.timestamp())
    chosen = BoardSettings(**settings)  # type: ignore[arg-type]
    return Board(clock, MemoryJournal(), LocalBus(), chosen, inventory, local), clock


def shown(tags: str, color: Color, test: str, at: datetime) -> tuple[Color, bytes | None]:
    board, _ = a_board(tags, at)
    board.report(a_report(color, host="www", test=test))
    status = board.status(StatusKey("www", test))
    assert status is not None
    return status.color, status.planned


def clock_time(day: datetime, text: str) -> datetime:
    return day.replace(hour=int(text[:2]), minute=int(text[2:]))


NIGHT = "DOWNTIME=*:2300:0100"


@pytest.mark.parametrize(
    ("tag", "test", "day", "time", "color"),
    [
        pytest.param("DOWNTIME=W:0800:1000", "cpu", MONDAY, "0800", BLUE, id="in the hours everything is blue"),
        pytest.param("DOWNTIME=W:0800:1000", "cpu", MONDAY, "1001", RED, id="not after them"),
        pytest.param("DOWNTIME=60:0800:1000", "cpu", MONDAY, "0900", RED, id="not on another day"),
        pytest.param("DOWNTIME=cpu,disk:W:0800:1000:x", "disk", MONDAY, "0900", BLUE, id="the columns that are named"),
        pytest.param("DOWNTIME=cpu,disk:W:0800:1000:x", "http", MONDAY, "0900", RED, id="not the others"),
        pytest.param("DOWNTIME=W:0800:0900,W:1200:1300", "cpu", MONDAY, "1230", BLUE, id="the second of two"),
        pytest.param(
            "DOWNTIME=cpu:W:0800:0900:a,http:W:0800:0900:b", "http", MONDAY, "0830", BLUE, id="each with its columns"
        ),
        pytest.param(NIGHT, "cpu", MONDAY, "2330", BLUE, id="before midnight"),
        pytest.param(NIGHT, "cpu", MONDAY, "0030", BLUE, id="after midnight"),
        pytest.param(NIGHT, "cpu", MONDAY, "0130", RED, id="later in the night"),
        pytest.param("DOWNTIME=0:0000:2359 holidays=dk", "cpu", FRIDAY_THE_FIFTH, "1200", BLUE, id="a holiday"),
        pytest.param("DOWNTIME=W:0000:2359 holidays=dk", "cpu", FRIDAY_THE_FIFTH, "1200", RED, id="is no working day"),
        pytest.param("DOWNTIME=W:0000:2359", "cpu", FRIDAY_THE_FIFTH, "1200", BLUE, id="elsewhere it is one"),
        pytest.param("SLA=W:0800:1800", "cpu", MONDAY, "0759", BLUE, id="SLA: failures outside are blue"),
        pytest.param("SLA=W:0800:1800", "cpu", MONDAY, "0800", RED, id="SLA: inside they are red"),
        pytest.param("SLA=W:0800:1200,W:1300:1800", "cpu", MONDAY, "1230", BLUE, id="SLA: between two periods"),
        pytest.param("SLA=W:0800:1800 holidays=dk", "cpu", FRIDAY_THE_FIFTH, "1200", BLUE, id="SLA: a holiday"),
        pytest.param("SLA=*:0600:0200", "cpu", MONDAY, "0130", RED, id="SLA: through midnight"),
        pytest.param("SLA=*:0000:2400 DOWNTIME=*:0300:0400", "cpu", MONDAY, "0330", BLUE, id="both hold"),
    ],
)
def test_a_failure_in_planned_downtime_is_blue(tag: str, test: str, day: datetime, time: str, color: Color) -> None:
    assert shown(tag, RED, test, clock_time(day, time))[0] is color
    assert shown(tag, GREEN, test, clock_time(day, time))[0] is GREEN


def test_the_cause_of_a_downtime_is_kept_for_the_page() -> None:
    at = clock_time(MONDAY, "0900")
    assert shown('DOWNTIME=cpu:W:0800:1000:"new memory"', RED, "cpu", at) == (BLUE, b"new memory")
    assert shown("DOWNTIME=W:0800:1000", RED, "cpu", at) == (BLUE, b"Planned downtime")
    assert shown("SLA=W:1000:1200", YELLOW, "cpu", at) == (BLUE, b"Outside the agreed service hours")


def color_of(board: Board, test: str = "cpu") -> Color:
    status = board.status(StatusKey("www", test))
    assert status is not None
    return status.color


@pytest.mark.parametrize(("tag", "color"), [("delayred=cpu:10", RED), ("delayyellow=cpu:10", YELLOW)])
async def test_a_delayed_colour_shows_when_it_has_lasted_so_long(tag: str, color: Color) -> None:
    board, clock = a_board(tag)
    seen: list[Color] = []
    for _ in range(4):
        board.report(a_report(GREEN if not seen else color, host="www", test="cpu"))
        seen.append(color_of(board))
        await clock.advance(300)
    board.report(a_report(color, host="www", test="disk"))
    assert seen == [GREEN, YELLOW if color is RED else GREEN, YELLOW if color is RED else GREEN, color]
    assert color_of(board, "disk") is color


@pytest.mark.parametrize(
    ("tag", "held"),
    [
        pytest.param("", True, id="a flapping square keeps the worst colour"),
        pytest.param("noflap", False, id="noflap: never"),
        pytest.param("noflap=disk,cpu", False, id="noflap with names: not these"),
        pytest.param("noflap=disk", True, id="but all others"),
    ],
)
async def test_flapping_is_not_looked_for_where_noflap_says_so(tag: str, held: bool) -> None:
    board, clock = a_board(tag)
    for number in range(9):
        board.report(a_report(RED if number % 2 else GREEN, host="www", test="cpu"))
        await clock.advance(60)
    assert color_of(board) is (RED if held else GREEN)


@pytest.mark.parametrize(
    ("tags", "conn", "silent"),
    [
        pytest.param("", GREEN, PURPLE, id="a silent square is purple"),
        pytest.param("", RED, CLEAR, id="clear when its host is down"),
        pytest.param("noclear", RED, PURPLE, id="noclear: purple all the same"),
        pytest.param("dialup", GREEN, CLEAR, id="dialup: clear"),
    ],
)
async def test_what_a_silent_square_turns(tags: str, conn: Color, silent: Color) -> None:
    board, clock = a_board(tags, purple_grace=0.0)
    board.report(a_report(GREEN, host="www", test="cpu"))
    for _ in range(40):
        board.report(a_report(conn, host="www", test="conn"))
        await clock.advance(60)
        board.tick()
    assert color_of(board) is silent


@pytest.mark.parametrize(("tag", "told"), [("", True), ("multihomed", False), ("pulldata", False)])
def test_reports_from_two_addresses_are_told_unless_expected(tag: str, told: bool) -> None:
    board, _ = a_board(tag)
    for sender in ("127.0.0.1", "127.0.0.9"):
        board.report(a_report(GREEN, host="www", test="cpu", sender=sender))
    assert bool(list(board.multi_sources)) is told


def test_reports_under_an_alias_are_those_of_the_host() -> None:
    board, _ = a_board("CLIENT:oldname CLIENT:WEB")
    for number, name in enumerate(("oldname", "web", "WWW")):
        board.report(a_report(GREEN, host=name, test=f"test{number}"))
    assert {status.key for status in board.squares("www")} == {StatusKey("www", f"test{number}") for number in range(3)}


@pytest.mark.parametrize("tags", ["NOTBEFORE:203001010000", "NOTAFTER:202001010000"])
def test_reports_of_a_host_outside_its_window_are_those_of_a_ghost(tags: str) -> None:
    board, _ = a_board(tags)
    board.report(a_report(RED, host="www", test="cpu"))
    assert board.status(StatusKey("www", "cpu")) is None
    assert [ghost.name for ghost in board.ghosts] == ["www"]
