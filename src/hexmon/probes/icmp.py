"""conn: ICMP echo (RFC 792, RFC 4443)."""

import asyncio
import statistics
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.icmp_engine import IcmpEngine, Ping, Plan
from hexmon.probes.icmp_socket import PingNotAllowed
from hexmon.probes.resolver import Resolver, Unresolved
from hexmon.probes.wire import is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

# The engine must give up before the runner's own deadline, or its counts would be lost.
_MARGIN = 0.05


class IcmpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a host is pinged.

    `count` packets are sent `pause` seconds apart. With one packet, silence makes it be sent again up to `retries`
    times, `pause` seconds apart; after `limit` seconds in all (and never later than the check's timeout) silence is
    the answer. `addresses` (IP literals or names) are pinged as well; `mode` says whether one answering address is
    enough ("best") or all must answer ("worst").
    """

    count: int = 1
    retries: int = 2
    pause: float = 1.0
    limit: float = 5.0
    addresses: tuple[str, ...] = ()
    mode: Literal["best", "worst"] = "best"


async def probe(target: Target, options: IcmpOptions, tools: "Tools") -> Reply:
    """Ping all addresses at once.

    Facts: sent, received, rtt_seconds (smallest of the first address that answers), addresses and answering. When
    several packets were wanted: loss (0 to 1), rtt_average_seconds and jitter_seconds (mean difference between
    neighbours); of several addresses those of the best or the worst one, by `mode`. So are then the single round trips.
    Evidence: a line for each address.
    """
    trace = target.trace
    addresses, missing = [target.address], list[str]()
    if options.addresses:
        trace.begin("resolve")
        for name in options.addresses:
            await _add_address(name, addresses, missing, tools.resolver)
    trace.begin("ping")
    within = max(target.timeout - _MARGIN, target.timeout * 0.9)
    if len(addresses) == 1:
        pings = [await _ping(tools.icmp, target.address, options, within)]
    else:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_ping(tools.icmp, address, options, within)) for address in addresses]
        pings = [task.result() for task in tasks]
    trace.end()
    trace.facts.update(_facts(pings, options, len(pings) + len(missing)))
    if options.count > 1:
        trace.round_trips = _round_trips(pings, options)
    lines = [_line(ping, options.count) for ping in pings] + [f"{name} has no address" for name in missing]
    trace.evidence = "\n".join(lines).encode()
    return _judged(target, pings, options, len(lines))


async def _add_address(name: str, addresses: list[str], missing: list[str], resolver: Resolver) -> None:
    try:
        addresses.append(name if is_address(name) else await resolver.resolve(name))
    except Unresolved:
        missing.append(name)


async def _ping(engine: IcmpEngine, address: str, options: IcmpOptions, within: float) -> Ping:
    sends = options.count if options.count > 1 else 1 + options.retries
    pause = min(options.pause, within / sends)
    # Several packets may need longer than silence is waited for otherwise.
    limit = min(within, max(options.limit, (sends - 1) * pause + options.pause))
    return await engine.ping(address, Plan(sends, options.count, pause), limit)


def _facts(pings: list[Ping], options: IcmpOptions, addresses: int) -> dict[str, float]:
    facts: dict[str, float] = {
        "sent": sum(ping.sent for ping in pings),
        "received": sum(ping.received for ping in pings),
    }
    first = next((ping for ping in pings if ping.round_trips), None)
    if first is not None:
        facts["rtt_seconds"] = min(first.round_trips)
    if addresses > 1:
        facts["addresses"] = addresses
        facts["answering"] = sum(1 for ping in pings if ping.received)
    if options.count > 1:
        facts |= _quality(pings, max if options.mode == "worst" else min)
    return facts


def _round_trips(pings: list[Ping], options: IcmpOptions) -> tuple[float, ...]:
    """Those of the address that `loss` is about, the shortest first."""
    choose = max if options.mode == "worst" else min
    return tuple(sorted(choose(pings, key=_loss).round_trips))


def _loss(ping: Ping) -> float:
    return (ping.sent - ping.received) / max(ping.sent, 1)


def _quality(pings: list[Ping], choose: Callable[[list[float]], float]) -> dict[str, float]:
    """How good the way to the addresses is: of each figure the best or the worst one counts."""
    trips = [ping.round_trips for ping in pings]
    figures = {
        "loss": [_loss(ping) for ping in pings],
        "rtt_average_seconds": [statistics.fmean(times) for times in trips if times],
        "jitter_seconds": [statistics.fmean(abs(b - a) for a, b in pairwise(times)) for times in trips if times[1:]],
    }
    return {name: choose(values) for name, values in figures.items() if values}


def _line(ping: Ping, count: int) -> str:
    if ping.round_trips:
        text = f"{ping.address} is alive ({_milliseconds(min(ping.round_trips))} ms)"
        return text if count == 1 else f"{text}, {ping.received} of {ping.sent} packets answered"
    return f"{ping.address} is unreachable{_reason(ping)}"


def _milliseconds(seconds: float) -> str:
    """Never with an exponent: graphs read it, ours and Xymon's."""
    value = seconds * 1000
    if value >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.6f}"


def _reason(ping: Ping) -> str:
    if not ping.error:
        return ""
    return f" ({ping.error}, says {ping.offender})" if ping.offender else f" ({ping.error})"


def _judged(target: Target, pings: list[Ping], options: IcmpOptions, addresses: int) -> Reply:
    """Whether enough addresses answered."""
    answering = sum(1 for ping in pings if ping.received)
    if answering >= (addresses if options.mode == "worst" else 1):
        return target.trace.reply(Outcome.OK, "Host responds to ping")
    refused = next((ping for ping in pings if ping.error and not ping.received), None)
    outcome = Outcome.TIMEOUT if refused is None else Outcome.UNREACHABLE
    detail = "" if refused is None else f"{refused.address}{_reason(refused)}"
    if answering:
        summary = f"Host responds to ping on {answering} of {addresses} IP's"
    else:
        summary = "Host does not respond to ping"
    return target.trace.reply(outcome, summary, detail)


PROBE = ProbeType(options=IcmpOptions, run=probe, errors={PingNotAllowed: Outcome.PREVENTED})
