"""What the board refuses to keep, however often it is said."""

import logging

import pytest

from hexmon.board import bounds
from hexmon.board.board import Board
from hexmon.board.bounds import (
    LONGEST_CLIENT,
    LONGEST_COMMAND,
    LONGEST_HEAD,
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_ACK_INFOS,
    MOST_COLLECTORS,
    MOST_MODIFIERS,
    MOST_SCHEDULED,
)
from hexmon.model.color import Color
from hexmon.model.names import SUMMARY_HOST
from hexmon.model.status import UNTIL_OK, AckInfo, ClientMessage
from tests.support.builders import HOST, KEY, a_board, a_report

MORE = 20  # than the bound


def a_client(collector: str, text: bytes = b"client x") -> ClientMessage:
    return ClientMessage(
        host=HOST, collector=collector, os_type="linux", host_class="", sender="", received=0.0, message=text
    )


def an_info(user: str) -> AckInfo:
    return AckInfo(1, user, 0.0, 2e9, 2e9, b"text")


def a_red_board() -> Board:
    board = a_board()
    board.report(a_report(Color.RED))
    return board


def test_a_host_has_so_many_tests_and_no_more_and_that_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    board = a_board(most_tests=10)
    with caplog.at_level(logging.WARNING):
        for number in range(10 + MORE):
            board.report(a_report(test=f"t{number}"))
    assert {one.key.test for one in board.squares(HOST)} == {f"t{number}" for number in range(10)}
    assert board.counters["bounded"] == MORE
    assert caplog.messages == [f"board: '{HOST}': too much is not kept: tests of one host"]


def test_a_known_test_is_reported_though_the_host_is_full() -> None:
    board = a_board(most_tests=1)
    board.report(a_report(Color.GREEN))
    board.report(a_report(Color.RED))
    assert [one.color for one in board.squares(HOST)] == [Color.RED]


def test_modifiers_of_one_square_end() -> None:
    board = a_red_board()
    for number in range(MOST_MODIFIERS + MORE):
        board.modify(KEY, Color.YELLOW, f"s{number}", b"x" * LONGEST_NOTE * 2)
    status = board.status(KEY)
    assert status is not None
    assert len(status.modifiers) == MOST_MODIFIERS
    assert max(len(one.cause) for one in status.modifiers) < LONGEST_NOTE + 20
    assert board.modify(KEY, Color.GREEN, "s1", b"a known source is heard") > 0


def test_acknowledgements_of_one_square_end() -> None:
    board = a_red_board()
    for number in range(MOST_ACK_INFOS + MORE):
        board.ack_info(HOST, None, an_info(f"u{number}" + "x" * 1000))
    status = board.status(KEY)
    assert status is not None
    assert len(status.ack_infos) == MOST_ACK_INFOS
    assert {len(one.user) for one in status.ack_infos} == {LONGEST_NAME}


def test_collectors_of_one_host_end_but_those_that_are_known_are_kept() -> None:
    board = a_board()
    for number in range(MOST_COLLECTORS + MORE):
        board.client(a_client(f"c{number}"))
    board.client(a_client("c1", b"newer"))
    kept = {one.collector: one.message for one in board.clients(HOST)}
    assert len(kept) == MOST_COLLECTORS
    assert kept["c1"] == b"newer"
    board.client(a_client("c1", b"x" * (LONGEST_CLIENT + 5)))
    assert len(next(one.message for one in board.clients(HOST) if one.collector == "c1")) < LONGEST_CLIENT + 100
    assert board.client(a_client("c" * (LONGEST_NAME + 1))) == 0


def test_scheduled_commands_end() -> None:
    board = a_board()
    for _ in range(MOST_SCHEDULED):
        assert board.schedule(4e9, "127.0.0.1", b"drop x")
    assert board.schedule(4e9, "127.0.0.1", b"drop x") == 0
    assert len(board.scheduled()) == MOST_SCHEDULED
    board.cancel(1)
    assert board.schedule(4e9, "127.0.0.1", b"x" * (LONGEST_COMMAND + 1)) == 0
    assert board.schedule(4e9, "127.0.0.1", b"drop x") > 0


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    board = a_board(longest_text=2000)
    board.report(a_report(Color.RED, text=b"red " + b"x" * 5000, flags="y" * 5000))
    status = board.status(KEY)
    assert status is not None
    assert status.color is Color.RED
    assert len(status.text) == 2000
    assert status.text.endswith(b"5004 bytes]\n")
    assert len(status.flags) == LONGEST_NAME


def test_a_bound_that_is_too_small_leaves_room_for_the_note() -> None:
    board = a_board(longest_text=0)
    board.report(a_report(text=b"green " + b"x" * 5000))
    status = board.status(KEY)
    assert status is not None
    assert status.text.startswith(b"green xxx")


def test_a_first_line_without_end_is_refused() -> None:
    board = a_board()
    assert board.report(a_report(head=b"status/group:" + b"g," * LONGEST_HEAD)) == 0
    assert board.status(KEY) is None


def test_what_people_write_is_cut() -> None:
    board = a_red_board()
    board.disable(HOST, None, UNTIL_OK, b"x" * LONGEST_NOTE * 2)
    status = board.status(KEY)
    assert status is not None
    assert status.disabled is not None
    assert len(status.disabled.text) == LONGEST_NOTE


def test_names_without_end_are_no_ghosts() -> None:
    board = a_board()
    board.report(a_report(host="h" * (LONGEST_NAME + 1)))
    board.report(a_report(host="h" * LONGEST_NAME))
    assert [len(ghost.name) for ghost in board.ghosts] == [LONGEST_NAME]


def test_tolerated_hosts_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.board.entries.MOST_TOLERATED", 10)
    board = a_board(ghosts="allow")
    for number in range(10 + MORE):
        board.report(a_report(host=f"h{number}.example.com"))
    board.report(a_report(Color.RED, host="h1.example.com"))
    assert len(board.hosts()) == 10


def test_names_of_tests_that_are_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hexmon.board.entries.MOST_TEST_NAMES", 10)
    board = a_board()
    board.report(a_report(test="Kept"))
    for number in range(100):
        board.report(a_report(test=f"T{number}"))
        board.drop(HOST, f"T{number}")
    board.report(a_report(Color.RED, test="KEPT"))
    assert [(one.key.test, one.color) for one in board.squares(HOST)] == [("Kept", Color.RED)]


def test_only_so_many_refusals_are_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(bounds, "_MOST_TOLD", 3)
    board = a_board(*(f"h{number}" for number in range(10)), most_tests=0)
    for number in range(10):
        board.report(a_report(host=f"h{number}"))
    assert len(caplog.messages) == 3
    assert board.counters["bounded"] == 10


@pytest.mark.parametrize("name", ["row|1.column", "row\x07.column", "row\x85.column"])
def test_a_summary_that_would_break_the_lines_of_an_answer_is_refused(name: str) -> None:
    board = a_board()
    board.report(a_report(host=SUMMARY_HOST, test=name))
    board.report(a_report(host=SUMMARY_HOST, test="Zürich.All"))
    assert [one.key.test for one in board.squares(SUMMARY_HOST)] == ["Zürich.All"]
