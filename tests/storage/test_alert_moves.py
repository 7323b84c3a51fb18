"""Drops, renames, old age and damage: what becomes of incidents and deliveries."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from hexmon.alerts.store import LogQuery
from hexmon.board.store import Record, StatusSaved
from hexmon.model.color import Color
from hexmon.model.events import SquareDropped, SquareRenamed
from hexmon.model.incident import Delivery, DeliverySaved, DeliveryState, IncidentSaved, Item
from hexmon.model.names import StatusKey
from hexmon.storage import schema, target
from hexmon.storage.alerts import log_query
from hexmon.storage.engine import Storage, open_storage
from hexmon.storage.memory_alerts import MemoryAlerts
from tests.storage.alert_samples import WWW, a_delivery, a_message, an_incident, over, stored
from tests.storage.conftest import QUICK, sqlite_url
from tests.storage.samples import NOON, a_status
from tests.storage.test_housekeeping import rows

CPU = StatusKey(WWW.host, "cpu")
DB = StatusKey("db", "http")
SENT, DEAD, DROPPED = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.DROPPED
DAY = 86400.0
FOREVER = 10_000


async def store(storage: Storage, *records: Record) -> None:
    await storage.journal.durable(storage.journal.append(records))


async def log(storage: Storage) -> list[Delivery]:
    """The smallest number first."""
    return list(reversed(await storage.alerts.notifications(LogQuery(limit=FOREVER))))


async def fates(storage: Storage) -> dict[int, str]:
    return {one.number: one.state.value for one in await log(storage)}


async def ends(storage: Storage) -> dict[str, tuple[str, float, bool]]:
    """Of each square's incident: how it ended, when, and whether it is open."""
    found = await storage.alerts.incidents(LogQuery(limit=FOREVER))
    return {str(one.key): (one.end, one.ended, one.open) for one in found}


async def test_a_dropped_square_ends_its_incident_and_what_waited_is_not_sent(any_storage: Storage) -> None:
    await store(any_storage, *stored(an_incident(), an_incident(CPU), a_delivery(1, state=SENT), a_delivery(2)))
    await store(any_storage, *stored(a_delivery(3, CPU)), SquareDropped(NOON + 9, WWW.host, "http"))
    assert await ends(any_storage) == {str(WWW): ("dropped", NOON + 9, False), str(CPU): ("", 0.0, True)}
    assert await fates(any_storage) == {1: "sent", 2: "dropped", 3: "waiting"}
    assert (await log(any_storage))[1].ended == NOON + 9
    snapshot = await any_storage.alerts.claim("me", NOON, 60.0)
    assert [one.number for one in snapshot.deliveries] == [3]
    assert [one.key for one in snapshot.incidents] == [CPU]


async def test_a_dropped_host_drops_all_its_squares_and_the_log_stays(any_storage: Storage) -> None:
    await store(any_storage, *stored(an_incident(), an_incident(CPU), an_incident(DB), a_delivery(1, state=DEAD)))
    await store(any_storage, *stored(a_delivery(2, CPU), a_delivery(3, DB)), SquareDropped(NOON + 9, WWW.host, None))
    assert {name: end for name, (end, _, _) in (await ends(any_storage)).items() if end} == {
        str(WWW): "dropped",
        str(CPU): "dropped",
    }
    assert await fates(any_storage) == {1: "dead", 2: "dropped", 3: "waiting"}


async def test_an_incident_that_had_ended_keeps_its_end_when_its_square_is_dropped(any_storage: Storage) -> None:
    pending = msgspec.structs.replace(over(an_incident(), NOON + 5), pending=True)
    await store(any_storage, *stored(pending), SquareDropped(NOON + 9, WWW.host, None))
    assert await ends(any_storage) == {str(WWW): ("recovered", NOON + 5, False)}


async def test_a_host_that_left_hosts_cfg_keeps_all(any_storage: Storage) -> None:
    await store(
        any_storage, *stored(an_incident(), a_delivery(1)), SquareDropped(NOON + 9, WWW.host, None, forget=True)
    )
    assert await ends(any_storage) == {str(WWW): ("", 0.0, True)}
    assert await fates(any_storage) == {1: "waiting"}


async def test_what_is_saved_after_a_drop_is_there(any_storage: Storage) -> None:
    again = an_incident(started=NOON + 60)
    await store(any_storage, *stored(an_incident()), SquareDropped(NOON + 9, WWW.host, None), *stored(again))
    assert list(await any_storage.alerts.incidents(LogQuery(), open_only=True)) == [again]


async def test_a_renamed_host_takes_incidents_and_log_along(any_storage: Storage) -> None:
    incident, delivery = an_incident(), a_delivery(1, state=SENT)
    await store(any_storage, *stored(incident, an_incident(DB), delivery, a_delivery(2, CPU)))
    await store(any_storage, SquareRenamed(NOON + 9, WWW.host, "new"))
    new = StatusKey("new", "http")
    assert await any_storage.alerts.incident(incident.id) == msgspec.structs.replace(incident, key=new)
    moved = await any_storage.alerts.notifications(LogQuery(host="new", test="http"))
    assert list(moved) == [
        msgspec.structs.replace(delivery, message=msgspec.structs.replace(delivery.message, key=new))
    ]
    assert {str(one.message.key) for one in await log(any_storage)} == {"new.http", "new.cpu"}
    assert sorted(await ends(any_storage)) == ["db.http", "new.http"]
    assert list(await any_storage.alerts.notifications(LogQuery(host=WWW.host))) == []


async def test_a_renamed_test_takes_along_only_its_own(any_storage: Storage) -> None:
    await store(any_storage, *stored(an_incident(), an_incident(CPU), a_delivery(1), a_delivery(2, CPU)))
    await store(any_storage, SquareRenamed(NOON + 9, WWW.host, WWW.host, "http", "web"))
    assert {str(one.message.key) for one in await log(any_storage)} == {"www.example.com.web", str(CPU)}
    assert await ends(any_storage) == {"www.example.com.web": ("", 0.0, True), str(CPU): ("", 0.0, True)}


async def test_what_lasted_under_the_new_name_gives_way(any_storage: Storage) -> None:
    mine, others = an_incident(), an_incident(StatusKey("new", "http"), NOON + 1)
    kept = an_incident(StatusKey("new", "disk"), NOON + 2)
    await store(any_storage, *stored(mine, others, kept, a_delivery(1, StatusKey("new", "http")), a_delivery(2)))
    await store(any_storage, SquareRenamed(NOON + 9, WWW.host, "new"))
    lasting = await any_storage.alerts.incidents(LogQuery(), open_only=True)
    assert {one.id for one in lasting} == {mine.id, kept.id}
    assert await fates(any_storage) == {1: "dropped", 2: "waiting"}


async def test_a_green_square_takes_the_name_of_one_in_trouble(storage: Storage) -> None:
    there = an_incident(StatusKey("new", "http"))
    await store(storage, *stored(there), StatusSaved(a_status(WWW.host, "http", Color.GREEN)))
    await store(storage, SquareRenamed(NOON + 9, WWW.host, "new"))
    assert await ends(storage) == {"new.http": ("dropped", NOON + 9, False)}


async def test_a_rename_to_itself_changes_nothing(any_storage: Storage) -> None:
    await store(any_storage, *stored(an_incident(), a_delivery(1)), SquareRenamed(NOON, WWW.host, WWW.host))
    await store(any_storage, SquareRenamed(NOON, WWW.host, WWW.host, "http", "http"))
    assert await ends(any_storage) == {str(WWW): ("", 0.0, True)}
    assert await fates(any_storage) == {1: "waiting"}


# --- old age -------------------------------------------------------------------------------------------------------


def of_day(number: int, state: DeliveryState = SENT) -> DeliverySaved:
    return DeliverySaved(a_delivery(number, state=state, created=NOON + number * DAY))


@pytest.mark.parametrize("name", ["prune_history", "prune_notifications"])
async def test_old_notifications_go_and_those_that_wait_stay(
    any_storage: Storage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "STEP_ROWS", 3)
    await store(any_storage, *(of_day(n) for n in range(1, 20)), of_day(0, DeliveryState.WAITING), of_day(20, DEAD))
    getattr(any_storage, name)(NOON + 12 * DAY)
    await become(any_storage, {0, *range(12, 21)})


async def become(storage: Storage, left: set[int]) -> None:
    """Wait until the log has these numbers only."""
    while set(await fates(storage)) != left:
        await store(storage)


async def test_history_takes_incidents_that_ended_along_and_the_log_alone_does_not(any_storage: Storage) -> None:
    old, late, lasting = (an_incident(StatusKey(name, "x")) for name in ("old", "late", "lasting"))
    pending = msgspec.structs.replace(over(an_incident(DB), NOON + 1), pending=True)
    await store(
        any_storage,
        *stored(over(old, NOON + DAY), over(late, NOON + 9 * DAY), lasting, pending, a_delivery(1, state=SENT)),
    )
    any_storage.prune_notifications(NOON + 5 * DAY)
    await become(any_storage, set())
    assert len(await ends(any_storage)) == 4
    any_storage.prune_history(NOON + 5 * DAY)
    while len(await ends(any_storage)) > 3:
        await store(any_storage)
    assert sorted(await ends(any_storage)) == ["db.http", "lasting.x", "late.x"]


async def test_memory_keeps_what_lasts_and_the_newest_of_the_rest() -> None:
    memory = MemoryAlerts(keep=10)
    for n in range(100):
        incident = an_incident(StatusKey(f"h{n}", "x"), NOON + n)
        memory.take(IncidentSaved(incident if n < 5 else over(incident, NOON + n + 1)))
        memory.take(DeliverySaved(a_delivery(n, state=DeliveryState.WAITING if n < 5 else SENT)))
    incidents = await memory.incidents(LogQuery(limit=FOREVER))
    deliveries = await memory.notifications(LogQuery(limit=FOREVER))
    assert len(incidents) <= 35
    assert len(deliveries) <= 35
    assert {one.key.host for one in incidents} >= {*(f"h{n}" for n in range(5)), *(f"h{n}" for n in range(90, 100))}
    assert {one.number for one in deliveries} >= {*range(5), *range(90, 100)}


# --- damage --------------------------------------------------------------------------------------------------------


async def test_a_damaged_row_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop(), QUICK)
    long = a_message(CPU, text=b"red " + bytes(range(256)) * 20)
    await store(storage, *stored(an_incident(), an_incident(DB), a_delivery(1), a_delivery(2, CPU, message=long)))
    await store(storage, *stored(a_delivery(3, DB)))
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
        database.execute("UPDATE incident SET data = x'c1c1' WHERE host <> 'db'")
        database.execute("UPDATE delivery SET data = x'c1c1' WHERE host <> 'db'")
    with caplog.at_level(logging.ERROR):
        assert sorted(await ends(storage)) == ["db.http"]
        assert await fates(storage) == {3: "waiting"}
        await store(storage, SquareDropped(NOON + 9, WWW.host, None), SquareDropped(NOON + 9, "db", None))
    assert f"damaged and left out: 1 {WWW.host} http" in caplog.text
    assert await fates(storage) == {3: "dropped"}
    assert storage.journal.trouble == ""
    await storage.close()
    with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database:
        assert database.execute("SELECT DISTINCT open FROM incident").fetchall() == [(0,)]
        assert database.execute("SELECT DISTINCT state FROM delivery").fetchall() == [("dropped",)]


async def test_what_the_other_side_said_is_stored_whatever_it_was(storage: Storage) -> None:
    await store(storage, *stored(a_delivery(1, state=DEAD, error="550 \0 no \udcff such user")))
    assert [one.error for one in await log(storage)] == ["550 \N{REPLACEMENT CHARACTER} no ? such user"]


async def test_a_delivery_that_cannot_be_stored_costs_only_itself(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    poison = a_delivery(2, message=a_message(items=(Item(WWW, Color.RED, "\udcff"),)))
    await store(storage, *stored(a_delivery(1), poison, a_delivery(3), an_incident()))
    assert await fates(storage) == {1: "waiting", 3: "waiting"}
    assert len(await ends(storage)) == 1
    assert "cannot be stored is left out" in caplog.text


async def test_values_of_an_older_or_newer_version_are_read(tmp_path: Path) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop(), QUICK)
    incident, delivery = an_incident(), a_delivery(1)
    await store(storage, *stored(incident, delivery))
    for table, value in (("incident", incident), ("delivery", delivery)):
        fields = msgspec.msgpack.decode(msgspec.msgpack.encode(value))
        fields["of_a_later_version"] = [1, {"x": 2}]
        fields.pop("pending", None)
        fields.pop("merged_into", None)
        with closing(sqlite3.connect(tmp_path / "data" / "hexmon.db")) as database, database:
            statement = f"UPDATE {table} SET data = ?"  # noqa: S608
            database.execute(statement, (msgspec.msgpack.encode(fields),))
    assert await storage.alerts.incident(incident.id) == incident
    assert await log(storage) == [delivery]
    await storage.close()


# --- the form of the tables ----------------------------------------------------------------------------------------


async def test_a_database_of_the_first_form_is_upgraded_with_what_it_has(url: str) -> None:
    storage = open_storage(url, asyncio.get_running_loop(), QUICK)
    await store(storage, StatusSaved(a_status()))
    await storage.close()
    first = sa.create_engine(url, poolclass=sa.NullPool)
    with first.connect() as connection, connection.begin():
        for table in ("incident", "delivery", "monitor_state"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'r0001'"))
    storage = open_storage(url, asyncio.get_running_loop(), QUICK)
    await store(storage, *stored(an_incident(), a_delivery(1)))
    assert len((await storage.board.load()).statuses) == 1
    assert (len(await ends(storage)), await fates(storage)) == (1, {1: "waiting"})
    await storage.close()
    with first.connect() as connection:
        assert schema.current(connection) == schema.HEAD


LOG_QUERIES = {
    "delivery_latest": LogQuery(),
    "delivery_latest (created>? AND created<?": LogQuery(since=NOON, until=NOON + DAY),
    "delivery_latest (created<?": LogQuery(before=50_000),
    "delivery_square (host=?": LogQuery(host="h7"),
    "delivery_square (host=? AND created<?": LogQuery(host="h7", before=50_000),
    "delivery_state (state=?": LogQuery(state=DEAD),
    "delivery_incident (incident=?": LogQuery(incident=an_incident(StatusKey("h7", "x")).id),
}


async def test_no_page_of_a_log_of_100_000_looks_at_all_of_it(tmp_path: Path) -> None:
    storage = open_storage(sqlite_url(tmp_path), asyncio.get_running_loop(), QUICK)
    keys = [StatusKey(f"h{n}", "x") for n in range(1000)]
    saved = [of_host(number, keys[number % 1000]) for number in range(100_000)]
    for begin in range(0, len(saved), 5000):
        storage.journal.append(saved[begin : begin + 5000])
    await store(storage)
    engine = sa.create_engine(sqlite_url(tmp_path), poolclass=sa.NullPool)
    with engine.connect() as connection:
        for index, query in LOG_QUERIES.items():
            mark = NOON + query.before if query.before is not None else None
            statement = log_query(query, mark).compile(engine, compile_kwargs={"literal_binds": True})
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            assert f"USING INDEX {index}" in plan, query
            assert "TEMP B-TREE" not in plan, query
    assert [one.number for one in await storage.alerts.notifications(LogQuery(host="h7", limit=2))] == [99_007, 98_007]
    assert len(await storage.alerts.notifications(LogQuery(incident=a_message(keys[7]).incident))) == 100
    assert rows(sqlite_url(tmp_path), "delivery") == 100_000
    await storage.close()


def of_host(number: int, key: StatusKey) -> DeliverySaved:
    return DeliverySaved(a_delivery(number, key, DEAD if number % 100 == 0 else SENT))
