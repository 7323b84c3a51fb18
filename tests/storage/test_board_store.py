"""What was committed is there after a restart, in its newest form."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from hexmon.board.store import ClientSaved, Record, ScheduleRemoved, Snapshot, StatusSaved
from hexmon.model.color import Color
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.names import StatusKey
from hexmon.model.status import (
    UNTIL_OK,
    AckInfo,
    Acknowledged,
    Cookie,
    Disabled,
    Flap,
    Gap,
    Modifier,
    Status,
)
from hexmon.storage.engine import open_storage
from tests.storage.conftest import QUICK, sqlite_url
from tests.storage.samples import NOON, a_change, a_client, a_job, a_status, saved

FULL = msgspec.structs.replace(
    a_status(),
    before=Color.GREEN,
    before_change=Color.YELLOW,
    flags="oRdastLe",
    groups=("dba", "unix"),
    changes=7,
    text=b"red \xff\x00",
    valid_until=float("inf"),
    disabled=Disabled(UNTIL_OK, b"new disk"),
    planned=b"every Sunday",
    acknowledged=Acknowledged(NOON + 60, b"on it", Color.RED),
    ack_infos=(AckInfo(1, "hans", NOON, NOON + 60, NOON + 90, b"level 1"),),
    cookie=Cookie(123456, NOON + 86400),
    modifiers=(Modifier("ext", Color.YELLOW, b"cause"),),
    flap=Flap((NOON, NOON + 1), True, Color.GREEN, Color.RED),
    gap=Gap(Color.RED, NOON, NOON + 1, 300.0),
    red_since=NOON,
    yellow_since=NOON - 60,
    alerting=True,
)


async def after(url: str, *appends: list[Record]) -> Snapshot:
    """Append each list, close, open again, load."""
    loop = asyncio.get_running_loop()
    storage = open_storage(url, loop, QUICK)
    for records in appends:
        storage.journal.append(records)
    await storage.close()
    storage = open_storage(url, loop, QUICK)
    try:
        return await storage.board.load()
    finally:
        await storage.close()


def names(snapshot: Snapshot) -> list[str]:
    return sorted(str(status.key) for status in snapshot.statuses)


async def test_an_empty_storage_has_nothing(url: str) -> None:
    snapshot = await after(url)
    assert (list(snapshot.statuses), list(snapshot.schedule), list(snapshot.clients)) == ([], [], [])


async def test_every_field_of_a_status_comes_back(url: str) -> None:
    assert (await after(url, [StatusSaved(FULL)])).statuses == [FULL]


async def test_of_many_statuses_of_a_square_the_last_is_kept(url: str) -> None:
    snapshot = await after(url, [saved(color=Color.RED), saved(color=Color.YELLOW)], [saved(color=Color.GREEN)])
    assert [status.color for status in snapshot.statuses] == [Color.GREEN]


async def test_a_large_append_is_all_there(url: str) -> None:
    snapshot = await after(url, [record for n in range(1337) for record in a_change(a_status(f"h{n}"))])
    assert len({status.key for status in snapshot.statuses}) == 1337


async def test_a_dropped_square_is_gone_and_one_reported_afterwards_is_there(url: str) -> None:
    snapshot = await after(
        url,
        [saved("a", "x"), saved("a", "y"), saved("b", "x"), ClientSaved(a_client("b"))],
        [SquareDropped(NOON, "a", "x"), SquareDropped(NOON, "b", None), saved("b", "new")],
    )
    assert names(snapshot) == ["a.y", "b.new"]
    assert list(snapshot.clients) == []


async def test_a_host_that_left_hosts_cfg_is_gone(url: str) -> None:
    assert names(await after(url, [saved("a"), SquareDropped(NOON, "a", None, forget=True)])) == []


async def test_a_renamed_host_replaces_what_the_new_name_had(url: str) -> None:
    snapshot = await after(
        url,
        [saved("old", "x", Color.RED), saved("old", "y"), saved("new", "x", Color.GREEN), saved("new", "z")],
        [ClientSaved(a_client("old", message=b"of old")), ClientSaved(a_client("new", message=b"of new"))],
        [SquareRenamed(NOON, "old", "new")],
    )
    assert names(snapshot) == ["new.x", "new.y", "new.z"]
    assert {status.color for status in snapshot.statuses if status.key.test == "x"} == {Color.RED}
    assert [(client.host, client.message) for client in snapshot.clients] == [("new", b"of old")]


async def test_a_renamed_test_replaces_what_the_new_name_had(url: str) -> None:
    snapshot = await after(
        url, [saved("a", "x", Color.RED), saved("a", "y", Color.GREEN), SquareRenamed(NOON, "a", "a", "x", "y")]
    )
    assert [(status.key, status.color) for status in snapshot.statuses] == [(StatusKey("a", "y"), Color.RED)]


async def test_planned_commands_are_kept_until_they_ran(url: str) -> None:
    snapshot = await after(url, [a_job(1), a_job(2), a_job(3)], [ScheduleRemoved(2), a_job(3, b"enable x.y")])
    assert [(job.id, job.command.split()[0]) for job in snapshot.schedule] == [(1, b"disable"), (3, b"enable")]


async def test_of_an_agents_messages_the_last_of_each_collector_is_kept(url: str) -> None:
    snapshot = await after(
        url, [ClientSaved(a_client(message=text)) for text in (b"1", b"2")], [ClientSaved(a_client(collector="sub"))]
    )
    assert sorted((client.collector, client.message[:1]) for client in snapshot.clients) == [("", b"2"), ("sub", b"c")]


async def test_a_damaged_row_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = sqlite_url(tmp_path)
    await after(url, [saved("a"), saved("b")])
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
        database.execute("UPDATE status SET data = x'c1c1' WHERE host = 'a'")
    with caplog.at_level(logging.ERROR):
        assert names(await after(url)) == ["b.http"]
    assert "damaged and left out: a http" in caplog.text


async def test_a_status_of_an_older_or_newer_version_is_read(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    await after(url, [StatusSaved(FULL)])
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(FULL))
    del fields["red_since"], fields["flap"]
    fields["of_a_later_version"] = [1, {"x": 2}]
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
        database.execute("UPDATE status SET data = ?", (msgspec.msgpack.encode(fields),))
    (status,) = (await after(url)).statuses
    assert status == msgspec.structs.replace(FULL, red_since=0.0, flap=Flap())


def test_an_ordinary_status_is_stored_in_few_bytes() -> None:
    stored = msgspec.msgpack.encode(a_status(text=b"x" * 400))
    assert len(stored) < 650
    assert msgspec.msgpack.decode(stored, type=Status) == a_status(text=b"x" * 400)
