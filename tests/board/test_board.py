"""The board: names, the journal, cookies, drop and rename, ghosts."""

import pytest

from hexmon.board.store import MemoryJournal, Snapshot, StatusSaved
from hexmon.bus import LocalBus
from hexmon.model.color import Color
from hexmon.model.events import (
    ClientReported,
    ColorChanged,
    DataReported,
    InventoryChanged,
    NoticeSent,
    SquareDropped,
    SquareRenamed,
    StatusAcknowledged,
    StatusReported,
)
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK, AckInfo, ClientMessage
from tests.support.builders import HOST, KEY, a_board, a_host, a_report, an_inventory, colors
from tests.support.clock import FakeClock

GREEN, CLEAR, BLUE, PURPLE, YELLOW, RED = Color


def a_client(host: str = HOST, collector: str = "", at: float = 0.0) -> ClientMessage:
    return ClientMessage(
        host=host,
        collector=collector,
        os_type="linux",
        host_class="",
        sender="127.0.0.1",
        received=at,
        message=b"client x",
    )


# -- names


@pytest.mark.parametrize(
    ("host", "test"),
    [
        pytest.param(HOST, "http", id="as it is"),
        pytest.param(HOST.upper(), "HTTP", id="in capitals"),
        pytest.param("wwwalias", "Http", id="by its alias"),
        pytest.param("WWWalias", "http", id="by its alias in another case"),
    ],
)
def test_names_come_in_any_spelling(host: str, test: str) -> None:
    board = a_board(a_host(aliases=("wwwalias",)))
    board.report(a_report(GREEN))
    board.report(a_report(RED, host=host, test=test))
    assert colors(board.squares(HOST)) == {"http": "red"}
    assert board.status(StatusKey(host, test)) is board.status(KEY)


def test_the_spelling_of_a_test_is_the_first_one_on_any_host() -> None:
    board = a_board("a.example.com", "b.example.com")
    board.report(a_report(host="a.example.com", test="Http"))
    board.report(a_report(host="b.example.com", test="HTTP"))
    assert colors(board.squares("b.example.com")) == {"Http": "green"}


@pytest.mark.parametrize("name", ["", "a.b", "a b", "*", "é", "x" * 300, "a\n"])
def test_a_new_test_must_have_a_plain_name(name: str) -> None:
    board = a_board()
    assert board.report(a_report(test=name)) == 0
    assert list(board.statuses()) == []
    assert board.counters["refused"] == 1


def test_a_summary_may_have_any_test_name() -> None:
    board = a_board()
    board.report(a_report(RED, host="summary", test="Vegas.All"))
    assert colors(board.squares("summary")) == {"Vegas.All": "red"}


def test_squares_are_listed_newest_first() -> None:
    board = a_board()
    for test in ("a", "b", "c", "a"):
        board.report(a_report(test=test))
    assert [status.key.test for status in board.squares(HOST)] == ["c", "b", "a"]


def test_purple_cannot_be_claimed() -> None:
    board = a_board()
    board.report(a_report(PURPLE))
    assert board.status(KEY) is None
    board.report(a_report(GREEN))
    board.report(a_report(PURPLE))
    assert colors(board.squares(HOST)) == {"http": "green"}


# -- ghosts


@pytest.mark.parametrize(
    ("mode", "name", "known", "ghosts"),
    [
        pytest.param("log", "ghost.example.org", None, ["ghost.example.org"], id="log remembers it"),
        pytest.param("drop", "ghost.example.org", None, [], id="drop forgets it"),
        pytest.param("allow", "ghost.example.org", "ghost.example.org", [], id="allow takes it as it is"),
        pytest.param("allow", "gh ost", None, [], id="but not every name"),
        pytest.param("match", "www.example.org", HOST, [], id="match looks at the part before the first dot"),
        pytest.param("match", "WWW", HOST, [], id="in any case"),
        pytest.param("match", "ghost", None, ["ghost"], id="and remembers what matches nothing"),
        pytest.param("log", "gh ost", None, [], id="impossible names are not remembered"),
    ],
)
def test_ghosts(mode: str, name: str, known: str | None, ghosts: list[str]) -> None:
    board = a_board(ghosts=mode)
    board.report(a_report(RED, host=name))
    assert board.canonical(name) == known
    assert [ghost.name for ghost in board.ghosts] == ghosts
    assert board.hosts() == ([known] if known else [])


def test_a_ghost_that_is_known_later_is_none() -> None:
    board = a_board()
    board.report(a_report(host="new.example.com"))
    board.adopt(an_inventory(HOST, "new.example.com"))
    assert list(board.ghosts) == []


def test_the_list_of_ghosts_is_bounded() -> None:
    board = a_board()
    for number in range(10_100):
        board.report(a_report(host=f"g{number}"))
    assert len(board.ghosts) == 10_000


async def test_a_host_is_unknown_outside_its_window() -> None:
    clock = FakeClock()
    board = a_board(a_host(not_before=clock.now() + 100, not_after=clock.now() + 200), clock=clock)
    assert board.canonical(HOST) is None
    board.report(a_report())
    await clock.advance(150)
    board.report(a_report(test="in"))
    await clock.advance(100)
    board.report(a_report(test="late"))
    assert colors(board.squares(HOST)) == {"in": "green"}


def test_a_square_with_two_reporters_is_noted() -> None:
    board = a_board(HOST, a_host("many.example.com", multihomed=True))
    for sender in ("127.0.0.1", "127.0.0.2", "hexmon"):
        board.report(a_report(sender=sender))
        board.report(a_report(sender=sender, host="many.example.com"))
    assert [(one.key, one.senders) for one in board.multi_sources] == [(KEY, ("127.0.0.1", "127.0.0.2"))]


# -- the journal


def test_a_refresh_waits_for_the_checkpoint() -> None:
    journal = MemoryJournal()
    board = a_board(journal=journal)
    assert board.report(a_report(GREEN)) == 1
    assert board.report(a_report(GREEN, text=b"green later")) == 0
    assert board.checkpoint(100) == 1
    assert board.checkpoint(100) == 0
    saved = [record.status.text for record in journal.records if isinstance(record, StatusSaved)]
    assert saved[-1] == b"green later"


def test_a_change_is_journaled_with_its_history() -> None:
    journal = MemoryJournal()
    board = a_board(journal=journal)
    board.report(a_report(GREEN))
    assert board.report(a_report(RED)) == 2
    status = board.status(KEY)
    assert status is not None
    assert journal.records[-2:] == [StatusSaved(status), ColorChanged(status.updated, GREEN, status.created, status)]


def test_a_checkpoint_comes_in_slices() -> None:
    board = a_board()
    for _ in range(2):
        for number in range(10):
            board.report(a_report(test=f"t{number}"))
    assert [board.checkpoint(4) for _ in range(4)] == [4, 4, 2, 0]


def test_what_people_do_has_a_ticket() -> None:
    board = a_board()
    board.report(a_report(RED))
    cookie = next(board.statuses()).cookie
    assert cookie is not None
    assert board.acknowledge(cookie.number, 3600, b"me") > 0
    assert board.ack_info(HOST, "http", AckInfo(1, "joe", 0.0, 1_795_300_000.0, 0.0, b"me")) > 0
    assert board.modify(KEY, YELLOW, "src", b"because") > 0
    assert board.disable(HOST, "http", UNTIL_OK, b"") > 0
    assert board.enable(HOST, "http") > 0
    assert board.schedule(1_795_300_000.0, "127.0.0.1", b"enable x") > 0
    assert board.drop(HOST, "http") > 0


def test_what_changes_nothing_has_none() -> None:
    board = a_board()
    assert board.disable(HOST, "http", UNTIL_OK, b"") == 0
    assert board.enable(HOST, None) == 0
    assert board.acknowledge(123456, 3600, b"me") == 0
    assert board.ack_info(HOST, None, AckInfo(1, "joe", 0.0, -1, 0.0, b"me")) == 0


# -- events


async def test_followers_hear_of_everything() -> None:
    bus = LocalBus()
    kinds = [StatusReported, ColorChanged, ClientReported, DataReported, NoticeSent, StatusAcknowledged]
    queue = bus.follow("test", [*kinds, SquareDropped, SquareRenamed, InventoryChanged])
    board = a_board(bus=bus)
    board.report(a_report(GREEN))
    board.report(a_report(GREEN))
    board.client(a_client("WWW.example.com"))
    board.data(HOST, "vmstat", "127.0.0.1", b"1 2 3")
    board.notice("notify", f"{HOST}.http", "127.0.0.1", b"hello")
    board.rename_test(HOST, "http", "web")
    board.drop(HOST, None)
    board.adopt(an_inventory(HOST, version=2))
    heard = [type(event) for event in await queue.next_batch()]
    assert heard == [
        *(ColorChanged, StatusReported, StatusReported, ClientReported, DataReported, NoticeSent),
        *(SquareRenamed, SquareDropped, InventoryChanged),
    ]


def test_unknown_hosts_have_neither_clients_nor_data() -> None:
    board = a_board()
    board.client(a_client("ghost.example.com"))
    board.data("other.example.com", "x", "127.0.0.1", b"")
    assert board.hosts() == []
    assert len(board.ghosts) == 2


# -- cookies


def test_cookies_are_six_digits_and_unlike() -> None:
    board = a_board()
    for number in range(300):
        board.report(a_report(RED, test=f"t{number}"))
    numbers = {status.cookie.number for status in board.statuses() if status.cookie}
    assert len(numbers) == 300
    assert all(100_000 <= number <= 999_999 for number in numbers)
    assert len({number // 1000 for number in numbers}) > 150


def test_a_cookie_means_nothing_after_the_recovery() -> None:
    board = a_board()
    board.report(a_report(RED))
    cookie = next(board.statuses()).cookie
    assert cookie is not None
    assert board.by_cookie(cookie.number) is board.status(KEY)
    board.report(a_report(GREEN))
    assert board.acknowledge(cookie.number, 600, b"too late") == 0
    assert board.by_cookie(cookie.number) is None


def test_an_acknowledgement_may_be_for_the_whole_host() -> None:
    board = a_board(HOST, "other.example.com")
    for test, color in {"a": RED, "b": YELLOW, "c": GREEN}.items():
        board.report(a_report(color, test=test))
    board.report(a_report(RED, host="other.example.com"))
    status = board.status(StatusKey(HOST, "a"))
    assert status is not None
    assert status.cookie is not None
    board.acknowledge(status.cookie.number, 7200, b"me", whole_host=True)
    acknowledged = {one.key.test for one in board.statuses() if one.acknowledged}
    assert acknowledged == {"a", "b"}
    after = board.status(StatusKey(HOST, "a"))
    assert after is not None
    assert after.acknowledged is not None
    assert after.valid_until == after.acknowledged.until == after.updated + 7200


# -- ackinfo, modify


def test_ack_info_replaces_the_same_level_and_user() -> None:
    board = a_board()
    board.report(a_report(RED))
    for level, user, text in [(1, "joe", b"first"), (2, "joe", b"second"), (1, "joe", b"third")]:
        board.ack_info(HOST, "http", AckInfo(level, user, 0.0, 1_795_300_000.0, 0.0, text))
    status = board.status(KEY)
    assert status is not None
    assert [(one.level, one.text) for one in status.ack_infos] == [(2, b"second"), (1, b"third")]


def test_ack_info_for_a_host_leaves_good_squares_out_and_may_last_a_year() -> None:
    board = a_board()
    board.report(a_report(RED, test="bad"))
    board.report(a_report(GREEN, test="good"))
    board.ack_info(HOST, None, AckInfo(1, "joe", 0.0, -1, 0.0, b"me"))
    infos = {one.key.test: [info.valid_until - info.received for info in one.ack_infos] for one in board.statuses()}
    assert infos == {"bad": [365 * 86400], "good": []}


def test_modify_shows_at_once_for_one_report() -> None:
    board = a_board()
    assert board.modify(KEY, RED, "src", b"nothing there") == 0
    board.report(a_report(GREEN))
    board.modify(KEY, RED, "src", b"because")
    shown = []
    for _ in range(3):
        status = board.status(KEY)
        assert status is not None
        shown.append((status.color, b"".join(one.cause for one in status.modifiers)))
        board.report(a_report(GREEN))
    assert shown == [(RED, b"&red because\n"), (RED, b"&red because\n"), (GREEN, b"")]


def test_unmodify_shows_what_is_left() -> None:
    board = a_board()
    assert board.unmodify(KEY, "one") == 0
    board.report(a_report(GREEN))
    board.modify(KEY, RED, "one", b"because")
    board.modify(KEY, YELLOW, "two", b"because")
    assert board.unmodify(KEY, "three") == 0
    shown = []
    for source in ("one", "two"):
        assert board.unmodify(KEY, source) > 0
        status = board.status(KEY)
        assert status is not None
        shown.append((status.color, [one.source for one in status.modifiers]))
    assert shown == [(YELLOW, ["two"]), (GREEN, [])]


# -- drop and rename


def test_drop_clears_everything() -> None:
    board = a_board()
    board.report(a_report(RED))
    board.report(a_report(RED, sender="127.0.0.9"))
    board.client(a_client())
    cookie = next(board.statuses()).cookie
    assert cookie is not None
    board.drop(HOST.upper(), None)
    assert (board.hosts(), list(board.statuses()), list(board.clients(HOST))) == ([], [], [])
    assert (board.by_cookie(cookie.number), len(board.multi_sources), board.checkpoint(100)) == (None, 0, 0)
    board.report(a_report(GREEN))
    status = board.status(KEY)
    assert status is not None
    assert status.before is None


def test_drop_of_one_test_leaves_the_others() -> None:
    board = a_board()
    board.report(a_report(test="a"))
    board.report(a_report(test="b"))
    board.drop(HOST, "A")
    assert colors(board.squares(HOST)) == {"b": "green"}


def test_drop_is_told_even_of_what_nobody_knows() -> None:
    journal = MemoryJournal()
    board = a_board(journal=journal)
    assert board.drop("gone.example.com", None) > 0
    assert isinstance(journal.records[-1], SquareDropped)


@pytest.mark.parametrize("name", ["../etc", "a b", "", "a\n", "x/y"])
def test_names_that_could_not_be_are_not_dropped_or_renamed(name: str) -> None:
    journal = MemoryJournal()
    board = a_board(journal=journal)
    board.report(a_report())
    assert (board.drop(name, None), board.rename_host(name, "b"), board.rename_host(HOST, name)) == (0, 0, 0)
    assert board.rename_test(HOST, "http", "a.b") == 0
    assert colors(board.squares(HOST)) == {"http": "green"}


def test_a_renamed_test_keeps_colour_and_text_and_what_was_attached() -> None:
    board = a_board()
    board.report(a_report(RED, text=b"red it is"))
    board.disable(HOST, "http", UNTIL_OK, b"work")
    before = board.status(KEY)
    assert before is not None
    board.rename_test(HOST, "http", "web")
    after = board.status(StatusKey(HOST, "web"))
    assert after is not None
    assert (after.color, after.text, after.disabled, after.since) == (BLUE, b"red it is", before.disabled, before.since)
    assert board.status(KEY) is None


def test_a_renamed_host_takes_squares_cookies_and_clients_along() -> None:
    board = a_board(HOST, "new.example.com")
    board.report(a_report(RED))
    board.client(a_client())
    cookie = next(board.statuses()).cookie
    assert cookie is not None
    board.rename_host(HOST, "new.example.com")
    status = board.by_cookie(cookie.number)
    assert status is not None
    assert status.key == StatusKey("new.example.com", "http")
    assert [message.host for message in board.clients("new.example.com")] == ["new.example.com"]
    assert board.hosts() == ["new.example.com"]


@pytest.mark.parametrize("later", ["old", "new"])
async def test_of_two_squares_with_one_name_the_later_reported_stays(later: str) -> None:
    clock = FakeClock()
    board = a_board("old", "new", clock=clock)
    first = "new" if later == "old" else "old"
    board.report(a_report(YELLOW, host=first, text=f"yellow {first}".encode()))
    await clock.advance(60)
    board.report(a_report(RED, host=later, text=f"red {later}".encode()))
    board.rename_host("old", "new")
    status = board.status(StatusKey("new", "http"))
    assert status is not None
    assert (status.text, status.created) == (f"red {later}".encode(), clock.now() - 60)
    assert [one.cookie for one in board.statuses() if one.cookie] == [status.cookie]


# -- a new inventory


def test_hosts_that_left_the_inventory_are_forgotten_but_not_their_history() -> None:
    journal = MemoryJournal()
    board = a_board(HOST, "gone.example.com", journal=journal)
    board.report(a_report(RED, host="gone.example.com"))
    board.report(a_report())
    assert board.adopt(an_inventory(HOST)) > 0
    assert board.hosts() == [HOST]
    dropped = [record for record in journal.records if isinstance(record, SquareDropped)]
    assert [(one.host, one.test, one.forget) for one in dropped] == [("gone.example.com", None, True)]


def test_a_host_that_became_an_alias_goes_on_by_its_new_name() -> None:
    board = a_board(HOST)
    board.report(a_report(RED))
    board.adopt(an_inventory(a_host("web.example.com", aliases=(HOST,))))
    assert colors(board.squares("web.example.com")) == {"http": "red"}
    assert board.hosts() == ["web.example.com"]


def test_policies_follow_the_inventory() -> None:
    board = a_board()
    board.report(a_report(GREEN))
    board.adopt(an_inventory(Host(name=HOST, policy=a_host(delay_red={"http": 600.0}).policy)))
    board.report(a_report(RED))
    assert colors(board.squares(HOST)) == {"http": "yellow"}


# -- scheduled commands


async def test_scheduled_commands_come_when_they_are_due() -> None:
    clock = FakeClock()
    board = a_board(clock=clock)
    for after in (200, 100, 300):
        board.schedule(clock.now() + after, "127.0.0.1", b"dummy %d" % after)
    assert board.cancel(3) > 0
    assert board.cancel(9) == 0
    assert [job.id for job in board.scheduled()] == [1, 2]
    assert board.due_commands(clock.now()) == []
    await clock.advance(500)
    due = board.due_commands(clock.now())
    assert [job.command for job in due] == [b"dummy 100", b"dummy 200"]
    assert len(board.scheduled()) == 2, "kept until they ran"
    for job in due:
        assert board.cancel(job.id) > 0
    assert board.due_commands(clock.now()) == []


def test_numbers_of_scheduled_commands_go_on_after_a_restart() -> None:
    board = a_board()
    board.schedule(1_800_000_000.0, "127.0.0.1", b"one")
    fresh = a_board()
    fresh.restore(Snapshot(schedule=board.scheduled()))
    fresh.schedule(1_800_000_000.0, "127.0.0.1", b"two")
    assert [(job.id, job.command) for job in fresh.scheduled()] == [(1, b"one"), (2, b"two")]
