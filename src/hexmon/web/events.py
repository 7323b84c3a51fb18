"""Live updates as server-sent events: each client is told what changed on its page, and nothing twice."""

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from hexmon.model.color import WORDS
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.web.context import WebContext
from hexmon.web.folding import columns_of_tests, fold
from hexmon.web.live import Live
from hexmon.web.squares import square, url
from hexmon.web.text import line_of

HEARTBEAT = 15.0
PATIENCE = 30.0  # seconds a client may take to read what was written to it
RETRY_MS = 3000
MOST_SQUARES = 500  # more changes than these at once: the page is asked for again

_RELOAD = b"event: reload\ndata: {}\n\n"


@dataclass(eq=False)
class Client:
    """One open stream: which page it shows, up to which version it knows it, and since when a write hangs."""

    page: str
    version: int
    writing_since: float = math.inf
    deadline: asyncio.Timeout | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    beat: bool = False


class Hub:
    """All open streams. Messages are made once per page and version, whoever reads them."""

    def __init__(self, context: WebContext, live: Live) -> None:
        self._context = context
        self._live = live
        self._clients: set[Client] = set()
        self._made: dict[tuple[str, int, int], bytes] = {}
        self._stopping = False

    def __len__(self) -> int:
        return len(self._clients)

    async def run(self) -> None:
        """Wake the clients when something changed, and every 15 s; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake(), name="web: wake")
            tasks.create_task(self._beat(), name="web: heartbeat")

    async def _wake(self) -> None:
        while True:
            await self._live.changed()
            self._made.clear()
            for client in self._clients:
                client.wake.set()

    async def _beat(self) -> None:
        clock = self._context.clock
        while True:
            await clock.sleep_until(clock.monotonic() + HEARTBEAT)
            for client in self._clients:
                client.beat = True
                client.wake.set()
                if clock.monotonic() - client.writing_since >= PATIENCE and client.deadline is not None:
                    client.deadline.reschedule(asyncio.get_running_loop().time())

    def stop(self) -> None:
        """End every stream: a server that waits for its connections would wait for ever."""
        self._stopping = True
        for client in self._clients:
            client.wake.set()

    async def serve(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """`/events?page=PATH&after=VERSION&boot=ID` as an ASGI application."""
        request = Request(scope, receive)
        client = Client(request.query_params.get("page", ""), self._known(request))
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),  # nginx would hold events back
                ],
            }
        )
        self._clients.add(client)
        try:
            async with asyncio.timeout(None) as client.deadline, asyncio.TaskGroup() as tasks:
                gone = tasks.create_task(_until_gone(request), name="web: stream")
                gone.add_done_callback(lambda _: client.wake.set())
                await self._feed(client, gone, send)
                gone.cancel()
        except TimeoutError:
            return  # it reads too slowly: uvicorn closes the connection, the browser comes back and catches up
        finally:
            self._clients.discard(client)

    def _known(self, request: Request) -> int:
        """The version that a client has: of its page, or of the last event it saw; -1 for one of another run."""
        boot, _, version = request.headers.get("last-event-id", "").partition("-")
        if not version:
            boot, version = request.query_params.get("boot", ""), request.query_params.get("after", "")
        return int(version) if boot == self._live.boot and version.isdecimal() and len(version) < 16 else -1

    async def _feed(self, client: Client, gone: "asyncio.Task[None]", send: Send) -> None:
        hello = f"retry: {RETRY_MS}\n\n".encode()
        await self._write(client, hello + self._news(client), send)
        while not (gone.done() or self._stopping):
            await client.wake.wait()
            client.wake.clear()
            if gone.done():
                return
            news = self._news(client)
            if client.beat:
                client.beat, news = False, news + self._beat_now()
            if news:
                await self._write(client, news, send)
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, client: Client, data: bytes, send: Send) -> None:
        client.writing_since = self._context.clock.monotonic()
        await send({"type": "http.response.body", "body": data, "more_body": True})
        client.writing_since = math.inf

    def _news(self, client: Client) -> bytes:
        """What the client does not know yet; it is taken as known from now on."""
        before, client.version = client.version, self._live.version
        if before == client.version:
            return b""
        made = self._made.get((client.page, before, client.version))
        if made is None:
            made = self._made[client.page, before, client.version] = self.message(client.page, before)
        return made

    def _beat_now(self) -> bytes:
        """A comment for proxies, an event for our script, which cannot see comments; with the server's time."""
        return f": still here\nevent: beat\ndata: {self._context.clock.now():.3f}\n\n".encode()

    def message(self, page: str, after: int) -> bytes:
        """The event for one page: its squares changed after that version, its counts, the pages' colours."""
        live = self._live
        number = f"id: {live.boot}-{live.version}\n".encode()
        keys = live.changes_since(after) if after >= 0 else None
        if keys is None:
            return number + _RELOAD
        members = live.members(page)
        mine = sorted(key for key in keys if key.host in members)
        if len(mine) > MOST_SQUARES or any(not key.test for key in mine):
            return number + _RELOAD
        body = msgspec.json.encode(self._summary(page) | {"squares": list(self._squares(mine))})
        return number + b"event: squares\ndata: " + body + b"\n\n"

    def _summary(self, page: str) -> dict[str, Any]:
        scope = self._live.scope(page)
        return {
            "counts": dict(zip(WORDS, scope.counts, strict=True)),
            "worst": scope.color.word,
            "problems": len(scope.troubles),
            "pages": {path: color.word for path, color in self._live.page_colors().items()},
        }

    def _squares(self, keys: Iterable[StatusKey]) -> Iterable[dict[str, Any]]:
        now = self._context.clock.now()
        for key in dict.fromkeys(map(self._shown_as, keys)):
            status = self._context.board.status(key) or self._folded(key, now)
            told = {"host": key.host, "test": key.test, "href": url("status", *key)}
            if status is None:
                yield told | {"color": None}
                continue
            yield told | {
                "color": status.color.word,
                "since": status.since,
                "line": line_of(status),
                "html": square(status, now).html,
            }

    def _shown_as(self, key: StatusKey) -> StatusKey:
        """The square of the matrix that shows it."""
        host = self._context.board.inventory.hosts.get(key.host)
        return StatusKey(key.host, columns_of_tests(host).get(key.test, key.test)) if host is not None else key

    def _folded(self, key: StatusKey, now: float) -> Status | None:
        host = self._context.board.inventory.hosts.get(key.host)
        return fold(host, self._context.board.squares(key.host), now).get(key.test) if host is not None else None


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
