"""How good the way to a host is that answers: loss, round trip and jitter against the limits of `pings=`."""

from collections.abc import Callable, Mapping

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import PingLimits


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _milliseconds(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 100 else f"{milliseconds:.3g} ms"


class _Figure(msgspec.Struct, frozen=True):
    """A fact of the ping, the field of PingLimits that bounds it, and how it is told."""

    fact: str
    limit: str
    words: str
    shown: Callable[[float], str]


_FIGURES = (
    _Figure("loss", "loss", "packet loss", _percent),
    _Figure("rtt_average_seconds", "rtt", "round trip", _milliseconds),
    _Figure("jitter_seconds", "jitter", "jitter", _milliseconds),
)
_ONE_PACKET = "rtt_seconds"


def quality(facts: Mapping[str, float]) -> str:
    """All figures of several packets in a line; "" for a plain ping."""
    return ", ".join(f"{one.words} {one.shown(facts[one.fact])}" for one in _FIGURES if one.fact in facts)


def beyond(facts: Mapping[str, float], limits: PingLimits) -> tuple[Color, str]:
    """Yellow from the first limit on, red from the second, with what is too bad; green when nothing is."""
    worst, told = Color.GREEN, list[str]()
    for one in _FIGURES:
        levels: tuple[float, float] | None = getattr(limits, one.limit)
        value = facts.get(one.fact, facts.get(_ONE_PACKET) if one.limit == "rtt" else None)
        if levels is None or value is None or value < levels[0]:
            continue
        color, level = (Color.RED, levels[1]) if value >= levels[1] else (Color.YELLOW, levels[0])
        worst = max(worst, color)
        told.append(f"{one.words} {one.shown(value)} ({color.word} from {one.shown(level)} on)")
    return worst, ", ".join(told)
