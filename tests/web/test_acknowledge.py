"""Acknowledging by the link of a message: looking changes nothing, sending does, and only what the link is for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from hexmon.alerts.links import ack_path
from hexmon.model.color import Color
from hexmon.model.incident import Incident, IncidentSaved, incident_id
from hexmon.model.names import StatusKey
from hexmon.model.status import Acknowledged, Cookie, Status
from hexmon.storage.memory_alerts import MemoryAlerts
from tests.web.fake import START, Site, a_group, a_square, an_inventory
from tests.web.test_pages import EVIL, browser

KEY = b"k" * 32
WWW = StatusKey("www", "http")
COOKIE = 123456
TEXT = b"red Sat Nov 21 05:00:00 2026 HTTP 503\n" + b"".join(b"line %d\n" % n for n in range(30))
INCIDENT = Incident(
    id=incident_id(WWW, START - 2100), key=WWW, started=START - 2100, color=Color.RED, worst=Color.RED,
    color_since=START - 2100, seen=START,
)  # fmt: skip
LINK = "/" + ack_path(KEY, COOKIE, INCIDENT.id)


class Board:
    """Remembers what was acknowledged; `takes` False: refuses it."""

    def __init__(self, takes: bool = True) -> None:
        self.takes = takes
        self.taken: list[tuple[int, float, str, bool]] = []

    async def acknowledge(self, cookie: int, seconds: float, text: str, whole_host: bool) -> bool:
        self.taken.append((cookie, seconds, text, whole_host))
        return self.takes


def a_red_square(**others: Any) -> Status:
    square = a_square("www", "http", Color.RED, TEXT, age=2100)
    return msgspec.structs.replace(square, **{"cookie": Cookie(COOKIE, START + 86_400)} | others)


def a_site(board: Board, incident: Incident = INCIDENT, status: Status | None = None, **fields: Any) -> Site:
    store = MemoryAlerts()
    store.take(IncidentSaved(incident))
    inventory = an_inventory({"": [a_group("www")]})
    facts: dict[str, Any] = {"acknowledge": board.acknowledge, "link_key": KEY, "alerts": store}
    return Site(inventory, status or a_red_square(), **facts | fields)


async def look(site: Site, link: str = LINK) -> httpx.Response:
    async with browser(site) as client:
        return await client.get(link)


async def send(site: Site, fields: Mapping[str, str], link: str = LINK) -> httpx.Response:
    async with browser(site) as client:
        return await client.post(link, data=dict(fields))


async def test_looking_shows_what_is_wrong_and_acknowledges_nothing() -> None:
    board = Board()
    site = a_site(board)
    async with browser(site) as client:
        answer = await client.get(LINK)
        assert (await client.head(LINK)).status_code == 200
    assert answer.status_code == 200
    wanted = ["www", "critical", "35 min", "HTTP 503", "line 10", "30 minutes", "until the morning", "on this host"]
    assert [text for text in wanted if text not in answer.text] == []
    assert "line 20" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert " style=" not in answer.text
    assert board.taken == []


@pytest.mark.parametrize(
    ("fields", "seconds", "text", "whole_host"),
    [
        pytest.param({"for": "30m"}, 1800, "acknowledged\nAcked by: (link)", False, id="half an hour and no words"),
        pytest.param(
            {"for": "1h", "note": "new disk", "name": "me"},
            3600,
            "new disk\nAcked by: me (link)",
            False,
            id="with words",
        ),
        pytest.param({"for": "4h", "host": "yes"}, 14_400, "acknowledged\nAcked by: (link)", True, id="the whole host"),
        pytest.param({"for": "own", "own": "90m"}, 5400, "acknowledged\nAcked by: (link)", False, id="an own time"),
        pytest.param({"for": "own", "own": "45"}, 2700, "acknowledged\nAcked by: (link)", False, id="bare minutes"),
        pytest.param({"for": "1h", "own": "2d"}, 172_800, "acknowledged\nAcked by: (link)", False, id="written wins"),
        pytest.param(
            {"for": "1h", "note": "a\nAcked by: root\x00\x1b[m", "name": "x\r\ny"},
            3600,
            "a Acked by: root [m\nAcked by: x y (link)",
            False,
            id="words stay in their line",
        ),
    ],
)
async def test_sending_acknowledges(fields: dict[str, str], seconds: float, text: str, whole_host: bool) -> None:
    board = Board()
    answer = await send(a_site(board), fields)
    assert (answer.status_code, answer.headers["location"]) == (303, LINK)
    assert board.taken == [(COOKIE, seconds, text, whole_host)]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        pytest.param({}, "Say for how long", id="nothing"),
        pytest.param({"for": "own", "own": ""}, "Say for how long", id="an own time, but none"),
        pytest.param({"for": "own", "own": "soon"}, "Say for how long", id="no time"),
        pytest.param({"for": "own", "own": "0m"}, "at least a minute", id="no time at all"),
        pytest.param({"for": "own", "own": "400d"}, "at most a year", id="for ever"),
        pytest.param({"for": "3600"}, "Say for how long", id="a choice that there is not"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_that_was_written_is_lost(
    fields: dict[str, str], complaint: str
) -> None:
    board = Board()
    answer = await send(a_site(board), fields | {"note": "new & old disk", "name": "me", "host": "yes"})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'value="new &amp; old disk"' in answer.text
    assert board.taken == []


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(f"/ack/{COOKIE}", id="no token"),
        pytest.param(LINK[:-1], id="cut off"),
        pytest.param(LINK.replace(str(COOKIE), "654321"), id="another number"),
        pytest.param(LINK.replace(str(COOKIE), "x"), id="no number"),
        pytest.param(LINK.replace(str(COOKIE), "9" * 400), id="a huge number"),
        pytest.param("/" + ack_path(b"o" * 32, COOKIE, INCIDENT.id), id="signed by somebody else"),
    ],
)
async def test_a_wrong_link_does_nothing_and_says_so(link: str) -> None:
    board = Board()
    site = a_site(board)
    for answer in (await look(site, link), await send(site, {"for": "1h"}, link)):
        assert answer.status_code == 404
        assert "This link is not right" in answer.text
        assert "HTTP 503" not in answer.text
    assert board.taken == []


async def test_without_a_key_no_link_is_right() -> None:
    assert (await look(a_site(Board(), link_key=b""), "/" + ack_path(b"", COOKIE, INCIDENT.id))).status_code == 404


@pytest.mark.parametrize(
    ("incident", "status", "said"),
    [
        pytest.param(
            msgspec.structs.replace(INCIDENT, ended=START - 300, end="recovered"),
            a_square("www", "http"),
            "it ended after 30 min",
            id="it recovered",
        ),
        pytest.param(
            msgspec.structs.replace(INCIDENT, ended=START - 300, end="recovered"),
            a_red_square(),
            "it ended after 30 min",
            id="it recovered, and the next one has begun",
        ),
        pytest.param(INCIDENT, a_square("www", "http"), "nothing to acknowledge", id="it is ending"),
        pytest.param(INCIDENT, a_square("www", "conn"), "nothing to acknowledge", id="the square is gone"),
        pytest.param(
            msgspec.structs.replace(INCIDENT, id="another"), a_red_square(), "nothing to acknowledge", id="long ago"
        ),
    ],
)
async def test_what_is_over_is_said_to_be_over(incident: Incident, status: Status, said: str) -> None:
    board = Board()
    site = a_site(board, incident, status)
    for answer in (await look(site), await send(site, {"for": "1h"})):
        assert answer.status_code == 410
        assert said in answer.text
        assert "<form" not in answer.text
    assert board.taken == []


async def test_an_older_link_acknowledges_by_the_cookie_of_now() -> None:
    board = Board()
    answer = await send(a_site(board, status=a_red_square(cookie=Cookie(777, START + 99))), {"for": "1h"})
    assert answer.status_code == 303
    assert [taken[0] for taken in board.taken] == [777]


async def test_an_acknowledged_square_says_by_whom_and_until_when() -> None:
    known = Acknowledged(START + 3600, b"new disk\nAcked by: me (link)", Color.RED)
    text = (await look(a_site(Board(), status=a_red_square(acknowledged=known)))).text
    assert "acknowledged until" in text
    assert "Acked by: me (link)" in text
    assert "Acknowledge anew" in text
    assert '<details class="panel" open>' not in text


async def test_what_the_board_does_not_take_is_said() -> None:
    answer = await send(a_site(Board(takes=False)), {"for": "1h", "note": "new disk"})
    assert answer.status_code == 503
    assert 'value="new disk"' in answer.text


async def test_many_acknowledgements_of_one_incident_are_refused_for_a_while() -> None:
    board = Board()
    site = a_site(board)
    statuses = [(await send(site, {"for": "1h"})).status_code for _ in range(12)]
    assert statuses == [303] * 10 + [429] * 2
    await site.clock.advance(61.0)
    assert (await send(site, {"for": "1h"})).status_code == 303
    assert len(board.taken) == 11


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"note=" + b"x" * 20_000, 413, id="too long"),
        pytest.param(b"&".join(b"a%d=1" % n for n in range(100)), 413, id="too many fields"),
        pytest.param(b"\xff\xfe\x00", 413, id="no form"),
        pytest.param(b"for=1h&note=%ff%00", 303, id="bytes that are no text"),
        pytest.param(b"=&=&&&;;", 422, id="only signs"),
    ],
)
async def test_hostile_forms(body: bytes, status: int) -> None:
    async with browser(a_site(Board())) as client:
        answer = await client.post(LINK, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == status


async def test_hostile_words_stay_text() -> None:
    status = a_red_square(text=f"red {EVIL}".encode(), acknowledged=Acknowledged(START + 60, EVIL.encode(), Color.RED))
    board = Board()
    for answer in (
        await look(a_site(board, status=status)),
        await send(a_site(board, status=status), {"for": "own", "own": EVIL, "note": EVIL, "name": EVIL}),
    ):
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("local", "wanted"),
    [
        pytest.param("2026-11-21 10:00", "2026-11-22 08:00", id="in the day: tomorrow"),
        pytest.param("2026-11-21 23:59", "2026-11-22 08:00", id="in the evening: tomorrow"),
        pytest.param("2026-11-21 03:10", "2026-11-21 08:00", id="at night: when this night ends"),
        pytest.param("2026-11-21 07:00", "2026-11-21 08:00", id="an hour before"),
        pytest.param("2026-11-21 07:30", "2026-11-22 08:00", id="too near to it"),
        pytest.param("2026-10-24 20:00", "2026-10-25 08:00", id="over the end of summer time"),
        pytest.param("2026-03-28 20:00", "2026-03-29 08:00", id="over the beginning of summer time"),
    ],
)
async def test_until_the_morning_is_by_the_clock_where_the_monitor_is(local: str, wanted: str) -> None:
    zone = ZoneInfo("Europe/Berlin")

    def machine(moment: float) -> datetime:
        """As the machine's clock gives it: with a fixed distance from UTC."""
        there = datetime.fromtimestamp(moment, zone)
        return datetime.fromtimestamp(moment, UTC).astimezone(
            timezone(there.utcoffset() or timedelta(), there.tzname() or "")
        )

    board = Board()
    site = a_site(board, local=machine)
    now = datetime.fromisoformat(local).replace(tzinfo=zone).timestamp()
    site.clock.wall = now
    await send(site, {"for": "morning"})
    ((_, seconds, _, _),) = board.taken
    assert datetime.fromtimestamp(now + seconds, zone).strftime("%Y-%m-%d %H:%M") == wanted
    assert f"{wanted[11:]} CE" in (await look(site)).text
