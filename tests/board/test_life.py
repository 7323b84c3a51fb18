"""Time lines: what the board shows while the clock goes on."""

import pytest

from hexmon.board.board import Board
from hexmon.board.store import MemoryJournal, Snapshot, StatusSaved
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK, ClientMessage, Status
from hexmon.model.timespec import Downtime, parse_window
from tests.support.builders import HOST, KEY, a_board, a_host, a_report, colors
from tests.support.clock import FakeClock

GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color
MINUTE = 60.0


async def pass_time(clock: FakeClock, board: Board, minutes: float, step: float = 10.0) -> None:
    """Let the clock go on, calling tick as the server does."""
    for _ in range(int(minutes * MINUTE / step)):
        await clock.advance(step)
        board.tick()


def shown(board: Board, test: str = "http") -> Status:
    status = board.status(StatusKey(HOST, test))
    assert status is not None
    return status


async def a_started_board(*hosts: object, **words: object) -> tuple[Board, FakeClock]:
    """A board whose grace after the start is over."""
    clock = FakeClock()
    board = a_board(*hosts, clock=clock, **words)  # type: ignore[arg-type] # passed on as they are
    await pass_time(clock, board, 10)
    return board, clock


async def test_a_silent_square_turns_purple_after_its_validity() -> None:
    board, clock = await a_started_board()
    board.report(a_report(GREEN, text=b"green old"))
    await pass_time(clock, board, 29)
    assert shown(board).color is GREEN
    await pass_time(clock, board, 3)
    status = shown(board)
    assert (status.color, status.text, status.reported, status.sender) == (PURPLE, b"green old", GREEN, "127.0.0.1")
    assert status.cookie is not None


async def test_a_report_ends_purple_and_the_colour_is_as_old_as_before() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    began = clock.now()
    await pass_time(clock, board, 40)
    assert shown(board).color is PURPLE
    board.report(a_report(RED))
    assert (shown(board).color, shown(board).since) == (RED, began)


async def test_a_long_silence_is_not_bridged() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    await pass_time(clock, board, 180)
    board.report(a_report(RED))
    assert (shown(board).color, shown(board).since) == (RED, clock.now())


async def test_a_longer_lifetime_is_waited_for() -> None:
    board, clock = await a_started_board()
    board.report(a_report(GREEN, validity=7200.0))
    await pass_time(clock, board, 119)
    assert shown(board).color is GREEN
    await pass_time(clock, board, 3)
    assert shown(board).color is PURPLE


async def test_nothing_is_purple_in_the_first_ten_minutes() -> None:
    clock = FakeClock()
    board = a_board(clock=clock)
    board.report(a_report(GREEN, validity=60.0))
    await pass_time(clock, board, 9.5)
    assert shown(board).color is GREEN
    await pass_time(clock, board, 2)
    assert shown(board).color is PURPLE


async def test_silence_is_clear_while_conn_explains_it() -> None:
    board, clock = await a_started_board(HOST, a_host("noclear.example.com", noclear=True))
    for host in (HOST, "noclear.example.com"):
        board.report(a_report(GREEN, host=host, test="cpu"))
        board.report(a_report(RED, host=host, test="conn", validity=86400.0))
    await pass_time(clock, board, 35)
    assert colors(board.squares(HOST)) == {"conn": "red", "cpu": "clear"}
    assert colors(board.squares("noclear.example.com")) == {"conn": "red", "cpu": "purple"}


async def test_silence_of_a_dialup_host_is_clear() -> None:
    board, clock = await a_started_board(a_host(dialup=True))
    board.report(a_report(GREEN))
    await pass_time(clock, board, 35)
    assert shown(board).color is CLEAR


async def test_silence_in_a_planned_downtime_is_blue_and_is_looked_at_again() -> None:
    window = parse_window("*", "0000", "2359")
    assert window is not None
    board, clock = await a_started_board(a_host(downtime=(Downtime(window, None, "night work"),)))
    board.report(a_report(GREEN))
    await pass_time(clock, board, 35)
    assert (shown(board).color, shown(board).planned) == (BLUE, b"night work")


async def test_purple_can_be_turned_off() -> None:
    board, clock = await a_started_board(purple=False)
    board.report(a_report(GREEN))
    await pass_time(clock, board, 60)
    assert shown(board).color is GREEN


async def test_a_summary_that_is_not_renewed_disappears() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED, host="summary", test="Vegas.All"))
    await pass_time(clock, board, 35)
    assert list(board.squares("summary")) == []


async def test_a_clock_that_is_set_forward_makes_nothing_purple() -> None:
    board, clock = await a_started_board()
    board.report(a_report(GREEN))
    clock.wall += 7200
    await pass_time(clock, board, 5)
    assert shown(board).color is GREEN
    board.report(a_report(GREEN))
    await pass_time(clock, board, 20)
    assert shown(board).color is GREEN


# -- disabled


async def test_a_disable_is_blue_at_once_and_ends_on_the_minute() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    board.disable(HOST, "http", clock.now() + 290, b"work")
    disabled = shown(board).disabled
    assert (shown(board).color, disabled and disabled.until) == (BLUE, clock.now() + 300)
    await pass_time(clock, board, 4)
    board.report(a_report(RED))
    assert shown(board).color is BLUE
    await pass_time(clock, board, 1)
    board.report(a_report(RED))
    assert (shown(board).color, shown(board).disabled) == (RED, None)


async def test_until_ok_lasts_until_ok() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    board.disable(HOST, None, UNTIL_OK, b"")
    assert shown(board).disabled is not None
    await pass_time(clock, board, 120, 60)
    board.report(a_report(RED))
    assert shown(board).color is BLUE
    board.report(a_report(GREEN))
    assert (shown(board).color, shown(board).disabled) == (GREEN, None)


async def test_enable_leaves_the_colour_until_the_next_report() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    board.disable(HOST, "http", UNTIL_OK, b"work")
    assert board.enable(HOST, "http") > 0
    assert (shown(board).color, shown(board).disabled) == (BLUE, None)
    assert shown(board).valid_until == clock.now() + 1800
    board.report(a_report(RED))
    assert shown(board).color is RED


async def test_a_disabled_square_is_not_purple_before_the_end() -> None:
    board, clock = await a_started_board()
    board.report(a_report(GREEN))
    board.disable(HOST, "http", clock.now() + 7200, b"work")
    await pass_time(clock, board, 118)
    assert shown(board).color is BLUE
    await pass_time(clock, board, 4)
    assert (shown(board).color, shown(board).disabled) == (PURPLE, None)


# -- acknowledged, delayed, flapping


async def test_an_acknowledgement_holds_off_purple_and_ends_in_time() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    cookie = shown(board).cookie
    assert cookie is not None
    board.acknowledge(cookie.number, 3600.0, b"on it")
    await pass_time(clock, board, 59)
    assert (shown(board).color, shown(board).acknowledged is not None) == (RED, True)
    await pass_time(clock, board, 3)
    assert (shown(board).color, shown(board).acknowledged) == (PURPLE, None)


async def test_a_recovery_ends_the_acknowledgement_and_the_cookie() -> None:
    board, _ = await a_started_board()
    board.report(a_report(RED))
    cookie = shown(board).cookie
    assert cookie is not None
    board.acknowledge(cookie.number, 3600.0, b"on it")
    board.report(a_report(GREEN))
    assert (shown(board).acknowledged, shown(board).cookie) == (None, None)


async def test_a_cookie_is_renewed_after_a_day_of_red() -> None:
    board, clock = await a_started_board()
    board.report(a_report(RED))
    first = shown(board).cookie
    assert first is not None
    await clock.advance(86_401)
    assert board.by_cookie(first.number) is None
    assert board.report(a_report(RED)) > 0
    second = shown(board).cookie
    assert second is not None
    assert second.number != first.number


async def test_a_delayed_red_goes_by_yellow_to_red() -> None:
    board, clock = await a_started_board(a_host(delay_red={"http": 600.0}, delay_yellow={"http": 300.0}))
    board.report(a_report(GREEN))
    seen = []
    for _ in range(12):
        board.report(a_report(RED))
        seen.append(shown(board).color.code)
        await clock.advance(60)
    assert seen == ["gr"] * 5 + ["ye"] * 5 + ["re"] * 2


async def test_default_delays_come_from_the_settings() -> None:
    board, _ = await a_started_board(delay_red={"http": 600.0})
    for test in ("http", "cpu"):
        board.report(a_report(GREEN, test=test))
        board.report(a_report(RED, test=test))
    assert colors(board.squares(HOST)) == {"http": "yellow", "cpu": "red"}


async def test_a_flapping_square_stays_red_until_it_calms_down() -> None:
    journal = MemoryJournal()
    board, clock = await a_started_board(journal=journal)
    seen = []
    for number in range(10):
        board.report(a_report(RED if number % 2 else GREEN))
        seen.append(shown(board).color.code)
        await clock.advance(120)
    assert seen == ["gr", "re", "gr", "re", "re", "re", "re", "re", "re", "re"]
    assert shown(board).flap.flapping
    for _ in range(20):
        board.report(a_report(GREEN))
        await clock.advance(120)
    assert (shown(board).color, shown(board).flap.flapping) == (GREEN, False)


async def test_noflap_names_whole_tests() -> None:
    board, clock = await a_started_board(a_host(noflap=frozenset({"imaps"})))
    for number in range(8):
        for test in ("imap", "imaps"):
            board.report(a_report(GREEN if number % 2 else RED, test=test))
        await clock.advance(60)
    assert colors(board.squares(HOST)) == {"imap": "red", "imaps": "green"}


# -- agents' messages


async def test_an_agents_message_is_forgotten_after_sixteen_minutes() -> None:
    board, clock = await a_started_board()
    message = ClientMessage(
        host=HOST, collector="", os_type="linux", host_class="", sender="127.0.0.1", received=clock.now(), message=b"x"
    )
    board.client(message)
    await pass_time(clock, board, 15)
    assert list(board.clients(HOST)) == [message]
    await pass_time(clock, board, 3)
    assert list(board.clients(HOST)) == []


@pytest.mark.parametrize("size", [1, 60_000, 1_000_000])
async def test_an_agents_message_is_kept_small_and_given_back_as_it_came(size: int) -> None:
    board, clock = await a_started_board()
    message = ClientMessage(
        host=HOST,
        collector="",
        os_type="linux",
        host_class="",
        sender="127.0.0.1",
        received=clock.now(),
        message=b"client x\n[ps]\n" + b"a line of ps\n" * (size // 13),
    )
    board.client(message)
    assert list(board.clients(HOST)) == [message]
    board.rename_host(HOST, "new.example.com")
    assert [one.message for one in board.clients("new.example.com")] == [message.message]
    kept = message.pack()
    assert kept.open() == message
    assert kept.packed == (size == 60_000)
    assert not kept.packed or len(kept.message) < size / 10


# -- restart


def stored(journal: MemoryJournal) -> Snapshot:
    last: dict[StatusKey, Status] = {}
    for record in journal.records:
        if isinstance(record, StatusSaved):
            last[record.status.key] = record.status
    return Snapshot(statuses=list(last.values()))


async def test_nothing_turns_purple_by_a_restart() -> None:
    journal = MemoryJournal()
    board, clock = await a_started_board(journal=journal)
    board.report(a_report(RED, test="red"))
    board.report(a_report(GREEN, test="slow", validity=7200.0))
    await pass_time(clock, board, 15)
    board.report(a_report(GREEN))
    await clock.advance(6 * 3600)
    fresh = a_board(clock=clock)
    fresh.restore(stored(journal))
    await pass_time(clock, fresh, 12)
    assert colors(fresh.squares(HOST)) == {"red": "red", "slow": "green", "http": "green"}
    await pass_time(clock, fresh, 30)
    assert colors(fresh.squares(HOST)) == {"red": "purple", "slow": "green", "http": "purple"}


async def test_a_restart_keeps_disables_cookies_gaps_and_the_order_of_squares() -> None:
    journal = MemoryJournal()
    board, clock = await a_started_board(journal=journal)
    for test in ("b", "a", "c"):
        board.report(a_report(RED, test=test))
        await clock.advance(1)
    board.disable(HOST, "a", UNTIL_OK, b"work")
    cookie = shown(board, "c").cookie
    assert cookie is not None
    fresh = a_board(clock=clock)
    fresh.restore(stored(journal))
    assert list(fresh.squares(HOST)) == [
        *(status for status in board.squares(HOST) if status.key.test == "c"),
        shown(board, "a"),
        *(status for status in board.squares(HOST) if status.key.test == "b"),
    ]
    found = fresh.by_cookie(cookie.number)
    assert found is not None
    assert found.key.test == "c"
    fresh.report(a_report(GREEN, test="A"))
    assert shown(fresh, "a").color is GREEN


async def test_hosts_that_left_while_hexmon_was_away_are_not_shown() -> None:
    journal = MemoryJournal()
    board = a_board("gone.example.com", journal=journal)
    board.report(a_report(host="gone.example.com"))
    fresh = a_board(HOST)
    fresh.restore(stored(journal))
    assert fresh.hosts() == []


async def test_a_host_renamed_while_hexmon_was_away_goes_on_by_its_alias() -> None:
    journal, later = MemoryJournal(), MemoryJournal()
    board = a_board(HOST, journal=journal)
    board.report(a_report(RED))
    fresh = a_board(a_host("web.example.com", aliases=(HOST,)), journal=later)
    fresh.restore(stored(journal))
    assert colors(fresh.squares("web.example.com")) == {"http": "red"}
    assert fresh.hosts() == ["web.example.com"]
    assert len(later.records) == 2


async def test_many_silent_squares_are_handled_in_slices() -> None:
    clock = FakeClock()
    board = a_board(*(f"h{number}" for number in range(400)), clock=clock)
    for number in range(400):
        for test in ("a", "b", "c"):
            board.report(a_report(host=f"h{number}", test=test))
    await clock.advance(2000)
    changed = [board.tick() for _ in range(4)]
    assert sum(changed) == 1200
    assert 0 < changed[0] < 1200
    assert all(status.color is PURPLE for status in board.statuses())
    assert KEY.host not in board.hosts()
