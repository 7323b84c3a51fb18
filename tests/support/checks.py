"""Short ways to make checks and to run them once."""

from collections.abc import Mapping
from typing import Any

from hexmon.clock import SystemClock
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.probes.resolver import Unresolved
from hexmon.probes.run import observe
from hexmon.probes.tools import open_tools


class FakeResolver:
    """Knows the names of a dictionary; counts the questions. A name may have two addresses, with a blank between."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.names = dict(names or {})
        self.asked: list[str] = []

    async def resolve(self, name: str) -> str:
        self.asked.append(name)
        if name not in self.names:
            raise Unresolved("Name or service not known")
        return self.names[name].split()[0]

    async def resolve_all(self, name: str) -> tuple[str, ...]:
        first = await self.resolve(name)
        return (first, *self.names[name].split()[1:])

    def close(self) -> None:
        """Nothing is open."""


def a_check(probe: str, options: Any, *, address: str = "127.0.0.1", host: str = "www.test", **more: Any) -> Check:
    """A check of one host; five seconds are enough on loopback."""
    test = {"icmp": "conn", "none": "conn"}.get(probe, probe)
    return Check(key=StatusKey(host, test), probe=probe, address=address, options=options, **{"timeout": 5.0, **more})


async def observed(check: Check, names: Mapping[str, str] | None = None) -> Observation:
    """One run with tools of its own."""
    clock = SystemClock()
    async with open_tools(clock, resolver=FakeResolver(names)) as tools:
        return await observe(check, tools, clock)
