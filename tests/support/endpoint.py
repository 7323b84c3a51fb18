"""The message endpoint behind a real web server on loopback, over a real board."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette

from hexmon.app.listening import WebSocket
from hexmon.app.pages import Pages
from hexmon.board.store import Journal, MemoryJournal
from hexmon.ingest.credentials import Credentials
from hexmon.ingest.http import Handler, MessageEndpoint
from hexmon.ingest.settings import AgentSettings, MessageSettings
from tests.support.clock import FakeClock
from tests.support.dispatch import Monitor

HOSTS = "127.0.0.1 www.example.com\n127.0.0.2 db.example.com\n"


class Served:
    """An endpoint and where it is; `raw` is what a client says byte by byte, `ask` what a well-made one asks."""

    def __init__(self, monitor: Monitor, endpoint: MessageEndpoint, port: int, tls: ssl.SSLContext | None) -> None:
        self.monitor = monitor
        self.endpoint = endpoint
        self.port = port
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{port}/xymon-msg"
        self._tls = tls

    async def raw(self, *parts: bytes) -> bytes:
        """What comes until the server closes, after those bytes; empty when it resets the connection."""
        reader, writer = await self.connected()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self._tls, limit=1 << 24)

    async def ask(self, body: bytes = b"ping", path: str = "/xymon-msg", **more: object) -> httpx.Response:
        """A POST, or another `method`; `headers` may be given."""
        method = str(more.pop("method", "POST"))
        async with httpx.AsyncClient(verify=self._tls or True, trust_env=False, timeout=20) as client:
            url = f"{self.url.removesuffix('/xymon-msg')}{path}"
            return await client.request(method, url, content=body, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def served(  # noqa: PLR0913 - what may differ has a name and a default
    folder: Path,
    *,
    agents: AgentSettings | None = None,
    messages: MessageSettings | None = None,
    journal: Journal | None = None,
    handler: Handler | None = None,
    server_tls: ssl.SSLContext | None = None,
    client_tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Served]:
    monitor = Monitor(
        folder, HOSTS, FakeClock(), files={"some.cfg": "A=1\n", "client-local.cfg": "[linux]\nlog:/x:1\n"}
    )
    settings = (messages or MessageSettings(), agents or AgentSettings())
    credentials = Credentials(settings[1], monitor.clock, certificates=server_tls is not None)
    endpoint = MessageEndpoint(
        handler or monitor.dispatcher, monitor.board, journal or MemoryJournal(), monitor.clock, settings, credentials
    )
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    pages = Pages(Starlette(routes=endpoint.routes()), [WebSocket(listener, server_tls is not None)], server_tls)
    task = asyncio.create_task(pages.run_until_told())  # noqa: TID251 - the test is its parent
    try:
        yield Served(monitor, endpoint, int(listener.getsockname()[1]), client_tls)
    finally:
        pages.should_exit = True
        pages.hang_up()
        await task
