"""Simple TCP services: connect, TLS where it belongs, say one thing, look at the answer."""

import asyncio
import contextlib
import os
import ssl
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.protocols import Service
from hexmon.probes.race import reach
from hexmon.probes.starttls import Refused, Talk, agree
from hexmon.probes.telnet import Negotiation
from hexmon.probes.tls import context_for, session_certificate, usable_server_name
from hexmon.probes.wire import Wire, is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_BANNER = 4096
_MOST_HEARD = 64 * 1024  # bytes, telnet's negotiation included
_PATIENCE = 0.5  # of the timeout: for a greeting, and for the other address once the first has failed
_FAREWELL = 0.5  # seconds for being polite


class TcpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a TCP service is tested.

    `silent` (`:s`) connects only. `source` is the local address to come from, or the name of an environment variable
    that holds it. Without `check_response` any answer will do. `starttls` is the dialogue that leads to TLS, "" for
    none: one of `starttls.PROTOCOLS`, perhaps with `:` and what it should know.
    """

    service: Service
    port: int
    silent: bool = False
    source: str = ""
    check_response: bool = True
    starttls: str = ""


async def probe(target: Target, options: TcpOptions, tools: "Tools") -> Reply:
    """Connect and, unless silent, have the dialogue of the service.

    Facts: port; open (1) once it is connected; family (4 or 6) if there was a choice. Evidence: what the service said.
    Phases: connect, tls, banner.
    """
    trace = target.trace
    trace.facts["port"] = options.port
    source = _source_address(options.source)
    if source is None:
        why = f"{options.source} is neither an address nor an environment variable that holds one"
        return trace.reply(Outcome.PREVENTED, "This monitor has no such source address", why)
    trace.begin("connect")
    addresses = target.addresses or (target.address,)
    wire, trace.address, instead = await reach(
        tools.poller, addresses, options.port, source, target.timeout * _PATIENCE
    )
    with wire:
        trace.facts["open"] = 1
        if len(addresses) > 1:
            trace.facts["family"] = 6 if ":" in trace.address else 4
        try:
            await _converse(wire, target, options, tools)
        except Refused as refusal:
            return trace.reply(Outcome.UNEXPECTED, refusal.summary, refusal.words.decode("utf-8", "replace"))
    if options.silent or not options.check_response or trace.evidence.startswith(options.service.expect):
        return trace.reply(Outcome.OK, "OK", instead)
    return trace.reply(Outcome.UNEXPECTED, "Unexpected service response", instead)


def _source_address(source: str) -> str | None:
    """The address to come from, "" for any; None when nobody says which."""
    if not source or is_address(source):
        return source
    address = os.environ.get(source, "")
    return address if is_address(address) else None


async def _converse(wire: Wire, target: Target, options: TcpOptions, tools: "Tools") -> None:
    service, trace = options.service, target.trace
    if options.starttls:
        await _agree_on_tls(wire, target, options.starttls)
    if service.ssl or options.starttls:
        trace.begin("tls")
        session = await wire.start_tls(context_for(service.alpn), usable_server_name(target.host))
        _keep_certificate(target, session, tools.clock.now())
    trace.end()
    if options.silent:
        return
    if options.starttls:
        await _say_goodbye(wire, service, target)
    elif service.greets:
        await _hear_greeting(wire, service, target)
    else:
        await _talk(wire, service, trace)


async def _agree_on_tls(wire: Wire, target: Target, starttls: str) -> None:
    protocol, _, argument = starttls.partition(":")
    target.trace.begin("banner")
    talk = Talk(wire, target.host, argument)
    try:
        await agree(talk, protocol)
    finally:
        target.trace.evidence = talk.heard


def _keep_certificate(target: Target, session: ssl.SSLObject, now: float) -> None:
    certificate = session_certificate(session, target.test, target.host, now)
    if certificate is not None:
        target.trace.certificates = (certificate,)


async def _talk(wire: Wire, service: Service, trace: Trace) -> None:
    if service.reads:
        trace.begin("banner")
    if service.send:
        await wire.send(service.send)
    if service.reads:
        await _listen(wire, service, trace)
        trace.end()


async def _hear_greeting(wire: Wire, service: Service, target: Target) -> None:
    """Mail servers refuse clients that talk before they are greeted. Who waits for us, too, is talked to in the end."""
    trace = target.trace
    trace.begin("banner")
    try:
        async with asyncio.timeout(target.timeout * _PATIENCE):
            await _listen(wire, service, trace)
    except TimeoutError as error:
        if error.errno is not None:
            raise
        await wire.send(service.send)
        await _listen(wire, service, trace)
    trace.end()
    await _say_goodbye(wire, service, target)


async def _say_goodbye(wire: Wire, service: Service, target: Target) -> None:
    """Line by line, each after the answer to the one before; what comes of it is nobody's concern any more."""
    first, *others = service.send.splitlines(keepends=True) or (b"",)
    with contextlib.suppress(OSError):
        if not others and len(first) < _BANNER:
            await wire.send(first)
            return
        async with asyncio.timeout(min(_FAREWELL, target.left / 2)):
            await wire.send(first)
            for line in others:
                await wire.receive(_BANNER)
                await wire.send(line)


async def _listen(wire: Wire, service: Service, trace: Trace) -> None:
    """Read until it is decided what kind of answer this is, or the stream ends."""
    negotiation = Negotiation() if service.telnet else None
    heard = 0
    while not _decided(trace.evidence, service.expect) and heard < _MOST_HEARD:
        data = await wire.receive(_BANNER)
        if not data:
            return
        heard += len(data)
        if negotiation is not None:
            data, answer = negotiation.feed(data)
            await wire.send(answer)
        trace.evidence += data


def _decided(heard: bytes, expect: bytes) -> bool:
    """Whether more bytes could not change the judgement: something was said, or the comparison is decided."""
    if not expect:
        return bool(heard)
    return len(heard) >= len(expect) or not expect.startswith(heard)


PROBE = ProbeType(options=TcpOptions, run=probe)
