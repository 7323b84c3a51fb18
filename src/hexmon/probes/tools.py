"""What probes share: the ICMP engine, the HTTP engine, the resolver, other programs, the clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hexmon.clock import Clock
from hexmon.probes.curl_engine import CurlEngine
from hexmon.probes.icmp_engine import IcmpEngine
from hexmon.probes.poller import Poller
from hexmon.probes.programs import Programs
from hexmon.probes.resolver import IpFamily, Resolver, SystemResolver


@dataclass(frozen=True, slots=True)
class Tools:
    """Opened once for all probes of a process, in the event loop that runs them."""

    clock: Clock
    resolver: Resolver
    poller: Poller
    icmp: IcmpEngine
    curl: CurlEngine
    programs: Programs


@asynccontextmanager
async def open_tools(
    clock: Clock,
    *,
    resolver: Resolver | None = None,
    pings_per_second: float = 25_000.0,
    family: IpFamily = "ipv4",
) -> AsyncIterator[Tools]:
    """Open the tools; sockets for ICMP are opened by the first ping.

    `resolver` is the machine's own if not given; then `family` says which address of a name with both is preferred.
    """
    tools = Tools(
        clock=clock,
        resolver=SystemResolver(clock, family=family) if resolver is None else resolver,
        poller=Poller(asyncio.get_running_loop()),
        icmp=IcmpEngine(clock, pings_per_second),
        curl=CurlEngine(),
        programs=Programs(),
    )
    try:
        yield tools
    finally:
        tools.programs.close()
        tools.curl.close()
        tools.icmp.close()
        tools.poller.close()
        tools.resolver.close()
