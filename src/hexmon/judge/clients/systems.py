"""The operating systems whose agents' messages are understood; the only list of them."""

from collections.abc import Mapping

from hexmon.judge.clients.contract import System
from hexmon.judge.clients.zsystems import Z_SYSTEMS

# Word of the message's first line, in lower case, to system.
SYSTEMS: Mapping[str, System] = {**Z_SYSTEMS}


def system_of(os_type: str, *, unknown: bool = False) -> System | None:
    """The system that an agent calls so, in any case; with `unknown` one that is like all systems, else None."""
    found = SYSTEMS.get(os_type.lower())
    return found or (System(name="generic", makers=()) if unknown else None)
