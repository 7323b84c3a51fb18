"""Incidents and the notification log, asked for as a browser and as a program do."""

import dataclasses
from typing import Any

import httpx
import msgspec
import pytest

from hexmon.alerts.store import LogQuery
from hexmon.history.store import Change
from hexmon.model.color import Color
from hexmon.model.incident import (
    Ack,
    Delivery,
    DeliverySaved,
    DeliveryState,
    Incident,
    IncidentSaved,
    Item,
    Kind,
    Message,
    Told,
    Way,
)
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.storage.memory_alerts import MemoryAlerts
from hexmon.web.alerting import recipient, took
from hexmon.web.app import create_app
from tests.support import builders
from tests.web.fake import START, Site, a_group, a_square, an_inventory
from tests.web.test_pages import EVIL, browser, get

WWW, DB, PING = StatusKey("www", "http"), StatusKey("db", "disk"), StatusKey("www", "conn")
MAIL = Way(method="MAIL", channel="mail", address="night@example.com")
SCRIPT = Way(method="SCRIPT", channel="script", program="/opt/bin/pager.sh", address="555")
CHAT = Way(method="CHANNEL", channel="ops-chat")
DEAD, SENT, WAITING = DeliveryState.DEAD, DeliveryState.SENT, DeliveryState.WAITING


def an_incident(key: StatusKey, age: float = 3600.0, **others: Any) -> Incident:
    return builders.an_incident(key, START - age, **{"seen": START} | others)


def told(way: Way = MAIL, **others: Any) -> Told:
    moments: dict[str, Any] = {"first": START - 3600, "last": START, "due": START + 600}
    return Told(**moments | {"who": way.address, "way": way} | others)


def a_delivery(number: int, incident: Incident, **others: Any) -> Delivery:
    message = Message(
        kind=others.pop("kind", Kind.ALERT), key=incident.key, color=incident.worst, worst=incident.worst,
        at=incident.started, started=incident.started, incident=incident.id, text=b"red it broke",
        count=others.pop("count", 1), items=others.pop("items", ()),
    )  # fmt: skip
    created = START - 3600 + number
    facts: dict[str, Any] = {"state": SENT, "attempts": 1, "ended": created + 0.4, "way": MAIL}
    return Delivery(**facts | {"number": number, "message": message, "created": created} | others)


LASTING = an_incident(WWW, told=(told(), told(SCRIPT), told(CHAT), told(MAIL, who="x")))
OVER = an_incident(DB, 9000.0, ended=START - 1800, end="recovered", told=(told(),))
ACKED = an_incident(StatusKey("db", "cpu"), 600.0, ack=Ack(START + 900, "on it", "the night shift", START - 300))
BEHIND = an_incident(StatusKey("db", "conn"), 300.0, root=WWW)
LOG = (
    a_delivery(1, OVER),
    a_delivery(2, LASTING, state=DEAD, attempts=30, error="550 <no> such user"),
    a_delivery(3, LASTING, state=WAITING, attempts=2, next_at=START + 60, error="connection refused", way=SCRIPT),
    a_delivery(4, LASTING, state=DeliveryState.MERGED, merged_into=3, attempts=0),
    a_delivery(5, OVER, kind=Kind.RECOVERY, count=2),
)


def a_site(*values: Incident | Delivery, **fields: Any) -> Site:
    store = MemoryAlerts()
    for one in values or (LASTING, OVER, ACKED, BEHIND, *LOG):
        store.take(IncidentSaved(one) if isinstance(one, Incident) else DeliverySaved(one))
    hosts = [Host(name="www", aliases=("web",)), Host(name="db", display_name="Database")]
    change = Change(id=5, key=WWW, at=START - 1200, color=Color.RED, before=Color.YELLOW, before_since=START - 3600)
    statuses = [a_square("www", "http", Color.RED, age=3600), a_square("db", "disk"), a_square("www", "conn")]
    inventory = an_inventory({"": [a_group("www", "db")]}, hosts)
    return Site(inventory, *statuses, changes=[change], alerts=store, **fields)


def line_with(text: str, word: str) -> str:
    return next(line for line in text.split("\n") if word in line)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param(
            "/incidents",
            [
                "next reminder", "night@example.com, pager.sh 555, ops-chat, 1 more", "explains 1", "2 h", "recovered",
                "acknowledged by the night shift", "on it", "nobody told yet", f"/incidents/{LASTING.id}",
            ],
            id="what lasts and what is over",
        ),
        pytest.param(
            f"/incidents/{LASTING.id}",
            ["critical", "warning", "Began", "given up, 30 attempts", "550 &lt;no&gt; such user", "Send again",
             "waiting, 2 attempts", "sent with others", "next reminder"],
            id="one that lasts",
        ),
        pytest.param(f"/incidents/{OVER.id}", ["recovered</strong> after 2 h", "sent after 0.4"], id="one that ended"),
        pytest.param(f"/incidents/{BEHIND.id}", ["Explained by", "/status/www/http", "Nobody"], id="a child"),
        pytest.param(f"/incidents/{ACKED.id}", ["acknowledged by the night shift", "on it"], id="acknowledged"),
        pytest.param("/notifications", ["1 dead letter<", "pager.sh 555", "recovery", "sent after 0.4"], id="the log"),
        pytest.param("/status/www/http", ["Alerts", "next reminder", f"/incidents/{LASTING.id}"], id="a square"),
        pytest.param("/", ['href="/incidents"', 'href="/notifications"'], id="the way there"),
    ],
)  # fmt: skip
async def test_a_page_shows(path: str, wanted: list[str]) -> None:
    answer = await get(a_site(), path)
    assert answer.status_code == 200
    assert [text for text in wanted if text not in answer.text] == []


async def test_open_incidents_come_first_what_one_explains_stands_below_it_and_the_acknowledged_last() -> None:
    text = (await get(a_site(), "/incidents")).text
    order = [LASTING, BEHIND, ACKED, OVER]
    places = [text.index(f'/incidents/{one.id}"') for one in order]
    assert places == sorted(places)


async def test_what_hangs_on_an_explained_incident_does_not_vanish() -> None:
    third = an_incident(StatusKey("app", "conn"), 200.0, root=BEHIND.key)
    text = (await get(a_site(LASTING, BEHIND, third), "/incidents")).text
    assert all(f'/incidents/{one.id}"' in text for one in (LASTING, BEHIND, third))


async def test_without_incidents_the_pages_say_so_and_what_to_do() -> None:
    site = Site(an_inventory({"": [a_group("www")]}), a_square("www", "http"))
    assert "No incident is open." in (await get(site, "/incidents")).text
    assert "alerts.cfg" in (await get(site, "/notifications")).text
    assert "Alerts" not in (await get(site, "/status/www/http")).text


async def test_incidents_are_filtered() -> None:
    text = (await get(a_site(), "/incidents?host=web")).text
    assert f'/incidents/{LASTING.id}"' in text
    assert f'/incidents/{OVER.id}"' not in text
    assert 'value="www"' in text


async def test_ended_incidents_are_paged_also_among_many_that_last() -> None:
    lasting = [an_incident(StatusKey(f"h{n}", "x"), 100.0 + n) for n in range(450)]
    over = [an_incident(StatusKey(f"e{n}", "x"), 10_000.0 + n, ended=START - 5, end="recovered") for n in range(150)]
    site = a_site(*lasting, *over)
    first = await get(site, "/incidents")
    older = line_with(first.text, 'rel="next"').split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = await get(site, older)
    shown = [[one.key.host for one in over if f"/incidents/{one.id}" in page.text] for page in (first, second)]
    assert [len(hosts) for hosts in shown] == [100, 50]
    assert not set(shown[0]) & set(shown[1])
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param("", [5, 4, 3, 2, 1], id="all"),
        pytest.param("?host=db", [5, 1], id="a host"),
        pytest.param("?host=web&test=http", [4, 3, 2], id="a square, by an alias"),
        pytest.param("?state=dead", [2], id="dead letters"),
        pytest.param("?first=dead", [2, 5, 4, 3, 1], id="dead letters first"),
        pytest.param("?before=3", [2, 1], id="going on"),
        pytest.param("?host=&test=&state=&since=", [5, 4, 3, 2, 1], id="an empty form"),
        pytest.param("?since=nonsense&limit=x", [5, 4, 3, 2, 1], id="nonsense is ignored"),
        pytest.param("?since=1795219199", [], id="since a moment"),
    ],
)
async def test_the_log_shows(query: str, numbers: list[int]) -> None:
    text = (await get(a_site(), f"/notifications{query}")).text
    assert [int(part.split('"')[0]) for part in text.split('<tr id="n')[1:]] == numbers


async def test_the_log_is_paged() -> None:
    site = a_site(OVER, *(a_delivery(n, OVER) for n in range(1, 251)))
    seen: list[int] = []
    path, text = "/notifications?host=db", ""
    for _ in range(3):
        text = (await get(site, path)).text
        seen += [int(part.split('"')[0]) for part in text.split('<tr id="n')[1:]]
        older = text.rpartition('rel="next"')[0].rpartition('href="')[2].split('"')[0]
        path = older.replace("&amp;", "&")
    assert seen == list(range(250, 0, -1))
    assert "Newest" in text
    assert 'rel="next"' not in text


async def test_a_message_for_many_says_for_how_many() -> None:
    many = a_delivery(1, LASTING, items=(Item(WWW, Color.RED), Item(DB, Color.RED)))
    assert "2 squares" in (await get(a_site(LASTING, many), "/notifications")).text


@pytest.mark.parametrize("path", ["/incidents/nosuch", "/notifications/x/retry"])
async def test_what_does_not_exist_is_said_with_404(path: str) -> None:
    assert (await get(a_site(), path)).status_code == 404


# --- sending again -------------------------------------------------------------------------------------------------


class Outbox:
    def __init__(self) -> None:
        self.asked: list[int] = []

    async def retry(self, number: int) -> bool:
        self.asked.append(number)
        return number == 2


@pytest.mark.parametrize(
    ("number", "headers", "status", "asked"),
    [
        pytest.param(2, {}, 303, [2], id="a dead letter"),
        pytest.param(2, {"Origin": "http://hexmon.test", "Sec-Fetch-Site": "same-origin"}, 303, [2], id="by our page"),
        pytest.param(2, {"Origin": "http://elsewhere.test"}, 403, [], id="by a page of another site"),
        pytest.param(2, {"Sec-Fetch-Site": "cross-site"}, 403, [], id="by a browser for another site"),
        pytest.param(5, {}, 404, [5], id="what was sent"),
        pytest.param(1 << 63, {}, 404, [], id="more than a database's number holds"),
    ],
)
async def test_sending_again(number: int, headers: dict[str, str], status: int, asked: list[int]) -> None:
    outbox = Outbox()
    async with browser(a_site(retry_delivery=outbox.retry)) as client:
        answer = await client.post(f"/notifications/{number}/retry", headers=headers)
        assert (await client.get(f"/notifications/{number}/retry")).status_code == 405
    assert (answer.status_code, outbox.asked) == (status, asked)


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        pytest.param("http://hexmon.test/notifications?state=dead", "/notifications?state=dead", id="the log"),
        pytest.param("http://hexmon.test/incidents/abc", "/incidents/abc", id="an incident"),
        pytest.param("http://elsewhere.test//evil", "/notifications", id="somewhere else"),
        pytest.param("", "/notifications", id="nowhere"),
    ],
)
async def test_sending_again_leads_back(came_from: str, leads_to: str) -> None:
    async with browser(a_site(retry_delivery=Outbox().retry)) as client:
        answer = await client.post("/notifications/2/retry", headers={"Referer": came_from})
    assert answer.headers["location"] == leads_to


async def test_without_an_outbox_nothing_is_sent_again() -> None:
    async with browser(a_site()) as client:
        assert (await client.post("/notifications/2/retry")).status_code == 404


# --- for programs --------------------------------------------------------------------------------------------------


async def test_the_log_as_json() -> None:
    answer = await get(a_site(), "/api/v1/notifications?state=dead")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "notifications": [
            {
                "number": 2, "incident": LASTING.id, "host": "www", "test": "http", "kind": "alert", "color": "red",
                "count": 1, "line": "it broke", "squares": [], "method": "MAIL", "channel": "mail",
                "address": "night@example.com", "program": "", "format": "TEXT", "state": "dead",
                "created": START - 3598, "attempts": 30, "next_at": None, "ended": START - 3597.6,
                "error": "550 <no> such user", "merged_into": None,
            }
        ],
        "next": None,
    }  # fmt: skip


async def test_incidents_as_json() -> None:
    site = a_site()
    answer = (await get(site, "/api/v1/incidents?open=true")).json()
    assert {one["id"] for one in answer["incidents"]} == {LASTING.id, ACKED.id, BEHIND.id}
    acked, behind, lasting = (
        next(one for one in answer["incidents"] if one["id"] == wanted.id) for wanted in (ACKED, BEHIND, LASTING)
    )
    assert acked["acknowledged"] == {"until": START + 900, "text": "on it", "by": "the night shift"}
    assert behind["root"] == "www.http"
    assert lasting["told"][0]["due"] == START + 600
    everything = (await get(site, "/api/v1/incidents?host=db&test=disk")).json()["incidents"]
    assert [(one["id"], one["open"], one["end"], one["ended"]) for one in everything] == [
        (OVER.id, False, "recovered", START - 1800)
    ]


async def test_one_incident_as_json_has_its_messages_the_oldest_first() -> None:
    answer = (await get(a_site(), f"/api/v1/incidents/{OVER.id}")).json()
    assert answer["id"] == OVER.id
    assert [(one["number"], one["kind"]) for one in answer["notifications"]] == [(1, "alert"), (5, "recovery")]


@pytest.mark.parametrize("what", ["notifications", "incidents"])
async def test_lists_are_read_page_by_page(what: str) -> None:
    site = a_site(
        *(an_incident(StatusKey(f"h{n}", "x"), 10.0) for n in range(5)), *(a_delivery(n, OVER) for n in range(5))
    )
    path, seen = f"/api/v1/{what}?limit=2", []
    while path:
        answer = (await get(site, path)).json()
        seen += [one.get("number", one.get("id")) for one in answer[what]]
        path = answer["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        pytest.param("/api/v1/notifications?limit=x", 400, "limit: 'x' is not a number", id="a filter"),
        pytest.param("/api/v1/incidents?open=perhaps", 400, "neither true nor false", id="neither"),
        pytest.param("/api/v1/incidents/nosuch", 404, "There is no incident", id="no incident"),
        pytest.param("/api/v1/nosuch", 404, "no such path", id="no such path"),
    ],
)
async def test_programs_are_told_what_is_wrong(path: str, status: int, detail: str) -> None:
    answer = await get(a_site(), path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


# --- hostile -------------------------------------------------------------------------------------------------------


async def test_hostile_words_stay_text() -> None:
    way = Way(method="SCRIPT", channel=EVIL, program=EVIL, address=EVIL)
    incident = an_incident(
        StatusKey("www", EVIL),
        told=(told(way, rule=EVIL),),
        ack=Ack(START + 60, EVIL, EVIL, START),
        root=StatusKey(EVIL, EVIL),
    )
    delivery = a_delivery(1, incident, way=way, error=EVIL, state=DEAD)
    site = a_site(incident, delivery)
    site.put(a_square("www", EVIL, Color.RED))
    pages = ["/incidents", f"/incidents/{incident.id}", "/notifications", f"/notifications?host={EVIL}&since={EVIL}"]
    async with browser(site) as client:
        for path in [*pages, f"/incidents?host={EVIL}", f"/incidents/{EVIL}", f"/status/www/{EVIL}"]:
            text = (await client.get(httpx.URL("http://hexmon.test").join(path))).text
            assert "<script>alert" not in text, path
            assert " style=" not in text, path


@pytest.mark.parametrize(
    ("way", "said"),
    [
        pytest.param(MAIL, "night@example.com", id="mail"),
        pytest.param(
            msgspec.structs.replace(MAIL, channel="smtp2"), "smtp2 night@example.com", id="another mail server"
        ),
        pytest.param(SCRIPT, "pager.sh 555", id="a program"),
        pytest.param(CHAT, "ops-chat", id="a channel without addresses"),
    ],
)
def test_recipients_in_words(way: Way, said: str) -> None:
    assert recipient(way) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (1.26, "1.3 s"), (35, "35 s"), (600, "10 min"), (-1, "0.0 s")]
)
def test_how_long_sending_took(seconds: float, said: str) -> None:
    assert took(seconds) == said


async def test_the_store_is_asked_for_no_more_than_a_page() -> None:
    site = a_site()
    limits: list[int] = []

    class Watched(MemoryAlerts):
        async def notifications(self, query: LogQuery) -> list[Delivery]:
            limits.append(query.limit)
            return []

    site.context = dataclasses.replace(site.context, alerts=Watched())
    site.app = create_app(site.context)
    await get(site, "/notifications?limit=1000")
    assert max(limits) <= 101
