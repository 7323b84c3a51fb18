"""Polling a device by SNMP: how one ends, and what it brings."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.device import Device
from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.datagram import Datagrams
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.snmp.polls import NotThere, WalkFailed, poll_host, poll_port, poll_ports
from hexmon.probes.snmp.session import Garbage, OutOfTime, Refusal, Session, dialect_of
from hexmon.probes.snmp.usm import Denied

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

# What a poll leaves of the check's time, so that it can still say what it has: this share, or so many seconds.
_MARGIN_SHARE, _MARGIN = 0.05, 0.3


async def probe(target: Target, options: SnmpOptions, tools: "Tools") -> Reply:
    """Ask for all that the kind of poll is about.

    Facts: requests (datagrams sent), octets (received), interfaces, macs. `device` has the rest. Phase: query.
    """
    trace = target.trace
    left = target.left - max(target.left * _MARGIN_SHARE, min(_MARGIN, target.left / 4))
    trace.begin("query")
    monotonic = tools.clock.monotonic
    with Datagrams(tools.poller, target.address, options.port) as link:
        session = Session(link, dialect_of(options, monotonic), monotonic, left)
        try:
            reply = await _reply(target, options, session)
        finally:
            trace.facts |= {"requests": session.requests, "octets": session.received}
    trace.end()
    return msgspec.structs.replace(reply, facts=trace.facts, phases=tuple(trace.phases))


async def _reply(target: Target, options: SnmpOptions, session: Session) -> Reply:
    trace = target.trace
    try:
        device = await _poll(options)(session)
    except NotThere as error:
        return trace.reply(Outcome.UNEXPECTED, str(error))
    except (OutOfTime, TimeoutError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return trace.reply(Outcome.TIMEOUT, "timeout", session.hint)
    except (Denied, Garbage) as error:
        return trace.reply(Outcome.ERROR, str(error))
    except (Refusal, WalkFailed) as error:
        return trace.reply(Outcome.ERROR, f"walk failed: {error}")
    trace.facts |= _facts(device)
    reply = trace.reply(Outcome.OK, "OK", "; ".join(device.notes))
    return msgspec.structs.replace(reply, device=device)


def _poll(options: SnmpOptions) -> Callable[[Session], Awaitable[Device]]:
    match options.kind:
        case "ports":
            return lambda session: poll_ports(session, options.vlan_contexts)
        case "host":
            return poll_host
        case "port":
            return lambda session: poll_port(session, options.index or 0, options.vlan_contexts)


def _facts(device: Device) -> dict[str, float]:
    macs = sum(len(one.macs) for one in device.interfaces)
    return {"interfaces": len(device.interfaces), "macs": macs} if device.interfaces else {}


PROBE = ProbeType(options=SnmpOptions, run=probe)
