"""Simple TCP services: connect, TLS where it belongs, say one thing, look at the answer."""

import os
import ssl
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.protocols import Service
from hexmon.probes.telnet import Negotiation
from hexmon.probes.tls import context_for, session_certificate, usable_server_name
from hexmon.probes.wire import Wire, is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_BANNER = 4096


class TcpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a TCP service is tested.

    `silent` (`:s`) connects only. `source` is the local address to come from, or the name of an environment variable
    that holds it. Without `check_response` any answer will do.
    """

    service: Service
    port: int
    silent: bool = False
    source: str = ""
    check_response: bool = True


async def probe(target: Target, options: TcpOptions, tools: "Tools") -> Reply:
    """Connect and, unless silent, have the dialogue of the service.

    Facts: port, and open (1) once it is connected. Evidence: what the service said. Phases: connect, tls, banner.
    """
    trace = target.trace
    trace.facts["port"] = options.port
    service = options.service
    trace.begin("connect")
    with Wire(tools.poller, target.address) as wire:
        await wire.connect(target.address, options.port, _source_address(options.source))
        trace.facts["open"] = 1
        if service.ssl:
            trace.begin("tls")
            session = await wire.start_tls(context_for(service.alpn), usable_server_name(target.host))
            _keep_certificate(target, session, tools.clock.now())
        trace.end()
        if not options.silent:
            await _talk(wire, service, trace)
    if options.silent or not options.check_response or trace.evidence.startswith(service.expect):
        return trace.reply(Outcome.OK, "OK")
    return trace.reply(Outcome.UNEXPECTED, "Unexpected service response")


def _source_address(source: str) -> str:
    return source if not source or is_address(source) else os.environ.get(source, "")


def _keep_certificate(target: Target, session: ssl.SSLSocket, now: float) -> None:
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


async def _listen(wire: Wire, service: Service, trace: Trace) -> None:
    """Read until it is decided what kind of answer this is, or the stream ends."""
    negotiation = Negotiation() if service.telnet else None
    while not _decided(trace.evidence, service.expect):
        data = await wire.receive(_BANNER)
        if not data:
            return
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
