"""DNS servers: questions to the host's own address, one or several (hosts.cfg(5): dns)."""

import asyncio
from typing import TYPE_CHECKING, Literal

import dns.rdatatype
import msgspec

from hexmon.clock import Clock
from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.datagram import Datagrams, pauses_within
from hexmon.probes.dns_message import Answer, Query, continued, make_query, no_answer, read_answer
from hexmon.probes.tls import context_for, session_certificate, usable_server_name
from hexmon.probes.wire import Wire

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_TRIES = 4
_PAUSE = 2.0
_SHARE = 0.95  # of the check's time: what is left is for telling which questions were not answered
_AT_ONCE = 8
_PORTS = {"udp": 53, "tcp": 53, "tls": 853}
_LENGTH = 2
_MOST_TRANSFERRED, _MOST_MESSAGES = 1024 * 1024, 1000
_LONGEST_TEXT = 60_000

A = int(dns.rdatatype.A)


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """One question: the number of a type of records, and a name ("": that of the host). `written` is for headings."""

    type: int = A
    name: str = ""
    written: str = ""


class DnsOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and how. `port` 0 is 53, and 853 for `tls`; `source` is the local address to come from."""

    lookups: tuple[Lookup, ...] = (Lookup(),)
    transport: Literal["udp", "tcp", "tls"] = "udp"
    port: int = 0
    source: str = ""


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """How one lookup ended."""

    outcome: Outcome
    words: str = ""
    answer: Answer | None = None
    seconds: float = 0.0


async def probe(target: Target, options: DnsOptions, tools: "Tools") -> Reply:
    """Ask all questions, several at once; good when each has an answer.

    Facts: lookups, failed, answers (records), rcode (of the first that failed), ttl (the smallest, seconds) and
    seconds_1, seconds_2, ... Evidence: what was answered, as text. Phase: lookup.
    """
    trace = target.trace
    left = target.left * _SHARE
    trace.begin("lookup")
    asking = _Asking(target, options, tools, left)
    found = await asking.all()
    trace.end()
    trace.facts.update(_facts(found))
    trace.evidence = _evidence(found, options.lookups).encode("utf-8", "replace")
    failed = next((one for one in found if one.words), None)
    if failed is None:
        return trace.reply(Outcome.OK, "OK")
    return trace.reply(failed.outcome, failed.words)


class _Asking:
    """The lookups of one run, which share its time."""

    def __init__(self, target: Target, options: DnsOptions, tools: "Tools", seconds: float) -> None:
        self._target = target
        self._options = options
        self._tools = tools
        self._end = tools.clock.monotonic() + seconds
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._port = options.port or _PORTS[options.transport]

    async def all(self) -> list[_Found]:
        """In the order of the questions."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one(lookup)) for lookup in self._options.lookups]
        return [task.result() for task in tasks]

    def _left(self) -> float:
        return max(self._end - self._tools.clock.monotonic(), 0.0)

    async def _one(self, lookup: Lookup) -> _Found:
        try:
            query = make_query(lookup.name or self._target.host, lookup.type)
        except ValueError as error:
            return _Found(outcome=Outcome.ERROR, words=str(error))
        async with self._places:
            began = self._tools.clock.monotonic()
            found = await self._found(query)
            return msgspec.structs.replace(found, seconds=self._tools.clock.monotonic() - began)

    async def _found(self, query: Query) -> _Found:
        try:
            async with asyncio.timeout(self._left()):
                answer = await self._answer(query)
        except TimeoutError:
            return _Found(outcome=Outcome.TIMEOUT, words="Timeout")
        except ConnectionRefusedError:
            return _Found(outcome=Outcome.REFUSED, words="Server unavailable")
        except ConnectionError:
            return _Found(outcome=Outcome.ERROR, words="Server unavailable")
        return _Found(outcome=Outcome.ERROR if answer.words else Outcome.OK, words=answer.words, answer=answer)

    async def _answer(self, query: Query) -> Answer:
        if self._options.transport != "udp" or query.kind == dns.rdatatype.AXFR:
            return await self._over_tcp(query)
        with Datagrams(self._tools.poller, self._target.address, self._port, self._options.source) as datagrams:
            answer = await datagrams.ask(
                query.wire, lambda data: read_answer(data, query), pauses_within(self._left(), _TRIES, _PAUSE)
            )
        return await self._over_tcp(query) if answer.truncated else answer

    async def _over_tcp(self, query: Query) -> Answer:
        target, options = self._target, self._options
        with Wire(self._tools.poller, target.address) as wire:
            await wire.connect(target.address, self._port, options.source)
            if options.transport == "tls":
                session = await wire.start_tls(context_for(("dot",)), usable_server_name(target.host))
                now = self._tools.clock.now()
                certificate = session_certificate(session, target.test, target.host, now)
                target.trace.certificates = () if certificate is None else (certificate,)
            await wire.send(len(query.wire).to_bytes(_LENGTH) + query.wire)
            if query.kind == dns.rdatatype.AXFR:
                return await _transfer(wire, query, self._tools.clock)
            answer = read_answer(await _message(wire), query)
            return no_answer(query) if answer is None else answer


async def _message(wire: Wire) -> bytes:
    """One message of a stream (RFC 7766): two bytes of length go before it."""
    return await wire.receive_exactly(int.from_bytes(await wire.receive_exactly(_LENGTH)))


async def _transfer(wire: Wire, query: Query, clock: Clock) -> Answer:
    """A zone in several messages (RFC 5936): its SOA record comes first and last. Of a long one not all is read."""
    message = await _message(wire)
    answer = read_answer(message, query) or no_answer(query)
    messages, size = 1, len(message)
    while not answer.words and answer.soas < 2 and messages < _MOST_MESSAGES and size < _MOST_TRANSFERRED:
        await clock.sleep_until(0)  # a fast server must not keep the loop to itself
        message = await _message(wire)
        messages, size = messages + 1, size + len(message)
        answer = continued(answer, message, query)
    return answer


def _facts(found: list[_Found]) -> dict[str, float]:
    answers = [one.answer for one in found if one.answer is not None]
    failed = [one for one in found if one.words]
    facts: dict[str, float] = {
        "lookups": len(found),
        "failed": len(failed),
        "answers": sum(answer.records for answer in answers),
        "rcode": next((one.answer.rcode for one in failed if one.answer is not None), 0),
    }
    ttls = [answer.ttl for answer in answers if answer.ttl >= 0]
    if ttls:
        facts["ttl"] = min(ttls)
    return facts | {f"seconds_{number}": one.seconds for number, one in enumerate(found, 1)}


def _evidence(found: list[_Found], lookups: tuple[Lookup, ...]) -> str:
    """One lookup as it is; several under headings, as xymonnet shows them."""
    parts = []
    for one, lookup in zip(found, lookups, strict=True):
        lines = [f"\n*** DNS lookup of '{lookup.written or lookup.name}' ***"] if len(lookups) > 1 else []
        lines += [one.words] if one.words else []
        parts.append("\n".join([*lines, one.answer.text if one.answer is not None else ""]))
        if sum(map(len, parts)) > _LONGEST_TEXT:
            parts.append(f"\n(the lookups after '{lookup.written}' are not shown)\n")
            break
    return "".join(parts)


PROBE = ProbeType(options=DnsOptions, run=probe)
