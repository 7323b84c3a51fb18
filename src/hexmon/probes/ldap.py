"""LDAP searches: connect, StartTLS or TLS when it is wanted, bind, search (RFC 4511)."""

import contextlib
import math
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.ldap_entries import Entries
from hexmon.probes.ldap_messages import (
    BIND_RESPONSE,
    EXTENDED_RESPONSE,
    INTERMEDIATE,
    SEARCH_DONE,
    SEARCH_ENTRY,
    SEARCH_REFERENCE,
    SIZE_LIMIT_EXCEEDED,
    SUCCESS,
    Message,
    MessageError,
    MessageReader,
    Result,
    Search,
    bind_request,
    message,
    read_result,
    result_words,
    search_request,
    start_tls_request,
    unbind_request,
)
from hexmon.probes.ldap_url import LdapUrl, LdapUrlError, Security, parse_ldap_url
from hexmon.probes.tls import context_for, session_certificate, usable_server_name
from hexmon.probes.wire import Wire, is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

MOST_ENTRIES = 1000
EVIDENCE_LIMIT = 128 * 1024
MESSAGE_LIMIT = 1024 * 1024
READ_LIMIT = 4 * 1024 * 1024
_CHUNK = 64 * 1024


class LdapOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, and how the server is spoken to.

    `url` is an LDAP URL (RFC 4516); `security` says whether TLS comes first ("tls"), is asked for ("starttls") or is
    not used, whatever the scheme of the URL is; without `user` the bind is anonymous; `connect_to` is the address to
    go to instead of looking up the URL's host.
    """

    url: str
    security: Security = ""
    user: str = ""
    password: str = ""
    connect_to: str = ""


async def probe(target: Target, options: LdapOptions, tools: "Tools") -> Reply:
    """Bind and search.

    Facts: port, open (1) once it is connected, starttls_code, bind_code, result_code (RFC 4511 result codes), entries.
    Evidence: the entries as text. Phases: resolve, connect, tls, bind, search.
    """
    trace = target.trace
    try:
        url = parse_ldap_url(options.url)
    except LdapUrlError as error:
        return trace.reply(Outcome.ERROR, "Cannot parse LDAP URL", str(error))
    address = options.connect_to or url.host or target.host
    if not is_address(address):
        trace.begin("resolve")
        address = await tools.resolver.resolve(address)
    trace.facts["port"] = url.port
    trace.begin("connect")
    with Wire(tools.poller, address) as wire:
        await wire.connect(address, url.port)
        trace.facts["open"] = 1
        conversation = _Conversation(wire, trace)
        reply = (
            await _secure(conversation, options, url.host or target.host, tools.clock.now())
            or await _bind(conversation, options)
            or await _search(conversation, url, target)
        )
        await conversation.leave()
    return reply


class _Conversation:
    """Requests and their answers on one connection, and how much was read."""

    def __init__(self, wire: Wire, trace: Trace) -> None:
        self.wire = wire
        self.trace = trace
        self.read = 0
        self._reader = MessageReader(MESSAGE_LIMIT)
        self._number = 0

    async def ask(self, operation: bytes) -> None:
        """Send a request."""
        self._number += 1
        await self.wire.send(message(self._number, operation))

    async def answer(self) -> Message:
        """The next message that belongs to the last request. Raises MessageError."""
        try:
            while (found := self._reader.next()) is None:
                await self._hear()
        except MessageError:
            self.trace.evidence = self.trace.evidence or self._reader.heard
            raise
        if found.number == 0 and found.operation == EXTENDED_RESPONSE:
            raise MessageError(f"Disconnected by the server: {_words(read_result(found.content))}")
        if found.number != self._number:
            raise MessageError("An answer to another question")
        return found

    async def _hear(self) -> None:
        data = await self.wire.receive(_CHUNK)
        if not data:
            raise MessageError("Connection closed by the server")
        self.read += len(data)
        self._reader.feed(data)

    async def result(self, operation: int) -> Result:
        """The next message, which must be the answer of that kind."""
        found = await self.answer()
        if found.operation != operation:
            raise MessageError("An answer of another kind")
        return read_result(found.content)

    def check_nothing_pending(self) -> None:
        """What came in the clear before TLS may be anybody's."""
        if self._reader.pending:
            raise MessageError("The server went on in the clear after StartTLS")

    async def leave(self) -> None:
        """Say goodbye; it is too late for anything to be wrong."""
        with contextlib.suppress(OSError):
            await self.ask(unbind_request())


async def _secure(conversation: _Conversation, options: LdapOptions, name: str, now: float) -> Reply | None:
    """TLS with the server of that name, when it is wanted; a reply when there is none to be had."""
    if not options.security:
        return None
    trace = conversation.trace
    trace.begin("tls")
    if options.security == "starttls":
        await conversation.ask(start_tls_request())
        result = await conversation.result(EXTENDED_RESPONSE)
        trace.facts["starttls_code"] = result.code
        if result.code != SUCCESS:
            trace.end()
            return trace.reply(Outcome.TLS, result_words(result.code), _detail("StartTLS", result))
        conversation.check_nothing_pending()
    server_name = None if is_address(name) else usable_server_name(name)
    session = await conversation.wire.start_tls(context_for(), server_name)
    certificate = session_certificate(session, options.url, name, now)
    trace.certificates = () if certificate is None else (certificate,)
    return None


async def _bind(conversation: _Conversation, options: LdapOptions) -> Reply | None:
    """Say who we are; a reply when that is not taken."""
    trace = conversation.trace
    trace.begin("bind")
    await conversation.ask(bind_request(options.user, options.password))
    result = await conversation.result(BIND_RESPONSE)
    trace.facts["bind_code"] = result.code
    if result.code == SUCCESS:
        return None
    trace.end()
    return trace.reply(Outcome.UNEXPECTED, result_words(result.code), _detail("bind", result))


async def _search(conversation: _Conversation, url: LdapUrl, target: Target) -> Reply:
    trace = conversation.trace
    trace.begin("search")
    wanted = Search(
        base=url.base,
        scope=url.scope,
        filter=url.filter,
        attributes=url.attributes,
        seconds=math.ceil(target.timeout),
        entries=MOST_ENTRIES,
    )
    await conversation.ask(search_request(wanted))
    entries = Entries(EVIDENCE_LIMIT)
    try:
        result = await _read_entries(conversation, entries)
    finally:
        # Also when the time runs out: what came before is worth seeing.
        trace.facts["entries"] = entries.count
        trace.evidence = entries.text or trace.evidence
    trace.end()
    if result is not None:
        trace.facts["result_code"] = result.code
        enough = result.code == SIZE_LIMIT_EXCEEDED and entries.count >= MOST_ENTRIES
        if result.code != SUCCESS and not enough:
            return trace.reply(Outcome.UNEXPECTED, result_words(result.code), _detail("search", result))
    return trace.reply(Outcome.OK, "OK")


async def _read_entries(conversation: _Conversation, entries: Entries) -> Result | None:
    """Read until the search is done; None when there was enough of it.

    A server that sends for ever must not keep the event loop from others, so references count as well as entries.
    """
    seen = 0
    while seen <= MOST_ENTRIES and conversation.read <= READ_LIMIT:
        found = await conversation.answer()
        seen += 1
        if found.operation == SEARCH_DONE:
            return read_result(found.content)
        if found.operation == SEARCH_ENTRY:
            entries.add(found.content)
        elif found.operation not in {SEARCH_REFERENCE, INTERMEDIATE}:
            raise MessageError("An answer of another kind")
    return None


def _words(result: Result) -> str:
    return f"{result_words(result.code)}{f' ({result.diagnostic})' if result.diagnostic else ''}"


def _detail(step: str, result: Result) -> str:
    matched = f", nearest entry {result.matched}" if result.matched else ""
    return f"{step}: result code {result.code}{f', {result.diagnostic}' if result.diagnostic else ''}{matched}"


PROBE = ProbeType(options=LdapOptions, run=probe, own_address=True, errors={MessageError: Outcome.ERROR})
