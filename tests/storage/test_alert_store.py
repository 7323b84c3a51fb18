"""What every store of incidents and deliveries promises: all fields, newest first, nothing held by two."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from hexmon.alerts.store import LogQuery
from hexmon.board.store import Record
from hexmon.model.color import Color
from hexmon.model.incident import DeliveriesClaimed, DeliveryState, Incident
from hexmon.model.names import StatusKey
from hexmon.storage.engine import Storage, open_storage
from tests.storage.alert_samples import (
    FULL_DELIVERY,
    FULL_INCIDENT,
    WWW,
    a_delivery,
    a_message,
    an_incident,
    over,
    stored,
)
from tests.storage.conftest import QUICK, a_database
from tests.storage.samples import NOON

CPU = StatusKey(WWW.host, "cpu")
DB = StatusKey("db", "http")
SENT, DEAD, WAITING = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.WAITING
ALL = LogQuery()


async def store(storage: Storage, *records: Record) -> None:
    await storage.journal.durable(storage.journal.append(records))


async def numbers(storage: Storage, **wanted: Any) -> list[int]:
    return [one.number for one in await storage.alerts.notifications(LogQuery(**wanted))]


async def names(storage: Storage, open_only: bool = False, **wanted: Any) -> list[str]:
    found = await storage.alerts.incidents(LogQuery(**wanted), open_only=open_only)
    return [f"{one.key}+{one.started - NOON:.0f}" for one in found]


async def claimed(storage: Storage, owner: str = "me", now: float = NOON) -> list[int]:
    return [one.number for one in (await storage.alerts.claim(owner, now, 60.0)).deliveries]


async def test_an_empty_store_has_nothing(any_storage: Storage) -> None:
    assert await numbers(any_storage) == []
    assert await names(any_storage) == []
    assert await any_storage.alerts.incident("nosuch") is None
    snapshot = await any_storage.alerts.claim("me", NOON, 60.0)
    assert (list(snapshot.incidents), list(snapshot.deliveries)) == ([], [])


async def test_every_field_comes_back(any_storage: Storage) -> None:
    await store(any_storage, *stored(FULL_INCIDENT, FULL_DELIVERY))
    assert await any_storage.alerts.incident(FULL_INCIDENT.id) == FULL_INCIDENT
    assert list(await any_storage.alerts.incidents(ALL)) == [FULL_INCIDENT]
    assert list(await any_storage.alerts.notifications(ALL)) == [FULL_DELIVERY]


async def test_what_was_saved_last_counts(any_storage: Storage) -> None:
    first, later = an_incident(), an_incident(color=Color.YELLOW)
    await store(any_storage, *stored(first, a_delivery(1), later, a_delivery(1, attempts=1)))
    assert await any_storage.alerts.incident(first.id) == later
    await store(any_storage, *stored(over(later, NOON + 5), a_delivery(1, state=SENT, attempts=2)))
    assert await any_storage.alerts.incident(first.id) == over(later, NOON + 5)
    assert list(await any_storage.alerts.notifications(ALL)) == [a_delivery(1, state=SENT, attempts=2)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({}, [5, 4, 3, 2, 1], id="all, the newest first"),
        pytest.param({"limit": 2}, [5, 4], id="the newest of many"),
        pytest.param({"limit": 2, "before": 4}, [3, 2], id="and on from there"),
        pytest.param({"before": 1}, [], id="nothing before the first"),
        pytest.param({"before": 99}, [], id="a number that is no more"),
        pytest.param({"host": "db"}, [5, 3], id="of a host"),
        pytest.param({"host": "db", "before": 5}, [3], id="of a host, going on"),
        pytest.param({"host": WWW.host, "test": "cpu"}, [4], id="of a square"),
        pytest.param({"test": "http"}, [5, 3, 2, 1], id="of a test on all hosts"),
        pytest.param({"state": DEAD}, [4, 2], id="in a state"),
        pytest.param({"state": DEAD, "host": "db"}, [], id="in a state, of a host"),
        pytest.param({"since": NOON + 2, "until": NOON + 4}, [4, 3, 2], id="in a time, both ends included"),
        pytest.param({"incident": a_message(DB).incident}, [5, 3], id="of an incident"),
        pytest.param({"host": "nosuch"}, [], id="of a host that nobody knows"),
    ],
)
async def test_the_log_has(any_storage: Storage, wanted: dict[str, Any], found: list[int]) -> None:
    log = [a_delivery(1, state=SENT), a_delivery(2, state=DEAD), a_delivery(3, DB)]
    await store(any_storage, *stored(*log, a_delivery(4, CPU, DEAD), a_delivery(5, DB, SENT)))
    assert await numbers(any_storage, **wanted) == found


async def test_deliveries_of_one_moment_keep_the_order_of_their_numbers(any_storage: Storage) -> None:
    await store(any_storage, *stored(*(a_delivery(n, created=NOON) for n in (3, 1, 2))))
    assert await numbers(any_storage, limit=2) == [3, 2]
    assert await numbers(any_storage, before=2) == [1]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({}, ["db.http+20", "www.example.com.cpu+10", "www.example.com.http+0"], id="the newest first"),
        pytest.param({"open_only": True}, ["db.http+20", "www.example.com.http+0"], id="those that last"),
        pytest.param({"limit": 1}, ["db.http+20"], id="the newest of many"),
        pytest.param({"host": WWW.host}, ["www.example.com.cpu+10", "www.example.com.http+0"], id="of a host"),
        pytest.param({"host": WWW.host, "test": "cpu"}, ["www.example.com.cpu+10"], id="of a square"),
        pytest.param({"since": NOON + 10, "until": NOON + 15}, ["www.example.com.cpu+10"], id="begun in a time"),
    ],
)
async def test_the_incidents_are(any_storage: Storage, wanted: dict[str, Any], found: list[str]) -> None:
    await store(
        any_storage, *stored(an_incident(), over(an_incident(CPU, NOON + 10), NOON + 15), an_incident(DB, NOON + 20))
    )
    assert await names(any_storage, **wanted) == found


async def test_incidents_that_began_in_the_same_second_are_all_found_page_by_page(any_storage: Storage) -> None:
    await store(any_storage, *stored(*(an_incident(StatusKey(f"h{n}", "x")) for n in range(7))))
    seen: list[Incident] = []
    last = ""
    while page := await any_storage.alerts.incidents(LogQuery(limit=3, before_incident=last)):
        seen += page
        last = page[-1].id
    assert sorted(one.key.host for one in seen) == [f"h{n}" for n in range(7)]
    assert await names(any_storage, before_incident="nosuch") == []


async def test_an_incident_that_ended_stays_open_while_somebody_must_hear_of_it(any_storage: Storage) -> None:
    await store(any_storage, *stored(msgspec.structs.replace(over(an_incident(), NOON + 5), pending=True)))
    assert await names(any_storage, open_only=True) == ["www.example.com.http+0"]


# --- claims --------------------------------------------------------------------------------------------------------


async def test_a_claim_takes_what_waits_the_smallest_number_first_and_all_open_incidents(any_storage: Storage) -> None:
    lasting, second = an_incident(DB, NOON + 9), an_incident()
    records = stored(lasting, second, over(an_incident(CPU), NOON + 1), a_delivery(3), a_delivery(1), a_delivery(2, DB))
    await store(any_storage, *records, *stored(a_delivery(4, state=SENT), a_delivery(5, state=DEAD)))
    snapshot = await any_storage.alerts.claim("me", NOON, 60.0)
    assert [one.number for one in snapshot.deliveries] == [1, 2, 3]
    assert list(snapshot.incidents) == [second, lasting]


async def test_what_one_holds_another_does_not_get_before_the_lease_ends(any_storage: Storage) -> None:
    await store(any_storage, *stored(a_delivery(1), a_delivery(2)))
    assert await claimed(any_storage, "one") == [1, 2]
    assert await claimed(any_storage, "two", NOON + 59) == []
    assert await claimed(any_storage, "one", NOON + 59) == [1, 2]
    assert await claimed(any_storage, "two", NOON + 60) == []
    assert await claimed(any_storage, "two", NOON + 120) == [1, 2]
    assert await claimed(any_storage, "one", NOON + 121) == []


async def test_a_fresh_delivery_belongs_to_who_decided_it(any_storage: Storage) -> None:
    await store(any_storage, *stored(a_delivery(1), owner="one"), *stored(a_delivery(2)))
    assert await claimed(any_storage, "two", NOON + 30) == [2]
    assert await claimed(any_storage, "two", NOON + 61) == [1, 2]


async def test_a_claim_sees_what_was_appended_before_it_and_not_what_comes_after(any_storage: Storage) -> None:
    appended = [*stored(a_delivery(1)), DeliveriesClaimed("one", NOON, NOON + 60), *stored(a_delivery(2))]
    await store(any_storage, *appended)
    assert await claimed(any_storage, "two") == [2]


async def test_two_owners_that_claim_at_the_same_time_never_get_the_same(
    postgres_pair: tuple[Storage, Storage],
) -> None:
    one, two = postgres_pair
    for begin in range(0, 400, 40):
        await store(one, *stored(*(a_delivery(begin + n) for n in range(20))))
        await store(two, *stored(*(a_delivery(begin + n) for n in range(20, 40))))
        first, second = await asyncio.gather(claimed(one, "one"), claimed(two, "two"))
        assert set(first) & set(second) == set()
        both = sorted((await claimed(one, "one")) + (await claimed(two, "two")))
        assert both == list(range(begin + 40))


@pytest.fixture
async def postgres_pair(postgres: str) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two storages on one database, each with its own writer."""
    url, loop = a_database(postgres), asyncio.get_running_loop()
    pair = open_storage(url, loop, QUICK), open_storage(url, loop, QUICK)
    yield pair
    for storage in pair:
        await storage.close()
