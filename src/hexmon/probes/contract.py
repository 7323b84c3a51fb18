"""What a probe is: one async function from an address and its options to facts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hexmon.model.observation import Outcome, Reply

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a probe goes. `address` is an IP literal; `host` the configured name (SNI, texts); `timeout` seconds."""

    address: str
    host: str
    test: str
    timeout: float


ProbeFunction = Callable[[Target, Any, "Tools"], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class ProbeType:
    """A row of PROBES.

    `own_address`: the probe finds its own address (URLs); `errors`: its library's exceptions as outcomes.
    """

    options: type
    run: ProbeFunction
    own_address: bool = False
    errors: Mapping[type[BaseException], Outcome] = field(default_factory=dict)
