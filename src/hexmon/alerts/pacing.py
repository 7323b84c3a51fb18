"""How long after one message of an incident the same recipient gets the next. Pure."""

from hexmon.alerts.rules import Constant, Pacing
from hexmon.model.pacing import gap


def delay(pacing: Pacing, sent: int) -> float:
    """Seconds between the `sent`-th message of an incident, counted from one, and the one after it."""
    if isinstance(pacing, Constant):
        return pacing.seconds
    return gap(pacing.plateau, pacing.ramp, sent)
