"""Live updates: what a client is told, what it is not, and how it catches up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from starlette.types import Message

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.web.events import Hub
from hexmon.web.live import REMEMBERED, Live
from tests.support.clock import settle
from tests.web.fake import START, Site, a_group, a_square, an_inventory


class Stream:
    """A client of /events; `stuck` makes it stop reading."""

    def __init__(self, hub: Hub, query: str, last_id: str = "") -> None:
        self._hub = hub
        headers = [(b"last-event-id", last_id.encode())] if last_id else []
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": "/events",
            "query_string": query.encode(),
            "headers": headers,
        }
        self.received = ""
        self.started: Message = {}
        self.ended = False
        self.stuck = False
        self._leave = asyncio.Event()

    async def run(self) -> None:
        await self._hub.serve(self._scope, self._receive, self._send)
        self.ended = True

    def leave(self) -> None:
        self._leave.set()

    async def _receive(self) -> Message:
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        if message["type"] == "http.response.start":
            self.started = message
        self.received += message.get("body", b"").decode()

    def take(self) -> list[tuple[str, Any]]:
        """The events since the last look, as name and data."""
        blocks, self.received = self.received.split("\n\n"), ""
        found = []
        for block in blocks:
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":")
            if "event" in lines:
                found.append((lines["event"], json.loads(lines["data"])))
        return found


@asynccontextmanager
async def following(site: Site) -> AsyncIterator[tuple[asyncio.TaskGroup, Live, Hub]]:
    hub = site.app.state.hub
    async with asyncio.TaskGroup() as tasks:
        workers = [tasks.create_task(site.live.run()), tasks.create_task(hub.run())]
        await site.clock.advance(1)
        yield tasks, site.live, hub
        hub.stop()
        await settle()
        for worker in workers:
            worker.cancel()


def a_site() -> Site:
    inventory = an_inventory({"": [a_group("www")], "usa": [a_group("ny")]})
    return Site(inventory, a_square("www", "http"), a_square("ny", "conn"))


async def test_a_client_hears_of_its_page_only_and_only_what_changed() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        top = Stream(hub, f"page=&after={live.version}&boot={live.boot}")
        usa = Stream(hub, f"page=usa&after={live.version}&boot={live.boot}")
        tasks.create_task(top.run())
        tasks.create_task(usa.run())
        await settle()
        site.put(a_square("www", "http", Color.RED, b"red HTTP 503", age=0))
        await site.clock.advance(1)
        ((name, told),) = top.take()
        assert name == "squares"
        assert [(one["host"], one["test"], one["color"], one["line"]) for one in told["squares"]] == [
            ("www", "http", "red", "HTTP 503")
        ]
        assert told["counts"]["red"] == 1
        assert (told["worst"], told["problems"], told["pages"]) == ("red", 1, {"": "red", "usa": "green"})
        assert [told["squares"] for _, told in usa.take()] == [[]]


async def test_a_client_that_comes_back_hears_what_it_missed_once() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        seen = f"{live.boot}-{live.version}"
        site.put(a_square("www", "http", Color.RED))
        await site.clock.advance(1)
        site.put(a_square("ny", "conn", Color.YELLOW))
        await site.clock.advance(1)
        stream = Stream(hub, "page=", seen)
        tasks.create_task(stream.run())
        await settle()
        ((name, told),) = stream.take()
        assert name == "squares"
        assert [one["host"] for one in told["squares"]] == ["ny", "www"]
        await site.clock.advance(1)
        assert stream.take() == []


async def test_a_client_of_another_run_or_too_far_behind_asks_for_the_page_again() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        old = Stream(hub, "page=", "otherrun-3")
        tasks.create_task(old.run())
        await settle()
        assert [name for name, _ in old.take()] == ["reload"]
        version = live.version
        for number in range(REMEMBERED + 5):
            color = (Color.RED, Color.GREEN)[number % 2]
            site.put(a_square("www", "http", color))
            await live.catch_up()
        assert live.changes_since(version) is None
        assert live.changes_since(live.version) == frozenset()


async def test_a_new_inventory_and_a_dropped_square_are_told() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        stream = Stream(hub, f"page=&after={live.version}&boot={live.boot}")
        tasks.create_task(stream.run())
        await settle()
        site.board.drop(StatusKey("www", "http"), START)
        await site.clock.advance(1)
        ((_, told),) = stream.take()
        assert told["squares"] == [{"host": "www", "test": "http", "href": "/status/www/http", "color": None}]
        site.board.adopt(msgspec.structs.replace(site.board.inventory, version=2), START)
        await live.catch_up()
        await settle()
        assert [name for name, _ in stream.take()] == ["reload"]


async def test_every_fifteen_seconds_there_is_a_sign_of_life() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        stream = Stream(hub, f"page=&after={live.version}&boot={live.boot}")
        tasks.create_task(stream.run())
        await site.clock.advance(16)
        assert stream.received.count("\n: still here\n") + stream.received.startswith(": still here") >= 1
        assert [name for name, _ in stream.take()] == ["beat"]


async def test_a_client_that_does_not_read_is_dropped() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        stream = Stream(hub, f"page=&after={live.version}&boot={live.boot}")
        tasks.create_task(stream.run())
        await settle()
        assert len(hub) == 1
        stream.stuck = True
        await site.clock.advance(16)
        assert len(hub) == 1
        await site.clock.advance(60)
        await settle()
        assert stream.ended
        assert len(hub) == 0


async def test_a_client_that_leaves_is_forgotten_and_many_share_one_subscription() -> None:
    site = a_site()
    async with following(site) as (tasks, live, hub):
        streams = [Stream(hub, f"page=&after={live.version}&boot={live.boot}") for _ in range(50)]
        for stream in streams:
            tasks.create_task(stream.run())
        await settle()
        assert (len(hub), len(site.bus.followers())) == (50, 1)
        for stream in streams:
            stream.leave()
        await settle()
        assert len(hub) == 0


async def test_the_same_text_again_moves_no_version() -> None:
    site = a_site()
    async with following(site) as (_, live, _hub):
        site.put(a_square("www", "http", Color.RED, b"red Sat Nov 21 05:00:00 2026 HTTP 503"))
        await live.catch_up()
        version = live.version
        site.put(a_square("www", "http", Color.RED, b"red Sat Nov 21 05:01:00 2026 HTTP 503"))
        await live.catch_up()
        assert live.version == version
        site.put(a_square("www", "http", Color.RED, b"red Sat Nov 21 05:02:00 2026 HTTP 500"))
        await live.catch_up()
        assert live.version == version + 1
