"""NTP servers: does one tell the time, and how far is it from ours (hosts.cfg(5): ntp)."""

import secrets
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Assertion, Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.datagram import Datagrams, pauses_within
from hexmon.probes.ntp_packet import Reading, read_reply, request

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

_TRIES = 3
_PAUSE = 2.0
_SHARE = 0.95  # of the check's time


class NtpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `warn` and `alarm` are the offsets, in seconds either way, that are too much; 0: any will do.

    `source` is the local address to come from.
    """

    port: int = 123
    source: str = ""
    warn: float = 0.0
    alarm: float = 0.0


async def probe(target: Target, options: NtpOptions, tools: "Tools") -> Reply:
    """Ask the time, three times at most.

    Facts: offset_seconds (positive: its clock is ahead of ours), delay_seconds, root_distance (seconds), stratum.
    Evidence: the same as text. Phase: query.
    """
    trace = target.trace
    left = target.left * _SHARE
    trace.begin("query")
    with Datagrams(tools.poller, target.address, options.port, options.source) as datagrams:
        reading = await _read(datagrams, tools, pauses_within(left, _TRIES, _PAUSE))
    trace.end()
    trace.facts["stratum"] = reading.stratum
    if reading.fault:
        trace.evidence = f"NTP server {target.address} is not usable: {reading.fault}\n".encode()
        return trace.reply(Outcome.ERROR, reading.fault)
    trace.facts |= {
        "offset_seconds": reading.offset,
        "delay_seconds": reading.delay,
        "root_distance": reading.root_distance,
    }
    trace.evidence = _text(reading, target.address).encode()
    return _judged_offset(trace.reply(Outcome.OK, "OK"), reading, options)


async def _read(datagrams: Datagrams, tools: "Tools", pauses: tuple[float, ...]) -> Reading:
    """Each try has a cookie and stamps of its own: a late answer would look like a slow one."""
    for number, pause in enumerate(pauses, 1):
        cookie = secrets.randbits(64)
        sent, began = tools.clock.now(), tools.clock.monotonic()

        def accept(data: bytes, cookie: int = cookie, sent: float = sent, began: float = began) -> Reading | None:
            return read_reply(data, cookie, sent, sent + tools.clock.monotonic() - began)

        try:
            return await datagrams.ask(request(cookie), accept, (pause,))
        except TimeoutError:
            if number == len(pauses):
                raise
    raise TimeoutError


def _text(reading: Reading, address: str) -> str:
    """The second line is what graphs read."""
    offset = f"offset {reading.offset:+.6f} +/- {reading.uncertainty:.6f} sec"
    lines = [
        f"NTP server {address} is synchronised",
        f"stratum {reading.stratum}, {offset}, delay {reading.delay:.6f} sec",
        f"version {reading.version}, reference {reading.reference}, root distance {reading.root_distance:.6f} sec",
    ]
    return "\n".join([*lines, *([reading.leap] if reading.leap else []), ""])


def _judged_offset(reply: Reply, reading: Reading, options: NtpOptions) -> Reply:
    limits = ((options.alarm, True), (options.warn, False))
    assertions = tuple(
        Assertion(
            what="offset",
            wanted=f"at most {limit:g} seconds",
            found=f"{reading.offset:+.6f} seconds",
            held=abs(reading.offset) <= limit,
            severe=severe,
        )
        for limit, severe in limits
        if limit
    )
    broken = next((one for one in assertions if not one.held), None)
    if broken is None:
        return msgspec.structs.replace(reply, assertions=assertions)
    summary = f"offset is {broken.found}, {broken.wanted} are wanted"
    return msgspec.structs.replace(reply, outcome=Outcome.UNEXPECTED, summary=summary, assertions=assertions)


PROBE = ProbeType(options=NtpOptions, run=probe)
