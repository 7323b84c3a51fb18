"""A dialogue over TCP, line by line, as blackbox_exporter's `query_response` has it."""

from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.race import reach
from hexmon.probes.regexps import compile_regexp, expanded
from hexmon.probes.tls import context_for, session_certificate, usable_server_name
from hexmon.probes.wire import Wire

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_LONGEST_LINE = 64 * 1024
_CHUNK = 4096
_PATIENCE = 0.5  # of the timeout, for the other address once the first has failed


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Wait for a line that `expect` (RE2) is found in, then say `send` with its groups, then go over to TLS."""

    expect: str = ""
    send: str = ""
    starttls: bool = False


class DialogueOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`verify`: the certificate must be one that this machine trusts, for the name that was asked for."""

    port: int
    steps: tuple[Step, ...] = ()
    tls: bool = False
    verify: bool = True
    source: str = ""


class _Distrusted(Exception):  # noqa: N818 - it says what is so, about the target
    """The certificate is not one that this machine trusts."""


class _Talk:
    def __init__(self, wire: Wire, target: Target, options: DialogueOptions, tools: "Tools") -> None:
        self.wire = wire
        self.target = target
        self.options = options
        self.tools = tools
        self._heard = b""

    async def secure(self) -> None:
        """Over to TLS; what was heard before does not count any more."""
        self._heard = b""
        trace = self.target.trace
        trace.begin("tls")
        session = await self.wire.start_tls(context_for(), usable_server_name(self.target.host))
        trace.end()
        found = session_certificate(session, self.target.test, self.target.host, self.tools.clock.now())
        trace.certificates = () if found is None else (found,)
        if self.options.verify and (found is None or found.trusted is not True):
            raise _Distrusted(found.distrust if found is not None else "the server shows no certificate")

    async def step(self, step: Step) -> bool:
        """One step; False when the stream ended before such a line came."""
        said = step.send.encode("utf-8", "surrogateescape")
        if step.expect:
            expression = compile_regexp(step.expect)
            match = None
            while match is None:
                line = await self._line()
                if line is None:
                    return False
                match = expression.search(line)
            said = expanded(step.send, match)
        if said:
            await self.wire.send(said + b"\n")
        if step.starttls:
            await self.secure()
        return True

    async def _line(self) -> bytes | None:
        """The next line without its end; None after the last one. A line without an end is cut."""
        while b"\n" not in self._heard and len(self._heard) < _LONGEST_LINE:
            data = await self.wire.receive(_CHUNK)
            if not data:
                line, self._heard = self._heard, b""
                return line or None
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        self.target.trace.evidence = (self.target.trace.evidence + line + b"\n")[-_LONGEST_LINE:]
        return line.removesuffix(b"\r")


async def probe(target: Target, options: DialogueOptions, tools: "Tools") -> Reply:
    """Connect, and go through all steps.

    Facts: port, open (1) once it is connected, regex_failed (0 or 1). Evidence: the lines that were heard. Phases:
    connect, tls, dialogue.
    """
    trace = target.trace
    trace.facts["port"] = options.port
    trace.begin("connect")
    addresses = target.addresses or (target.address,)
    wire, trace.address, instead = await reach(
        tools.poller, addresses, options.port, options.source, target.timeout * _PATIENCE
    )
    with wire:
        trace.facts["open"] = 1
        trace.facts["regex_failed"] = 0
        talk = _Talk(wire, target, options, tools)
        try:
            missed = await _hold(talk, options)
        except _Distrusted as error:
            return trace.reply(Outcome.TLS, "SSL error", str(error))
    if missed is not None:
        trace.facts["regex_failed"] = 1
        return trace.reply(Outcome.UNEXPECTED, "The expected answer did not come", missed.expect)
    return trace.reply(Outcome.OK, "OK", instead)


async def _hold(talk: _Talk, options: DialogueOptions) -> Step | None:
    """All steps in their order; the one whose answer did not come."""
    if options.tls:
        await talk.secure()
    missed = None
    for step in options.steps:
        talk.target.trace.begin("dialogue")
        if not await talk.step(step):
            missed = step
            break
    talk.target.trace.end()
    return missed


PROBE = ProbeType(options=DialogueOptions, run=probe)
