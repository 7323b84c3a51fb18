"""One exchange over TCP or UDP: send something, look for a text in what comes back."""

import asyncio
from typing import TYPE_CHECKING, Literal

import msgspec

from hexmon.model.observation import Assertion, Outcome, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.datagram import Datagrams
from hexmon.probes.race import reach
from hexmon.probes.wire import Wire

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_MOST = 4096  # bytes of an answer that are looked at
_MOST_DATAGRAMS = 200  # whoever talks this much beside the point is not going to answer
# What was heard must be told before the check's own deadline, also by a process that is busy.
_MARGIN = 0.2  # seconds, or half of what is left
_OTHER_ADDRESS = 0.5  # of the timeout, for the other address once the first has failed
# Without a text to wait for: a greeting takes one more way than the connection did, and some time to be written.
_SHORTEST_PATIENCE, _LONGEST_PATIENCE = 0.005, 0.05
# Without a text to wait for, over UDP: so long a closed port has to say so.
_UDP_SHARE, _UDP_PATIENCE = 0.1, 0.5


class ExchangeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`send` is sent after connecting, b"" for nothing; `expect` must be in the first 4096 bytes of the answer."""

    transport: Literal["tcp", "udp"]
    port: int
    send: bytes = b""
    expect: bytes = b""


async def probe(target: Target, options: ExchangeOptions, tools: "Tools") -> Reply:
    """Connect, send, and read until the text is found or cannot come any more.

    Without a text that is wanted a connection is enough, and with UDP that nobody refuses: what comes at once is heard,
    and silence costs next to nothing. Facts: port, open (1) once TCP is connected or anything came over UDP, family (4
    or 6) if there was a choice. Evidence: the answer, 4096 bytes at most. Phases: connect (TCP), answer. An assertion
    says whether the text was found.
    """
    trace = target.trace
    trace.facts["port"] = options.port
    if options.transport == "udp":
        instead = ""
        await _over_udp(target, options, tools)
    else:
        instead = await _over_tcp(target, options, tools)
    trace.end()
    if not options.expect:
        return trace.reply(Outcome.OK, "OK", instead)
    found = options.expect in trace.evidence
    trace.assertions = (_looked_for(options.expect, trace.evidence, found),)
    if found:
        return trace.reply(Outcome.OK, "OK", instead)
    if not trace.evidence and options.transport == "udp":
        return trace.reply(Outcome.TIMEOUT, "Server timeout", instead)
    return trace.reply(Outcome.UNEXPECTED, "Unexpected service response", instead)


def _looked_for(expect: bytes, heard: bytes, found: bool) -> Assertion:
    said = "it" if found else f"nothing in {len(heard)} bytes"
    return Assertion(what="text", wanted=expect.decode("utf-8", "replace"), found=said, held=found)


def _within(left: float) -> float:
    return max(left - _MARGIN, left / 2)


async def _over_tcp(target: Target, options: ExchangeOptions, tools: "Tools") -> str:
    """What was wrong with the preferred address, "" for nothing."""
    trace = target.trace
    before = target.left
    trace.begin("connect")
    addresses = target.addresses or (target.address,)
    wire, trace.address, instead = await reach(
        tools.poller, addresses, options.port, "", target.timeout * _OTHER_ADDRESS
    )
    with wire:
        trace.facts["open"] = 1
        if len(addresses) > 1:
            trace.facts["family"] = 6 if ":" in trace.address else 4
        trace.begin("answer")
        left = target.left
        await wire.send(options.send)
        patience = _within(left)
        if not options.expect:
            patience = min(max(before - left, _SHORTEST_PATIENCE), _LONGEST_PATIENCE, patience)
        await _listen(wire, trace, options.expect, patience)
    return instead


async def _listen(wire: Wire, trace: Trace, expect: bytes, patience: float) -> None:
    """Until it is decided whether the text is there; without one, whatever comes first will do."""
    try:
        async with asyncio.timeout(patience):
            while len(trace.evidence) < _MOST:
                data = await wire.receive(_MOST - len(trace.evidence))
                trace.evidence += data
                if not data or expect in trace.evidence:
                    return
    except TimeoutError as error:
        if error.errno is not None:
            raise


async def _over_udp(target: Target, options: ExchangeOptions, tools: "Tools") -> None:
    """A closed port is ECONNREFUSED (ICMP), also when nothing is wanted back."""
    trace = target.trace
    patience = _within(target.left) if options.expect else min(target.left * _UDP_SHARE, _UDP_PATIENCE)
    trace.begin("answer")
    with Datagrams(tools.poller, target.address, options.port) as datagrams:
        datagrams.send(options.send)
        try:
            async with asyncio.timeout(patience):
                for _ in range(_MOST_DATAGRAMS):
                    if _heard(trace, await datagrams.receive(), options.expect):
                        return
        except TimeoutError as error:
            if error.errno is not None:
                raise
            # This process may have been too busy to see in time what came in time.
            last = datagrams.pending()
            if last is not None:
                _heard(trace, last, options.expect)


def _heard(trace: Trace, datagram: bytes, expect: bytes) -> bool:
    """Keep it; whether it is what was wanted."""
    trace.evidence = datagram[:_MOST]
    trace.facts["open"] = 1
    return expect in trace.evidence


PROBE = ProbeType(options=ExchangeOptions, run=probe)
