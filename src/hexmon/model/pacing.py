"""How the gaps between messages grow. Pure."""


def gap(plateau: float, ramp: int, sent: int) -> float:
    """Seconds between the `sent`-th message, counted from one, and the one after it.

    A Bezier curve has the control points (0, 0), (0, plateau), (ramp, plateau); its parameter is `sent / ramp` itself,
    as in APMonitor, not the one whose abscissa is `sent`. Nothing is ever later than the plateau.
    """
    if sent >= ramp:
        return plateau
    share = sent / ramp
    return plateau * (2.0 * share - share * share)
