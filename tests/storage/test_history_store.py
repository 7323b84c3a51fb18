"""What every history store promises: newest first, without texts, names followed through drops and renames."""

import pytest

from hexmon.board.store import Record
from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.names import StatusKey
from hexmon.model.status import UNTIL_OK, Disabled, Status
from hexmon.storage.engine import Storage
from tests.storage.samples import NOON, a_status, changed

WWW = StatusKey("www.example.com", "http")
FOREVER = float("inf")


async def store(storage: Storage, *records: Record) -> None:
    await storage.journal.durable(storage.journal.append(records))


def moments(changes: object) -> list[float]:
    assert isinstance(changes, list)
    return [change.at - NOON for change in changes]


async def test_the_changes_of_a_square_come_newest_first_with_the_last_before_the_span(any_storage: Storage) -> None:
    await store(any_storage, *[changed(NOON + at) for at in (10, 20, 30, 40)])
    found = await any_storage.history.changes(WWW, NOON + 25, NOON + 35)
    assert moments(found) == [30, 20]


async def test_changes_at_both_ends_of_the_span_are_in_it(any_storage: Storage) -> None:
    await store(any_storage, *[changed(NOON + at) for at in (10, 20, 30)])
    assert moments(await any_storage.history.changes(WWW, NOON + 10, NOON + 30)) == [30, 20, 10]


async def test_a_limit_keeps_the_newest(any_storage: Storage) -> None:
    await store(any_storage, *[changed(NOON + at) for at in range(10)])
    assert moments(await any_storage.history.changes(WWW, NOON, FOREVER, limit=3)) == [9, 8, 7]
    assert moments(await any_storage.history.latest(NOON + 8)) == [9, 8]
    assert moments(await any_storage.history.latest(0, limit=2)) == [9, 8]


async def test_changes_in_the_same_second_keep_the_order_in_which_they_were_written(any_storage: Storage) -> None:
    red, green = a_status(color=Color.RED), a_status(color=Color.GREEN)
    await store(any_storage, changed(NOON, red), changed(NOON, green))
    assert [change.color for change in await any_storage.history.latest(0)] == [Color.GREEN, Color.RED]


async def test_a_square_without_history_has_none(any_storage: Storage) -> None:
    assert list(await any_storage.history.changes(WWW, 0, FOREVER)) == []
    assert await any_storage.history.change(1) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"red \xff\x00 not UTF-8", id="any bytes"),
        pytest.param(b"red " + b"long line " * 1000, id="long enough to be compressed"),
        pytest.param(b"", id="empty"),
    ],
)
async def test_a_change_keeps_its_whole_text_and_who_sent_it(any_storage: Storage, text: bytes) -> None:
    status = a_status()
    status = Status(**{name: getattr(status, name) for name in status.__struct_fields__} | {"text": text})
    await store(any_storage, changed(NOON + 5, status, Color.GREEN, NOON))
    (short,) = await any_storage.history.latest(0)
    assert short.text == b""
    assert await any_storage.history.change(short.id) == Change(
        id=short.id,
        key=WWW,
        at=NOON + 5,
        color=Color.RED,
        before=Color.GREEN,
        before_since=NOON,
        text=text,
        sender="127.0.0.1",
    )


async def test_a_change_to_blue_keeps_why(any_storage: Storage) -> None:
    blue = a_status(color=Color.BLUE)
    fields = {name: getattr(blue, name) for name in blue.__struct_fields__}
    await store(
        any_storage,
        changed(NOON + 1, Status(**fields | {"disabled": Disabled(UNTIL_OK, b"new disk")})),
        changed(NOON + 2, Status(**fields | {"planned": b"every Sunday"})),
    )
    assert [change.disabled_text for change in await any_storage.history.latest(0)] == [b"every Sunday", b"new disk"]


async def test_a_drop_takes_the_history_of_that_test_only(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), changed(NOON, a_status(test="cpu")), changed(NOON, a_status("db")))
    await store(any_storage, SquareDropped(NOON, WWW.host, "http"))
    assert {change.key.test for change in await any_storage.history.latest(0)} == {"cpu", "http"}
    assert list(await any_storage.history.changes(WWW, 0, FOREVER)) == []


async def test_a_dropped_host_has_no_history_and_may_begin_again(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), changed(NOON, a_status(test="cpu")), changed(NOON, a_status("db")))
    (number,) = [change.id for change in await any_storage.history.changes(WWW, 0, FOREVER)]
    await store(any_storage, SquareDropped(NOON, WWW.host, None), changed(NOON + 9))
    assert [change.key.host for change in await any_storage.history.latest(0)] == [WWW.host, "db"]
    assert moments(await any_storage.history.changes(WWW, 0, FOREVER)) == [9]
    assert await any_storage.history.change(number) is None


async def test_a_host_that_left_hosts_cfg_keeps_its_history(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), SquareDropped(NOON, WWW.host, None, forget=True))
    assert len(await any_storage.history.changes(WWW, 0, FOREVER)) == 1


async def test_a_renamed_host_takes_its_history_along(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), changed(NOON, a_status(test="cpu")))
    await store(any_storage, SquareRenamed(NOON, WWW.host, "new.example.com"))
    assert {str(change.key) for change in await any_storage.history.latest(0)} == {
        "new.example.com.http",
        "new.example.com.cpu",
    }


async def test_a_renamed_test_takes_its_history_along_and_joins_what_the_new_name_had(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), changed(NOON + 5, a_status(test="web")), changed(NOON, a_status("db")))
    await store(any_storage, SquareRenamed(NOON, WWW.host, WWW.host, "http", "web"))
    web = StatusKey(WWW.host, "web")
    assert moments(await any_storage.history.changes(web, 0, FOREVER)) == [5, 0]
    assert list(await any_storage.history.changes(WWW, 0, FOREVER)) == []
    assert len(await any_storage.history.latest(0)) == 3


async def test_a_rename_to_itself_changes_nothing(any_storage: Storage) -> None:
    await store(any_storage, changed(NOON), SquareRenamed(NOON, WWW.host, WWW.host, "http", "http"))
    await store(any_storage, SquareRenamed(NOON, WWW.host, WWW.host))
    assert len(await any_storage.history.changes(WWW, 0, FOREVER)) == 1
