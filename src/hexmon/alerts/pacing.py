"""How long after one message of an incident the same recipient gets the next. Pure."""

from hexmon.alerts.rules import Constant, Pacing


def delay(pacing: Pacing, sent: int) -> float:
    """Seconds between the `sent`-th message of an incident, counted from one, and the one after it.

    A Bezier curve has the control points (0, 0), (0, plateau), (ramp, plateau); its parameter is `sent / ramp` itself,
    as in APMonitor, not the one whose abscissa is `sent`. Nothing is ever later than the plateau.
    """
    if isinstance(pacing, Constant):
        return pacing.seconds
    if sent >= pacing.ramp:
        return pacing.plateau
    share = sent / pacing.ramp
    return pacing.plateau * (2.0 * share - share * share)
