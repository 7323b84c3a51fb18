"""What a probe is: one async function from an address and its options to facts."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hexmon.clock import Clock
from hexmon.model.observation import Assertion, Certificate, Outcome, Phase, Reply

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools


class Trace:
    """What one probe has learned so far: kept when it fails or its time runs out.

    `doing` is the phase under way, "" between phases: it says what a time-out interrupted. `address` is the one in use,
    "" for the first of the target.
    """

    __slots__ = (
        "_began",
        "_clock",
        "address",
        "assertions",
        "certificates",
        "doing",
        "evidence",
        "facts",
        "phases",
        "round_trips",
    )

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = 0.0
        self.doing = ""
        self.address = ""
        self.phases: list[Phase] = []
        self.facts: dict[str, float] = {}
        self.evidence = b""
        self.certificates: tuple[Certificate, ...] = ()
        self.assertions: tuple[Assertion, ...] = ()
        self.round_trips: tuple[float, ...] = ()

    def begin(self, phase: str) -> None:
        """End the phase under way and start another."""
        now = self._clock.monotonic()
        if self.doing:
            self.phases.append(Phase(self.doing, now - self._began))
        self.doing = phase
        self._began = now

    def end(self) -> None:
        """End the phase under way."""
        self.begin("")

    def reply(self, outcome: Outcome, summary: str, detail: str = "") -> Reply:
        """All that was learned, with its outcome."""
        return Reply(
            outcome=outcome,
            summary=summary,
            detail=detail,
            evidence=self.evidence,
            facts=self.facts,
            phases=tuple(self.phases),
            certificates=self.certificates,
            assertions=self.assertions,
            round_trips=self.round_trips,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a probe goes. `host` is the configured name (SNI, texts), `timeout` is in seconds.

    `addresses` are IP literals, at most one of each family, the preferred one first: that is `address`. A probe that
    uses another one says so in `trace.address`.
    """

    address: str
    host: str
    test: str
    timeout: float
    trace: Trace
    addresses: tuple[str, ...] = ()

    @property
    def left(self) -> float:
        """Seconds of the timeout that the phases so far have left."""
        return self.timeout - sum(phase.seconds for phase in self.trace.phases)


ProbeFunction = Callable[[Target, Any, "Tools"], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class ProbeType:
    """A row of PROBES.

    `own_address`: the probe finds its own address (URLs); `errors`: its library's exceptions as outcomes.
    `needs_address` says by the options whether the host's name must be resolved at all. `room` is a place that a run
    needs on this machine, waited for so many seconds before its time counts.
    """

    options: type
    run: ProbeFunction
    own_address: bool = False
    errors: Mapping[type[BaseException], Outcome] = field(default_factory=dict)
    needs_address: Callable[[Any], bool] = lambda _options: True
    room: Callable[["Tools", float], AbstractAsyncContextManager[None]] | None = None
