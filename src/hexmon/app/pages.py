"""uvicorn as one part among others: it serves the pages, and messages over HTTP, plainly and by TLS."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from hexmon.app.listening import WebSocket
from hexmon.web.connection import BoundedConnection

_HANDSHAKE_SECONDS = 10.0
_FAREWELL_SECONDS = 5.0


class Pages(uvicorn.Server):
    """uvicorn without its own signal handlers: the monitor stops all its parts together."""

    def __init__(self, app: Starlette, listeners: Sequence[WebSocket], tls: ssl.SSLContext | None) -> None:
        """`tls` is for the encrypted ones among the listeners."""
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedConnection,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,  # it would believe every process of this machine who it speaks for
            )
        )
        self._listeners = listeners
        self._tls = tls

    async def run_until_told(self) -> None:
        """Serve until `should_exit`."""
        await self.serve(sockets=[listener.sock for listener in self._listeners])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        await super().startup([listener.sock for listener in self._listeners if not listener.encrypted])
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            if listener.encrypted:  # uvicorn has one context for all of its sockets, or none
                server = await loop.create_server(
                    self._connection,
                    sock=listener.sock,
                    ssl=self._tls,
                    backlog=self.config.backlog,
                    ssl_handshake_timeout=_HANDSHAKE_SECONDS,
                    ssl_shutdown_timeout=_FAREWELL_SECONDS,
                )
                self.servers.append(server)

    def _connection(self) -> BoundedConnection:
        return BoundedConnection(self.config, self.server_state, self.lifespan.state)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def hang_up(self) -> None:
        """A client that does not read its page would be waited for without end."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, BoundedConnection):
                connection.give_up()
