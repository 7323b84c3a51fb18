"""RPC services: what the portmapper of a host lists (hosts.cfg(5): rpc). The services themselves are not asked."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Assertion, Outcome, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.datagram import Datagrams
from hexmon.probes.rpc_message import VERSIONS, Entry, Malformed, OtherVersion, dump_call, is_reply_to, read_dump
from hexmon.probes.rpc_names import ProgramNames, program_names
from hexmon.probes.wire import Wire

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_SHARE = 0.95  # of the check's time
_TCP_SHARE = 0.5
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_LAST = 0x80000000  # of the fragments of a message, RFC 5531 section 11
_LARGEST = 256 * 1024
_MOST_FRAGMENTS = 1000
_SHOWN = 500


class RpcOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The programs that must be listed, by the names or numbers of rpc(5); `source` is the address to come from."""

    programs: tuple[str, ...] = ()
    port: int = 111
    source: str = ""


async def probe(target: Target, options: RpcOptions, tools: "Tools") -> Reply:
    """Ask the portmapper for its list, over TCP or else UDP, and look for the programs in it.

    Facts: open (1: there is a portmapper), programs (in the list), missing. Evidence: a line for each program, then
    the list. Phases: connect, query.
    """
    trace = target.trace
    left = target.left * _SHARE
    try:
        entries = await _entries(target, options, tools, left)
    except Malformed as error:
        trace.end()
        return trace.reply(Outcome.ERROR, str(error))
    trace.end()
    trace.facts["open"] = 1
    return _looked_for(trace, options.programs, entries)


async def _entries(target: Target, options: RpcOptions, tools: "Tools", left: float) -> list[Entry]:
    """In the first version that the portmapper speaks, over TCP if it can be reached that way."""
    asking = _Asking(target, options, tools)
    end = tools.clock.monotonic() + left
    try:
        async with asyncio.timeout(left * _TCP_SHARE):
            return await _in_any_version(asking.over_tcp)
    except OSError as error:  # a timeout is one as well
        first = error
    target.trace.begin("query")
    try:
        async with asyncio.timeout(max(end - tools.clock.monotonic(), 0.0)):
            return await _in_any_version(asking.over_udp)
    except OSError:
        raise first from None


async def _in_any_version(ask: Callable[[int], Awaitable[bytes]]) -> list[Entry]:
    for version in VERSIONS[:-1]:
        try:
            return read_dump(await ask(version), version)
        except OtherVersion:
            continue
    return read_dump(await ask(VERSIONS[-1]), VERSIONS[-1])


class _Asking:
    """One call to the portmapper, over either protocol."""

    def __init__(self, target: Target, options: RpcOptions, tools: "Tools") -> None:
        self._target = target
        self._options = options
        self._poller = tools.poller

    async def over_tcp(self, version: int) -> bytes:
        """The reply to a dump call of that version."""
        number = secrets.randbits(32)
        call = dump_call(number, version)
        self._target.trace.begin("connect")
        with Wire(self._poller, self._target.address) as wire:
            await wire.connect(self._target.address, self._options.port, self._options.source)
            self._target.trace.begin("query")
            await wire.send((_LAST | len(call)).to_bytes(4) + call)
            reply = await _record(wire)
        if not is_reply_to(reply, number):
            raise Malformed("this is no portmapper")
        return reply

    async def over_udp(self, version: int) -> bytes:
        """The same, asked again while nothing comes."""
        number = secrets.randbits(32)
        with Datagrams(self._poller, self._target.address, self._options.port, self._options.source) as datagrams:
            return await datagrams.ask(
                dump_call(number, version), lambda data: data if is_reply_to(data, number) else None, _PAUSES
            )


async def _record(wire: Wire) -> bytes:
    """A message in fragments, each behind four bytes: its length, and whether it is the last."""
    record = b""
    for _ in range(_MOST_FRAGMENTS):
        head = int.from_bytes(await wire.receive_exactly(4))
        length = head & ~_LAST
        if len(record) + length > _LARGEST:
            raise Malformed("the list of the portmapper has no end")
        record += await wire.receive_exactly(length)
        if head & _LAST:
            return record
    raise Malformed("the list of the portmapper has no end")


def _looked_for(trace: Trace, programs: Sequence[str], entries: Sequence[Entry]) -> Reply:
    names = program_names()
    listed = {entry.program: entry for entry in reversed(entries)}
    lines, assertions = [], []
    for program in programs:
        number = names.number(program)
        entry = listed.get(number) if number is not None else None
        held = entry is not None
        if number is None:
            lines.append(f"&red Unknown RPC service {program}")
        elif entry is None:
            lines.append(f"&red Service {program} (ID: {number}) NOT found")
        else:
            lines.append(f"&green Service {program} (ID: {number}) found on port {entry.port}")
        assertions.append(Assertion(what="rpc", wanted=program, found="" if held else "not registered", held=held))
    trace.facts["programs"] = len(listed)
    trace.facts["missing"] = sum(not one.held for one in assertions)
    trace.evidence = "\n".join([*lines, *([""] if lines else []), *_listing(entries, names), ""]).encode()
    missing = [one.wanted for one in assertions if not one.held]
    reply = (
        trace.reply(Outcome.ERROR, f"not registered: {', '.join(missing)}")
        if missing
        else trace.reply(Outcome.OK, "OK")
    )
    return msgspec.structs.replace(reply, assertions=tuple(assertions))


def _listing(entries: Sequence[Entry], names: ProgramNames) -> list[str]:
    """The list, as rpcinfo(8) prints it."""
    lines = ["   program vers proto   port  service"]
    for entry in entries[:_SHOWN]:
        name = names.names.get(entry.program, "")
        lines.append(f"{entry.program:>10}{entry.version:>5}{entry.protocol:>6}{entry.port:>7}  {name}".rstrip())
    more = len(entries) - _SHOWN
    return [*lines, f"... and {more} more"] if more > 0 else lines


PROBE = ProbeType(options=RpcOptions, run=probe)
