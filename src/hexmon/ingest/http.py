"""Messages over HTTP: `POST /xymon-msg` and the paths of the old CGI programs, answered with what port 1984 answers.

Whatever goes wrong is answered with an empty body: old clients keep what they get as their configuration.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from http import HTTPStatus
from typing import Protocol

import msgspec
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from hexmon.board.store import Journal
from hexmon.clock import Clock
from hexmon.ingest.answer import Answer, Later
from hexmon.ingest.bodies import EncodingError, TooLongError, message_of, unpacked
from hexmon.ingest.buffers import Buffers, CrowdedError, GoneError, Incoming
from hexmon.ingest.credentials import Credentials, Identity, NotAllowedError, TooManyError
from hexmon.ingest.forwarded import AmbiguousError, Proxies
from hexmon.ingest.protocol import is_in_steps
from hexmon.ingest.scoped import Names, Scopes
from hexmon.ingest.settings import AgentSettings, MessageSettings

log = logging.getLogger(__name__)

CERTIFICATE = "certificate"
"""Where in the state of a request its server puts the names of the certificate that the sender has shown."""

_TYPE = (b"content-type", b"application/octet-stream")
_CHALLENGE = (b"www-authenticate", b'Basic realm="Xymon Monitoring Client", charset="UTF-8"')
_CLOSE = (b"connection", b"close")
_ALLOWED = (b"allow", b"POST, GET")
_WRITE_AT_ONCE = 256 * 1024
_UNPACKED_AT_ONCE = 2  # bodies: each may become as big as a message
_NOT_READ = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT)  # to its end
# Browsers send one of these for a page of somebody else's; programs send none.
_BROWSERS = ("origin", "referer", "sec-fetch-site")


class Handler(Protocol):
    """Who understands the messages."""

    def handle(self, message: bytes, sender: str) -> Answer:
        """Do what a message says. Never raises."""
        ...

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        """A big message of many parts, with pauses; yields journal tickets."""
        ...


class _RefusedError(Exception):
    """The request is answered with this status."""

    def __init__(self, status: HTTPStatus, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class _Request(msgspec.Struct, frozen=True):
    """What the endpoint needs to know of a request."""

    scope: Scope
    incoming: Incoming
    send: Send
    headers: Headers

    @property
    def lasting(self) -> bool:
        """Whether the version of HTTP has replies of a length that is not known before."""
        return str(self.scope.get("http_version", "1.1")) != "1.0"

    @property
    def length(self) -> int:
        """As its head has it; 0 when it does not say."""
        word = self.headers.get("content-length", "0").strip()
        return int(word[:18]) if word.isascii() and word.isdigit() else 0


class MessageEndpoint:
    """The ASGI application behind all those paths. `counters`: messages, and what became of the other requests."""

    def __init__(
        self,
        handler: Handler,
        names: Names,
        journal: Journal,
        clock: Clock,
        settings: tuple[MessageSettings, AgentSettings],
        credentials: Credentials,
    ) -> None:
        self.counters = {"messages": 0, "refused": 0, "failed": 0}
        self.scopes = Scopes(handler, names)
        self.credentials = credentials
        self._handler = handler
        self._journal = journal
        self._clock = clock
        self._settings, self._agents = settings
        self._proxies = Proxies(self._agents.trusted_proxies)
        self._buffers = Buffers(self._settings.max_message, self._settings.max_buffered)
        self._unpacking = asyncio.Semaphore(_UNPACKED_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        """For every path, and for what is beside it: there no page is found, but nothing."""
        paths = self._agents.paths
        folders = {path.rpartition("/")[0] for path in paths} - {""}
        beside = [Route(f"{path}/{{rest:path}}", _Nothing()) for path in (*paths, *sorted(folders))]
        return [*(Route(path, self) for path in paths), *beside]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = _Request(scope, Incoming(receive), send, Headers(scope=scope))
        try:
            reply = await self._reply_to(request)
        except _RefusedError as refused:
            self.counters["refused"] += 1
            await self._refuse(request, refused)
        except GoneError:
            self.counters["failed"] += 1
        except Exception:
            log.exception("messages: a request was not handled")
            self.counters["failed"] += 1
            await _answer(send, HTTPStatus.INTERNAL_SERVER_ERROR, b"", [_CLOSE])
        else:
            await self._write(request, reply)

    async def _reply_to(self, request: _Request) -> bytes | Iterator[bytes]:
        self._look(request)
        sender = self._sender(request)
        who = await self._identity(request, sender)
        if self._journal.depth() > self._settings.max_waiting:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        # Not kept here: who waits for the disk, or for the judge, must not hold a message in memory.
        answer = await self._handled(await self._message(request), sender, who)
        self.counters["messages"] += 1
        if answer.ticket or answer.later is not None:
            await self._done(answer)
        return answer.reply

    def _look(self, request: _Request) -> None:
        method = request.scope["method"]
        if method not in ("POST", "GET"):
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, _ALLOWED)
        strange = [name for name in _BROWSERS if request.headers.get(name, "none") != "none"]
        # A picture in somebody's page is asked for without any of them, but in the user's language.
        if strange or (method == "GET" and "accept-language" in request.headers):
            raise _RefusedError(HTTPStatus.FORBIDDEN)

    def _sender(self, request: _Request) -> str:
        peer = request.scope.get("client") or ("", 0)
        try:
            return self._proxies.sender(peer[0], request.headers)
        except AmbiguousError as error:
            log.warning("messages: from %s: %s", peer[0], error)
            raise _RefusedError(HTTPStatus.BAD_REQUEST) from error

    async def _identity(self, request: _Request, sender: str) -> Identity:
        shown = request.headers.get("authorization")
        certificate = request.scope.get("state", {}).get(CERTIFICATE, ())
        try:
            return await self.credentials.identify(shown, certificate, sender)
        except NotAllowedError as error:
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, _CHALLENGE) from error
        except TooManyError as error:
            raise _RefusedError(HTTPStatus.TOO_MANY_REQUESTS, (b"retry-after", b"60")) from error

    async def _message(self, request: _Request) -> bytes:
        if request.scope["method"] == "GET":
            return message_of(request.scope.get("query_string", b""))
        if request.length > self._settings.max_message:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            body = await self._buffers.read(request.incoming, self._settings.timeout)
            return message_of(await self._unpacked(body, request.headers))
        except TooLongError as error:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
        except EncodingError as error:
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE) from error
        except CrowdedError as error:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE) from error
        except TimeoutError as error:
            raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT) from error

    async def _unpacked(self, body: bytes, headers: Headers) -> bytes:
        encoding = ",".join(headers.getlist("content-encoding")).strip().lower()
        if not encoding:
            return body
        async with self._unpacking:
            return await asyncio.to_thread(unpacked, body, encoding, self._settings.max_message)

    async def _handled(self, message: bytes, sender: str, who: Identity) -> Answer:
        """A big message of many parts in steps, so that others are served in between."""
        scope = who.scope
        # Of somebody restricted each part is looked at once more for whom it is about.
        if is_in_steps(message, cost=1 if scope is None else 4):
            if scope is None:
                steps = self._handler.handle_in_steps(message, sender)
            else:
                steps = self.scopes.handle_in_steps(message, sender, who.name, scope)
            ticket = 0
            for latest in steps:
                ticket = max(ticket, latest)
                await self._others()
            return Answer(ticket=ticket)
        if scope is None:
            return self._handler.handle(message, sender)
        return self.scopes.handle(message, sender, who.name, scope)

    async def _others(self) -> None:
        await self._clock.sleep_until(self._clock.monotonic())

    async def _done(self, answer: Answer) -> None:
        """Whoever sees 200 may forget the message: what it became is on disk."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                filed = 0 if answer.later is None else await _called_back(answer.later)
                if filed is None:
                    raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
                await self._journal.durable(max(answer.ticket, filed))
        except TimeoutError as error:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE) from error

    async def _write(self, request: _Request, reply: bytes | Iterator[bytes]) -> None:
        if isinstance(reply, bytes):
            await _answer(request.send, HTTPStatus.OK, reply)
        elif not request.lasting:
            await _answer(request.send, HTTPStatus.OK, b"".join([part async for part in self._pieces(reply)]))
        else:
            await request.send({"type": "http.response.start", "status": 200, "headers": [_TYPE]})
            async for part in self._pieces(reply):
                await request.send({"type": "http.response.body", "body": part, "more_body": True})
            await request.send({"type": "http.response.body", "body": b""})

    async def _pieces(self, reply: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A long reply in pieces that are worth being written, with pauses for the others."""
        waiting: list[bytes] = []
        size = 0
        for part in reply:
            waiting.append(part)
            size += len(part)
            if size >= _WRITE_AT_ONCE:
                yield b"".join(waiting)
                waiting, size = [], 0
                await self._others()
        yield b"".join(waiting)

    async def _refuse(self, request: _Request, refused: _RefusedError) -> None:
        """Read the rest all the same: who still writes when the connection closes does not see the answer."""
        headers = list(refused.headers)
        waits = "expect" in request.headers or refused.status in _NOT_READ
        try:
            if waits or not await request.incoming.skip(self._settings.max_message, self._settings.timeout):
                headers.append(_CLOSE)
        except GoneError:
            return
        await _answer(request.send, refused.status, b"", headers)


class _Nothing:
    """What is beside the paths of messages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await _answer(send, HTTPStatus.NOT_FOUND, b"", [_CLOSE])


async def _called_back(later: Later) -> int | None:
    """The ticket of what is filed later; None: it is not."""
    filed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    later(lambda ticket: None if filed.done() else filed.set_result(ticket))
    return await filed


async def _answer(send: Send, status: HTTPStatus, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    length = (b"content-length", b"%d" % len(body))
    start = {"type": "http.response.start", "status": int(status), "headers": [_TYPE, length, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": body})
