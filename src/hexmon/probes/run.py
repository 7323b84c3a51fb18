"""Running one check: resolve, keep the deadline, turn exceptions into outcomes."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Mapping

from hexmon.clock import Clock
from hexmon.model.observation import Check, Observation, Outcome, Reply
from hexmon.probes import PROBES
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.programs import NoRoom
from hexmon.probes.resolver import Unresolved
from hexmon.probes.tools import Tools
from hexmon.probes.wire import is_address

# A name server that is silent must leave time for the address of hosts.cfg.
_SHARE_OF_RESOLVING = 0.5
_UNSET_ADDRESSES = ("", "0.0.0.0", "::")  # noqa: S104 - hosts.cfg's word for "look up the name"

# What an OSError says about the target, by its number; all others are Outcome.ERROR.
_BY_NUMBER: Mapping[int, Outcome] = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ETIMEDOUT: Outcome.TIMEOUT,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTDOWN: Outcome.UNREACHABLE,
    errno.ENETDOWN: Outcome.UNREACHABLE,
    errno.EPERM: Outcome.PREVENTED,
    errno.EACCES: Outcome.PREVENTED,
    errno.EMFILE: Outcome.PREVENTED,
    errno.ENFILE: Outcome.PREVENTED,
    errno.ENOBUFS: Outcome.PREVENTED,
    errno.ENOMEM: Outcome.PREVENTED,
    errno.EADDRNOTAVAIL: Outcome.PREVENTED,
    errno.EADDRINUSE: Outcome.PREVENTED,
    errno.EAFNOSUPPORT: Outcome.PREVENTED,
}

# What ran out of time, by the phase it interrupted.
_TIMEOUTS: Mapping[str, tuple[Outcome, str]] = {
    "resolve": (Outcome.UNRESOLVED, "DNS error"),
    "connect": (Outcome.TIMEOUT, "connect timeout"),
    "tls": (Outcome.TIMEOUT, "SSL timeout"),
    "ping": (Outcome.TIMEOUT, "Host does not respond to ping"),
    "plugin": (Outcome.TIMEOUT, "The plugin did not end in time"),
}
_SERVER_TIMEOUT = (Outcome.TIMEOUT, "Server timeout")


async def observe(check: Check, tools: Tools, clock: Clock) -> Observation:
    """Run the check once within its timeout.

    Whatever the target does is data; only our own mistakes (and cancellation) come out as exceptions. A probe that
    needs room on this machine waits for it up to an interval, before its time counts.
    """
    kind = PROBES[check.probe]
    if kind.room is None:
        return await _observe(check, tools, clock)
    started, before = clock.now(), clock.monotonic()
    try:
        async with kind.room(tools, check.interval):
            return await _observe(check, tools, clock)
    except NoRoom as error:
        reply = _translated(error, kind, Trace(clock))
        took = clock.monotonic() - before
        return Observation(check=check, reply=reply, started=started, took=took, address=check.address)


async def _observe(check: Check, tools: Tools, clock: Clock) -> Observation:
    kind = PROBES[check.probe]
    trace = Trace(clock)
    started = clock.now()
    before = clock.monotonic()
    addresses: tuple[str, ...] = (check.address,)
    try:
        async with asyncio.timeout(check.timeout):
            if not kind.own_address and kind.needs_address(check.options):
                addresses = await _resolve(check, tools, trace)
            target = Target(
                address=addresses[0],
                addresses=addresses,
                host=check.key.host,
                test=check.key.test,
                timeout=check.timeout,
                trace=trace,
            )
            reply = await kind.run(target, check.options, tools)
    except Exception as error:  # noqa: BLE001 - the one table that decides what is the target's fault
        reply = _translated(error, kind, trace)
    address = trace.address or addresses[0]
    return Observation(check=check, reply=reply, started=started, took=clock.monotonic() - before, address=address)


async def _resolve(check: Check, tools: Tools, trace: Trace) -> tuple[str, ...]:
    name = check.key.host if check.address in _UNSET_ADDRESSES else check.address
    if is_address(name):
        return (name,)
    trace.begin("resolve")
    usable = check.fallback not in _UNSET_ADDRESSES
    try:
        async with asyncio.timeout(check.timeout * _SHARE_OF_RESOLVING if usable else None):
            addresses = await tools.resolver.resolve_all(name)
    except (TimeoutError, Unresolved):
        if not usable:
            raise
        addresses = (check.fallback,)
    trace.end()
    return addresses


def _translated(error: Exception, kind: ProbeType, trace: Trace) -> Reply:
    """The table of all failures; raises what is our own mistake."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    phase = trace.doing
    trace.end()
    for expected, outcome in kind.errors.items():
        if isinstance(error, expected):
            return trace.reply(outcome, str(error))
    if isinstance(error, Unresolved | socket.gaierror):
        return trace.reply(Outcome.UNRESOLVED, "DNS error", str(error))
    if isinstance(error, ssl.SSLError):
        return trace.reply(Outcome.TLS, "SSL error", getattr(error, "reason", "") or str(error))
    if isinstance(error, TimeoutError) and error.errno is None:
        return trace.reply(*_TIMEOUTS.get(phase, _SERVER_TIMEOUT))
    if isinstance(error, OSError):
        return _translated_system_error(error, trace)
    raise error


def _translated_system_error(error: OSError, trace: Trace) -> Reply:
    outcome = _BY_NUMBER.get(error.errno or 0, Outcome.ERROR)
    if trace.facts.get("open") and outcome is Outcome.REFUSED:
        outcome = Outcome.ERROR
    summary = os.strerror(error.errno) if error.errno else "I/O error"
    detail = "" if outcome is not Outcome.PREVENTED else f"this monitor could not try: {error}"
    return trace.reply(outcome, summary, detail)
