"""What the alert engine asks of the rest of hexmon."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hexmon.alerts.causes import LIMITS, Limits
from hexmon.board.draft import machine_time
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.incident import Delivery
from hexmon.model.inventory import Inventory
from hexmon.model.names import StatusKey
from hexmon.model.status import Status

Hook = Callable[[str], None]


def no_hook(_step: str) -> None:
    """Nobody watches the steps."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The board, the runner, the outbox. `hook` hears of every step, for tests that end the process there."""

    status: Callable[[StatusKey], Status | None]
    statuses: Callable[[], Iterable[Status]]
    inventory: Callable[[], Inventory]
    probe_now: Callable[[StatusKey], object]
    offer: Callable[[Sequence[Delivery]], None]
    drop: Callable[[str, str | None], None]
    alert_colors: frozenset[Color] = ALERT_COLORS
    local: Callable[[float], datetime] = machine_time
    limits: Limits = LIMITS
    owner: str = ""  # whose outbox sends what is decided here
    hook: Hook = no_hook
