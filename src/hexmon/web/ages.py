"""Times as people read them. Ages are coarse, and each says how long it stays true, so that pages can be kept."""

import math
from datetime import UTC, datetime

from markupsafe import Markup

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
_STEPS = ((2 * HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h"), (800 * DAY, DAY, "d"), (math.inf, 365 * DAY, "y"))


def age(seconds: float) -> tuple[str, float]:
    """`12 min`, `4 h`, `3 d`, and for how many more seconds that stays so."""
    if seconds < MINUTE:
        return "< 1 min", MINUTE - max(seconds, 0.0)
    limit, unit, word = next(step for step in _STEPS if seconds < step[0])
    count = math.floor(seconds / unit)
    return f"{count} {word}", min((count + 1) * unit, limit) - seconds


def iso(moment: float) -> str:
    """`2026-11-21T04:10:05Z`; empty for moments that no calendar has."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return ""


def absolute(moment: float) -> str:
    """`2026-11-21 04:10:05 UTC`."""
    return iso(moment).replace("T", " ").replace("Z", " UTC")


def time_tag(moment: float, now: float) -> Markup:
    """A <time> element: the age in place, the moment on hover."""
    text = age(now - moment)[0]
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso(moment), absolute(moment), text)


def moment_tag(moment: float) -> Markup:
    """A <time> element that shows the moment itself."""
    return Markup('<time datetime="{}" class="moment">{}</time>').format(iso(moment), absolute(moment))
